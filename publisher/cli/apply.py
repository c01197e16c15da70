"""apply: send what a plan showed, or nothing."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.app import App
from publisher.cli.deliver import send_out
from publisher.cli.options import DryRun, Force, Json, Yes, site
from publisher.cli.plan import chosen, surroundings
from publisher.cli.talk import bar, consent, put_json, say, tell_lint, tell_serious
from publisher.core.plans import Leeway, Promise, is_hash, leeway, promise_of_hash, promise_of_json
from publisher.core.words import counted
from publisher.errors import PlanChanged, Problem, UsageError
from publisher.struct import Struct

if TYPE_CHECKING:
    from publisher.jobs.library import Library
    from publisher.jobs.mailing import Desk
    from publisher.jobs.plan import PlannedIssue
    from publisher.model.mailing import Issue
    from publisher.store.engine import Store


class _Task(Struct, frozen=True):
    """What is to be applied, and where; with `newsletter` of that alone."""

    app: App
    store: "Store"
    newsletter: str | None
    promise: Promise
    limit: Leeway
    as_json: bool

    def desks(self, library: "Library") -> "list[Desk]":
        """The desks of what was planned."""
        return [self.app.desk(library, one) for one in chosen(self.app, self.newsletter)]


def apply(
    context: typer.Context,
    plan: Annotated[str, typer.Argument(metavar="HASH|FILE", help="What 'plan' printed, or a file of 'plan --json'.")],
    newsletter: Annotated[str | None, typer.Argument(help="The newsletter that was planned, where one was.")] = None,
    readers_limit: Annotated[
        str | None,
        typer.Option(metavar="10%", help="By how much the number of readers may differ: a share, or a number."),
    ] = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Send just what a plan showed; where anything is another, say what and send nothing."""
    from publisher.jobs.apply import already

    app = site(context)
    promise = _promise(plan)
    limit = Leeway() if readers_limit is None else leeway(readers_limit)
    with app.existing() as store:
        task = _Task(app, store, newsletter, promise, limit, as_json)
        if not already(store, promise):
            try:
                found = _planned(task)
                made = () if dry_run else _made(task, found, yes=yes, force=force)
            except PlanChanged:
                # Where another process applies the same plan at this moment, just that is another.
                if not already(store, promise):
                    raise
            else:
                code = _tell_planned(task, found) if dry_run else _send(task, made)
                raise typer.Exit(code)
        code = _go_on(task, dry_run=dry_run)
    raise typer.Exit(code)


def _send(task: _Task, made: "Sequence[Issue]") -> int:
    from publisher.jobs.apply import as_they_stand

    code = send_out(task.app, task.store, made[0] if len(made) == 1 else None)
    _put_made(task, as_they_stand(task.store, made), (), already=False)
    return code


def _go_on(task: _Task, *, dry_run: bool) -> int:
    """Send what the plan's issues have still to send, as a process died or another was first; the exit code.

    They were said yes to when they were made, so nobody is asked again.
    """
    from publisher.jobs.apply import already, as_they_stand, left, left_lines, made_lines, on_its_way

    before = already(task.store, task.promise)
    for line in made_lines(before):
        say(line)
    code = send_out(task.app, task.store, None) if on_its_way(before) and not dry_run else 0
    rest = left(task.store, task.promise)
    for line in left_lines(rest):
        say(line)
    _put_made(task, as_they_stand(task.store, before), rest, already=True)
    return PlanChanged.exit_code if rest else code


def _promise(text: str) -> Promise:
    path = Path(text)
    if is_hash(text) or not path.is_file():
        return promise_of_hash(text)
    try:
        # Some shells write a mark of the byte order before what a command prints.
        return promise_of_json(path.read_text(encoding="utf-8-sig"), text)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{text}: cannot be read: {error}") from error


