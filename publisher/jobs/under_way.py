"""What is under way: how far each issue is, when it will be through, and what holds mail back."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from publisher.core.caps import cap
from publisher.core.forecast import finish
from publisher.core.lifecycle import OPEN
from publisher.jobs.issue import overview
from publisher.model.mailing import DeliveryStatus, Issue, IssueStatus
from publisher.model.server import Server
from publisher.store import destinations, progress, usage
from publisher.store.destinations import Stop
from publisher.store.engine import Store
from publisher.struct import Struct

ServersOf = Callable[[str | None], Sequence[Server]]
"""The servers that a newsletter's mail leaves by; none where none is configured."""


class Running(Struct, frozen=True):
    """An issue that is not finished: `rate` in mails a second of late, None where none was taken; `through` is when it
    will be, None where nobody can tell."""

    issue: Issue
    left: int
    sent: int
    rate: float | None
    through: datetime | None


class Used(Struct, frozen=True):
    """What a server was given today, in the site's zone, and the most it may be given."""

    server: str
    sent: int
    cap: int | None


class UnderWay(Struct, frozen=True):
    """All of it at one moment."""

    issues: tuple[Running, ...] = ()
    stopped: tuple[Stop, ...] = ()
    servers: tuple[Used, ...] = ()


def under_way(store: Store, servers_of: ServersOf, newsletters: Sequence[str], now: datetime) -> UnderWay:
    """`now` is aware, in the site's zone: by its days caps are counted."""
    servers = {one.name: one for name in (None, *newsletters) for one in servers_of(name)}
    with store.read() as connection:
        rates = progress.rates(connection, now)
        stopped = tuple(destinations.stopped(connection, now).values())
        sent = {name: usage.sent_on(connection, name, now.date()) for name in servers}
    running = [
        _running(one.issue, one.counts, rates.get(one.issue.id), servers_of(one.issue.newsletter), sent, now)
        for one in overview(store)
        if one.issue.status in (IssueStatus.SENDING, IssueStatus.PAUSED)
    ]
    used = tuple(Used(name, sent[name], cap(server, now.date())) for name, server in servers.items())
    return UnderWay(tuple(one for one in running if one.left), stopped, used)


def _running(
    issue: Issue,
    counts: Mapping[DeliveryStatus, int],
    rate: float | None,
    servers: Sequence[Server],
    sent: Mapping[str, int],
    now: datetime,
) -> Running:
    left = sum(counts.get(status, 0) for status in OPEN)
    # One of weight 0 stands by: what it may be given is for when another fails.
    used = [server for server in servers if server.weight] or servers
    per_second = rate or _bound(used)
    through = None
    if per_second is not None and issue.status is IssueStatus.SENDING:
        today = sum(sent.get(server.name, 0) for server in used)
        through = finish(left, per_second, lambda day: None if issue.urgent else _cap(used, day), today, now)
    return Running(issue, left, counts.get(DeliveryStatus.SENT, 0), rate, through)


def _bound(servers: Sequence[Server]) -> float | None:
    """What all servers may be given a second; None where one has no bound."""
    rates = [server.rate for server in servers if server.rate is not None]
    return sum(rates) if servers and len(rates) == len(servers) else None


def _cap(servers: Sequence[Server], day: date) -> int | None:
    caps = [found for server in servers if (found := cap(server, day)) is not None]
    return sum(caps) if servers and len(caps) == len(servers) else None
