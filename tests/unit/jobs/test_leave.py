"""Leaving, in the ledger."""

from datetime import datetime, timedelta

import pytest

from publisher.jobs.leave import BY_READER, Visitor, exits, leave, masked, visit
from publisher.mail import parse_address
from publisher.mail.tokens import Leave, Signing, leave_token
from publisher.model.newsletter import Frequency
from publisher.model.reader import Subscription
from publisher.store import subscribers, suppressions
from publisher.store.engine import Store
from publisher.store.subscribers import Wish

HANAKO = "Hanako@Example.JP"


def subscribe(store: Store, now: datetime, *newsletters: str, email: str = HANAKO, language: str | None = None) -> None:
    address = parse_address(email)
    with store.write() as connection:
        for name in newsletters:
            wish = Wish(address.email, address.key, name, Frequency.WEEKLY, "yes", language=language)
            subscribers.subscribe(connection, wish, now, revive=True)


def subscriptions(store: Store, email: str = HANAKO) -> dict[str, Subscription]:
    with store.read() as connection:
        found = subscribers.listed(connection, address_key=parse_address(email).key)
    return {one.newsletter: one for one in found}


def suppressed(store: Store, email: str) -> str | None:
    with store.read() as connection:
        return suppressions.reason_of(connection, store.secret, parse_address(email).key)


def statuses(store: Store, email: str = HANAKO) -> dict[str, str]:
    return {name: str(one.status) for name, one in subscriptions(store, email).items()}


def ours(store: Store) -> Signing:
    return Signing(store.secret, (store.secret,), (store.secret,))


def token(store: Store, newsletter: str | None, email: str = HANAKO) -> str:
    return leave_token(store.secret, newsletter, parse_address(email).email)


def test_a_token_ends_one_subscription_and_others_stay(store: Store, now: datetime) -> None:
    subscribe(store, now, "weekly", "daily")
    subscribe(store, now, "weekly", email="taro@example.jp")

    before = visit(store, ours(store), token(store, "weekly"))
    assert before is not None
    leave(store, before.who, now, everything=False)

    assert before == Visitor(Leave("weekly", "Hanako@example.jp"), None, is_gone=False)
    assert statuses(store) == {"daily": "confirmed", "weekly": "unsubscribed"}
    assert statuses(store, "taro@example.jp") == {"weekly": "confirmed"}
    assert suppressed(store, HANAKO) is None


def test_everything_is_every_subscription(store: Store, now: datetime) -> None:
    subscribe(store, now, "weekly", "daily")

    leave(store, Leave("weekly", "hanako@example.jp"), now, everything=True)

    assert set(statuses(store).values()) == {"unsubscribed"}
    assert suppressed(store, HANAKO) is None, "she may come back"


def test_looking_changes_nothing_and_tells_the_language(store: Store, now: datetime) -> None:
    subscribe(store, now, "weekly", language="ja")

    seen = [visit(store, ours(store), token(store, "weekly")) for _ in range(3)]

    assert seen == [Visitor(Leave("weekly", "Hanako@example.jp"), "ja", is_gone=False)] * 3
    assert statuses(store) == {"weekly": "confirmed"}


def test_the_first_time_counts_and_further_ones_are_the_same(store: Store, now: datetime) -> None:
    import sqlalchemy as sa

    from publisher.store.tables import subscriptions as table

    subscribe(store, now, "weekly")
    who = Leave("weekly", "hanako@example.jp")

    for days in range(3):
        leave(store, who, now + timedelta(days=days), everything=False)

    with store.read() as connection:
        left = connection.scalars(sa.select(table.c.unsubscribed_at)).all()
    assert left == [now]
    seen = visit(store, ours(store), token(store, "weekly"))
    assert seen is not None
    assert seen.is_gone


def test_who_subscribes_again_is_a_reader_and_can_leave_by_an_old_mail(store: Store, now: datetime) -> None:
    subscribe(store, now, "weekly")
    leave(store, Leave("weekly", "hanako@example.jp"), now, everything=False)
    subscribe(store, now + timedelta(days=1), "weekly")

    assert statuses(store) == {"weekly": "confirmed"}
    leave(store, Leave("weekly", "hanako@example.jp"), now + timedelta(days=2), everything=False)
    assert statuses(store) == {"weekly": "unsubscribed"}


def test_a_stranger_gets_no_mail_any_more(store: Store, now: datetime) -> None:
    before = visit(store, ours(store), token(store, None, "yoso@example.jp"))
    assert before == Visitor(Leave(None, "yoso@example.jp"), None, is_gone=False)

    for _ in range(2):
        leave(store, before.who, now, everything=False)

    assert suppressed(store, "yoso@example.jp") == BY_READER
    after = visit(store, ours(store), token(store, None, "yoso@example.jp"))
    assert after is not None
    assert after.is_gone


def test_a_reader_whom_the_ledger_does_not_know_leaves_as_well(store: Store, now: datetime) -> None:
    seen = visit(store, ours(store), token(store, "weekly"))

    assert seen == Visitor(Leave("weekly", "Hanako@example.jp"), None, is_gone=True)
    leave(store, seen.who, now, everything=False)
    assert statuses(store) == {}


def test_a_token_of_another_ledger_is_nobodys(store: Store) -> None:
    assert visit(store, ours(store), leave_token(b"x" * 32, "weekly", HANAKO)) is None
    assert visit(store, ours(store), "") is None


@pytest.mark.parametrize(
    ("web_url", "page"),
    [
        ("https://midori.example", "https://midori.example/unsubscribe/"),
        ("https://midori.example/mail/", "https://midori.example/mail/unsubscribe/"),
        ("https://みどり.example/庭", "https://xn--p9j0b8a.example/%E5%BA%AD/unsubscribe/"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/unsubscribe/"),
    ],
)
def test_the_way_out_in_a_header_is_another_than_that_in_the_body(web_url: str, page: str) -> None:
    shown, posted = exits(web_url, b"x" * 32, "weekly", HANAKO)

    assert shown == page + leave_token(b"x" * 32, "weekly", HANAKO)
    assert shown.isascii()
    assert posted == (f"{shown}/one-click" if web_url.startswith("https:") else None)


@pytest.mark.parametrize(
    ("email", "shown"),
    [
        ("hanako@example.jp", "h…@example.jp"),
        ("a@example.jp", "a…@example.jp"),
        ("三浦@xn--wgv71a119e.jp", "三…@日本語.jp"),
        ('"a..b"@docomo.ne.jp', "a…@docomo.ne.jp"),
        ("a@xn--zz.example", "a…@xn--zz.example"),
    ],
)
def test_an_address_is_shown_so_that_only_its_owner_knows_it(email: str, shown: str) -> None:
    assert masked(email) == shown
