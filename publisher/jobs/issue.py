"""Looking at issues, and the operator's hand on them: pause, resume, cancel, retry, resolve."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from publisher.core.lifecycle import OPEN
from publisher.errors import IllegalTransition, NotFound, UsageError
from publisher.mail import LintCode, parse_address
from publisher.model.bounce import Bounce
from publisher.model.mailing import Delivery, DeliveryStatus, Issue, IssueKind, IssueStatus
from publisher.model.manifest import Manifest, VariantRecord
from publisher.model.newsletter import Period
from publisher.store import bounces, deliveries, destinations, introductions, issues, manifests
from publisher.store.engine import Store
from publisher.struct import Struct


class Overview(Struct, frozen=True):
    """An issue and how many of its deliveries are in which state; the time zone of its readers, where readers of others
    have the same number."""

    issue: Issue
    counts: dict[DeliveryStatus, int]
    zone: str | None = None


class Details(Struct, frozen=True):
    """An issue with its posts' ids, what it was made of, None where that was not kept, the editor's introductions
    that went with it, each file with its SHA-256, and its variants."""

    overview: Overview
    post_ids: tuple[str, ...]
    manifest: Manifest | None
    introductions: dict[str, str]
    variants: tuple[VariantRecord, ...]


class Reader(Struct, frozen=True):
    """One delivery of an issue, and what came back of it."""

    delivery: Delivery
    bounces: tuple[Bounce, ...]


class Retried(Struct, frozen=True):
    """How many deliveries were planned again, and how many failed or cancelled ones were left out, since their posts
    came with a later issue; the first of those by address."""

    planned: int
    left_out: int
    some: tuple[str, ...]


_NAMED = 20
_AT_ONCE = 1000


def overview(store: Store) -> list[Overview]:
    """All issues, newest first."""
    with store.read() as connection:
        counts = issues.counts(connection)
        shared = issues.in_zones(connection)
        found = issues.listed(connection)
        return [Overview(issue, counts.get(issue.id, {}), _zone(issue, shared)) for issue in found]


def overview_page(
    store: Store,
    *,
    newsletter: str | None = None,
    status: IssueStatus | None = None,
    before: int | None = None,
    most: int,
) -> list[Overview]:
    """So many issues, newest first, without letters to single readers; of one newsletter, in one state, with an id
    below `before`, where that is asked."""
    statuses = None if status is None else (status,)
    with store.read() as connection:
        found = issues.listed(
            connection, newsletter=newsletter, statuses=statuses, before=before, most=most, letters=False
        )
        counts = issues.counts(connection, [issue.id for issue in found])
        return [Overview(issue, counts.get(issue.id, {})) for issue in found]


def overview_of(store: Store, issue_id: int) -> tuple[Overview, list[str]]:
    """An issue with the ids of its posts, or NotFound."""
    with store.read() as connection:
        issue = issues.get(connection, issue_id)
        counts = issues.counts(connection, [issue_id])
        return Overview(issue, counts.get(issue_id, {})), issues.post_ids(connection, issue_id)


def _zone(issue: Issue, shared: Collection[str]) -> str | None:
    return Period.zone_of(issue.period) if issue.period and issue.edition in shared else None


def urgent_open(store: Store) -> list[int]:
    """The ids of urgent issues that are being sent, or stand still."""
    running = (IssueStatus.SENDING, IssueStatus.PAUSED)
    with store.read() as connection:
        return [one.id for one in issues.listed(connection, statuses=running) if one.urgent]


def unfinished(store: Store, newsletter: str | None = None) -> list[tuple[Issue, int]]:
    """Sending and paused issues, of one newsletter or all, with how many deliveries each has still to make."""
    with store.read() as connection:
        counts = issues.counts(connection)
        running = issues.listed(connection, newsletter=newsletter, statuses=(IssueStatus.SENDING, IssueStatus.PAUSED))
    left = [(issue, sum(counts.get(issue.id, {}).get(status, 0) for status in OPEN)) for issue in running]
    return [(issue, number) for issue, number in left if number]


def paused_lines(store: Store, *, urgent_only: bool = False) -> list[str]:
    """For people: which issues are paused with mail to send, why, and how they go on."""
    return [
        f"issue {issue.id} is paused with {left} to send: {issue.reason}\n  to go on: {way_on(issue)}"
        for issue, left in unfinished(store)
        if issue.status is IssueStatus.PAUSED and (issue.urgent or not urgent_only)
    ]


def cancelled_lines(store: Store, begun: Collection[Issue]) -> list[str]:
    """For people: which of the issues were cancelled since they began, and how the rest would get them."""
    with store.read() as connection:
        found = [
            one for one in (issues.get(connection, one.id) for one in begun) if one.status is IssueStatus.CANCELLED
        ]
        counts = issues.counts(connection) if found else {}
    return [
        f"issue {one.id} was cancelled with {counts[one.id].get(DeliveryStatus.CANCELLED, 0)} not sent\n"
        f"  to send to the rest: publisher issue retry {one.id} --rest, then publisher deliver"
        for one in found
    ]


def awaiting(store: Store) -> list[tuple[Issue, int]]:
    """Issues that have not begun, with how many mails each has."""
    with store.read() as connection:
        counts = issues.counts(connection)
        found = issues.listed(connection, statuses=(IssueStatus.AWAITING,))
    return [(issue, counts.get(issue.id, {}).get(DeliveryStatus.PLANNED, 0)) for issue in found]


def with_post(store: Store, post_id: str) -> list[tuple[Issue, int]]:
    """Issues that hold a post and have mail still to send, with how many; also those that have not begun."""
    found = (*unfinished(store), *awaiting(store))
    with store.read() as connection:
        return [(issue, left) for issue, left in found if post_id in issues.post_ids(connection, issue.id)]


def going_line(issue: Issue, left: int) -> str:
    """For people: that an issue which has begun has still to send, and how it goes on."""
    way = way_on(issue) if issue.status is IssueStatus.PAUSED else "publisher deliver"
    return f"issue {issue.id} is {issue.status} with {left} to send: {way}"


def way_on(issue: Issue) -> str:
    """How an issue goes on that is paused, for people.

    One that its own text holds back was written before anybody could mend that: `resume` sends it as it is.
    """
    if issue.resume_at is not None:
        return "publisher deliver (it goes on by itself in a while, where 'publisher run' runs)"
    on = f"publisher issue resume {issue.id}, then publisher deliver"
    if issue.reason.partition(":")[0] not in {*LintCode}:
        return on
    anew = f"publisher issue cancel {issue.id}, then publisher digest {issue.newsletter}"
    return f"mend it, then {anew}\n  or as it is: {on}"


def last_digest_at(store: Store, newsletter: str) -> datetime | None:
    """Up to when the newsletter's last digest took posts, or None before the first."""
    with store.read() as connection:
        digests = [
            issue.at
            for issue in issues.listed(connection, newsletter=newsletter)
            if issue.kind is IssueKind.DIGEST and issue.status is not IssueStatus.SKIPPED
        ]
    return max(digests, default=None)


