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
from publisher.core.plans import Leeway, Promise, leeway, promise_of_hash, promise_of_json
from publisher.core.words import counted
from publisher.errors import PlanChanged, Problem, UsageError

if TYPE_CHECKING:
    from publisher.jobs.library import Library
    from publisher.jobs.plan import PlannedIssue
    from publisher.model.mailing import Issue
    from publisher.store.engine import Store


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
    from publisher.jobs.apply import already, left
    from publisher.jobs.linted import require_fit

    app = site(context)
    promise = _promise(plan)
    limit = Leeway() if readers_limit is None else leeway(readers_limit)
    with app.existing() as store:
        if done := already(store, promise):
            _tell_made(promise, done, already=True, as_json=as_json)
            raise typer.Exit(_tell_left(left(store, promise)))
        found = _planned(app, store, newsletter, promise, limit, as_json=as_json)
        faults = [problem for one in found for problem in one.problems]
        tell_lint(faults)
        number = sum(one.plan.recipients for one in found)
        if dry_run:
            say(f"it is what was planned: {counted(number, 'mail')} would go out")
            return
        for one in found:
            app.ready(one.occasion.newsletter)  # fails before an issue is made that nobody could send
        if not force:
            require_fit(faults)
        consent(number, yes=yes)
        made = _made(app, store, newsletter, promise, limit, force=force)
        if not made:
            _tell_made(promise, already(store, promise), already=True, as_json=as_json)
            return
        code = send_out(app, store, made[0] if len(made) == 1 else None)
        _tell_made(promise, made, already=False, as_json=as_json)
    raise typer.Exit(code)


def _promise(text: str) -> Promise:
    path = Path(text)
    # A hash names no file, unless somebody is after trouble.
    if path.suffix and path.is_file():
        try:
            return promise_of_json(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{text}: cannot be read: {error}") from error
    return promise_of_hash(text)


def _planned(
    app: App, store: "Store", newsletter: str | None, promise: Promise, limit: Leeway, *, as_json: bool
) -> "Sequence[PlannedIssue]":
    """What would go out now, if it is what was planned; PlanChanged, UsageError."""
    from publisher.jobs.apply import differences_json, require_same
    from publisher.jobs.plan import contents, plan_issues

    around = surroundings(app, store, app.clock())

    def planned(library: "Library") -> "tuple[Sequence[PlannedIssue], Sequence[Problem]]":
        return plan_issues([app.desk(library, one) for one in chosen(app, newsletter)], around), library.problems

    with bar("Reading posts") as progress:
        found, unreadable = app.read(planned, progress, around.now)
    tell_serious(unreadable)
    try:
        require_same(promise, found, limit)
    except PlanChanged:
        if as_json:
            whole = contents(found)
            told = {"plan": promise.hash, "now": whole.hash, "differences": differences_json(promise, whole)}
            put_json({**told, "readers": {"plan": promise.readers, "now": whole.readers}, "issues": []})
        raise
    return found


def _made(
    app: App, store: "Store", newsletter: str | None, promise: Promise, limit: Leeway, *, force: bool
) -> "Sequence[Issue]":
    """The issues, made of the very posts that are held against the plan once more: a person may have thought long."""
    from publisher.jobs.apply import make_planned, require_same
    from publisher.jobs.linted import Unfit
    from publisher.jobs.plan import plan_issues

    around = surroundings(app, store, app.clock())

    def work(library: "Library") -> "Sequence[Issue]":
        desks = [app.desk(library, one) for one in chosen(app, newsletter)]
        found = plan_issues(desks, around)
        require_same(promise, found, limit)
        return make_planned(
            desks,
            store,
            found,
            plan=promise.hash,
            now=app.clock(),
            prev_fire=around.prev_fire,
            unfit=Unfit.SEND if force else Unfit.REFUSE,
        )

    return app.read(work, None, around.now)


def _tell_made(promise: Promise, issues: "Sequence[Issue]", *, already: bool, as_json: bool) -> None:
    if already:
        for one in issues:
            say(f"{one.newsletter}: what was planned is issue {one.id}, {one.status}; nothing was sent")
    if as_json:
        put_json({"plan": promise.hash, "already": already, "issues": [_json(one) for one in issues]})


def _tell_left(newsletters: Sequence[str]) -> int:
    """Say which newsletters' part of the plan was not made; the exit code."""
    for name in newsletters:
        say(f"{name}: what was planned is not made; 'publisher plan {name}' shows what is due")
    return PlanChanged.exit_code if newsletters else 0


def _json(one: "Issue") -> dict[str, Any]:
    return {
        "id": one.id,
        "newsletter": one.newsletter,
        "number": one.number,
        "period": one.period,
        "status": one.status,
        "recipients": one.recipients,
    }
