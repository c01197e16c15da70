"""What an editor is told by mail: through the ledger, once, and as nobody's reader."""

from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from support.desk import desk
from support.rows import wish
from support.site import CONFIG, JST, Site

from publisher.errors import ConfigError
from publisher.jobs import mailing
from publisher.jobs.deliver import PostOffice, deliver
from publisher.jobs.digest import make_digest
from publisher.jobs.letter import Outgoing
from publisher.jobs.notice import notify, of_missed
from publisher.jobs.ways import Way, Ways
from publisher.mail import Notice, NoticeKind
from publisher.model.mailing import DeliveryStatus, Issue, IssueStatus
from publisher.model.server import Server
from publisher.schedule import prev_fire
from publisher.store import deliveries, issues, manifests, subscribers, suppressions
from publisher.store.engine import Store
from publisher.transport.maildir import MaildirTransport

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=JST)
NOW = MONDAY + timedelta(days=4, hours=3)
pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


def told(site: Site, store: Store, url: str | None = None) -> Issue:
    with desk(site, NOW) as place:
        mailing.testify(place.library, store)
        with store.write() as connection:
            missed = of_missed(place, MONDAY, NOW)
            issue = notify(connection, store.secret, place, Notice(NoticeKind.MISSED, missed.values, url), NOW)
        mailing.testify(place.library, store)
    return issue


def delivered(store: Store, folder: Path) -> list[EmailMessage]:
    way = Way(("main",), Outgoing(web_url="https://mail.midori.example/"))
    ways = Ways({"main": Server("main")}, lambda _: MaildirTransport(folder), lambda _newsletter: way)
    deliver(PostOffice(store, ways, lambda: NOW))
    return [message_from_bytes(one.read_bytes(), policy=policy.default) for one in folder.glob("new/*")]


def test_the_editor_gets_one_mail_that_belongs_to_no_list(site: Site, store: Store, tmp_path: Path) -> None:
    site.write("config.yaml", CONFIG + '    editor: "編集長 <henshu@midori.example>"\n')

    issue = told(site, store)
    (mail,) = delivered(store, tmp_path / "box")

    assert (issue.newsletter, issue.number, issue.urgent, issue.recipients) == (None, None, True, 1)
    assert mail["To"].addresses[0].addr_spec == "henshu@midori.example"
    assert mail["Subject"] == "「みどりの便り」2026-11-23 09:00 JSTの号を送りませんでした"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert [name for name in mail if name.startswith("List-")] == []
    body = mail.get_body(("plain",))
    assert body is not None
    assert "newsletters.weekly.max_age" in body.get_content()
    assert "「みどりの便り」の編集担当の方" in body.get_content()
    with store.read() as connection:
        assert issues.get(connection, issue.id).status is IssueStatus.DONE
        made_of = manifests.of_issue(connection, issue.id)
    assert made_of is not None
    assert (list(made_of.templates), made_of.posts) == (["notice/ja"], ())


def test_without_an_editor_the_sender_is_told_in_the_newsletters_language(site: Site, store: Store) -> None:
    site.write("config.yaml", CONFIG + "    languages: [en]\n")

    issue = told(site, store, "https://mail.midori.example/approve/abc")

    with store.read() as connection:
        (one,) = deliveries.listed(connection, issue.id)
        variant = issues.variant(connection, one.variant_id)
    assert one.recipient.email == "tayori@midori.example"
    assert variant.rendered.subject == "みどりの便り of 2026-11-23 09:00 JST was not sent"
    assert "https://mail.midori.example/approve/abc" in variant.rendered.text
    assert 'href="https://mail.midori.example/approve/abc"' in variant.rendered.html


def test_what_an_editor_was_told_counts_as_no_post_and_no_number(site: Site, store: Store) -> None:
    site.post("霜の朝", MONDAY - timedelta(days=1))
    with store.write() as connection:
        wished = wish("tayori@midori.example")
        subscribers.subscribe(connection, wished, MONDAY - timedelta(days=7), revive=True)
    told(site, store)

    with desk(site, NOW) as place:
        issue = make_digest(place, store, at=MONDAY, now=NOW, prev_fire=prev_fire)

    assert issue is not None
    assert (issue.number, issue.recipients) == (1, 1)


def test_an_editor_who_is_suppressed_is_recorded_and_mailed_nothing(site: Site, store: Store, tmp_path: Path) -> None:
    with store.write() as connection:
        suppressions.add(connection, store.secret, "tayori@midori.example", "宛先不明", MONDAY)

    issue = told(site, store)

    assert delivered(store, tmp_path / "box") == []
    with store.read() as connection:
        (one,) = deliveries.listed(connection, issue.id)
    assert (one.status, one.reason) == (DeliveryStatus.SUPPRESSED, "宛先不明")


def test_what_is_told_is_gone_with_the_transaction_that_it_tells_of(site: Site, store: Store) -> None:
    def tell_and_fail() -> None:
        with desk(site, NOW) as place, store.write() as connection:
            notify(connection, store.secret, place, of_missed(place, MONDAY, NOW), NOW)
            raise RuntimeError("the period could not be recorded")

    with pytest.raises(RuntimeError):
        tell_and_fail()

    with store.read() as connection:
        assert issues.listed(connection) == []


def test_an_editor_that_is_no_mailbox_is_named_with_its_key(site: Site, store: Store) -> None:
    site.write("config.yaml", CONFIG + "    editor: a..b@midori.example\n")

    with pytest.raises(ConfigError) as caught:
        told(site, store)

    assert "newsletters.weekly.editor" in str(caught.value)