def _planned(task: _Task) -> "Sequence[PlannedIssue]":
    """What would go out now, if it is what was planned; PlanChanged, UsageError."""
    from publisher.jobs.plan import plan_issues

    around = surroundings(task.app, task.store, task.app.clock())

    def planned(library: "Library") -> "tuple[Sequence[PlannedIssue], Sequence[Problem]]":
        return plan_issues(task.desks(library), around), library.problems

    with bar("Reading posts") as progress:
        found, unreadable = task.app.read(planned, progress, around.now)
    tell_serious(unreadable)
    _require_same(task, found)
    return found


def _require_same(task: _Task, found: "Sequence[PlannedIssue]") -> None:
    from publisher.jobs.apply import already, differences_json, require_same
    from publisher.jobs.plan import contents

    try:
        require_same(task.promise, found, task.limit)
    except PlanChanged:
        if task.as_json and not already(task.store, task.promise):
            whole = contents(found)
            parts = differences_json(task.promise, whole)
            told = {"plan": task.promise.hash, "now": whole.hash, "differences": parts}
            put_json({**told, "readers": {"plan": task.promise.readers, "now": whole.readers}, "issues": []})
        raise


def _made(task: _Task, found: "Sequence[PlannedIssue]", *, yes: bool, force: bool) -> "Sequence[Issue]":
    """The issues, once a person has said yes; PlanChanged where another process was first.

    They are made of the very posts that are held against the plan once more: a person may have thought long.
    """
    from publisher.jobs.apply import make_planned
    from publisher.jobs.linted import Unfit
    from publisher.jobs.plan import plan_issues

    _agree(task, found, yes=yes, force=force)
    around = surroundings(task.app, task.store, task.app.clock())

    def work(library: "Library") -> "Sequence[Issue]":
        desks = task.desks(library)
        planned = plan_issues(desks, around)
        _require_same(task, planned)
        return make_planned(
            desks,
            task.store,
            planned,
            plan=task.promise.hash,
            now=task.app.clock(),
            prev_fire=around.prev_fire,
            unfit=Unfit.SEND if force else Unfit.REFUSE,
        )

    return task.app.read(work, None, around.now)


def _agree(task: _Task, found: "Sequence[PlannedIssue]", *, yes: bool, force: bool) -> None:
    """Go on only where the mails are fit to be sent, and a person says yes."""
    from publisher.jobs.linted import require_fit

    faults = [problem for one in found for problem in one.problems]
    tell_lint(faults)
    for one in found:
        task.app.ready(one.occasion.newsletter)  # fails before an issue is made that nobody could send
    if not force:
        require_fit(faults)
    consent(sum(one.plan.recipients for one in found), yes=yes)


def _tell_planned(task: _Task, planned: "Sequence[PlannedIssue]") -> int:
    """What a dry run says, and how it ends."""
    tell_lint([problem for one in planned for problem in one.problems])
    number = sum(one.plan.recipients for one in planned)
    say(f"it is what was planned: {counted(number, 'mail')} would go out")
    if task.as_json:
        coming = [_coming_json(one) for one in planned]
        put_json({"plan": task.promise.hash, "already": False, "left": [], "issues": coming})
    return 0


def _put_made(task: _Task, issues: "Sequence[Issue]", left: Sequence[str], *, already: bool) -> None:
    if task.as_json:
        made = [_json(one) for one in issues]
        put_json({"plan": task.promise.hash, "already": already, "left": list(left), "issues": made})


def _coming_json(one: "PlannedIssue") -> dict[str, Any]:
    return {
        "id": None,
        "newsletter": one.occasion.newsletter.name,
        "number": one.number,
        "period": one.occasion.period.key,
        "status": None,
        "recipients": sum(pick.readers for pick in one.plan.picks),
    }


def _json(one: "Issue") -> dict[str, Any]:
    return {
        "id": one.id,
        "newsletter": one.newsletter,
        "number": one.number,
        "period": one.period,
        "status": one.status,
        "recipients": one.recipients,
    }
