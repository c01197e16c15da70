"""subscriber show|forget: one person."""

import sys
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from publisher.cli.options import Json, site
from publisher.cli.talk import agreed, put, put_json, say
from publisher.core.fields import written
from publisher.errors import Refused

if TYPE_CHECKING:
    from publisher.jobs.person import Person
    from publisher.model.reader import Subscription
    from publisher.store.received import Received

Address = Annotated[str, typer.Argument(metavar="ADDR")]


def show(context: typer.Context, address: Address, as_json: Json = False) -> None:
    """Show who has an address, what they read and what they were sent."""
    from publisher.jobs.person import held, person

    app = site(context)
    with app.existing() as store:
        if as_json:
            put_json(held(store, address))
            return
        found = person(store, address)
    for line in _lines(found, ZoneInfo(app.timezone())):
        put(line)


def forget(
    context: typer.Context,
    address: Address,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Forget without asking.")] = False,
) -> None:
    """Erase an address and all that is known of its owner; they never get mail again. It cannot be undone."""
    from publisher.jobs.person import forget as job

    app = site(context)
    with app.store() as store:
        if not yes:
            _ask(address)
        done = job(store, address, app.clock())
    if done.rows:
        say("forgotten: only a hash is kept, by which this address gets no mail")
    else:
        say("was forgotten already: nothing was held any more")
    if not done.clean:
        say("another program reads the ledger, so its file may still hold what was erased")
        say("  end it and say this once more")
    say("backups of the ledger still hold the address until you delete them")


def _ask(address: str) -> None:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Refused("nothing was forgotten: it cannot be undone", hint="add --yes to forget without asking")
    if not agreed(f"Forget {address}? It cannot be undone."):
        raise Refused("nothing was forgotten")


def _lines(found: "Person", zone: ZoneInfo) -> list[str]:
    name = f"  {found.reader.name}" if found.reader is not None and found.reader.name else ""
    since = f"  since {found.reader.created_at.astimezone(zone):%Y-%m-%d}" if found.reader is not None else ""
    lines = [f"{found.email}{name}{since}"]
    lines += [f"  gets no mail: {found.suppressed}"] if found.suppressed is not None else []
    own = found.reader.fields if found.reader is not None else {}
    lines += [f"  {name}: {written(value)}" for name, value in own.items()]
    lines += [line for one in found.subscriptions for line in _subscription(one, zone)]
    lines += [f"  {_mail(one, zone)}" for one in found.mails]
    return lines


def _subscription(one: "Subscription", zone: ZoneInfo) -> list[str]:
    wanted = "all" if one.categories is None else ", ".join(one.categories)
    wish = "  ".join(filter(None, [one.frequency, wanted, one.language, one.timezone]))
    when = f" since {one.confirmed_at.astimezone(zone):%Y-%m-%d}" if one.confirmed_at is not None else ""
    paused = f", paused until {one.paused_until.astimezone(zone):%Y-%m-%d}" if one.paused_until is not None else ""
    return [f"  {one.newsletter}: {one.status}{when}{paused}  {wish}", f"    by: {one.evidence}"]


def _mail(one: "Received", zone: ZoneInfo) -> str:
    whose = f"{one.newsletter or '-'}" + (f" no. {one.number}" if one.number else "")
    reason = f"  {one.reason}" if one.reason else ""
    when = f"{one.at.astimezone(zone):%Y-%m-%d %H:%M}"
    return f"{when}  issue {one.issue_id}  {whose}  {one.status}  {one.subject}{reason}"
