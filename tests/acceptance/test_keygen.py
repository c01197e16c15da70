"""Keys are made, published and used, through the real command."""

import os
import re
import stat
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.dkim_verifiers import by_dkimpy
from support.site import CONFIG, Site

from publisher.config import load_config
from publisher.mail.dkim_files import signer
from publisher.mail.dkim_records import DkimRecord

FIELDS = [b"From: <tayori@midori.example>", b"Date: Tue, 06 Jan 2026 09:00:00 +0900"]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path / "site")
    made.write("config.yaml", CONFIG)
    return made


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_keygen_prints_makes_mails_that_verify(site: Site) -> None:
    told = site.ok("mail", "keygen").out

    names = re.findall(r"(?m)^name: +(\S+)$", told)
    values = re.findall(r"(?m)^value: +(.+)$", told)
    records = [DkimRecord(name, value) for name, value in zip(names, values, strict=True)]
    settings = re.search(r"(?ms)^mail:\n.*?\n\n", told)
    assert settings
    site.write("config.yaml", CONFIG + settings[0])
    made = signer(load_config(None, {}, site.folder), "midori.example")
    assert made is not None
    assert by_dkimpy(made.sign(FIELDS, b"") + b"\r\n".join(FIELDS) + b"\r\n\r\n", records) == [True, True]
    for record in records:
        assert record.zone in told
        assert f"dig +short TXT {record.name}" in told


def test_keys_are_named_by_the_month_and_nobody_elses_to_read_or_to_commit(site: Site) -> None:
    umask = os.umask(0)
    try:
        done = site.ok("mail", "keygen", "--json")
    finally:
        os.umask(umask)

    folder = site.folder / "dkim"
    selectors = [key["selector"] for key in done.json["keys"]]
    assert [selector[-1] for selector in selectors] == ["r", "e"]
    assert re.fullmatch(r"pub\d{6}r", selectors[0])
    assert abs(int(selectors[0][3:9]) - int(f"{datetime.now(UTC):%Y%m}")) in (0, 1, 89), "a month may just have ended"
    assert sorted(path.name for path in folder.iterdir()) == sorted(f"{selector}.pem" for selector in selectors)
    assert [mode(folder), *(mode(path) for path in folder.iterdir())] == [0o700, 0o600, 0o600]
    assert "dkim/" in (site.folder / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert "PRIVATE" not in done.out + done.err
    for path in folder.iterdir():
        assert not any(line in done.out + done.err for line in path.read_text().splitlines())


def test_openssl_reads_the_keys_and_finds_the_published_ones_in_them(site: Site) -> None:
    done = site.ok("mail", "keygen", "--selector", "s", "--json")

    rsa, ed25519 = done.json["keys"]
    for key, name in ((rsa, "sr"), (ed25519, "se")):
        words = ["openssl", "pkey", "-in", str(site.folder / "dkim" / f"{name}.pem"), "-pubout"]
        lines = subprocess.run(words, check=True, capture_output=True, text=True).stdout.splitlines()
        assert (key["selector"], key["file"]) == (name, f"dkim/{name}.pem")
        assert "".join(lines[1:-1]).endswith(key["value"].rpartition("p=")[2][-20:])


def test_no_key_is_written_over(site: Site) -> None:
    site.ok("mail", "keygen", "--selector", "second", "--type", "ed25519")
    path = site.folder / "dkim" / "second.pem"
    path.rename(path.with_name("seconde.pem"))
    before = path.with_name("seconde.pem").read_bytes()

    again = site.run("mail", "keygen", "--selector", "second")

    assert again.code == 2
    assert "seconde.pem is there already" in again.err
    assert "--selector" in again.err
    assert [one.name for one in path.parent.iterdir()] == ["seconde.pem"], "nor is half a pair left"
    assert path.with_name("seconde.pem").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "domain"),
    [
        ((), "midori.example"),
        (("--domain", "Other.Example"), "other.example"),
        (("--domain", "日本語.jp"), "xn--wgv71a119e.jp"),
    ],
)
def test_the_domain_is_the_senders_or_the_given_one(site: Site, words: tuple[str, ...], domain: str) -> None:
    made = site.ok("mail", "keygen", "--type", "ed25519", "--selector", "2026", *words, "--json").json

    assert made["domain"] == domain
    assert [key["name"] for key in made["keys"]] == [f"2026._domainkey.{domain}"]
    site.write("config.yaml", CONFIG + made["settings"])
    assert site.ok("mail", "dns", "--json").json == made, "what it prints the settings take, and dns finds it again"


def test_records_are_found_again_before_their_keys_sign(site: Site) -> None:
    made = site.ok("mail", "keygen", "--json").json

    found = site.ok("mail", "dns", "--json").json

    assert found["domain"] == made["domain"]
    by_selector = {key["selector"]: key for key in made["keys"]}
    assert {key["selector"]: key for key in found["keys"]} == by_selector


def test_a_key_under_another_name_in_the_settings_is_told_once(site: Site) -> None:
    site.ok("mail", "keygen", "--type", "ed25519", "--selector", "a")
    site.write("config.yaml", CONFIG + "mail: {dkim: {keys: {b: dkim/a.pem}}}\n")

    found = site.ok("mail", "dns", "--json").json

    assert [(key["selector"], key["file"]) for key in found["keys"]] == [("b", "dkim/a.pem")]


def test_words_that_fit_nothing_are_refused_with_a_way_out(site: Site) -> None:
    site.write("config.yaml", CONFIG + '  other: {title: 別, from: a@other.example, schedules: {daily: "9:00"}}\n')

    which = site.run("mail", "keygen")
    url = site.run("mail", "keygen", "--domain", "https://midori.example/")
    selector = site.run("mail", "keygen", "--domain", "midori.example", "--selector", "../a")
    none = site.run("mail", "dns")

    assert [done.code for done in (which, url, selector, none)] == [2, 2, 2, 2]
    assert "midori.example, other.example" in which.err
    assert "--domain" in which.err
    assert "is no domain" in url.err
    assert "is no selector" in selector.err
    assert "publisher mail keygen" in none.err
    assert not (site.folder / "dkim").exists()


def test_a_folder_that_cannot_be_written_is_named(site: Site) -> None:
    site.write("dkim", "a file in the way")

    done = site.run("mail", "keygen")

    assert done.code == 75
    assert f"{site.folder / 'dkim'}: no key was written" in done.err


def test_init_keeps_keys_out_of_version_control(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.post("味噌", datetime(2026, 1, 6, tzinfo=UTC))

    site.ok("init")

    assert "dkim/" in (site.folder / ".gitignore").read_text(encoding="utf-8").splitlines()
