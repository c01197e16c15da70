"""The real command takes in what a mail server hands it, and what lies in a box."""

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.mailed import mailed
from support.returned import LETTER, VACATION, dsn, return_path
from support.rows import wish
from support.site import Done, Site

from publisher.store import subscribers
from publisher.store.engine import Store

MIDORI, TARO = "midori@example.com", "taro@example.com"


@contextmanager
def ledger(site: Site) -> Iterator[Store]:
    store = Store(f"sqlite:///{site.folder / 'publisher.db'}")
    try:
        yield store
    finally:
        store.close()


def report(site: Site, email: str = MIDORI) -> bytes:
    """Of a mail that was sent to a reader."""
    at = datetime.now(UTC)
    with ledger(site) as store:
        with store.write() as connection:
            subscribers.subscribe(connection, wish(email), at, revive=True)
        (made,) = mailed(store, email, at=at)
        return dsn(email, to=return_path(store.secret, made.id))


def pipe(site: Site, mail: bytes, *words: str) -> Done:
    """As a mail server hands a mail to a command."""
    command = [sys.executable, "-m", "publisher", *words, "bounce", "-"]
    done = subprocess.run(command, cwd=site.folder, input=mail, capture_output=True, timeout=90, check=False)
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def test_a_report_from_a_mail_server_suppresses_and_the_same_again_does_not(site: Site) -> None:
    mail = report(site)

    first, again = pipe(site, mail), pipe(site, mail)

    assert (first.code, again.code) == (0, 0)
    assert MIDORI in first.err
    assert "nothing new" in again.err
    (row,) = site.ok("suppress", "list", "--json").json
    assert (row["email"], row["kind"]) == (MIDORI, "hard")


DOCOMO = """\
Return-Path: <>
From: Mail Delivery Subsystem <mailer-daemon@docomo.example>
To: {to}
Subject: Mail System Error - Returned Mail
Content-Type: text/plain; charset=iso-2022-jp

次の宛先への送信はエラーとなりました。
メールアドレスをご確認の上、再送信してください。

<{email}>: host mx.docomo.example[192.0.2.40] said: 550 Unknown user {email}
"""


def test_a_report_that_asks_to_send_again_suppresses(site: Site) -> None:
    to = re.findall(r"bounces\+\w+@\S+", report(site).decode())[0]

    assert MIDORI in pipe(site, DOCOMO.format(to=to, email=MIDORI).encode("iso2022_jp")).err
    (row,) = site.ok("suppress", "list", "--json").json
    assert (row["email"], row["kind"]) == (MIDORI, "hard")


def test_a_report_that_was_cut_before_its_fields_suppresses_by_its_words(site: Site) -> None:
    mail = report(site).replace(b"Undelivered Mail Returned to Sender", b"Ilmoitus")

    assert MIDORI in pipe(site, mail[: mail.index(b"Final-Recipient")]).err
    (row,) = site.ok("suppress", "list", "--json").json
    assert (row["email"], row["kind"]) == (MIDORI, "hard")


def test_what_is_no_report_is_taken_in_silence(site: Site) -> None:
    report(site)

    for mail in (LETTER.encode(), VACATION.format(to="bounces@example.jp").encode(), b"", b"\xff\x00" * 5000):
        assert pipe(site, mail).code == 0
    assert site.ok("suppress", "list", "--json").json == []


def test_a_report_that_cannot_be_written_down_is_kept_by_the_mail_server(site: Site, tmp_path: Path) -> None:
    mail = report(site)
    (tmp_path / "empty").mkdir()
    other = Site(tmp_path / "empty")
    other.write("config.yaml", "site: {title: 便り, url: https://example.jp/}\n")

    without_ledger = pipe(other, mail)
    (site.folder / "config.yaml").write_text("site: {titel: 便り}\n", encoding="utf-8")
    broken = pipe(site, mail)

    assert (without_ledger.code, broken.code) == (75, 75)
    assert "no ledger" in without_ledger.err
    assert "titel" in broken.err


@pytest.mark.slow
def test_while_another_program_holds_the_ledger_the_mail_server_is_asked_to_try_again(site: Site) -> None:
    mail = report(site)
    with sqlite3.connect(site.folder / "publisher.db", isolation_level=None) as held:
        held.execute("BEGIN IMMEDIATE")
        busy = pipe(site, mail)
        held.execute("ROLLBACK")
    held.close()

    assert busy.code == 75
    assert pipe(site, mail).code == 0


def test_a_mail_in_a_file_is_told_for_programs(site: Site) -> None:
    (site.folder / "bounce.eml").write_bytes(report(site))

    told = json.loads(site.ok("bounce", "bounce.eml", "--json").out)

    (one,) = told["bounces"]
    assert (one["email"], one["kind"], one["status"], one["source"]) == (MIDORI, "hard", "5.1.1", "dsn")
    assert told["suppressed"] == [MIDORI]
    assert told["unmatched"] == []


def test_the_box_that_is_configured_is_read(site: Site) -> None:
    mail = report(site)
    for name in ("new", "cur", "tmp"):
        (site.folder / "Maildir" / name).mkdir(parents=True)
    (site.folder / "Maildir" / "new" / "1.report.mx").write_bytes(mail)
    asked = site.run("bounce")
    assert (asked.code, "mail.bounces" in asked.err) == (2, True)

    site.environ["PUBLISHER_MAIL__BOUNCES__MAILDIR"] = "Maildir"

    assert MIDORI in site.ok("bounce").err
    assert "nothing new" in site.ok("bounce").err
    assert (site.folder / "Maildir" / "cur" / "1.report.mx:2,S").exists()


def test_a_mail_in_the_box_that_cannot_be_read_is_told_beside_what_was_taken_in(site: Site) -> None:
    mail = report(site)
    for name in ("new", "cur", "tmp"):
        (site.folder / "Maildir" / name).mkdir(parents=True)
    endless = site.folder / "Maildir" / "new" / "1.endless.mx"
    endless.symlink_to(endless)
    (site.folder / "Maildir" / "new" / "2.report.mx").write_bytes(mail)
    site.environ["PUBLISHER_MAIL__BOUNCES__MAILDIR"] = "Maildir"

    told, again = site.run("bounce"), site.run("bounce", "--json")

    assert (told.code, again.code) == (69, 69)
    assert MIDORI in told.err
    assert f"{endless}: cannot be read" in told.err
    assert [one["file"] for one in json.loads(again.out)["unread"]] == [str(endless)]


def test_a_hashed_suppression_names_nobody_and_is_lifted_by_name(site: Site) -> None:
    site.ok("suppress", "add", "--hashed", "三浦@example.com")

    (row,) = site.ok("suppress", "list", "--json").json
    assert row["email"].startswith("hmac:")
    assert row["kind"] == "forgotten"
    assert "三浦".encode() not in (site.folder / "publisher.db").read_bytes()
    assert site.run("suppress", "add", "--hashed", "--reason", "本人の希望", TARO).code == 2
    assert "is suppressed" in site.ok("subscriber", "add", "三浦@example.com").err
    site.ok("suppress", "remove", "三浦@example.com")
    assert site.ok("suppress", "list", "--json").json == []
