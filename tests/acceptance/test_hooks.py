"""Providers post to the real server, which writes into the real ledger."""

import asyncio
import json
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from support.hooks import (
    HANAKO,
    MAILGUN_KEY,
    TOPIC,
    Sendgrid,
    Sns,
    basic,
    mailgun,
    mailgun_event,
    postmark_event,
    sendgrid_events,
    ses_bounce,
)
from support.rows import draft, wish
from support.serving import Served, asking, serve
from support.site import CONFIG, Site

from publisher.mail.verp import delivery_tokens
from publisher.model.mailing import Recipient, Rendered, Variant
from publisher.store import deliveries, issues, subscribers
from publisher.store.deliveries import Addressed
from publisher.store.engine import Store

WITH_AMAZON = """
import sys
from pathlib import Path
from publisher.app import open_app
from publisher.http import Response
from publisher.struct import replace
from publisher.web.server import serve
def say(text):
    print(text, file=sys.stderr, flush=True)
def fetch(url, *, limit_bytes, timeout):
    say(f"fetched {url}")
    return Response(url, 200, {}, Path("sns.pem").read_bytes())
serve(replace(open_app(None), fetch=fetch), "127.0.0.1:0", say)
"""
"""The server, with the certificate of Amazon SNS from a file: the real one is on the public net."""

TARO = "taro@example.jp"
PROVIDERS = ("ses", "postmark", "mailgun", "sendgrid")
POSTMARK = basic("midori", "合言葉")


@pytest.fixture(scope="module")
def sns() -> Sns:
    return Sns(datetime.now(UTC) - timedelta(days=1))


@pytest.fixture(scope="module")
def sendgrid() -> Sendgrid:
    return Sendgrid()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sns: Sns, sendgrid: Sendgrid) -> Iterator[Site]:
    """A site with all four providers."""
    events = {
        "ses": {"topics": [TOPIC]},
        "postmark": {"user": "midori", "password_file": "postmark"},
        "mailgun": {"key_file": "mailgun"},
        "sendgrid": {"public_key": sendgrid.public_key},
    }
    site = Site(tmp_path_factory.mktemp("site"))
    site.write("config.yaml", f"{CONFIG}mail: {{events: {json.dumps(events)}}}\n")
    site.write("sns.pem", sns.pem.decode())
    for name, secret in {"postmark": "合言葉", "mailgun": MAILGUN_KEY}.items():
        site.write(name, secret + "\n").chmod(0o600)
    yield site
    site.stop()


@pytest.fixture(scope="module")
def served(house: Site) -> Served:
    return Served(house, "-c", WITH_AMAZON)


@pytest.fixture
def mailed(house: Site) -> Site:
    """A fresh ledger with two readers who have been mailed."""
    for file in house.folder.glob("publisher.db*"):
        file.unlink()
    with closing(Store(f"sqlite:///{house.folder / 'publisher.db'}")) as store, store.write() as connection:
        now = datetime.now(UTC)
        issue = issues.insert(connection, draft("u1", now), now)
        rendered = Rendered("件名", "<p>本文</p>", "本文", "m4rk3r")
        variant = issues.insert_variant(connection, issue.id, Variant("k" * 64, ("tag:a",), "ja", rendered))
        for email in (HANAKO, TARO):
            subscribers.subscribe(connection, wish(email), now, revive=True)
        mails = [Addressed(Recipient(email, email), variant, f"<{email}>") for email in (HANAKO, TARO)]
        deliveries.insert(connection, issue.id, mails)
    with closing(sqlite3.connect(house.folder / "publisher.db")) as ledger, ledger:
        ledger.execute("UPDATE deliveries SET status = 'sent'")
    return house


@pytest.fixture
def client(served: Served, mailed: Site) -> Iterator[httpx.Client]:
    assert mailed.folder.exists()
    with asking(served) as client:
        # What was said of one test is said anew in the next.
        client.post("/hooks/postmark", content=b"{}", headers=POSTMARK)
        client.post("/hooks/mailgun", content=mailgun({}, datetime.now(UTC)))
        yield client


