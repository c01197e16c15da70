"""An editor lets an issue go by the page whose address they got by mail: over HTTP, out of a real ledger."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from support.browser import browser
from support.plans import own_desk
from support.rows import wish
from support.serving import Served, asking, serve
from support.site import CONFIG, Site, days_ago
from support.smtp import Server

from publisher.jobs.due import due_periods, make_due
from publisher.jobs.notice import APPROVABLE, approval_url
from publisher.mail.tokens import leave_token
from publisher.model.mailing import IssueStatus
from publisher.model.newsletter import Frequency
from publisher.schedule import prev_fire
from publisher.store import subscribers
from publisher.store.engine import Store

WEB = "https://midori.example/mail/"
MONTH = timedelta(days=30)


def prepared(site: Site) -> tuple[str, str]:
    """A site with an issue that waits: the path of its page, and of one that was made too long ago."""
    now = days_ago(0)
    daily = CONFIG.replace('weekly: "mon 09:00"', f'daily: "{now - timedelta(minutes=2):%H:%M}"')
    site.write("config.yaml", f'{daily}    approve: true\nweb: {{url: "{WEB}"}}\n')
    site.post("雪の朝", days_ago(0.3), title="雪の<朝>")
    with closing(Store(f"sqlite:///{site.folder / 'publisher.db'}")) as store:
        with store.write() as connection:
            for email in ("hanako@example.jp", "taro@example.jp"):
                subscribers.subscribe(connection, wish(email, frequency=Frequency.DAILY), now - MONTH, revive=True)
        with own_desk(site, now) as place:
            due = due_periods(store, [place.newsletter], now, prev_fire)
            (issue,), errors = make_due(place.library, store, place.templates, due, now=now, prev_fire=prev_fire)
        assert (errors, issue.status) == ([], IssueStatus.AWAITING)
        urls = [approval_url(WEB, store.secret, issue, moment) for moment in (now, now - APPROVABLE)]
    page, expired = (urlsplit(url).path for url in urls)
    return page, expired


@pytest.fixture
def paths(site: Site) -> tuple[str, str]:
    return prepared(site)


@pytest.fixture
def served(site: Site, paths: tuple[str, str]) -> Served:
    assert paths
    return serve(site)


@pytest.fixture
def client(served: Served) -> Iterator[httpx.Client]:
    with asking(served) as client:
        yield client


def status(site: Site) -> str:
    """How the digest stands."""
    with closing(sqlite3.connect(site.folder / "publisher.db")) as ledger:
        (found,) = ledger.execute("SELECT status FROM issues WHERE newsletter = 'weekly' AND number = 1").fetchone()
        return str(found)


def test_looking_changes_nothing_and_one_button_sends_once(
    site: Site, smtp: Server, paths: tuple[str, str], client: httpx.Client
) -> None:
    page, expired = paths
    ja = {"accept-language": "ja"}

    shown, head = client.get(page, headers=ja), client.head(page)
    frame = client.get(f"{page}/1")
    late = client.post(expired, data={"decision": "send"}, headers=ja)
    nothing = client.post(page, data={"decision": "maybe"})
    assert status(site) == "awaiting"

    assert (shown.status_code, head.status_code, late.status_code, nothing.status_code) == (200, 200, 410, 400)
    for words in ("「みどりの便り」第1号を送りますか", "雪の&lt;朝&gt;", "2通を送る", "no-postal-address"):
        assert words in shown.text
    assert "hanako" not in shown.text + frame.text
    assert (shown.headers["cache-control"], shown.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert shown.headers["x-robots-tag"] == "noindex, nofollow"
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    assert "'unsafe-inline'" not in shown.headers["content-security-policy"]
    assert "雪の&lt;朝&gt;" in frame.text
    assert "sandbox" in frame.headers["content-security-policy"]
    assert "publisher issue resume" in late.text

    sent = client.post(page, data={"decision": "send"}, headers=ja)
    again = client.post(page, data={"decision": "cancel"}, headers=ja)

    assert "第1号を送ります" in sent.text
    assert "いまの状態：送信中" in again.text
    assert status(site) == "sending"
    site.ok("deliver")
    assert sorted(smtp.recipients) == ["hanako@example.jp", "taro@example.jp", "tayori@midori.example"]


def test_a_token_of_another_kind_opens_nothing_and_no_leads_to_the_next_issue(
    site: Site, smtp: Server, paths: tuple[str, str], served: Served, client: httpx.Client, tmp_path: Path
) -> None:
    page, expired = paths
    with closing(Store(f"sqlite:///{site.folder / 'publisher.db'}")) as store:
        foreign = leave_token(store.secret, "weekly", "hanako@example.jp")
    for path in (f"/approve/{foreign}", page[:-3], "/approve/x", f"{page}/99", f"{expired}/1", f"{page[:-3]}/1"):
        assert client.get(path).status_code == 404
    assert status(site) == "awaiting"

    with browser(tmp_path / "profile") as tab:
        tab.look(width=375, height=700, phone=True)
        tab.open(f"{served.url.rstrip('/')}{page}")
        high = tab.tell("document.querySelector('button').getBoundingClientRect().height")
        wide = tab.tell("document.documentElement.scrollWidth")
        complaints = tab.complaints
        tab.follow("document.querySelector('button.other').click()")
        said = tab.tell("document.querySelector('h1').textContent")

    assert (complaints, high >= 44, wide <= 375) == ([], True, True)
    assert said == "No. 1 of みどりの便り will not be sent"
    assert status(site) == "cancelled"
    site.ok("digest", "weekly", "--yes")
    assert smtp.mails, "its posts are given back"
