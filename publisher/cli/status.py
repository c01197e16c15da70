"""status: what comes next and what is under way."""

from datetime import datetime

import typer

from publisher.app import App
from publisher.cli.options import Json, site
from publisher.cli.talk import complain, put, put_json
from publisher.errors import ContentError


def status(context: typer.Context, as_json: Json = False) -> None:
    """Show what comes next and what is under way."""
    from publisher.jobs.status import Status, coming, under_way

    app = site(context)
    now = app.clock()
    future, code = _future(app, now)
    with app.ledger() as store:
        found = Status(
            coming=tuple(coming(app.newsletters(), store, now)),
            unfinished=tuple(under_way(store)),
            future=future,
            timezone=app.timezone(),
        )
    if as_json:
        put_json(found.as_json())
    else:
        for line in found.lines():
            put(line)
    raise typer.Exit(code)


def _future(app: App, now: datetime) -> tuple[tuple[tuple[str, datetime], ...], int]:
    """Posts to come, and the exit code: where the posts cannot be read, what is under way is shown all the same."""
    from publisher.jobs.status import coming_posts

    try:
        return app.read(lambda library: coming_posts(library, now)), 0
    except ContentError as error:
        complain(error)
        return (), error.exit_code