def rows(site: Site, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(site.folder / "publisher.db")) as ledger:
        return ledger.execute(query).fetchall()


def token(site: Site, email: str = HANAKO) -> str:
    """What names the mail to an address."""
    (secret,) = rows(site, "SELECT value FROM meta WHERE key = 'secret'")[0]
    (number,) = rows(site, f"SELECT id FROM deliveries WHERE email = '{email}'")[0]
    assert isinstance(number, int)
    return delivery_tokens(bytes.fromhex(str(secret)))(number)


def bounced(site: Site) -> list[tuple[object, ...]]:
    return rows(site, "SELECT address_key, kind, source FROM bounces ORDER BY id")


def suppressed(site: Site) -> list[tuple[object, ...]]:
    return rows(site, "SELECT address_key, kind FROM suppressions ORDER BY address_key")


def reads(site: Site, email: str) -> bool:
    query = "SELECT email FROM subscribers JOIN subscriptions ON subscriber_id = subscribers.id"
    return (email,) in rows(site, f"{query} WHERE status = 'confirmed'")


def posts(site: Site, sns: Sns, sendgrid: Sendgrid) -> dict[str, tuple[bytes, dict[str, str]]]:
    """A hard bounce as each provider tells it, signed."""
    now, named = datetime.now(UTC), token(site)
    failed = {"severity": "permanent", "reason": "bounce", "delivery-status": {"code": 550, "message": "5.1.1 no"}}
    batch = sendgrid_events(named, {"event": "bounce", "type": "bounce", "reason": "550 5.1.1 宛先不明"})
    return {
        "ses": (sns.notification(ses_bounce(named, status="5.1.1"), now), {"content-type": "text/plain"}),
        "postmark": (postmark_event(named, "Bounce", Type="HardBounce", Details="550 5.1.1 宛先不明"), POSTMARK),
        "mailgun": (mailgun(mailgun_event(named, "failed", **failed), now), {}),
        "sendgrid": (batch, sendgrid.headers(batch, now)),
    }


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_hard_bounce_suppresses_the_reader_and_told_twice_it_counts_once(
    provider: str, mailed: Site, client: httpx.Client, sns: Sns, sendgrid: Sendgrid
) -> None:
    body, headers = posts(mailed, sns, sendgrid)[provider]

    answers = [client.post(f"/hooks/{provider}", content=body, headers=headers) for _ in range(2)]

    assert [(one.status_code, one.text) for one in answers] == [(200, "Taken.\n")] * 2
    assert bounced(mailed) == [(HANAKO, "hard", provider)]
    assert suppressed(mailed) == [(HANAKO, "hard")]
    assert reads(mailed, TARO)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_is_not_signed_is_refused_told_once_and_changes_nothing(
    provider: str, mailed: Site, served: Served, client: httpx.Client, sns: Sns, sendgrid: Sendgrid
) -> None:
    good, headers = posts(mailed, sns, sendgrid)[provider]
    forged = good.replace(b"+", b"-").replace(b'"signature": "', b'"signature": "0') if provider != "postmark" else good
    forged = forged.replace(b'"Type": "Notification"', b'"Type": "Notification", "MessageId": "1"')
    headers = {} if provider in ("postmark", "sendgrid") else headers

    answers = [client.post(f"/hooks/{provider}", content=forged, headers=headers) for _ in range(3)]

    assert {one.status_code for one in answers} == {401 if provider == "postmark" else 403}
    assert (bounced(mailed), suppressed(mailed)) == ([], [])
    served.lines.told(f"a post to /hooks/{provider} is not believed: ")
    client.post("/hooks/mailgun", content=mailgun({}, datetime.now(UTC) - timedelta(days=9)))
    served.lines.told("a post to /hooks/mailgun is not believed: ")


