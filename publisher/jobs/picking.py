"""Picking: what is new to each reader of a newsletter, one reader after the other."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa

from publisher.core.periods import PrevFire, first_since, running_since
from publisher.core.selection import Candidate, in_categories, new_to, newest_first, published, wanted
from publisher.jobs.mailing import Desk, first_language
from publisher.jobs.planned import Group, Pick, Picked, added_up
from publisher.model.newsletter import Frequency, Newsletter, Period
from publisher.store import issues, readers
from publisher.store.carried import Carried
from publisher.store.readers import Circle, Kind, Reader, Wish
from publisher.struct import Struct

_REMEMBERED = 1 << 13
"""Wishes, and what is new to them: a million readers have thousands, of which few bear to be kept."""

_Sieve = Callable[[Wish, datetime | None, frozenset[str]], Group | None]


_ReachesBack = Callable[[Frequency, datetime | None], datetime | None]


class Span(Struct, frozen=True):
    """Everything new up to `at`, for the readers of `period` or, without one, all."""

    at: datetime
    prev_fire: PrevFire
    period: Period | None = None


class _Look(Struct, frozen=True):
    """Whom an issue is for, and what is new to each; when they joined matters after the `oldest` post."""

    circle: Circle
    carried: Carried
    oldest: datetime
    reaches_back: _ReachesBack
    sieve: _Sieve

    def group(self, of: Reader | Kind) -> Group | None:
        """What is new to them."""
        return self.sieve(of.wish, self.reaches_back(of.wish.frequency, of.joined), of.carried)


def candidates(desk: Desk, at: datetime) -> list[Candidate]:
    """The posts of the newsletter that are out at `at`, newest first."""
    newsletter, library = desk.newsletter, desk.library
    slugs = library.config.settings.categories
    return [
        Candidate(library.ids[post.source], post)
        for post in newest_first(published(library.posts, at))
        if post.in_newsletters and in_categories(post, newsletter.categories, slugs)
    ]


def circle(newsletter: Newsletter, period: Period | None) -> Circle:
    """Who was a reader when the period ended.

    Who came later waits for the next: a daemon started on a Wednesday must not mail Monday's.
    """
    return Circle(newsletter) if period is None else Circle(newsletter, period.frequency, period.end)


def first_look(connection: sa.Connection, desk: Desk, span: Span) -> datetime | None:
    """How far a newsletter's first issue looks back; None where it has had its first."""
    had = issues.first(connection, desk.newsletter.name)
    return None if had else first_since(desk.newsletter, span.at, span.prev_fire)


def picked(connection: sa.Connection, secret: bytes, desk: Desk, span: Span) -> Iterator[Picked]:
    """The readers with something to read, suppressed or not, by address.

    What the ledger knows of issues is read before the first comes, when there is no new one; see also
    store.readers.streamed.
    """
    look = _look(connection, desk, span)
    for reader in readers.streamed(connection, secret, look.circle, look.carried, after=look.oldest):
        group = look.group(reader)
        if group is not None:
            yield Picked(reader.recipient, group, reader.suppressed)


def counted(connection: sa.Connection, secret: bytes, desk: Desk, span: Span) -> tuple[Pick, ...]:
    """How many of them share what, in the order in which they come."""
    look = _look(connection, desk, span)
    alike = readers.kinds(connection, secret, look.circle, look.carried, after=look.oldest)
    return added_up((look.group(kind), kind.suppressed, number) for kind, number in alike)


def _look(connection: sa.Connection, desk: Desk, span: Span) -> _Look:
    posts = candidates(desk, span.at)
    return _Look(
        circle(desk.newsletter, span.period),
        Carried(connection, desk.newsletter.name, [one.id for one in posts]),
        # Whoever joined before the oldest of them is after nothing that is older.
        min((one.post.published for one in posts), default=span.at),
        _reaches_back(connection, desk, span),
        _sieve(desk, posts),
    )


def _sieve(desk: Desk, posts: Sequence[Candidate]) -> _Sieve:
    """What is new to readers who wish the same and have had the same; None where nothing is."""
    spoken, slugs = desk.newsletter.languages, desk.library.config.settings.categories

    @lru_cache(_REMEMBERED)
    def within(category: str) -> frozenset[str]:
        return frozenset(one.id for one in wanted(posts, (category,), (), slugs))

    @lru_cache(_REMEMBERED)
    def said(language: str | None) -> list[Candidate]:
        return wanted(posts, None, [language] if language else spoken, slugs)

    @lru_cache(_REMEMBERED)
    def sieve(wish: Wish, since: datetime | None, carried: frozenset[str]) -> Group | None:
        theirs = said(wish.language)
        if wish.categories is not None:
            chosen = frozenset[str]().union(*map(within, wish.categories))
            theirs = [one for one in theirs if one.id in chosen]
        ids = new_to(theirs, since=since, carried=carried)
        return Group(ids, wish.language or first_language(desk)) if ids else None

    return sieve


def _reaches_back(connection: sa.Connection, desk: Desk, span: Span) -> _ReachesBack:
    """How far back a reader's posts reach, by what they want and when they joined; None where to the oldest."""
    newsletter = desk.newsletter
    first = issues.first(connection, newsletter.name)
    looks_back = first_look(connection, desk, span)

    def reaches_back(frequency: Frequency, joined: datetime | None) -> datetime | None:
        if looks_back is not None or joined is None:
            return looks_back
        moment = min(joined, span.at)
        since = running_since(newsletter, newsletter.frequency_of(frequency), moment, span.prev_fire)
        if first is not None and first.since is not None and moment <= first.created_at:
            # What the newsletter's first issue brought and failed to deliver is given back, so it still counts.
            return min(since, first.since)
        return since

    return reaches_back
