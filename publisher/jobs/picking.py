"""Picking: what is new to each reader of a newsletter, one reader after the other."""

from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from publisher.core.periods import PrevFire, first_since, running_since
from publisher.core.selection import Candidate, Terms, Why, oldest, pinned_first, refusal
from publisher.core.sieve import STEPS, Sieve
from publisher.jobs.mailing import Desk, first_language
from publisher.jobs.planned import Group, Pick, Picked, added_up
from publisher.model.newsletter import Frequency, Newsletter, Period
from publisher.model.post import Post
from publisher.model.reader import Wish
from publisher.store import issues, readers
from publisher.store.carried import Carried, Tried
from publisher.store.engine import Store
from publisher.store.readers import Circle, Kind, Reader
from publisher.struct import Struct, replace

_REMEMBERED = 1 << 13
"""What is new to readers of a kind: a million are of thousands of kinds, of which few bear to be kept."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_MOMENT = timedelta(microseconds=1)

_ReachesBack = Callable[[Frequency, datetime | None], datetime]


class Span(Struct, frozen=True):
    """Everything new up to `at`, for the readers of `period` or, without one, all."""

    at: datetime
    prev_fire: PrevFire
    period: Period | None = None


class Counted(Struct, frozen=True):
    """Who shares what; `passed_over` are the posts that go to nobody, by their ids, and why."""

    picks: tuple[Pick, ...]
    passed_over: dict[str, Why]


class _Groups:
    """What is new to readers who wish the same and have had the same, and how far each post came with any of them."""

    def __init__(self, desk: Desk, sieve: Sieve) -> None:
        self.sieve = sieve
        self._first = first_language(desk)
        self._reached = [0] * len(STEPS)
        self._ids = lru_cache(_REMEMBERED)(sieve.ids)
        self.group = lru_cache(_REMEMBERED)(self._group)

    def passed_over(self) -> dict[str, Why]:
        """The candidates that went to nobody so far, by their ids, and what stopped them last."""
        left, found = self.sieve.all, dict[str, Why]()
        for why, reached in zip(STEPS, self._reached, strict=True):
            found |= dict.fromkeys(self.sieve.ids(left & ~reached), why)
            left &= reached
        return found

    def _group(self, wish: Wish, since: datetime, carried: int) -> Group | None:
        """None where nothing is new."""
        steps = self.sieve.steps(wish, since, carried)
        self._reached = [before | step for before, step in zip(self._reached, steps, strict=True)]
        return Group(self._ids(steps[-1]), wish.language or self._first) if steps[-1] else None


class _Look(Struct, frozen=True):
    """Whom an issue is for, and what is new to each; when they joined matters after the `oldest` post. `words` are the
    posts' ids, in order, each with the word for which it is sent again; `refused` the posts that are for nobody."""

    circle: Circle
    words: dict[str, str]
    oldest: datetime
    reaches_back: _ReachesBack
    groups: _Groups
    refused: dict[str, Why]

    def group(self, of: Reader | Kind) -> Group | None:
        """What is new to them."""
        return self.groups.group(of.wish, self.reaches_back(of.wish.frequency, of.joined), of.carried)

    def new(self, of: Kind, carried: int) -> int:
        """The same as bits, for who has had `carried`."""
        return self.groups.sieve.new(of.wish, self.reaches_back(of.wish.frequency, of.joined), carried)


def terms(desk: Desk, at: datetime, oldest: datetime | None = None) -> Terms:
    """On what terms the newsletter takes posts."""
    return Terms(desk.newsletter, desk.library.config.settings.categories, at, oldest)


def candidates(desk: Desk, taken: Terms) -> list[Candidate]:
    """The posts that the newsletter may bring, in the order of a mail."""
    return _judged(desk, taken)[0]


def _judged(desk: Desk, taken: Terms) -> tuple[list[Candidate], dict[str, Why]]:
    """The same; and the other posts, by their ids, with what speaks against each."""
    ids, free, refused = desk.library.ids, list[Post](), dict[str, Why]()
    for post in desk.library.posts:
        why = refusal(post, taken)
        if why is None:
            free.append(post)
        else:
            refused[ids[post.source]] = why
    return [Candidate(ids[post.source], post) for post in pinned_first(free)], refused


def circle(newsletter: Newsletter, period: Period | None, at: datetime | None = None) -> Circle:
    """Who was a reader when the period ended, and had not paused; without a period who is one `at` this moment.

    Who came later waits for the next: a daemon started on a Wednesday must not mail Monday's.
    """
    if period is None:
        return Circle(newsletter, awake=at)
    local = period if newsletter.reader_zones and period.frequency is not Frequency.INSTANT else None
    return Circle(newsletter, period.frequency, by=period.end, awake=period.end, local=local)


