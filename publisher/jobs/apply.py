"""Apply: make just the issues that a plan showed, or say what is another than it was."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from publisher.core.periods import PrevFire
from publisher.core.plans import Contents, Difference, Leeway, Part, Promise, differences
from publisher.errors import Conflict, PlanChanged, UsageError
from publisher.jobs.digest import make_digest
from publisher.jobs.linted import Unfit
from publisher.jobs.mailing import Desk, local
from publisher.jobs.plan import PlannedIssue, contents
from publisher.model.mailing import Issue
from publisher.store import issues, manifests
from publisher.store.engine import Store

_SHOWN = 12
_WHOLE = 3
"""Slashes in the key of a period."""
_AGAIN = "look at it with 'publisher plan', and apply the hash it prints"


def already(store: Store, promise: Promise) -> list[Issue]:
    """The issues that the plan has led to, or that its periods have by now, as far as it tells its periods."""
    with store.read() as connection:
        made = [issues.get(connection, one) for one in manifests.of_plan(connection, promise.hash)]
        periods = promise.parts[Part.PERIODS] if promise.parts else {}
        of_period = [issues.of_period(connection, period) for period in periods]
    found = {one.id: one for one in (*made, *of_period) if one is not None}
    return list(found.values())


def left(store: Store, promise: Promise) -> list[str]:
    """The newsletters of a plan that has led to some issues and not to all, as far as it tells its periods."""
    periods = promise.parts[Part.PERIODS] if promise.parts else {}
    with store.read() as connection:
        # An instant one has a minute of its own in the ledger.
        missing = [one for one in periods if one.count("/") == _WHOLE and issues.of_period(connection, one) is None]
    return sorted({one.partition("/")[0] for one in missing})


def require_same(promise: Promise, planned: Sequence[PlannedIssue], limit: Leeway) -> None:
    """PlanChanged where it is not what was planned, with all that is another; UsageError where it is not due yet."""
    now = contents(planned)
    lines = [line for one in differences(promise, now) for line in _difference_lines(one, promise, planned)]
    if not limit.allows(promise.readers, now.readers):
        lines.append(f"readers: {promise.readers} in the plan, {now.readers} now, more than {limit.told()} apart")
    if lines:
        raise PlanChanged("\n  ".join(["this is not what was planned; nothing was sent", *lines]), hint=_AGAIN)
    late = [one for one in planned if not one.occasion.due]
    if late or not planned:
        when = ", ".join(_when(one) for one in late)
        raise UsageError("nothing of the plan is due yet; nothing was sent", hint=when and f"it is due {when}")


def make_planned(
    desks: Sequence[Desk],
    store: Store,
    planned: Sequence[PlannedIssue],
    *,
    plan: str,
    now: datetime,
    prev_fire: PrevFire,
    unfit: Unfit,
) -> list[Issue]:
    """Make the issue of each; without those that another process was first with. See make_digest."""
    of_name = {desk.newsletter.name: desk for desk in desks}
    made = []
    for one in planned:
        period = one.occasion.period
        desk = of_name[period.newsletter]
        try:
            issue = make_digest(
                desk, store, at=period.end, now=now, prev_fire=prev_fire, period=period, unfit=unfit, plan=plan
            )
        except Conflict:
            continue
        if issue is not None:
            made.append(issue)
    return made


def differences_json(promise: Promise, now: Contents) -> dict[str, dict[str, Sequence[str]]]:
    """For programs: the pieces of each part that is another, by their names; empty lists where only a hash is known."""
    return {
        one.part: {"added": one.added, "removed": one.removed, "changed": one.changed}
        for one in differences(promise, now)
    }


def _difference_lines(one: Difference, promise: Promise, planned: Sequence[PlannedIssue]) -> Iterator[str]:
    """One part and, where the plan's file tells, its pieces: `+` for new ones, `-` for those gone, `~` for changed."""
    titles = {**promise.titles} | {post_id: post.title for issue in planned for post_id, post in issue.posts}
    pieces = [
        f"{mark} {_named(key, one.part, titles)}"
        for mark, keys in (("+", one.added), ("-", one.removed), ("~", one.changed))
        for key in keys
    ]
    yield f"{one.part}:" if pieces else f"{one.part} are others"
    yield from (f"  {piece}" for piece in pieces[:_SHOWN])
    if len(pieces) > _SHOWN:
        yield f"  and {len(pieces) - _SHOWN} more"


def _named(key: str, part: Part, titles: Mapping[str, str]) -> str:
    return titles.get(key, key) if part is Part.POSTS else key


def _when(one: PlannedIssue) -> str:
    period = one.occasion.period
    return f"{local(period.end, period.zone)} ({period.newsletter}, {period.frequency})"
