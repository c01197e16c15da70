"""The gate: whoever waits there hears, whatever happens."""

import asyncio
from datetime import datetime, timedelta

import pytest
from support.planned import planned
from support.rows import wish

from publisher.errors import StoreBusy
from publisher.jobs.gate import Entry, Gate
from publisher.jobs.letter import Outgoing
from publisher.jobs.office import PostOffice
from publisher.jobs.ways import Way, Ways
from publisher.model.mailing import Delivery, DeliveryStatus
from publisher.store import claims, subscribers, suppressions
from publisher.store.attempts import Ended, Hindered, Hindrance, Outcome
from publisher.store.engine import Store

EMAILS = ("a@example.jp", "b@example.jp")
TAKEN = Outcome(DeliveryStatus.SENT, "", "2.0.0 Ok", 250)


@pytest.fixture
def office(store: Store, now: datetime) -> PostOffice:
    ways = Ways({}, lambda _server: pytest.fail("nothing is connected to"), lambda _name: Way(("main",), Outgoing()))
    return PostOffice(store, ways, lambda: now)


@pytest.fixture
def held(store: Store, now: datetime) -> list[Delivery]:
    issue = planned(store, now, *EMAILS)
    with store.write() as connection:
        for email in EMAILS:
            subscribers.subscribe(connection, wish(email), now, revive=False)
        until = now + timedelta(hours=1)
        return claims.claim(connection, issue.id, "me", now=now, lease_until=until, limit=2)


def through(gate: Gate, held: list[Delivery], now: datetime) -> list[datetime | Hindered]:
    """Begin one, record that it was taken while another begins; what the two heard."""
    first, second = held

    async def run() -> list[datetime | Hindered]:
        began = await asyncio.wait_for(gate.begin(first), 10)
        gate.write(Entry(Ended(first.id, 1, True, now, now, "main", TAKEN)))
        return [began, await asyncio.wait_for(gate.begin(second), 10)]

    try:
        return asyncio.run(run())
    finally:
        gate.close()


def test_an_answer_and_the_next_beginning_are_written_together(
    office: PostOffice, held: list[Delivery], now: datetime
) -> None:
    settled: list[DeliveryStatus] = []
    gate = Gate(office, "me", lambda _entry, status: settled.append(status))
    assert through(gate, held, now) == [now, now]
    assert settled == [DeliveryStatus.SENT]


def test_who_waits_hears_also_where_what_follows_from_an_answer_fails(
    office: PostOffice, held: list[Delivery], now: datetime
) -> None:
    def fails(_entry: Entry, _status: DeliveryStatus) -> None:
        raise StoreBusy("the ledger is held")

    assert through(Gate(office, "me", fails), held, now) == [now, now]


def test_who_left_a_moment_ago_is_found_though_the_others_are_not(
    office: PostOffice, store: Store, held: list[Delivery], now: datetime
) -> None:
    with store.write() as connection:
        subscribers.unsubscribe(connection, EMAILS[1], None, now)
    gate = Gate(office, "me", lambda _entry, _status: None)
    assert through(gate, held, now) == [now, Hindered(Hindrance.OBJECTION, "no longer subscribed")]


def test_a_ledger_that_another_holds_is_waited_for(
    office: PostOffice, store: Store, held: list[Delivery], now: datetime
) -> None:
    async def run() -> datetime | Hindered:
        gate = Gate(office, "me", lambda _entry, _status: None)
        other = store.engine.raw_connection()
        if store.engine.dialect.name == "sqlite":
            other.cursor().execute("BEGIN IMMEDIATE")
        asked = gate.begin(held[0])
        asyncio.get_running_loop().call_later(0.05, other.rollback)
        try:
            return await asyncio.wait_for(asked, 10)
        finally:
            gate.close()
            other.close()

    assert asyncio.run(run()) == now


def test_who_asked_to_be_forgotten_gets_none_of_several_mails(office: PostOffice, store: Store, now: datetime) -> None:
    made = [planned(store, now, "a@example.jp", uid=uid, newsletter=None) for uid in ("u1", "u2")]
    with store.write() as connection:
        suppressions.forget(connection, store.secret, "a@example.jp", now)
        until = now + timedelta(hours=1)
        held = [claims.claim(connection, one.id, "me", now=now, lease_until=until, limit=1)[0] for one in made]
    gate = Gate(office, "me", lambda _entry, _status: None)

    async def run() -> list[datetime | Hindered]:
        return await asyncio.wait_for(asyncio.gather(*map(gate.begin, held)), 10)

    found = asyncio.run(run())
    gate.close()
    assert [isinstance(one, Hindered) and one.by for one in found] == [Hindrance.OBJECTION] * 2
