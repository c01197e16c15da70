"""status: what comes next and what is under way."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import typer

from publisher.app import App
from publisher.cli.options import Json, site
from publisher.cli.talk import complain, put, put_json
from publisher.config import servers
from publisher.errors import ConfigError, ContentError, WrongLedger
from publisher.model.server import Server

if TYPE_CHECKING:
    from publisher.store.engine import Store


def status(context: typer.Context, as_json: Json = False) -> None:
    """Show what comes next and what is under way."""
    from publisher.jobs.due import Look, look
    from publisher.jobs.hooks import standing
    from publisher.jobs.status import Status, astray, coming
    from publisher.jobs.under_way import UnderWay, under_way
    from publisher.schedule import calendar

    app = site(context)
    now = app.clock()
    future, code = _future(app, now)
    newsletters, here = app.newsletters(), now.astimezone(ZoneInfo(app.timezone()))
    names = [one.name for one in newsletters]
    with app.ledger() as store:
        code = doubted(app, store) or code
        seen = Look() if store is None else look(store, newsletters, now, calendar())
        found = Status(
            coming=tuple(coming(newsletters, store, now)),
            under_way=UnderWay()
            if store is None
            else under_way(store, lambda name: servers_of(app, name), names, here),
            future=future,
            timezone=app.timezone(),
            told=(*seen.told, *([] if store is None else astray(newsletters, store))),
            due=seen.due,
            hooks=() if store is None else tuple(standing(store, now)),
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


def doubted(app: App, store: "Store | None") -> int:
    """Tell where mail from this ledger is refused; the exit code."""
    from publisher.jobs.mailing import require_known_ledger

    try:
        if store is not None:
            require_known_ledger(store, app.config.home)
    except WrongLedger as error:
        complain(error)
        return error.exit_code
    return 0


def servers_of(app: App, newsletter: str | None) -> Sequence[Server]:
    """None where none is configured: what is planned is shown all the same."""
    try:
        return [one.server for one in servers(app.config, newsletter)]
    except ConfigError:
        return ()
