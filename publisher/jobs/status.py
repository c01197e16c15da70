"""Status: what comes next, and what is under way."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from publisher.core.due import next_to_make
from publisher.core.periods import Fire
from publisher.core.words import counted
from publisher.jobs.due import Due, OnRecord, last_of, zones_of
from publisher.jobs.hooks import lines as hook_lines
from publisher.jobs.issue import way_on
from publisher.jobs.library import Library
from publisher.jobs.mailing import local
from publisher.jobs.under_way import Running, UnderWay
from publisher.model.event import HookStanding
from publisher.model.mailing import Issue, IssueStatus
from publisher.model.newsletter import Frequency, Newsletter
from publisher.schedule import next_fire, prev_fire
from publisher.store import periods, readers
from publisher.store.engine import Store
from publisher.struct import Struct, replace


class Coming(Struct, frozen=True):
    """A newsletter's next digest, its `first` where none was due before.

    `suppressed` of its `readers` get no mail; who has paused until after it is none of them.
    `at` None: instant mails have no time, and a schedule that has ended has no next. `zones` are those of readers who
    get it at their own time, and when.
    """

    newsletter: Newsletter
    frequency: Frequency
    at: datetime | None
    first: bool
    zones: Mapping[str, datetime]
    readers: int = 0
    suppressed: int = 0

    def line(self) -> str:
        """For people, in the newsletter's time."""
        suppressed = f", {self.suppressed} of them suppressed" if self.suppressed else ""
        return f"{self.newsletter.name}: {self._when()}, {counted(self.readers, 'reader')}{suppressed}{self._where()}"

    def _where(self) -> str:
        if not self.zones:
            return ""
        first, last = (choose(self.zones, key=lambda zone: self.zones[zone]) for choose in (min, max))
        moments = [f"{local(self.zones[zone], zone)} in {zone}" for zone in (first, last)]
        if len(self.zones) == 1:
            return f"; {moments[0]}"
        return f"; in {counted(len(self.zones), 'zone')} of their own, first {moments[0]}, last {moments[1]}"

    def _when(self) -> str:
        schedule = self.newsletter.schedules[self.frequency]
        if self.at is not None:
            order = "first" if self.first else "next"
            return f"{order} {self.frequency} digest {local(self.at, self.newsletter.timezone)}"
        if schedule.instant:
            return "instant mails as posts come out"
        return f"{self.frequency} digests have ended"


class Status(Struct, frozen=True):
    """`due` is what nobody has made yet; `future` are posts that are not out yet, by file and date; `told` is what
    keeps the schedule from going on."""

    coming: tuple[Coming, ...]
    under_way: UnderWay
    future: tuple[tuple[str, datetime], ...]
    timezone: str
    told: tuple[str, ...] = ()
    due: tuple[Due, ...] = ()
    hooks: tuple[HookStanding, ...] = ()

    def lines(self) -> list[str]:
        """For people, in local time."""
        digests = [one.line() for one in self.coming]
        running = [line for one in self.under_way.issues for line in self._running(one)]
        unknown = [line for one in self.under_way.undecided for line in one.lines()]
        posts = [f"{source}: comes out {local(when, self.timezone)}" for source, when in self.future]
        hooks = hook_lines(self.hooks, self.timezone)
        return [*self.told, *due_lines(self.due), *digests, *running, *unknown, *self._held(), *hooks, *posts] or [
            "nothing is scheduled"
        ]

    def _running(self, one: Running) -> list[str]:
        issue = one.issue
        if issue.status is IssueStatus.AWAITING:
            return awaiting_lines(issue, one.left, self.timezone)
        line = f"issue {issue.id} is {issue.status} with {one.left} to send, {one.sent} sent"
        if issue.status is IssueStatus.PAUSED:
            alone = f"  goes on by itself {local(issue.resume_at, self.timezone)}" if issue.resume_at else ""
            return [f"{line}: {issue.reason}", *filter(None, [alone]), f"  to go on: {way_on(issue)}"]
        if one.stands_still:
            return [f"{line}; nobody is sending it", "  to go on: publisher deliver, or publisher run"]
        through = f", through about {local(one.through, self.timezone)}" if one.through else ""
        return [line + self._how(one) + through]

    def _how(self, one: Running) -> str:
        if one.due is not None:
            return f"; the next is due {local(one.due, self.timezone)}"
        if one.quiet is None:
            return f"; {one.rate:.3g} a second" if one.rate else ""
        minutes = one.quiet // timedelta(minutes=1)
        since = f"for {counted(minutes, 'minute')}" if minutes else "yet"
        return f"; in the hands of {' and '.join(one.senders)}, nothing taken {since}"

    def _held(self) -> list[str]:
        """What holds mail back beside a pause: destinations that refuse us, and servers that have had their day's."""
        ids = [one.issue.id for one in self.under_way.issues if one.issue.status is not IssueStatus.AWAITING]
        way = [f"  to go on before: publisher issue resume {ids[0]}"] if ids else []
        stopped = [
            line
            for one in self.under_way.stopped
            for line in (f"{one.name} gets nothing until {local(one.until, self.timezone)}: {one.reason}", *way)
        ]
        full = [
            f"server {one.server} has had its {counted(one.cap, 'mail')} of today"
            for one in self.under_way.servers
            if one.cap is not None and one.is_full
        ]
        return [*stopped, *full]

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "newsletters": [
                {
                    "newsletter": one.newsletter.name,
                    "frequency": one.frequency,
                    "next": one.at and one.at.isoformat(),
                    "readers": one.readers,
                    "suppressed": one.suppressed,
                    "zones": {zone: at.isoformat() for zone, at in one.zones.items()},
                }
                for one in self.coming
            ],
            "due": [{"period": one.period.key, "late": one.late} for one in self.due],
            "issues": [_issue_json(one) for one in self.under_way.issues],
            "unknown": [{"id": one.issue.id, "mails": one.number} for one in self.under_way.undecided],
            "stopped": [
                {"destination": one.name, "until": one.until.isoformat(), "reason": one.reason, "stops": one.stops}
                for one in self.under_way.stopped
            ],
            "servers": [
                {"server": one.server, "sent_today": one.sent, "cap": one.cap} for one in self.under_way.servers
            ],
            "hooks": [_hook_json(one) for one in self.hooks],
            "future_posts": [{"source": source, "published": when.isoformat()} for source, when in self.future],
        }