def test_who_leaves_by_the_providers_link_leaves_the_newsletter(mailed: Site, client: httpx.Client) -> None:
    body = mailgun(mailgun_event(token(mailed), "unsubscribed"), datetime.now(UTC))

    assert client.post("/hooks/mailgun", content=body).status_code == 200

    assert (reads(mailed, HANAKO), reads(mailed, TARO)) == (False, True)
    assert suppressed(mailed) == []


def test_a_complaint_suppresses_and_ends_every_subscription(mailed: Site, client: httpx.Client) -> None:
    body = postmark_event(token(mailed), "SpamComplaint")

    assert client.post("/hooks/postmark", content=body, headers=POSTMARK).status_code == 200

    assert suppressed(mailed) == [(HANAKO, "complaint")]
    assert not reads(mailed, HANAKO)


def test_an_event_settles_what_is_unknown(mailed: Site, client: httpx.Client, sendgrid: Sendgrid) -> None:
    with closing(sqlite3.connect(mailed.folder / "publisher.db")) as ledger, ledger:
        ledger.execute("UPDATE deliveries SET status = 'unknown'")
    body = sendgrid_events(token(mailed), {"event": "delivered", "response": "250 OK"})

    client.post("/hooks/sendgrid", content=body, headers=sendgrid.headers(body, datetime.now(UTC)))

    found = rows(mailed, "SELECT email, status, settled_by FROM deliveries ORDER BY email")
    assert found == [(HANAKO, "sent", "event"), (TARO, "unknown", None)]


def test_what_is_about_no_mail_of_ours_is_taken_and_said_once(
    mailed: Site, served: Served, client: httpx.Client
) -> None:
    bodies = [postmark_event("another", "Bounce", Type="HardBounce", Email=f"{n}@example.jp") for n in range(3)]

    answers = [client.post("/hooks/postmark", content=body, headers=POSTMARK) for body in bodies]
    client.post("/hooks/postmark", content=b"{}", headers=basic("midori", "x"))

    assert {one.status_code for one in answers} == {200}
    served.lines.told("postmark tells of mails that this ledger did not send")
    served.lines.told("a post to /hooks/postmark is not believed: ")
    assert suppressed(mailed) == []


def test_a_ledger_that_is_held_makes_the_provider_come_again(
    mailed: Site, served: Served, client: httpx.Client
) -> None:
    body = postmark_event(token(mailed), "Bounce", Type="HardBounce")
    with closing(sqlite3.connect(mailed.folder / "publisher.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        held = client.post("/hooks/postmark", content=body, headers=POSTMARK)
        other.execute("ROLLBACK")

    again = client.post("/hooks/postmark", content=body, headers=POSTMARK)

    assert (held.status_code, held.headers["retry-after"], again.status_code) == (503, "60", 200)
    served.lines.until("a post to /hooks/postmark was told to come again: the ledger is held")
    assert suppressed(mailed) == [(HANAKO, "hard")]


def test_a_subscription_to_a_topic_is_confirmed(served: Served, client: httpx.Client, sns: Sns) -> None:
    body = sns.confirmation("SubscriptionConfirmation", datetime.now(UTC))

    assert client.post("/hooks/ses", content=body).status_code == 200

    served.lines.until("fetched https://sns.ap-northeast-1.amazonaws.com/?Action=ConfirmSubscription")
    served.lines.until(f"subscribed to {TOPIC}")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "OPTIONS"])
def test_only_post_is_taken_and_the_answer_is_safe(method: str, client: httpx.Client) -> None:
    answer = client.request(method, "/hooks/ses")

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    for one in (answer, client.post("/hooks/ses", content=b"{}")):
        assert one.headers["x-content-type-options"] == "nosniff"
        assert one.headers["cache-control"] == "no-store"


def test_a_provider_that_is_not_configured_has_no_address(site: Site) -> None:
    site.write("config.yaml", CONFIG)
    with asking(serve(site)) as client:
        assert {client.post(f"/hooks/{provider}", content=b"{}").status_code for provider in PROVIDERS} == {404}


