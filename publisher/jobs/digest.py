"""Digest: for each reader the posts not yet carried to them; readers with the same pick share a variant."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

import sqlalchemy as sa

from publisher.core.periods import PrevFire
from publisher.core.selection import Why
from publisher.jobs.archive import publish_early, require_room
from publisher.jobs.archive_pages import issue_page
from publisher.jobs.intro import Introductions, fresh, use_up
from publisher.jobs.linted import Unfit, telling
from publisher.jobs.mailing import Desk, draft, require_known_ledger, require_sender, testify
from publisher.jobs.notice import AWAITS, notify, of_approval
from publisher.jobs.picking import Span, circle, counted, first_look, picked
from publisher.jobs.planned import Group, Making, Pick, mailed, write_issue
from publisher.jobs.site import require_site_url
from publisher.jobs.variants import digest_variant
from publisher.model.mailing import Issue, IssueKind, IssueStatus, Variant
from publisher.model.newsletter import Frequency, Newsletter, Period
from publisher.store import issues, periods, readers
from publisher.store.engine import Store
from publisher.struct import Struct, field, replace


class Plan(Struct, frozen=True):
    """What a digest would bring to how many, its issue's `number`, and what it begins with.

    Suppressed readers are in the picks, too; `readers` counts all, also those for whom nothing is new.
    `passed_over` are the posts that go to nobody, by their ids, and why.
    """

    picks: tuple[Pick, ...]
    readers: int
    number: int
    introductions: Introductions = Introductions()
    passed_over: dict[str, Why] = field(default_factory=dict)

    @property
    def recipients(self) -> int:
        """How many mails it would send."""
        return mailed(self.picks)

    @property
    def post_ids(self) -> list[str]:
        """The posts in it, each once."""
        return list(dict.fromkeys(post_id for one in self.picks for post_id in one.post_ids))


class Wanted(Struct, frozen=True):
    """A digest that is to be made.

    With `awaits` it waits for a person, and the editor is asked; `unfit` is nothing then, as they see what is wrong.
    `plan` is the hash of the plan that is applied.
    """

    desk: Desk
    span: Span
    unfit: Unfit
    awaits: bool = False
    plan: str | None = None


def plan_digest(
    desk: Desk,
    store: Store,
    *,
    at: datetime,
    prev_fire: PrevFire,
    period: Period | None = None,
    planned: Mapping[str, int] | None = None,
) -> Plan:
    """What a digest of everything new up to `at` holds; with `period`, for its readers only.

    `planned` are the newsletter's editions that are to be made before it, and their numbers.
    """
    name, edition = desk.newsletter.name, period.edition if period else None
    with store.read() as connection:
        found = counted(connection, store.secret, desk, Span(at, prev_fire, period))
        number = issues.next_number(connection, name, edition, planned)
        begins = fresh(connection, desk.introductions, name, period)
        whole = readers.count(connection, circle(desk.newsletter, period, at))
        return Plan(found.picks, whole, number, begins, found.passed_over)


def plan_variants(desk: Desk, plan: Plan, *, at: datetime) -> list[Variant]:
    """The variants of a plan that show all there is to see of it, none where it mails nobody. TemplateError."""
    shown = telling(plan.picks) if plan.recipients else ()
    begins = plan.introductions
    return [render_group(desk, at, begins, Group(one.post_ids, one.language), plan.number) for one in shown]


def make_digest(
    desk: Desk,
    store: Store,
    *,
    at: datetime,
    now: datetime,
    prev_fire: PrevFire,
    period: Period | None = None,
    unfit: Unfit = Unfit.REFUSE,
    awaits: bool = False,
) -> Issue | None:
    """Store the issue, its variants and its deliveries; see make_digests, of which this is one."""
    (made,) = make_digests([Wanted(desk, Span(at, prev_fire, period), unfit, awaits)], store, now=now)
    return made


def make_digests(wanted: Sequence[Wanted], store: Store, *, now: datetime) -> list[Issue | None]:
    """Store the issues, their variants and their deliveries in one transaction: all of them, or none.

    None where nothing is new by hand; an empty period is recorded as skipped. Conflict where a period, or a later
    one, has its issue, ConfigError where sender or site address is missing or a page of the site lies in the way,
    ContentError where a mail has errors and is refused for them, WrongLedger, TemplateError.
    """
    library = wanted[0].desk.library
    require_site_url(library.config, library.place.site)
    require_known_ledger(store, library.config.home)
    testify(library, store)
    with store.write(trusted=True) as connection:
        # Planned in the transaction that writes: two digests at once must not both see a post as uncarried.
        made = [_written(connection, store.secret, one, now) for one in wanted]
    if any(made):
        testify(library, store)
        publish_early(library, store, now)
    return made


def _written(connection: sa.Connection, secret: bytes, wanted: Wanted, now: datetime) -> Issue | None:
    desk, span = wanted.desk, wanted.span
    if span.period is not None:
        periods.require_next(connection, span.period, now)
    if desk.newsletter.archive:
        require_room(desk.library, connection, desk.newsletter.name, span.period)
    begins = fresh(connection, desk.introductions, desk.newsletter.name, span.period)
    making = Making(
        desk,
        secret,
        require_sender(desk.library.config, desk.newsletter),
        desk.newsletter.template,
        partial(render_group, desk, span.at, begins),
        Unfit.SEND if wanted.awaits else wanted.unfit,
        plan=wanted.plan,
        opening=begins.html_in,
    )
    made = _make(connection, making, span, now, awaits=wanted.awaits)
    if made is not None and made.number is not None:
        use_up(connection, made, begins)
    return made


def _make(connection: sa.Connection, making: Making, span: Span, now: datetime, *, awaits: bool) -> Issue | None:
    desk, period = making.desk, span.period
    drafted = partial(
        draft,
        desk,
        IssueKind.DIGEST,
        newsletter=desk.newsletter.name,
        at=span.at,
        period=period,
        page_url=issue_page(desk),
    )
    since = first_look(connection, desk, span)
    sent = drafted(since=since)
    sent = replace(sent, status=IssueStatus.AWAITING, reason=AWAITS) if awaits else sent
    made = write_issue(connection, making, sent, picked(connection, making.secret, desk, span), now)
    if made is not None and awaits:
        notify(connection, making.secret, desk, of_approval(connection, making.secret, desk, made, now), now)
    if made is None and period is not None and period.frequency is not Frequency.INSTANT:
        # From here on it looks back to the same moment: what is held, or waits for more, must not be left behind.
        return issues.insert(
            connection, drafted(since=since, skipped=_why_skipped(desk.newsletter), page_url=None), now
        )
    return made


def _why_skipped(newsletter: Newsletter) -> str:
    return "nothing new" if newsletter.min_posts == 1 else f"fewer than {newsletter.min_posts} new posts (min_posts)"


def render_group(desk: Desk, at: datetime, begins: Introductions, group: Group, number: int | None) -> Variant:
    """The variant of those who share these posts and this language. TemplateError."""
    chosen = [(post_id, desk.by_id[post_id]) for post_id in group.post_ids]
    intro = begins.in_language(group.language)
    return digest_variant(desk, chosen, language=group.language, number=number, at=at, intro=intro)
