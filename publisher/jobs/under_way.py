"""What is under way: how far each issue is, when it will be through, and what holds mail back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from publisher.core.caps import cap
from publisher.core.forecast import finish
from publisher.core.lifecycle import OPEN
from publisher.jobs.holders import senders
from publisher.jobs.issue import Overview, overview
from publisher.jobs.undecided import Undecided, undecided
from publisher.model.mailing import DeliveryStatus, Issue, IssueStatus
from publisher.model.server import Server
from publisher.store import claims, destinations, progress, usage
from publisher.store.destinations import Stop
from publisher.store.engine import Store
from publisher.store.progress import Taking
from publisher.struct import Struct

ServersOf = Callable[[str | None], Sequence[Server]]
"""The servers that a newsletter's mail leaves by; none where none is configured."""


class Running(Struct, frozen=True):
    """An issue that is not finished.

    `senders` are the processes that hold mails of it and may live; where there is none, `due` is when one may go again,
    None where one may now. `rate` is in mails a second of late, None where none is taken; `quiet` is for how long none
    was at least, where it is being sent all the same. `through` is when it will be, None where nobody can tell.
    """

    issue: Issue
    left: int
    sent: int
    senders: tuple[str, ...] = ()
    due: datetime | None = None
    rate: float | None = None
    quiet: timedelta | None = None
    through: datetime | None = None

    @property
    def stands_still(self) -> bool:
        """Whether mails could go and nobody sends them."""
        return self.issue.status is IssueStatus.SENDING and not self.senders and self.due is None


class Used(Struct, frozen=True):
    """What a server was given today, in the site's zone, and the most it may be given: counted where there is such a
    cap."""

    server: str
    sent: int | None
    cap: int | None

    @property
    def is_full(self) -> bool:
        """Whether it has had what it may be given."""
        return self.sent is not None and self.cap is not None and self.sent >= self.cap


class UnderWay(Struct, frozen=True):
    """All of it at one moment; `undecided` are also issues that are done."""

    issues: tuple[Running, ...] = ()
    undecided: tuple[Undecided, ...] = ()
    stopped: tuple[Stop, ...] = ()
    servers: tuple[Used, ...] = ()


class _Seen(Struct, frozen=True):
    """What the ledger says at one moment: of each issue how mails are taken, who holds some, and when the next is due
    where nobody does; of each server what it was given today."""

    now: datetime
    taking: Mapping[int, Taking]
    senders: Mapping[int, tuple[str, ...]]
    due: Mapping[int, datetime]
    sent: Mapping[str, int]


def under_way(store: Store, servers_of: ServersOf, newsletters: Sequence[str], now: datetime) -> UnderWay:
    """`now` is aware, in the site's zone: by its days caps are counted."""
    servers = {one.name: one for name in (None, *newsletters) for one in servers_of(name)}
    with store.read() as connection:
        seen = _seen(connection, servers, now)
        stopped = tuple(destinations.stopped(connection, now).values())
    running = [
        _running(one, servers_of(one.issue.newsletter), seen)
        for one in overview(store)
        if one.issue.status in (IssueStatus.SENDING, IssueStatus.PAUSED, IssueStatus.AWAITING)
    ]
    used = tuple(_used(server, seen) for server in servers.values())
    return UnderWay(tuple(one for one in running if one.left), tuple(undecided(store)), stopped, used)


def _seen(connection: sa.Connection, servers: Iterable[str], now: datetime) -> _Seen:
    held = senders(connection, now)
    free = [one.issue_id for one in claims.sending(connection) if one.issue_id not in held]
    due = {own: moment for own in free if (moment := claims.next_due_of(connection, own, now)) and moment > now}
    sent = {name: usage.sent_on(connection, name, now.date()) for name in servers}
    return _Seen(now, progress.taking(connection, now), held, due, sent)


def _used(server: Server, seen: _Seen) -> Used:
    most = cap(server, seen.now.date())
    return Used(server.name, None if most is None else seen.sent[server.name], most)


def _running(one: Overview, servers: Sequence[Server], seen: _Seen) -> Running:
    issue, sent = one.issue, one.counts.get(DeliveryStatus.SENT, 0)
    left = sum(one.counts.get(status, 0) for status in OPEN)
    if issue.status is not IssueStatus.SENDING:
        return Running(issue, left, sent)
    # One of weight 0 stands by: what it may be given is for when another fails.
    used = [server for server in servers if server.weight] or servers
    holders, due = seen.senders.get(issue.id, ()), _due(issue, used, seen)
    taking, quiet = seen.taking.get(issue.id), _quiet(issue, seen) if holders else None
    rate = None if taking is None or quiet is not None else taking.rate
    through = _through(issue, left, rate, used, due, seen) if _moves(holders, due, quiet) else None
    return Running(issue, left, sent, holders, None if holders else due, rate if holders else None, quiet, through)


def _due(issue: Issue, servers: Sequence[Server], seen: _Seen) -> datetime | None:
    """When the next mail may go, in the site's zone, None where one may now: tomorrow where all have had today's."""
    due = seen.due.get(issue.id)
    if issue.urgent or not servers or not all(_used(server, seen).is_full for server in servers):
        return due and due.astimezone(seen.now.tzinfo)
    tomorrow = datetime.combine(seen.now.date() + timedelta(days=1), time(), seen.now.tzinfo)
    return max(tomorrow, due.astimezone(seen.now.tzinfo)) if due else tomorrow


def _quiet(issue: Issue, seen: _Seen) -> timedelta | None:
    """For how long nothing was taken at least, None where that is not long for how mails were taken before."""
    taking = seen.taking.get(issue.id)
    if taking is None:
        return min(progress.LATELY, seen.now - issue.created_at)
    return seen.now - taking.last if taking.has_stopped(seen.now) else None


def _moves(holders: Sequence[str], due: datetime | None, quiet: timedelta | None) -> bool:
    """Whether it can be told when it will be through: it is being sent, not in vain, or waits for a moment."""
    return (quiet is None or quiet < progress.QUIET) if holders else due is not None


def _through(
    issue: Issue, left: int, rate: float | None, servers: Sequence[Server], due: datetime | None, seen: _Seen
) -> datetime | None:
    """From when the next may go on, as fast as of late, and no faster than all servers may be given mails."""
    bounds = [one for one in (rate, bound(servers)) if one is not None]
    if not bounds:
        return None
    start = due or seen.now
    today = sum(seen.sent.get(server.name, 0) for server in servers) if start.date() == seen.now.date() else 0
    return finish(left, min(bounds), lambda day: None if issue.urgent else cap_of_all(servers, day), today, start)


def bound(servers: Sequence[Server]) -> float | None:
    """What all servers may be given a second; None where one has no bound."""
    rates = [server.rate for server in servers if server.rate is not None]
    return sum(rates) if servers and len(rates) == len(servers) else None


def cap_of_all(servers: Sequence[Server], day: date) -> int | None:
    """How many mails all servers may be given on a day; None where one has no cap."""
    caps = [found for server in servers if (found := cap(server, day)) is not None]
    return sum(caps) if servers and len(caps) == len(servers) else None
