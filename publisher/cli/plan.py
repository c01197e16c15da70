"""plan: what will go out, without doing any of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from publisher.app import App
from publisher.cli.options import At, Json, site
from publisher.cli.status import doubted, servers_of
from publisher.cli.talk import bar, moment, put, put_json, tell_serious
from publisher.errors import Problem

if TYPE_CHECKING:
    from publisher.jobs.library import Library
    from publisher.jobs.occasions import Surroundings
    from publisher.jobs.plan import PlannedIssue
    from publisher.model.newsletter import Newsletter
    from publisher.store.engine import Store


def plan(
    context: typer.Context,
    newsletter: Annotated[str | None, typer.Argument(help="The newsletter's name; all where it is left out.")] = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Show what will go out: what is due, or else what comes next; nothing is sent, recorded or written."""
    from publisher.jobs.occasions import asides
    from publisher.jobs.plan import contents, plan_issues
    from publisher.jobs.plan_told import plan_json, plan_lines

    app = site(context)
    clock = app.clock()
    now = moment(at, app.timezone, clock)
    with app.ledger() as store, bar("Reading posts") as progress:
        code = doubted(app, store)
        around = surroundings(app, store, now)

        def planned(library: "Library") -> "tuple[list[PlannedIssue], Sequence[str], Sequence[Problem]]":
            desks = [app.desk(library, one) for one in chosen(app, newsletter)]
            return plan_issues(desks, around), asides(desks, around), library.problems

        found, notes, unreadable = app.read(planned, progress, now)
    tell_serious(unreadable)
    whole = contents(found)
    if as_json:
        put_json(plan_json(found, whole, around.now, unreadable, notes))
        raise typer.Exit(code)
    for line in (*notes, *plan_lines(found, whole, newsletter, ahead=now > clock)):
        put(line)
    raise typer.Exit(code)


def chosen(app: App, newsletter: str | None) -> "Sequence[Newsletter]":
    """The newsletter of that name, or all."""
    return app.newsletters() if newsletter is None else [app.newsletter(newsletter)]


def surroundings(app: App, store: "Store | None", now: datetime) -> "Surroundings":
    """What planning looks into."""
    from publisher.jobs.occasions import Surroundings
    from publisher.schedule import calendar, next_fire

    return Surroundings(
        store=store,
        now=now.astimezone(ZoneInfo(app.timezone())),
        prev_fire=calendar(),
        next_fire=next_fire,
        servers_of=lambda name: servers_of(app, name),
        outgoing_of=app.outgoing,
    )
