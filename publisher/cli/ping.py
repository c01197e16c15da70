"""ping."""

from typing import Annotated

import typer

from publisher.cli.options import Json, site
from publisher.cli.talk import put, put_json, say, stop_on_signals


def ping(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what waits, tell nobody.")] = False,
    as_json: Json = False,
) -> None:
    """Tell the hub of the feeds that have changed; those it cannot take now are tried again by the next one."""
    from publisher.jobs.ping import due, require_hub
    from publisher.jobs.ping import ping as tell

    app = site(context)
    require_hub(app.config)
    if dry_run:
        found = due(app.config, app.clock())
    else:
        with stop_on_signals() as stop:
            found = tell(app.config, post=app.post, clock=app.clock, stop=stop.is_set)
    if as_json:
        put_json(found.as_json())
    else:
        for line in found.lines(app.timezone()):
            put(line)
        for reason in found.waits():
            say(reason)
    if not dry_run:
        say(found.summary())
    raise typer.Exit(0 if dry_run else found.exit_code())
