"""Apply: make just the issues that a plan showed, or say what is another than it was."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from publisher.core.periods import PrevFire
from publisher.core.plans import Contents, Difference, Leeway, Part, Promise, differences
from publisher.errors import Conflict, PlanChanged, UsageError
from publisher.jobs.digest import Wanted, make_digests
from publisher.jobs.linted import Unfit
from publisher.jobs.mailing import Desk, local
from publisher.jobs.picking import Span
from publisher.jobs.plan import PlannedIssue, contents
from publisher.model.mailing import Issue, IssueStatus
from publisher.store import issues, manifests
from publisher.store.engine import Store

_SHOWN = 12
_WHOLE = 3
"""Slashes in the key of a period."""
_AGAIN = "look at it with 'publisher plan', and apply the hash it prints"
_NAMED = "\n  a plan of one newsletter is applied with its name behind the hash, a plan of all without"
_ON_ITS_WAY = (IssueStatus.AWAITING, IssueStatus.SENDING, IssueStatus.PAUSED)


def already(store: Store, promise: Promise) -> list[Issue]:
    """The issues that the plan has led to, or that its periods have by now, as far as it tells its periods."""
    with store.read() as connection:
        made = [issues.get(connection, one) for one in manifests.of_plan(connection, promise.hash)]
        periods = promise.parts[Part.PERIODS] if promise.parts else {}
        of_period = [issues.of_period(connection, period) for period in periods]
    found = {one.id: one for one in (*made, *of_period) if one is not None}
    return list(found.values())


def as_they_stand(store: Store, made: Iterable[Issue]) -> list[Issue]:
    """The issues as the ledger has them now."""
    with store.read() as connection:
        return [issues.get(connection, one.id) for one in made]


def left(store: Store, promise: Promise) -> list[str]:
    """The newsletters of a plan that has led to some issues and not to all, as far as it tells its periods."""
    periods = promise.parts[Part.PERIODS] if promise.parts else {}
    with store.read() as connection:
        # An instant one has a minute of its own in the ledger.
        missing = [one for one in periods if one.count("/") == _WHOLE and issues.of_period(connection, one) is None]
    return sorted({one.partition("/")[0] for one in missing})


def on_its_way(made: Iterable[Issue]) -> bool:
    """Whether mail of an issue is still to go: the process that made it died, or it waits, or stands still."""
    return any(one.status in _ON_ITS_WAY for one in made)


def made_lines(made: Iterable[Issue]) -> Iterator[str]:
    """For people: what a plan has led to before, and how what was cancelled would go after all."""
    for one in made:
        line = f"{one.newsletter}: what was planned is issue {one.id}, {one.status}"
        yield line if one.status in _ON_ITS_WAY else f"{line}; nothing was sent"
        if one.status is IssueStatus.CANCELLED:
            yield f"  to send it after all: publisher issue retry {one.id} --rest, then publisher deliver"


def left_lines(newsletters: Iterable[str]) -> Iterator[str]:
    """For people: whose part of a plan has no issue, and how it gets one."""
    for name in newsletters:
        yield (
            f"{name}: the rest of what was planned is not made\n"
            f"  'publisher plan {name}' shows what of it is due, and how to send it"
        )


def require_same(promise: Promise, planned: Sequence[PlannedIssue], limit: Leeway) -> None:
    """PlanChanged where it is not what was planned, with all that is another; UsageError where it is not due yet."""
    now = contents(planned)
    others = differences(promise, now)
    lines = [line for one in others for line in _difference_lines(one, promise, planned)]
    if not limit.allows(promise.readers, now.readers):
        lines.append(f"readers: {promise.readers} in the plan, {now.readers} now, more than {limit.told()} apart")
    if lines:
        of_others = promise.parts is None and any(one.part is Part.PERIODS for one in others)
        told = "\n  ".join(["this is not what was planned; nothing was sent", *lines])
        raise PlanChanged(told, hint=_AGAIN + (_NAMED if of_others else ""))
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
    """Make all of them, or none; PlanChanged where another process was first with one. See make_digests."""
    of_name = {desk.newsletter.name: desk for desk in desks}
    periods = [one.occasion.period for one in planned]
    wanted = [Wanted(of_name[one.newsletter], Span(one.end, prev_fire, one), unfit, plan=plan) for one in periods]
    try:
        made = make_digests(wanted, store, now=now)
    except Conflict as error:
        told = "another process was first with an issue of the plan; nothing was sent"
        raise PlanChanged(told, hint="apply it again: it says what there is to do") from error
    return [one for one in made if one is not None]


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
