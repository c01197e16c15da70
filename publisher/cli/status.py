"""status: what comes next and what is under way."""

import typer

from publisher.cli.options import Json, site
from publisher.cli.talk import put, put_json


def status(context: typer.Context, as_json: Json = False) -> None:
    """Show what comes next and what is under way."""
    from publisher.jobs.status import Status, coming, under_way

    app = site(context)
    now = app.clock()
    with app.library() as library:
        future = tuple((post.source, post.published) for post in library.posts if post.published > now)
    with app.ledger() as store:
        found = Status(
            coming=tuple(coming(app.newsletters(), store, now)),
            unfinished=tuple(under_way(store)),
            future=future,
            timezone=app.timezone(),
        )
    if as_json:
        put_json(found.as_json())
        return
    for line in found.lines():
        put(line)
