"""Looking at issues, and the operator's hand on them: pause, resume, cancel, retry, resolve."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from publisher.core.lifecycle import OPEN
from publisher.errors import IllegalTransition, NotFound, UsageError
from publisher.mail import LintCode, parse_address
from publisher.model.mailing import Delivery, DeliveryStatus, Issue, IssueKind, IssueStatus
from publisher.store import deliveries, issues
from publisher.store.engine import Store
from publisher.struct import Struct


class Overview(Struct, frozen=True):
    """An issue and how many of its deliveries are in which state."""

    issue: Issue
    counts: dict[DeliveryStatus, int]


class Details(Struct, frozen=True):
    """An issue with its posts' ids and every delivery."""

    overview: Overview
    post_ids: tuple[str, ...]
    deliveries: tuple[Delivery, ...]


def overview(store: Store) -> list[Overview]:
    """All issues, newest first."""
    with store.read() as connection:
        counts = issues.counts(connection)
        return [Overview(issue, counts.get(issue.id, {})) for issue in issues.listed(connection)]


def unfinished(store: Store, newsletter: str | None = None) -> list[tuple[Issue, int]]:
    """Sending and paused issues, of one newsletter or all, with how many deliveries each has still to make."""
    with store.read() as connection:
        counts = issues.counts(connection)
        running = issues.listed(connection, newsletter=newsletter, statuses=(IssueStatus.SENDING, IssueStatus.PAUSED))
    left = [(issue, sum(counts.get(issue.id, {}).get(status, 0) for status in OPEN)) for issue in running]
    return [(issue, number) for issue, number in left if number]


def paused_lines(store: Store) -> list[str]:
    """For people: which issues are paused with mail to send, why, and how they go on."""
    return [
        f"issue {issue.id} is paused with {left} to send: {issue.reason}\n  to go on: {way_on(issue)}"
        for issue, left in unfinished(store)
        if issue.status is IssueStatus.PAUSED
    ]


def way_on(issue: Issue) -> str:
    """How an issue goes on that is paused, for people.

    One that its own text holds back was written before anybody could mend that: `resume` sends it as it is.
    """
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
        posts = tuple(issues.post_ids(connection, issue_id))
        return Details(Overview(issue, counts), posts, tuple(deliveries.listed(connection, issue_id)))


def pause(store: Store, issue_id: int) -> None:
    """Stop sending after the mail in hand; UsageError where it is not sending."""
    with store.write() as connection:
        _move(connection, issue_id, IssueStatus.PAUSED, "paused by hand")


def resume(store: Store, issue_id: int) -> None:
    """Let a paused issue go on; UsageError where it is not paused."""
    with store.write() as connection:
        if issues.get(connection, issue_id).status is not IssueStatus.PAUSED:
            raise _past(issue_id, issues.get(connection, issue_id).status, "resumed")
        _move(connection, issue_id, IssueStatus.SENDING, "")


def cancel(store: Store, issue_id: int) -> int:
    """Send no more of it; how many mails are spared. Their posts are given back. UsageError where it has ended."""
    with store.write() as connection:
        _move(connection, issue_id, IssueStatus.CANCELLED, "cancelled by hand")
        return deliveries.cancel(connection, issue_id, reason="cancelled by hand")


def retry(store: Store, issue_id: int, *, unknown: bool) -> int:
    """Plan the failed deliveries anew, or with `unknown` those (same Message-ID); how many.

    A failed delivery whose posts came with a later issue is left alone. A paused issue stays paused; UsageError
    where it is cancelled.
    """
    before = DeliveryStatus.UNKNOWN if unknown else DeliveryStatus.FAILED
    with store.write() as connection:
        issue = issues.get(connection, issue_id)
        if issue.status is IssueStatus.CANCELLED:
            raise _past(issue_id, issue.status, "retried")
        waiting = [one for one in deliveries.listed(connection, issue_id) if one.status is before]
        if not unknown:
            waiting = _not_reached_since(connection, issue, waiting)
        for one in waiting:
            deliveries.plan_again(connection, one, reason="retried by hand")
        if waiting and issue.status is IssueStatus.DONE:
            issues.move(connection, issue_id, IssueStatus.SENDING)
        return len(waiting)


def _not_reached_since(connection: sa.Connection, issue: Issue, failed: Sequence[Delivery]) -> list[Delivery]:
    """Those of `failed` whose posts did not all come to them with a later issue: each post once, ever."""
    carried = deliveries.carried(connection, issue.newsletter)
    variants = {one.variant_id for one in failed}
    posts = {variant_id: set(issues.variant(connection, variant_id).post_ids) for variant_id in variants}
    return [one for one in failed if not posts[one.variant_id] <= carried.get(one.recipient.address_key, set())]


def resolve(store: Store, issue_id: int, email: str, outcome: DeliveryStatus) -> None:
    """Settle an unknown delivery as sent or failed; NotFound where the address has none."""
    address = parse_address(email)
    with store.write() as connection:
        issues.get(connection, issue_id)
        moved = deliveries.settle(connection, issue_id, address.key, outcome, reason="settled by hand")
    if not moved:
        raise NotFound("unknown delivery to", email, hint=f"'publisher issue show {issue_id}' lists them")


def _move(connection: sa.Connection, issue_id: int, status: IssueStatus, reason: str) -> None:
    try:
        issues.move(connection, issue_id, status, reason)
    except IllegalTransition as error:
        raise _past(issue_id, error.before, error.after) from error


def _past(issue_id: int, status: str, wanted: str) -> UsageError:
    hint = f"'publisher issue show {issue_id}' shows where it stands"
    return UsageError(f"issue {issue_id} is {status}: it cannot be {wanted}", hint=hint)
