"""What is written before its turn: how much, and what becomes of it."""

import sys
from collections import deque
from collections.abc import Callable
from datetime import datetime

import pytest
from support.planned import planned

from publisher.errors import TemplateError
from publisher.jobs.letter import Outgoing
from publisher.jobs.office import PostOffice, Ticket
from publisher.jobs.scribe import Scribe
from publisher.jobs.ways import Way, Ways
from publisher.store import claims, tables
from publisher.store.engine import Store
from publisher.transport.console import ConsoleTransport

READERS = [f"reader{number:03}@example.jp" for number in range(200)]
WAY = Way(("main",), Outgoing())


@pytest.fixture
def scribe(store: Store, now: datetime) -> Scribe:
    ways = Ways({}, lambda _server: ConsoleTransport(sys.stdout), lambda _newsletter: WAY)
    return Scribe(PostOffice(store, ways, lambda: now), lambda: None)


@pytest.fixture
def queue(store: Store, now: datetime) -> Callable[[str], deque[Ticket]]:
    def make(html: str) -> deque[Ticket]:
        planned(store, now, *READERS)
        with store.write() as connection:
            connection.execute(tables.variants.update().values(html=html))
            (issue,) = claims.sending(connection)
            found = claims.claim(connection, issue.issue_id, "me", now=now, lease_until=now, limit=len(READERS))
        return deque(Ticket(one, issue, WAY, "example.jp") for one in found)

    return make


def test_short_letters_are_written_many_at_a_time(scribe: Scribe, queue: Callable[[str], deque[Ticket]]) -> None:
    tickets = queue("<p>霜が降りた朝</p>")
    for ticket in list(tickets):
        assert scribe.has(tickets)
        assert scribe.write(ticket).recipient == ticket.delivery.recipient.email
        tickets.popleft()
        assert scribe.ahead < 64


def test_long_letters_are_written_few_at_a_time(scribe: Scribe, queue: Callable[[str], deque[Ticket]]) -> None:
    tickets = queue("<p>" + "霜" * 100_000 + "</p>")
    for ticket in list(tickets)[:5]:
        assert scribe.has(tickets)
        scribe.write(ticket)
        tickets.popleft()
        assert scribe.ahead == 0


def test_what_cannot_be_written_is_told_when_its_turn_comes(
    scribe: Scribe, queue: Callable[[str], deque[Ticket]]
) -> None:
    tickets = queue("m4rk3r[% if %]m4rk3r")
    assert scribe.has(tickets)
    with pytest.raises(TemplateError):
        scribe.write(tickets[0])


def test_what_is_put_off_is_kept_no_longer(scribe: Scribe, queue: Callable[[str], deque[Ticket]]) -> None:
    tickets = queue("<p>霜が降りた朝</p>")
    assert scribe.has(tickets)
    scribe.write(tickets.popleft())
    assert scribe.has(tickets)
    assert scribe.ahead > 1
    before = scribe.ahead
    scribe.forget(tickets[0])
    assert scribe.ahead == before - 1
    scribe.forget_all()
    assert scribe.ahead == 0
