"""ids check|adopt."""

from typing import Annotated

import typer

from publisher.cli.options import Json, site
from publisher.cli.talk import bar, problems_json, put, put_json, say


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="What feed readers know posts by.", no_args_is_help=True)
    for command in (check, adopt):
        group.command()(command)
    cli.add_typer(group, name="ids")


def check(context: typer.Context, as_json: Json = False) -> None:
    """Hold ids.json against the posts; 65 where one id or one file stands twice."""
    from publisher.jobs.check_ids import check_ids

    app = site(context)
    with bar("Reading posts") as progress:
        found = app.read(check_ids, progress)
    if as_json:
        put_json(found.as_json() | {"problems": problems_json(found.problems)})
    else:
        for line in (*(problem.told() for problem in found.problems), *found.lines()):
            put(line)
    raise typer.Exit(65 if found.failed else 0)


def adopt(
    context: typer.Context,
    feeds: Annotated[list[str], typer.Argument(metavar="FEED...", help="Feeds of the site, files or addresses.")],
    as_json: Json = False,
) -> None:
    """Let posts keep the ids that another program's feeds gave them, so that no reader sees them as new."""
    from publisher.jobs.adopt import adopt_feeds, find_feed

    app = site(context)
    # All of them first: a feed that cannot be had must not leave the half of it done.
    found = [find_feed(name) for name in feeds]
    with app.ledger() as store, bar("Reading posts") as progress:
        adopted = app.read(lambda library: adopt_feeds(library, found, store), progress)
    if as_json:
        put_json(adopted.as_json())
        return
    for line in (*adopted.summary(), *adopted.details()):
        put(line)
    say("Next: publisher build.")
