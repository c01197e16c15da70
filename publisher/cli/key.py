"""key add|list|revoke."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from publisher.cli.options import Json, site
from publisher.cli.talk import moment, put, put_json, say
from publisher.errors import UsageError
from publisher.model.key import KeyScope

if TYPE_CHECKING:
    from publisher.model.key import Key

Name = Annotated[str, typer.Argument(metavar="NAME", help="What tells the key from others, such as its user.")]


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Keys by which programs use the API.", no_args_is_help=True)
    group.command("list")(list_)
    for command in (add, revoke):
        group.command()(command)
    cli.add_typer(group, name="key")


def add(
    context: typer.Context,
    name: Name,
    scope: Annotated[list[str], typer.Option(metavar="S", help=f"May be given again: {', '.join(KeyScope)}.")],
    expires: Annotated[
        str | None, typer.Option(metavar="DATE", help="Good until then, such as 2027-04-01; for ever if not given.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a key and show it, this once."""
    from publisher.jobs.keys import make

    app, scopes = site(context), [_scope(word) for word in scope]
    until = moment(expires, app.timezone, app.clock(), "--expires") if expires else None
    with app.store() as store:
        key = make(store, name, scopes, now=app.clock(), expires_at=until)
    if as_json:
        put_json({"name": name, "key": key, "scopes": sorted(set(scopes)), "expires_at": _json(until)})
    else:
        put(key)
        say("it is not shown again: only a hash of it is kept")


def list_(context: typer.Context, as_json: Json = False) -> None:
    """List the keys, without what is secret of them."""
    from publisher.jobs.keys import listed

    app = site(context)
    with app.ledger() as store:
        found = [] if store is None else listed(store)
    if as_json:
        put_json([_as_json(one, app.clock()) for one in found])
    else:
        for one in found:
            put(_line(one, app.clock().astimezone(ZoneInfo(app.timezone()))))


def revoke(context: typer.Context, name: Name) -> None:
    """Let a key open nothing any more, at once."""
    from publisher.jobs.keys import revoke as job

    app = site(context)
    with app.existing() as store:
        job(store, name, app.clock())
    say(f"{name} opens nothing any more")


def _scope(word: str) -> KeyScope:
    try:
        return KeyScope(word)
    except ValueError as error:
        raise UsageError(f"--scope {word!r} is no scope", hint=f"there are {', '.join(KeyScope)}") from error


def _line(key: "Key", now: datetime) -> str:
    """Days are those of the zone that `now` is in."""
    used = f"used {_day(key.used_at, now)}" if key.used_at else "never used"
    return f"{key.name}  pub_{key.prefix}…  {' '.join(key.scopes)}  {_state(key, now)}  {used}"


def _state(key: "Key", now: datetime) -> str:
    if key.revoked_at:
        return f"revoked {_day(key.revoked_at, now)}"
    if key.expires_at:
        return f"{'expires' if key.is_good(now) else 'expired'} {_day(key.expires_at, now)}"
    return "good"


def _day(moment: datetime, now: datetime) -> str:
    return f"{moment.astimezone(now.tzinfo):%Y-%m-%d}"


def _as_json(key: "Key", now: datetime) -> dict[str, object]:
    moments = {name: _json(getattr(key, name)) for name in ("created_at", "used_at", "expires_at", "revoked_at")}
    return {"name": key.name, "prefix": f"pub_{key.prefix}", "scopes": key.scopes, "good": key.is_good(now), **moments}


def _json(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
