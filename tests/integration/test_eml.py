"""The mail that a reader got, made again: sent to a real server, and held against what that took."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
import sqlalchemy as sa
from support.desk import desk
from support.pictures import painted
from support.rows import wish
from support.site import CONFIG, JST, Site
from support.smtp import Server as Smtp
from support.smtp import smtp_server

from publisher.errors import NotFound, StoreError, UsageError
from publisher.jobs.audience import Whom
from publisher.jobs.deliver import PostOffice, deliver
from publisher.jobs.digest import make_digest
from publisher.jobs.eml import eml
from publisher.jobs.letter import Outgoing
from publisher.jobs.send import make_one_off
from publisher.jobs.ways import Way, Ways
from publisher.mail import Signer, parse_address
from publisher.mail.dkim import KeyType
from publisher.mail.dkim_keys import new_pem, read_key
from publisher.mail.providers import Provider
from publisher.model.mailing import Issue
from publisher.model.server import Server
from publisher.schedule import prev_fire
from publisher.store import subscribers, suppressions, tables
from publisher.store.engine import Store
from publisher.struct import replace
from publisher.transport.smtp import SmtpTransport

MONDAY = datetime(2026, 11, 23, 9, 0, 0, 999_999, tzinfo=JST)
READERS = ("hanako@example.jp", "taro@gmail.com")
_SIGNER = Signer("midori.example", [("s1", read_key(new_pem(KeyType.ED25519)))])
OUTGOING = Outgoing(
    return_path=parse_address("bounces@midori.example"),
    web_url="https://便り.example.jp/",
    signer=lambda _domain: _SIGNER,
    verp=True,
    providers=(Provider.POSTMARK,),
)


@pytest.fixture
def smtp() -> Iterator[Smtp]:
    with smtp_server() as server:
        yield server


@pytest.fixture
def issue(site: Site, store: Store) -> Issue:
    """A digest of two variants, with a picture that travels in it."""
    site.write("config.yaml", CONFIG + "    images: attached\n")
    (site.folder / "絵.png").write_bytes(painted("PNG", 40, 20))
    post = site.post("味噌を仕込む", MONDAY - timedelta(days=1), title="味噌を仕込む日：大豆1kg")
    post.write_text(post.read_text().replace("categories:", "image: /絵.png\ncategories:"))
    site.post("図書館の棚", MONDAY - timedelta(days=2), categories="本")
    with store.write() as connection:
        for email, categories in zip(READERS, (None, ("本",)), strict=True):
            subscribers.subscribe(connection, wish(email, categories=categories), MONDAY, revive=True)
    with desk(site, MONDAY) as place:
        made = make_digest(place, store, at=MONDAY, now=MONDAY, prev_fire=prev_fire)
    assert made is not None
    return made


def send(store: Store, smtp: Smtp, now: datetime = MONDAY, outgoing: Outgoing = OUTGOING) -> None:
    transport = SmtpTransport("127.0.0.1", smtp.port)
    way = Way(("main",), outgoing)
    ways = Ways({"main": Server("main", connections=1)}, lambda _server: transport, lambda _newsletter: way)
    deliver(PostOffice(store, ways, lambda: now, chance=lambda: 0.5))


def unsigned(data: bytes) -> bytes:
    """Without the signatures, which stand first."""
    while data.startswith(b"DKIM-Signature:"):
        first, _, rest = data.partition(b"\r\n")
        while rest.startswith((b" ", b"\t")):
            _, _, rest = rest.partition(b"\r\n")
        assert first
        data = rest
    return data


def test_each_readers_mail_is_made_again_byte_for_byte_whatever_changed_since(
    site: Site, store: Store, smtp: Smtp, issue: Issue
) -> None:
    send(store, smtp)
    site.write("config.yaml", CONFIG.replace("みどりの便り", "別の便り").replace("tayori@", "other@"))
    site.post("味噌を仕込む", MONDAY, title="書き直した", body="書き直した。")
    (site.folder / "絵.png").unlink()

    assert sorted(smtp.recipients) == sorted(READERS)
    for reader, data in smtp.mails:
        assert data.startswith(b"DKIM-Signature:")
        assert eml(store, issue.id, reader) == unsigned(data)
    message = message_from_bytes(eml(store, issue.id, READERS[0]), policy=policy.default)
    assert message["Date"].datetime == MONDAY.replace(microsecond=0)
    assert "image/png" in {part.get_content_type() for part in message.walk()}


def test_each_attempt_has_the_date_of_the_first_and_the_last_one_is_what_is_shown(
    store: Store, smtp: Smtp, issue: Issue
) -> None:
    smtp.at_end = "451 4.3.0 後で"
    send(store, smtp)
    smtp.at_end = "250 OK"
    moved = Outgoing(web_url="https://moved.example.jp/")
    send(store, smtp, MONDAY + timedelta(days=1), moved)
    send(store, smtp, MONDAY + timedelta(days=2))

    for reader in READERS:
        first, second = (unsigned(data) for address, data in smtp.mails if address == reader)
        assert b"https://moved.example.jp/" in second
        assert eml(store, issue.id, reader) == second != first
        before, after = (message_from_bytes(data, policy=policy.default) for data in (first, second))
        assert before["Date"] == after["Date"]
        assert before["Message-ID"] == after["Message-ID"]


def test_the_date_is_that_of_the_first_whose_text_went_out(store: Store, smtp: Smtp, issue: Issue) -> None:
    smtp.refuse = {READERS[0]: "450 4.2.0 後で"}
    send(store, smtp)
    with pytest.raises(UsageError, match=r"not been handed over to hanako@example\.jp: it is deferred \(4\.2\.0"):
        eml(store, issue.id, READERS[0])
    smtp.refuse = {}
    later = MONDAY + timedelta(days=1)
    send(store, smtp, later)

    ((_, data),) = [one for one in smtp.mails if one[0] == READERS[0]]
    assert eml(store, issue.id, READERS[0]) == unsigned(data)
    assert message_from_bytes(data, policy=policy.default)["Date"].datetime == later.replace(microsecond=0)


def test_what_was_altered_in_the_ledger_is_no_proof(store: Store, smtp: Smtp, issue: Issue) -> None:
    send(store, smtp)
    with store.write() as connection:
        of_hanako = sa.select(tables.deliveries.c.variant_id).where(tables.deliveries.c.email == READERS[0])
        its = tables.variants.c.id == of_hanako.scalar_subquery()
        connection.execute(tables.variants.update().where(its).values(text="別の文"))

    with pytest.raises(StoreError, match=rf"the text kept of issue {issue.id} is not what was planned") as caught:
        eml(store, issue.id, READERS[0])

    assert f"publisher issue verify {issue.id}" in (caught.value.hint or "")
    assert eml(store, issue.id, READERS[1]), "another variant is as it was"


def test_a_one_off_to_a_stranger_is_made_again(site: Site, store: Store, smtp: Smtp, issue: Issue) -> None:
    with desk(site, MONDAY) as place:
        made = make_one_off(place, store, place.library.posts[0], Whom(("友人@例え.jp",)), now=MONDAY)
    assert made is not None
    assert made.id != issue.id
    send(store, smtp, outgoing=Outgoing())

    (reader,) = set(smtp.recipients) - set(READERS)
    ((_, data),) = [one for one in smtp.mails if one[0] == reader]
    assert eml(store, made.id, "友人@例え.jp") == data


def test_where_no_attempt_was_made_it_is_said(store: Store, issue: Issue) -> None:
    with pytest.raises(UsageError, match=r"has not been handed over to taro@gmail\.com: it is planned"):
        eml(store, issue.id, READERS[1])


def test_an_address_that_is_not_in_the_issue_is_not_found(store: Store, issue: Issue) -> None:
    with pytest.raises(NotFound, match=r"nobody@example\.jp"):
        eml(store, issue.id, "nobody@example.jp")
    with pytest.raises(NotFound, match="issue"):
        eml(store, 99, READERS[0])


def test_of_a_reader_who_asked_to_be_forgotten_nothing_is_made_again(store: Store, smtp: Smtp, issue: Issue) -> None:
    send(store, smtp)
    with store.write() as connection:
        suppressions.forget(connection, store.secret, READERS[0], datetime.now(UTC))
        erased = tables.deliveries.update().where(tables.deliveries.c.email == READERS[0])
        connection.execute(erased.values(email="", address_key="hmac:00", subscriber_id=None))

    with pytest.raises(UsageError, match="asked to be forgotten"):
        eml(store, issue.id, READERS[0])


OLD, NEW = b"o" * 32, b"n" * 32


def signed_by(*keys: bytes) -> Outgoing:
    return replace(OUTGOING, keys=lambda: keys)


def test_a_mail_that_was_tried_keeps_its_key_over_a_rotation_and_is_made_again_while_the_key_is_listed(
    store: Store, smtp: Smtp, issue: Issue
) -> None:
    smtp.at_end = "451 4.3.0 後で"
    send(store, smtp, MONDAY, signed_by(OLD))
    send(store, smtp, MONDAY + timedelta(days=1), signed_by(NEW, OLD))
    smtp.at_end = "250 OK"
    send(store, smtp, MONDAY + timedelta(days=2), signed_by(NEW, OLD))

    for reader in READERS:
        first, second, third = (unsigned(data) for address, data in smtp.mails if address == reader)
        assert first == second == third == eml(store, issue.id, reader, (NEW, OLD))
        for keys in ((NEW,), ()):
            with pytest.raises(UsageError, match=r"not in web\.secret_file any more"):
                eml(store, issue.id, reader, keys)


def test_a_mail_whose_key_is_gone_is_tried_again_with_the_new_one(store: Store, smtp: Smtp, issue: Issue) -> None:
    smtp.at_end = "451 4.3.0 後で"
    send(store, smtp, MONDAY, signed_by(OLD))
    smtp.at_end = "250 OK"
    send(store, smtp, MONDAY + timedelta(days=1), signed_by(NEW))

    first, second = (unsigned(data) for address, data in smtp.mails if address == READERS[0])
    assert second == eml(store, issue.id, READERS[0], (NEW,)) != first


def test_a_mail_from_before_there_were_keys_keeps_the_ledgers(store: Store, smtp: Smtp, issue: Issue) -> None:
    smtp.at_end = "451 4.3.0 後で"
    send(store, smtp, MONDAY)
    smtp.at_end = "250 OK"
    send(store, smtp, MONDAY + timedelta(days=1), signed_by(NEW))

    first, second = (unsigned(data) for address, data in smtp.mails if address == READERS[0])
    assert first == second == eml(store, issue.id, READERS[0], (NEW,))
