"""Destinations that are left alone, on both databases."""

from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa

from publisher.model.mailing import DeliveryStatus, Issue
from publisher.store import destinations, tables
from publisher.store.engine import Store

MakeIssue = Callable[..., Issue]
HOUR = timedelta(hours=1)


def due(store: Store) -> dict[str, datetime | None]:
    with store.read() as connection:
        rows = connection.execute(sa.select(tables.deliveries.c.email, tables.deliveries.c.due_at))
        return {row.email: row.due_at for row in rows}


def test_several_connections_that_hear_one_refusal_make_one_stop(store: Store, now: datetime) -> None:
    with store.write() as connection:
        first = destinations.stop(connection, "gmail.com", "5.7.1 blocked", now + HOUR, now)
        second = destinations.stop(connection, "gmail.com", "5.7.1 also", now + 2 * HOUR, now)

    assert first == second == destinations.Stop("gmail.com", "5.7.1 blocked", now + HOUR, 1)


def test_a_stop_that_is_over_is_remembered_until_a_mail_is_taken(store: Store, now: datetime) -> None:
    with store.write() as connection:
        destinations.stop(connection, "gmail.com", "5.7.1", now + HOUR, now)
        again = destinations.stop(connection, "gmail.com", "5.7.1", now + 3 * HOUR, now + HOUR)
    assert again.stops == 2

    with store.read() as connection:
        assert list(destinations.stopped(connection, now + 2 * HOUR)) == ["gmail.com"]
        assert destinations.stopped(connection, now + 3 * HOUR) == {}
        assert destinations.known(connection)["gmail.com"].stops == 2
    with store.write() as connection:
        destinations.release(connection, "gmail.com", now + 3 * HOUR)
        assert destinations.known(connection) == {}


def test_what_a_stopped_destination_would_get_is_held_and_let_go_again(
    store: Store, make_issue: MakeIssue, now: datetime
) -> None:
    make_issue("a@gmail.com", "b@googlemail.com", "c@docomo.ne.jp", "d@gmail.com", "e@mail.gmail.com")
    sent = tables.deliveries.update().where(tables.deliveries.c.email == "d@gmail.com")
    with store.write() as connection:
        connection.execute(sent.values(status=DeliveryStatus.SENT))
        destinations.stop(connection, "gmail.com", "5.7.1", now + HOUR, now)
        assert destinations.hold(connection, "gmail.com", now + HOUR, most=1) == 1
        assert destinations.hold(connection, "gmail.com", now + HOUR) == 1
        assert destinations.hold(connection, "gmail.com", now + HOUR) == 0

    held = {email for email, moment in due(store).items() if moment == now + HOUR}
    assert held == {"a@gmail.com", "b@googlemail.com"}
    with store.write() as connection:
        destinations.release(connection, "gmail.com", now)
    assert {due(store)[email] for email in held} == {now}
    assert due(store)["c@docomo.ne.jp"] is None


def test_a_deferred_mail_that_is_due_later_than_the_stop_stays_so(
    store: Store, make_issue: MakeIssue, now: datetime
) -> None:
    make_issue("a@rose.ocn.ne.jp", "b@ocn.ne.jp")
    late = tables.deliveries.update().where(tables.deliveries.c.email == "b@ocn.ne.jp")
    with store.write() as connection:
        connection.execute(late.values(status=DeliveryStatus.DEFERRED, due_at=now + 4 * HOUR))
        destinations.stop(connection, "ocn.ne.jp", "5.7.1", now + HOUR, now)
        destinations.hold(connection, "ocn.ne.jp", now + HOUR)

    assert due(store) == {"a@rose.ocn.ne.jp": now + HOUR, "b@ocn.ne.jp": now + 4 * HOUR}


def test_a_mail_in_somebodys_hand_is_not_held(store: Store, make_issue: MakeIssue, now: datetime) -> None:
    make_issue("a@gmail.com")
    with store.write() as connection:
        connection.execute(tables.deliveries.update().values(owner="me", lease_until=now + HOUR))

        assert destinations.hold(connection, "gmail.com", now + HOUR) == 0