def first_look(connection: sa.Connection, desk: Desk, span: Span) -> datetime | None:
    """How far a newsletter's first issue looks back; None where it has had its first. No instant one counts as it."""
    had = issues.first(connection, desk.newsletter.name)
    return None if had or _is_instant(span) else first_since(desk.newsletter, span.at, span.prev_fire)


def picked(connection: sa.Connection, secret: bytes, desk: Desk, span: Span) -> Generator[Picked]:
    """The readers with something to read, suppressed or not, by address.

    What the ledger knows of issues is read before the first comes, when there is no new one; see also
    store.readers.streamed.
    """
    look = _look(connection, desk, span)
    carried = Carried(connection, desk.newsletter.name, look.words)
    for reader in readers.streamed(connection, secret, look.circle, carried, after=look.oldest):
        group = look.group(reader)
        if group is not None:
            yield Picked(reader.recipient, group, reader.suppressed)


def counted(connection: sa.Connection, secret: bytes, desk: Desk, span: Span) -> Counted:
    """How many of them share what, in the order in which they come; and why each other post goes to nobody."""
    look = _look(connection, desk, span)
    carried = Carried(connection, desk.newsletter.name, look.words)
    alike = readers.kinds(connection, secret, look.circle, carried, after=look.oldest)
    picks = added_up((look.group(kind), kind.suppressed, number) for kind, number in alike)
    return Counted(picks, look.refused | look.groups.passed_over())


def is_news(desk: Desk, store: Store, span: Span) -> bool:
    """Whether anybody gets a post that no mail was to bring them before, whatever became of that.

    Not whether anybody gets one: what a server refused is given back, and would be mailed anew at each look.
    """
    with store.read() as connection:
        look = _look(connection, desk, span)
        tried = Tried(connection, desk.newsletter.name, look.words)
        alike = readers.kinds(connection, store.secret, look.circle, tried, after=look.oldest) if look.words else ()
        return any(not kind.suppressed and _has_news(look, kind, *tried.apart(kind.carried)) for kind, _ in alike)


def _has_news(look: _Look, kind: Kind, carried: int, tried: int) -> bool:
    return bool(look.new(kind, carried) & ~tried)


def _look(connection: sa.Connection, desk: Desk, span: Span) -> _Look:
    taken = terms(desk, span.at, oldest(desk.newsletter, span.at, span.prev_fire))
    posts, refused = _judged(desk, taken)
    return _Look(
        replace(circle(desk.newsletter, span.period, span.at), fields=bool(desk.library.config.settings.fields)),
        {one.id: one.post.mail.resend for one in posts},
        # Whoever joined before the oldest of them is after nothing that is older.
        min((one.post.published for one in posts), default=span.at),
        _reaches_back(connection, desk, span),
        _Groups(desk, _sieve(posts, taken, span)),
        refused,
    )


def _sieve(posts: list[Candidate], taken: Terms, span: Span) -> Sieve:
    if span.period is None or taken.oldest is None:
        # Who sends by hand has decided that there is enough.
        return Sieve(posts, taken)
    # What may go since the later half of the reach will still be in it at the next period's end.
    newsletter = taken.newsletter
    patience = (taken.at - taken.oldest + newsletter.hold) / 2
    return Sieve(posts, taken, fewest=newsletter.min_posts, patience=patience)


def _reaches_back(connection: sa.Connection, desk: Desk, span: Span) -> _ReachesBack:
    """How far back a reader's posts reach, by what they want and when they joined, None for long ago.

    Whoever was there before the newsletter's first issue gets what that looked back to, and a period at least.
    """
    newsletter = desk.newsletter
    if _is_instant(span):
        return partial(_day_of_joining, newsletter)
    first = issues.first(connection, newsletter.name)
    looks_back = first_since(newsletter, span.at, span.prev_fire)
    if first is not None and first.since is not None:
        # What the first issue brought and failed to deliver is given back; what it left to the archive stays there.
        looks_back = min(looks_back, first.since)

    def reaches_back(frequency: Frequency, joined: datetime | None) -> datetime:
        moment = None if joined is None else min(joined, span.at)
        if first is None or moment is None or moment <= first.created_at:
            return looks_back
        zone = span.period.zone if span.period else None
        return running_since(newsletter, newsletter.frequency_of(frequency), moment, span.prev_fire, zone)

    return reaches_back


def _is_instant(span: Span) -> bool:
    return span.period is not None and span.period.frequency is Frequency.INSTANT


def _day_of_joining(newsletter: Newsletter, _frequency: Frequency, joined: datetime | None) -> datetime:
    """Instant mails bring what came out since the day on which a reader came.

    Not since the moment: a post with a date and no time came out at midnight, also where it was written at noon.
    """
    if joined is None:
        return _LONG_AGO
    return joined.astimezone(ZoneInfo(newsletter.timezone)).replace(hour=0, minute=0, second=0, microsecond=0) - _MOMENT
