"""Digest: for each reader the posts not yet carried to them; readers with the same pick share a variant."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from publisher.core.periods import PrevFire, first_since, running_since
from publisher.core.selection import Candidate, in_categories, newest_first, pick, published
from publisher.jobs.letter import require_headers
from publisher.jobs.linted import Unfit, hold_back, problems
from publisher.jobs.mailing import (
    Desk,
    addressed,
    draft,
    first_language,
    require_known_ledger,
    require_sender,
    testify,
)
from publisher.jobs.site import require_site_url
from publisher.jobs.variants import digest_variant
from publisher.model.mailing import Issue, IssueKind, Recipient, Variant
from publisher.model.newsletter import Newsletter, Period
from publisher.model.reader import Subscription, SubscriptionStatus
from publisher.store import deliveries, issues, subscribers, suppressions
from publisher.store.engine import Store
from publisher.struct import Struct


class Pick(Struct, frozen=True):
    """Readers who get the same posts in the same language."""

    post_ids: tuple[str, ...]
    language: str
    readers: tuple[Subscription, ...]


class Plan(Struct, frozen=True):
    """What a digest would bring to whom, and its issue's `number`.

    `since` is set for a newsletter's first, how far it looks back.
    `suppressed` are readers, by address key, who get no mail, and why; they are in the picks all the same.
    """

    picks: tuple[Pick, ...]
    readers: int
    number: int
    since: datetime | None
    suppressed: Mapping[str, str]

    @property
    def recipients(self) -> int:
        """How many mails it would send."""
        return sum(reader.subscriber.address_key not in self.suppressed for one in self.picks for reader in one.readers)

    @property
    def post_ids(self) -> list[str]:
        """The posts in it, each once."""
        return list(dict.fromkeys(post_id for one in self.picks for post_id in one.post_ids))


def plan_digest(desk: Desk, store: Store, *, at: datetime, prev_fire: PrevFire, period: Period | None = None) -> Plan:
    """What a digest of everything new up to `at` holds; with `period`, for its readers only."""
    with store.read() as connection:
        return _plan(connection, desk, at=at, prev_fire=prev_fire, period=period)


def plan_variants(desk: Desk, plan: Plan, *, at: datetime) -> list[Variant]:
    """The variants of a plan, none where it mails nobody. TemplateError."""
    return [variant for _, variant in _variants(desk, plan, number=plan.number, at=at)]


def _variants(desk: Desk, plan: Plan, *, number: int | None, at: datetime) -> Iterator[tuple[Pick, Variant]]:
    posts = {desk.library.ids[post.source]: post for post in desk.library.posts}
    for one in plan.picks if plan.recipients else ():
        chosen = [(post_id, posts[post_id]) for post_id in one.post_ids]
        yield one, digest_variant(desk, chosen, language=one.language, number=number, at=at)


def make_digest(
    desk: Desk,
    store: Store,
    *,
    at: datetime,
    now: datetime,
    prev_fire: PrevFire,
    period: Period | None = None,
    unfit: Unfit = Unfit.REFUSE,
) -> Issue | None:
    """Store the issue, its variants and its deliveries in one transaction.

    None where nothing is new by hand; an empty period is recorded as skipped. Conflict where the period
    has its issue, ConfigError where sender or site address is missing, ContentError where its mail has errors and is
    refused for them, WrongLedger, TemplateError.
    """
    require_site_url(desk.library.config, desk.library.place.site)
    sender = require_sender(desk.library.config, desk.newsletter)
    require_known_ledger(store, desk.library.config.home)
    testify(desk.library, store)
    with store.write() as connection:
        # Planned in the transaction that writes: two digests at once must not both see a post as uncarried.
        plan = _plan(connection, desk, at=at, prev_fire=prev_fire, period=period)
        if not plan.recipients and period is None:
            return None
        issue = issues.insert(connection, _draft(desk, plan, at=at, period=period), now)
        variants: list[Variant] = []
        for one, variant in _variants(desk, plan, number=issue.number, at=at):
            require_headers(desk.library.config, issue, variant)
            variant_id = issues.insert_variant(connection, issue.id, variant)
            recipients = [_recipient(reader) for reader in one.readers]
            mails = addressed(store, issue.uid, recipients, variant_id, sender, plan.suppressed)
            deliveries.insert(connection, issue.id, mails)
            variants.append(variant)
        held = hold_back(connection, issue, problems(desk, variants), unfit)
    testify(desk.library, store)
    return held


def readers_of(connection: sa.Connection, newsletter: Newsletter, period: Period) -> list[Subscription]:
    """Who was a reader when the period ended.

    Who came later waits for the next: a daemon started on a Wednesday must not mail Monday's.
    """
    return [
        reader
        for reader in _confirmed(connection, newsletter.name)
        if newsletter.frequency_of(reader.frequency) == period.frequency
        and reader.confirmed_at
        and reader.confirmed_at <= period.end
    ]


def _confirmed(connection: sa.Connection, newsletter: str) -> Sequence[Subscription]:
    return subscribers.listed(connection, newsletter=newsletter, status=SubscriptionStatus.CONFIRMED)


def _draft(desk: Desk, plan: Plan, *, at: datetime, period: Period | None) -> issues.Draft:
    return draft(
        desk,
        IssueKind.DIGEST,
        newsletter=desk.newsletter.name,
        at=at,
        period=None if period is None else period.key,
        since=plan.since if plan.recipients else None,
        skipped="" if plan.recipients else "nothing new",
    )


def _plan(connection: sa.Connection, desk: Desk, *, at: datetime, prev_fire: PrevFire, period: Period | None) -> Plan:
    newsletter = desk.newsletter
    readers = _confirmed(connection, newsletter.name) if period is None else readers_of(connection, newsletter, period)
    first = issues.first(connection, newsletter.name)
    since = first_since(newsletter, at, prev_fire) if first is None else None
    carried = deliveries.carried(connection, newsletter.name)
    posts = candidates(desk, at)
    groups: dict[tuple[tuple[str, ...], str], list[Subscription]] = defaultdict(list)
    for reader in readers:
        ids = pick(
            posts,
            reader,
            languages=newsletter.languages,
            since=since or _reaches_back_to(desk, reader, first, at, prev_fire),
            carried=carried.get(reader.subscriber.address_key, ()),
            slugs=desk.library.config.settings.categories,
        )
        if ids:
            groups[(ids, reader.language or first_language(desk))].append(reader)
    picks = tuple(Pick(ids, language, tuple(members)) for (ids, language), members in groups.items())
    number = issues.next_number(connection, newsletter.name)
    return Plan(picks, len(readers), number, since, suppressions.reasons(connection))


def candidates(desk: Desk, at: datetime) -> list[Candidate]:
    """The posts of the newsletter that are out at `at`, newest first."""
    newsletter, library = desk.newsletter, desk.library
    slugs = library.config.settings.categories
    return [
        Candidate(library.ids[post.source], post)
        for post in newest_first(published(library.posts, at))
        if post.in_newsletters and in_categories(post, newsletter.categories, slugs)
    ]


def _reaches_back_to(
    desk: Desk, reader: Subscription, first: Issue | None, at: datetime, prev_fire: PrevFire
) -> datetime:
    joined = min(max(reader.confirmed_at or at, reader.wished_at), at)
    frequency = desk.newsletter.frequency_of(reader.frequency)
    since = running_since(desk.newsletter, frequency, joined, prev_fire)
    if first is not None and first.since is not None and joined <= first.created_at:
        # What the newsletter's first issue brought and failed to deliver is given back, so it still counts.
        return min(since, first.since)
    return since


def _recipient(reader: Subscription) -> Recipient:
    who = reader.subscriber
    return Recipient(who.email, who.address_key, who.name, reader.language, who.id)
