"""The server and the daemon send letters, at once and exactly once, whatever dies."""

import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest
from support.serving import serve
from support.site import CONFIG, Site
from support.smtp import Server, smtp_server

from publisher.mail.tokens import stamp
from publisher.model.mailing import DeliveryStatus
from publisher.store import deliveries, issues
from publisher.store.engine import Store

WEB = "web: {url: https://midori.example/, sign_up: {per_ip: 1000}}\n"


@pytest.fixture
def server() -> Iterator[Server]:
    with smtp_server() as running:
        yield running


@pytest.fixture
def site(tmp_path: Path, server: Server) -> Iterator[Site]:
    made = Site(tmp_path / "site", {"PUBLISHER_MAIL__TRANSPORT": server.url})
    made.write("config.yaml", CONFIG + WEB)
    yield made
    made.stop()


def sign_up(site: Site, url: str, *emails: str) -> list[int]:
    store = Store(f"sqlite:///{site.folder / 'publisher.db'}")
    shown = stamp(store.secret, datetime.now(UTC) - timedelta(seconds=5))
    store.close()
    fields = [{"email": one, "newsletter": "weekly", "stamp": shown} for one in emails]
    return [httpx.post(f"{url}subscribe", data=one, trust_env=False, timeout=30).status_code for one in fields]


def wait_for(server: Server, number: int, seconds: float = 40.0) -> list[str]:
    end = monotonic() + seconds
    while len(server.mails) < number and monotonic() < end:
        sleep(0.05)
    return sorted(server.recipients)


def states(site: Site) -> dict[str, DeliveryStatus]:
    store = Store(f"sqlite:///{site.folder / 'publisher.db'}")
    with store.read() as connection:
        of = [one for issue in issues.listed(connection) for one in deliveries.listed(connection, issue.id)]
    store.close()
    return {one.recipient.email: one.status for one in of}


def test_the_server_alone_sends_what_asks_and_ends_cleanly(site: Site, server: Server) -> None:
    served = serve(site)

    assert sign_up(site, served.url, "hanako@example.jp") == [200]

    assert wait_for(server, 1) == ["hanako@example.jp"]
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(timeout=30) == 0
    assert states(site) == {"hanako@example.jp": DeliveryStatus.SENT}


def test_without_a_server_for_mail_nobody_is_let_in_to_wait_for_one(site: Site) -> None:
    del site.environ["PUBLISHER_MAIL__TRANSPORT"]
    served = serve(site)

    told = served.lines.until("nobody can sign up")
    assert "mail.transport" in told or "mail.transport" in served.lines.until("mail.transport")
    assert sign_up(site, served.url, "hanako@example.jp") == [503]


def test_a_letter_goes_once_though_two_go_their_rounds_and_one_is_killed(site: Site, server: Server) -> None:
    """The server holds the third message after its end: its answer never comes, and whoever waits for it is killed."""
    server.hold_after = 2
    emails = [f"r{number}@example.jp" for number in range(6)]
    first, second = serve(site), serve(site)
    assert set(sign_up(site, first.url, *emails[:3])) == {200}
    assert set(sign_up(site, second.url, *emails[3:])) == {200}
    assert server.held.wait(timeout=40)

    first.process.send_signal(signal.SIGKILL)
    first.process.wait()
    second.process.send_signal(signal.SIGKILL)
    second.process.wait()
    server.hold_after = None
    server.let_go.set()
    done = site.run("run", "--once")

    got = wait_for(server, 6)
    assert len(set(got)) == len(got), "nobody twice"
    after = states(site)
    assert sorted(after) == sorted(emails)
    unknown = {email for email, status in after.items() if status is DeliveryStatus.UNKNOWN}
    assert {email for email, status in after.items() if status is DeliveryStatus.SENT} == set(emails) - unknown
    assert set(emails) - unknown <= set(got)
    assert (done.code, bool(unknown)) in ((75, True), (0, False))