def details(store: Store, issue_id: int) -> Details:
    """One issue, or NotFound."""
    with store.read() as connection:
        issue = issues.get(connection, issue_id)
        counts = issues.counts(connection).get(issue_id, {})
        return Details(
            Overview(issue, counts, _zone(issue, issues.in_zones(connection))),
            tuple(issues.post_ids(connection, issue_id)),
            manifests.of_issue(connection, issue_id),
            introductions.of_issue(connection, issue_id),
            tuple(manifests.variants_of(connection, issue_id)),
        )


def readers(store: Store, issue_id: int, status: DeliveryStatus | None = None) -> Iterator[Reader]:
    """The deliveries of an issue, in one state or all, a thousand in memory at once, as they were when its turn came.

    Nothing is held in between: who looks at a million names in a pager looks for as long as they like.
    """
    after = 0
    while True:
        with store.read() as connection:
            page = deliveries.listed(connection, issue_id, status=status, after=after, most=_AT_ONCE)
            returned = bounces.of_deliveries(connection, [one.id for one in page])
        if not page:
            return
        for one in page:
            yield Reader(one, tuple(bounce for bounce in returned if bounce.delivery_id == one.id))
        after = page[-1].id


def pause(store: Store, issue_id: int) -> None:
    """Stop sending after the mail in hand, also one that would go on by itself; UsageError where it has ended."""
    with store.write() as connection, _told(issue_id):
        issues.pause(connection, issue_id, "paused by hand")