def due_lines(due: Sequence[Due]) -> list[str]:
    """For people, each in the time of its zone: periods that have ended, of which no issue was made yet."""
    late = [f"{_digest_of(one)} is too late: it is recorded, and not sent" for one in due if one.late]
    to_make: dict[tuple[str, Frequency], list[Due]] = {}
    for one in due:
        if not one.late:
            to_make.setdefault((one.newsletter.name, one.period.frequency), []).append(one)
    made = [_to_make(oldest, len(others)) for oldest, *others in to_make.values()]
    return [*late, *made, *(["  publisher run makes what is due"] if made else [])]


def _to_make(oldest: Due, others: int) -> str:
    return f"{_digest_of(oldest)} is due and not made yet" + (f", and {others} after it" if others else "")


def _digest_of(due: Due) -> str:
    period = due.period
    return f"{due.newsletter.name}: the {period.frequency} digest of {local(period.end, period.zone)}"


def awaiting_lines(issue: Issue, left: int, zone: str) -> list[str]:
    """For people, in local time: what an issue waits for that has not begun."""
    until = "a person's word" if issue.starts_at is None else local(issue.starts_at, zone)
    whose = f" ({issue.newsletter} no. {issue.number})" if issue.newsletter else ""
    line = f"issue {issue.id}{whose} is awaiting {until} with {left} to send"
    if issue.starts_at is not None:
        return [line]
    return [line, f"  to send it: publisher issue resume {issue.id}; not to: publisher issue cancel {issue.id}"]


def astray(newsletters: Sequence[Newsletter], store: Store) -> list[str]:
    """For people: readers of newsletters that the settings do not name, who get nothing."""
    with store.read() as connection:
        found = readers.of_others(connection, [one.name for one in newsletters])
    return [
        f"{name}: {counted(number, 'reader')}, and no such newsletter in the settings: nothing goes to them\n"
        "  give it its name back, or import them into another"
        for name, number in found.items()
    ]


def coming(newsletters: list[Newsletter], store: Store | None, now: datetime) -> list[Coming]:
    """The next digest of every newsletter and frequency."""
    of_readers, on_record = ({}, {}) if store is None else (zones_of(store, newsletters), _newest(store, now))
    found = [
        _coming(newsletter, frequency, now, of_readers.get(newsletter.name, ()), on_record)
        for newsletter in newsletters
        for frequency in newsletter.schedules
    ]
    return found if store is None else [_with_readers(store, one, now) for one in found]


def _newest(store: Store, now: datetime) -> OnRecord:
    with store.read() as connection:
        return periods.newest(connection, now)


def _coming(
    newsletter: Newsletter, frequency: Frequency, now: datetime, zones: Sequence[str], on_record: OnRecord
) -> Coming:
    def following(zone: str) -> Fire | None:
        last = last_of(newsletter, frequency, zone, on_record)
        return next_to_make(newsletter, frequency, zone, now, next_fire, last)

    home = newsletter.timezone
    fire, first = following(home), prev_fire(newsletter.schedules[frequency], home, now) is None
    of_zones = {zone: one.instant for zone in zones if (one := following(zone)) is not None}
    return Coming(newsletter, frequency, fire.instant if fire else None, first, of_zones)


def _with_readers(store: Store, one: Coming, now: datetime) -> Coming:
    circle = readers.Circle(one.newsletter, one.frequency, awake=one.at or now)
    with store.read() as connection:
        return replace(
            one, readers=readers.count(connection, circle), suppressed=readers.count_suppressed(connection, circle)
        )


def coming_posts(library: Library, now: datetime) -> tuple[tuple[str, datetime], ...]:
    """Posts that are not out yet, by file and date."""
    return tuple((post.source, post.published) for post in library.posts if post.published > now)


def _issue_json(one: Running) -> dict[str, Any]:
    issue = one.issue
    return {
        "id": issue.id,
        "status": issue.status,
        "reason": issue.reason,
        "left": one.left,
        "sent": one.sent,
        "senders": list(one.senders),
        "due": one.due and one.due.isoformat(),
        "rate": one.rate,
        "through": one.through and one.through.isoformat(),
        "resume_at": issue.resume_at and issue.resume_at.isoformat(),
        "starts_at": issue.starts_at and issue.starts_at.isoformat(),
    }


def _hook_json(one: HookStanding) -> dict[str, Any]:
    health = one.health
    return {
        "hook": one.name,
        "waiting": one.waiting,
        "given_up": one.failed,
        "failing_since": health.failing_since and health.failing_since.isoformat(),
        "tried_again": health.rests_until and health.rests_until.isoformat(),
        "ended": health.ended_at and health.ended_at.isoformat(),
        "reason": health.words,
    }
