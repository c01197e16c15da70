"""suppress add|list|remove."""

from typing import Annotated

import typer

from publisher.cli.options import Json, site
from publisher.cli.talk import put, put_json, say
from publisher.errors import NotFound, UsageError

Address = Annotated[str, typer.Argument(metavar="ADDR")]


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Addresses that get no mail, whatever they subscribe to.", no_args_is_help=True)
    group.command("list")(list_)
    for command in (add, remove):
        group.command()(command)
    cli.add_typer(group, name="suppress")


def add(
    context: typer.Context,
    address: Address,
    reason: Annotated[str | None, typer.Option(help="Why; shown wherever the address is left out.")] = None,
    hashed: Annotated[
        bool, typer.Option("--hashed", help="Keep neither the address nor why, only a hash that no one can undo.")
    ] = False,
) -> None:
    """Send no mail to an address."""
    from publisher.mail import parse_address
    from publisher.store import suppressions

    if hashed and reason:
        raise UsageError("--hashed keeps no reason", hint="leave --reason out")
    app, key = site(context), parse_address(address).key
    with app.store() as store, store.write() as connection:
        if hashed:
            fresh = suppressions.forget(connection, store.secret, key, app.clock())
        else:
            fresh = suppressions.add(connection, store.secret, key, reason or "by hand", app.clock())
    say(f"{address} is suppressed" + ("" if fresh else " already"))


def list_(context: typer.Context, as_json: Json = False) -> None:
    """List suppressed addresses."""
    from publisher.jobs.subscribe import suppressed as listed_all

    with site(context).ledger() as store:
        found = [] if store is None else listed_all(store)
    if as_json:
        put_json(
            [
                {"email": o.address_key, "kind": o.kind, "reason": o.reason, "created_at": o.created_at.isoformat()}
                for o in found
            ]
        )
    else:
        for one in found:
            put(f"{one.address_key}  {one.created_at:%Y-%m-%d}  {one.kind}  {one.reason}")


def remove(context: typer.Context, address: Address) -> None:
    """Let an address have mail again; one that was added with --hashed, too."""
    from publisher.mail import parse_address
    from publisher.store.suppressions import remove as job

    with site(context).existing() as store, store.write() as connection:
        if not job(connection, store.secret, parse_address(address).key):
            raise NotFound("suppressed address", address)
    say(f"{address} may have mail again")