def resume(store: Store, issue_id: int, now: datetime) -> list[str]:
    """Let a paused or awaiting issue go on, and the destinations that were stopped, whose names are given back.

    UsageError where it is neither and no destination of a sending one is stopped.
    """
    with store.write() as connection:
        issue, stopped = issues.get(connection, issue_id), list(destinations.stopped(connection, now))
        waits = issue.status in (IssueStatus.PAUSED, IssueStatus.AWAITING)
        if not waits and not (stopped and issue.status is IssueStatus.SENDING):
            raise _past(issue_id, issue.status, "resumed")
        issues.resume(connection, issue_id)
        bounces.put_up_with(connection, issue_id)
        for name in destinations.known(connection):
            destinations.release(connection, name, now)
    return stopped


def cancel(store: Store, issue_id: int) -> int:
    """Send no more of it; how many mails are spared. Their posts are given back. UsageError where it has ended."""
    with store.write() as connection, _told(issue_id):
        issues.move(connection, issue_id, IssueStatus.CANCELLED, "cancelled by hand")
        return deliveries.cancel(connection, issue_id, reason="cancelled by hand")


def retry(store: Store, issue_id: int, *, unknown: bool = False, rest: bool = False) -> Retried:
    """Plan the failed deliveries anew, with `rest` the cancelled ones, too, or with `unknown` those (same Message-ID).

    A delivery whose posts came with a later issue is left alone. A paused issue stays paused; UsageError where it is
    cancelled and not the rest is asked for.
    """
    before = _asked(unknown=unknown, rest=rest)
    with store.write() as connection:
        issue = issues.get(connection, issue_id)
        if issue.status is IssueStatus.CANCELLED and not rest:
            hint = f"'publisher issue retry {issue_id} --rest' takes it up again"
            raise UsageError(f"issue {issue_id} is cancelled: it cannot be retried", hint=hint)
        planned = sum(deliveries.plan_again(connection, issue_id, one, reason="retried by hand") for one in before)
        if planned and issue.status in (IssueStatus.DONE, IssueStatus.CANCELLED):
            issues.move(connection, issue_id, IssueStatus.SENDING)
        counts = issues.counts(connection).get(issue_id, {})
        left = sum(counts.get(one, 0) for one in before)
        some = [
            delivery.recipient.email
            for one in before
            if counts.get(one)
            for delivery in deliveries.listed(connection, issue_id, status=one, most=_NAMED)
        ]
    return Retried(planned, left, tuple(some[:_NAMED]))


def _asked(*, unknown: bool, rest: bool) -> tuple[DeliveryStatus, ...]:
    if unknown:
        return (DeliveryStatus.UNKNOWN,)
    return (DeliveryStatus.FAILED, DeliveryStatus.CANCELLED) if rest else (DeliveryStatus.FAILED,)


def resolve(store: Store, issue_id: int, email: str, outcome: DeliveryStatus) -> None:
    """Settle an unknown delivery as sent or failed; NotFound where the address has none."""
    address = parse_address(email)
    with store.write() as connection:
        issues.get(connection, issue_id)
        moved = deliveries.settle(connection, issue_id, address.key, outcome, reason="settled by hand")
    if not moved:
        hint = f"'publisher issue verify {issue_id} --who unknown' names them"
        raise NotFound("unknown delivery to", email, hint=hint)


@contextmanager
def _told(issue_id: int) -> Iterator[None]:
    try:
        yield
    except IllegalTransition as error:
        raise _past(issue_id, error.before, error.after) from error


def _past(issue_id: int, status: str, wanted: str) -> UsageError:
    hint = f"'publisher issue show {issue_id}' shows where it stands"
    return UsageError(f"issue {issue_id} is {status}: it cannot be {wanted}", hint=hint)