def test_below_the_path_of_the_web_address_they_are_found_as_well(mailed: Site) -> None:
    under = replace(mailed, environ={"PUBLISHER_WEB__URL": "https://midori.example/mail/"})

    with asking(serve(under)) as client:
        assert client.post("/mail/hooks/postmark", content=b"{}", headers=POSTMARK).status_code == 200
        assert client.post("/hooks/postmark", content=b"{}", headers=POSTMARK).status_code == 200
        assert client.post("/hooks/brevo", content=b"{}", headers=POSTMARK).status_code == 404


@pytest.mark.parametrize("body", [b"", b"[" * 100_000, b"\xff\x00", b"{", b'{"signature": 1}', b"[[]]"])
def test_garbage_is_refused_and_is_no_fault_of_the_server(body: bytes, client: httpx.Client) -> None:
    answers = {client.post(f"/hooks/{provider}", content=body).status_code for provider in PROVIDERS}

    assert answers <= {400, 401, 403}


def test_a_body_without_end_is_cut_off(client: httpx.Client) -> None:
    answer = client.post("/hooks/sendgrid", content=b"[" + b" " * 1024 * 1024 + b"]")

    assert (answer.status_code, answer.headers["connection"]) == (413, "close")


def test_many_large_bodies_at_once_are_put_off_before_they_fill_the_memory(
    served: Served, client: httpx.Client
) -> None:
    head = b"POST /hooks/sendgrid HTTP/1.1\r\nHost: a\r\nContent-Length: 1048576\r\n\r\n"
    before = served.memory

    async def answers() -> list[bytes]:
        streams = [await asyncio.open_connection(served.host, served.port) for _ in range(60)]
        for _, writer in streams:
            writer.write(head + b" " * 1_048_000)
        first = [asyncio.create_task(reader.readline()) for reader, _ in streams]
        done, _ = await asyncio.wait(first, timeout=5, return_when=asyncio.FIRST_COMPLETED)
        found = [task.result() for task in done]
        for _, writer in streams:
            writer.close()
        return found

    assert any(b" 503 " in line for line in asyncio.run(answers()))
    assert served.memory - before < 120
    assert client.post("/hooks/postmark", content=b"{}", headers=POSTMARK).status_code == 200


def test_who_hangs_up_in_the_middle_holds_up_nobody(served: Served, client: httpx.Client) -> None:
    with socket.create_connection((served.host, served.port)) as caller:
        caller.sendall(b"POST /hooks/mailgun HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n{")

    assert client.post("/hooks/postmark", content=b"{}", headers=POSTMARK).status_code == 200


@pytest.mark.parametrize(
    ("file", "mode", "text", "told"),
    [
        ("mailgun", 0o644, MAILGUN_KEY, "chmod 600"),
        ("postmark", 0o600, "", "is empty"),
        ("postmark", 0o600, None, "EVENTS__POSTMARK__PASSWORD_FILE"),
    ],
)
def test_a_secret_that_is_none_is_refused_when_the_server_starts(
    file: str, mode: int, text: str | None, told: str, mailed: Site
) -> None:
    key = {"mailgun": "MAILGUN__KEY_FILE", "postmark": "POSTMARK__PASSWORD_FILE"}[file]
    if text is not None:
        mailed.write("other", text).chmod(mode)
    else:
        (mailed.folder / "other").unlink(missing_ok=True)

    done = mailed.run("serve", "--listen", "127.0.0.1:0", **{f"PUBLISHER_MAIL__EVENTS__{key}": "other"})

    assert (done.code, told in done.err) == (78, True)
    assert MAILGUN_KEY not in done.err


def test_a_key_that_is_none_is_refused_when_the_server_starts(mailed: Site) -> None:
    done = mailed.run("serve", "--listen", "127.0.0.1:0", PUBLISHER_MAIL__EVENTS__SENDGRID__PUBLIC_KEY="MFkw")

    assert done.code == 78
    assert "MAIL__EVENTS__SENDGRID__PUBLIC_KEY" in done.err
