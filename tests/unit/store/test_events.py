"""What happens to readers and issues is told once, with what made it happen, and names nobody by address."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa
from support.planned import ended
from support.rows import wish

from publisher.model.event import Event, EventKind, Happening
from publisher.model.mailing import DeliveryStatus, Issue, IssueStatus
from publisher.store import events, issues, subscribers, tables
from publisher.store.engine import Store
from publisher.store.finish import finish
from publisher.store.reader_tables import events as table
from publisher.store.reader_tables import hook_posts, hooks

HANAKO = "hanako@example.jp"


def told(store: Store) -> list[Event]:
    with store.read() as connection:
        return events.after(connection, 0, 100)


def hook(connection: sa.Connection, name: str, *kinds: EventKind, ended_at: datetime | None = None) -> None:
    values = {"name": name, "url": "https://a.example/", "kinds": f" {' '.join(kinds)} ", "words": ""}
    connection.execute(hooks.insert().values(**values, failures=0, ended_at=ended_at))


def test_who_comes_leaves_and_comes_back_is_told_each_time_and_only_then(store: Store, now: datetime) -> None:
    with store.write() as connection:
        for newsletter in ("weekly", "books"):
            subscribers.subscribe(connection, wish(newsletter=newsletter), now, revive=True)
        subscribers.subscribe(connection, wish(newsletter="books"), now, revive=True)
        assert subscribers.unsubscribe(connection, HANAKO, "books", now, by="reader") == 1
        assert subscribers.unsubscribe(connection, HANAKO, "books", now, by="reader") == 0
        subscribers.subscribe(connection, wish(newsletter="books"), now, revive=False)
        subscribers.subscribe(connection, wish(newsletter="books"), now, revive=True, source="api")
        subscribers.unsubscribe(connection, HANAKO, None, now, by="complaint")

    found = [(one.kind.removeprefix("subscriber."), one.newsletter, one.data) for one in told(store)]
    assert found[:4] == [
        ("confirmed", "weekly", {"source": "operator"}),
        ("confirmed", "books", {"source": "operator"}),
        ("unsubscribed", "books", {"by": "reader"}),
        ("confirmed", "books", {"source": "api"}),
    ]
    assert {name for _, name, _ in found[4:]} == {"books", "weekly"}
    assert {one.email for one in told(store)} == {HANAKO}
    assert len({one.uid for one in told(store)}) == 6


def test_of_an_import_and_of_what_was_undone_nothing_is_told(store: Store, now: datetime) -> None:
    with store.write() as connection:
        subscribers.subscribe(connection, wish(), now, revive=False, source=None)
    with store.write() as connection:
        subscribers.unsubscribe(connection, HANAKO, None, now)
        connection.rollback()

    assert told(store) == []


def test_events_keep_no_address_and_outlive_the_reader(store: Store, now: datetime) -> None:
    with store.write() as connection:
        subscribers.subscribe(connection, wish(), now, revive=True)
    with store.read() as connection:
        kept = repr(connection.execute(sa.select(table)).all())
        assert not re.search("hanako|花子", kept)
        reader = subscribers.find(connection, HANAKO)
        assert reader is not None
        assert [one.name for one in events.of_subscriber(connection, reader.id)] == ["山田 花子"]
    with store.write() as connection:
        connection.execute(tables.subscribers.delete())

    (left,) = told(store)
    assert (left.subscriber_id, left.email, left.name, left.newsletter) == (None, None, None, "weekly")


def test_the_feed_of_events_goes_on_where_it_was_left(store: Store, now: datetime) -> None:
    with store.write() as connection:
        many = [Happening(EventKind.CONFIRMED, now + timedelta(seconds=n), data={"n": n}) for n in range(2500)]
        events.record_all(connection, many)

    with store.read() as connection:
        first = events.after(connection, 0, 2000)
        rest = events.after(connection, first[-1].id, 2000)
        assert events.get(connection, rest[-1].id) == rest[-1]
    assert [one.data["n"] for one in first + rest] == list(range(2500))
    assert rest[-1].at == now + timedelta(seconds=2499)


def test_each_hook_that_is_there_gets_a_post_of_the_kinds_it_wants(store: Store, now: datetime) -> None:
    with store.write() as connection:
        events.record(connection, EventKind.CONFIRMED, now)
        hook(connection, "all", *EventKind)
        hook(connection, "issues", EventKind.ISSUE_SENT)
        hook(connection, "gone", *EventKind, ended_at=now)
        events.record_all(connection, [Happening(EventKind.CONFIRMED, now), Happening(EventKind.ISSUE_SENT, now)])

    with store.read() as connection:
        rows = connection.execute(sa.select(hook_posts).order_by(hook_posts.c.id)).all()
    _, second, third = (one.id for one in told(store))
    assert sorted((row.event_id, row.hook) for row in rows) == [(second, "all"), (third, "all"), (third, "issues")]
    assert {(row.status, row.attempts, row.due_at) for row in rows} == {("waiting", 0, now)}


def test_an_issue_that_is_done_is_told_with_what_became_of_its_mails(
    store: Store, make_issue: Callable[..., Issue], now: datetime
) -> None:
    issue = make_issue("a@x.jp", "b@x.jp", "c@x.jp")
    ended(store, issue, DeliveryStatus.SENT, now, "a@x.jp", "b@x.jp")
    with store.write() as connection:
        assert finish(connection, now) == []
    assert told(store) == []
    ended(store, issue, DeliveryStatus.FAILED, now, "c@x.jp")
    with store.write() as connection:
        assert finish(connection, now) == [issue.id]
        assert finish(connection, now) == []

    (one,) = told(store)
    assert (one.kind, one.issue_id, one.newsletter, one.at) == (EventKind.ISSUE_SENT, issue.id, "weekly", now)
    assert one.data == {
        "uid": "u1",
        "kind": "digest",
        "number": 1,
        "recipients": 3,
        "counts": {"sent": 2, "failed": 1},
    }
    with store.write() as connection:
        issues.move(connection, issue.id, IssueStatus.SENDING)
        finish(connection, now)
    assert len(told(store)) == 2


def test_mails_to_one_person_are_nobodys_news(store: Store, make_issue: Callable[..., Issue], now: datetime) -> None:
    for uid, changes in (("test", {"urgent": True}), ("notice", {"newsletter": None})):
        issue = make_issue("a@x.jp", uid=uid, since=None, **changes)
        ended(store, issue, DeliveryStatus.SENT, now, "a@x.jp")
    with store.write() as connection:
        assert len(finish(connection, now)) == 2

    assert told(store) == []
