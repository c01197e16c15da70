"""Status: what comes next, and what is under way."""

from datetime import datetime
from typing import Any

from publisher.core.words import counted
from publisher.jobs.issue import unfinished
from publisher.jobs.library import Library
from publisher.jobs.mailing import local
from publisher.model.mailing import Issue
from publisher.model.newsletter import Newsletter
from publisher.model.reader import SubscriptionStatus
from publisher.schedule import next_fire
from publisher.store import subscribers
from publisher.store.engine import Store
from publisher.struct import Struct


class Coming(Struct, frozen=True):
    """A newsletter's next digest."""

    newsletter: Newsletter
    frequency: str
    at: datetime
    readers: int


class Status(Struct, frozen=True):
    """`future` are posts that are not out yet, by file and date."""

    coming: tuple[Coming, ...]
    unfinished: tuple[tuple[Issue, int], ...]
    future: tuple[tuple[str, datetime], ...]
    timezone: str

    def lines(self) -> list[str]:
        """For people, in local time."""
        digests = [
            f"{one.newsletter.name}: next {one.frequency} digest {local(one.at, one.newsletter.timezone)},"
            f" {counted(one.readers, 'reader')}"
            for one in self.coming
        ]
        running = [
            f"issue {issue.id} is {issue.status} with {left} to send" + (f": {issue.reason}" if issue.reason else "")
            for issue, left in self.unfinished
        ]
        posts = [f"{source}: comes out {local(when, self.timezone)}" for source, when in self.future]
        return [*digests, *running, *posts] or ["nothing is scheduled"]

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "newsletters": [
                {
                    "newsletter": one.newsletter.name,
                    "frequency": one.frequency,
                    "next": one.at.isoformat(),
                    "readers": one.readers,
                }
                for one in self.coming
            ],
            "issues": [{"id": issue.id, "status": issue.status, "left": left} for issue, left in self.unfinished],
            "future_posts": [{"source": source, "published": when.isoformat()} for source, when in self.future],
        }


def coming(newsletters: list[Newsletter], store: Store | None, now: datetime) -> list[Coming]:
    """The next digest of every newsletter and frequency."""
    return [
        Coming(
            newsletter,
            frequency,
            next_fire(schedule, newsletter.timezone, now).instant,
            0 if store is None else _readers(store, newsletter, frequency),
        )
        for newsletter in newsletters
        for frequency, schedule in newsletter.schedules.items()
    ]


def coming_posts(library: Library, now: datetime) -> tuple[tuple[str, datetime], ...]:
    """Posts that are not out yet, by file and date."""
    return tuple((post.source, post.published) for post in library.posts if post.published > now)


def under_way(store: Store | None) -> list[tuple[Issue, int]]:
    """Issues that are not finished."""
    return [] if store is None else unfinished(store)


def _readers(store: Store, newsletter: Newsletter, frequency: str) -> int:
    with store.read() as connection:
        confirmed = subscribers.listed(connection, newsletter=newsletter.name, status=SubscriptionStatus.CONFIRMED)
    return sum(newsletter.frequency_of(one.frequency) == frequency for one in confirmed)
