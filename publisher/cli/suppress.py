"""suppress add|list|remove."""

from typing import Annotated

import typer

from publisher.cli.options import Json, site
from publisher.cli.talk import put, put_json, say
from publisher.errors import NotFound

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
    reason: Annotated[str, typer.Option(help="Why; shown wherever the address is left out.")] = "by hand",
) -> None:
    """Send no mail to an address."""
    from publisher.mail import parse_address
    from publisher.store.suppressions import add as job

    app = site(context)
    with app.store() as store, store.write() as connection:
        fresh = job(connection, parse_address(address).key, reason, app.clock())
    say(f"{address} is suppressed" + ("" if fresh else " already"))


def list_(context: typer.Context, as_json: Json = False) -> None:
    """List suppressed addresses."""
    from publisher.jobs.subscribe import suppressed as listed_all

    with site(context).ledger() as store:
        found = [] if store is None else listed_all(store)
    if as_json:
        put_json([{"email": o.address_key, "reason": o.reason, "created_at": o.created_at.isoformat()} for o in found])
    else:
        for one in found:
            put(f"{one.address_key}  {one.created_at:%Y-%m-%d}  {one.reason}")


def remove(context: typer.Context, address: Address) -> None:
    """Let an address have mail again."""
    from publisher.mail import parse_address
    from publisher.store.suppressions import remove as job

    with site(context).existing() as store, store.write() as connection:
        if not job(connection, parse_address(address).key):
            raise NotFound("suppressed address", address)
    say(f"{address} may have mail again")
