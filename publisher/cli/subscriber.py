"""subscriber add|list|show|import|export|pause|unpause|remove|forget."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from publisher.app import App
from publisher.cli.deliver import send_out
from publisher.cli.exporting import export
from publisher.cli.importing import import_
from publisher.cli.options import DryRun, Json, NewsletterName, Yes, site
from publisher.cli.person import forget, show
from publisher.cli.talk import consent, moment, put, put_json, say
from publisher.core.fields import assigned
from publisher.core.words import counted

if TYPE_CHECKING:
    from publisher.jobs.library import Library
    from publisher.jobs.subscribe import Request
    from publisher.model.mailing import Issue
    from publisher.model.reader import Subscription
    from publisher.store.engine import Store
    from publisher.store.subscribers import Joining


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Who reads which newsletter.", no_args_is_help=True)
    group.command("list")(list_)
    group.command("import")(import_)
    for command in (add, show, export, pause, unpause, remove, forget):
        group.command()(command)
    cli.add_typer(group, name="subscriber")


def add(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDR")],
    name: Annotated[str, typer.Option(help="The reader's name.")] = "",
    newsletter: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Every one if none is named.")] = None,
    category: Annotated[
        list[str] | None, typer.Option(metavar="C", help="Only this category; may be given again.")
    ] = None,
    language: Annotated[str | None, typer.Option(metavar="L", help="Only posts in this language.")] = None,
    frequency: Annotated[str | None, typer.Option(metavar="F", help="instant, daily, weekly or monthly.")] = None,
    timezone: Annotated[str | None, typer.Option(metavar="ZONE", help="Their zone, such as Europe/Berlin.")] = None,
    field: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="A field of your own; NAME= for none.")
    ] = None,
    welcome: Annotated[bool, typer.Option("--welcome", help="Greet them by mail, now.")] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Subscribe a reader who has asked you to; your word is the consent's evidence."""
    from publisher.jobs.subscribe import Request, held_back
    from publisher.jobs.subscribe import add as job

    app = site(context)
    fields = assigned(field or (), app.config.settings.fields)
    request = Request(
        address, name, tuple(newsletter or ()), tuple(category or ()), language, frequency, timezone, fields
    )
    _tell_strange(app, request.categories)
    if dry_run:
        _tell_planned(app, request, welcome=welcome)
        return
    if welcome:
        _may_greet(app, request, yes=yes)
    with app.store() as store:
        done = job(store, request, app.newsletters(), evidence="added by the operator", now=app.clock())
        reason = held_back(store, address)
        _tell_added(address, done, reason)
        code = _greet(app, store, address, done) if welcome else 0
    if code:
        raise typer.Exit(code)


def _tell_planned(app: App, request: "Request", *, welcome: bool) -> None:
    from publisher.jobs.subscribe import outcomes

    with app.ledger() as store:
        for named, outcome in outcomes(store, request, app.newsletters()):
            is_new = outcome == "added"
            what = ("would be added" + (" and greeted" if welcome else "")) if is_new else "is there already"
            say(f"{request.email}: {named}: {what}")
    say("nobody was subscribed; nothing was sent")


def _tell_added(address: str, done: "Sequence[tuple[str, Joining]]", reason: str | None) -> None:
    for named, outcome in done:
        say(f"{address}: {named}" + (" (was there already; brought up to date)" if outcome == "present" else ""))
    if reason is not None:
        say(f"{address} is suppressed and gets no mail: {reason}\n  to lift that: publisher suppress remove {address}")


def _tell_strange(app: App, categories: Sequence[str]) -> None:
    """Say which categories no post has; one may come."""
    if not categories:
        return
    from publisher.jobs.audience import strange_categories

    for name, near in app.read(lambda library: strange_categories(library, categories), anyway=True):
        meant = f": did you mean {' or '.join(near)}?" if near else ""
        say(f"no post has the category {name!r} yet{meant}")


def _may_greet(app: App, request: "Request", *, yes: bool) -> None:
    """Fail before anybody is subscribed whose mail could not leave, or that nobody wants sent."""
    from publisher.jobs.subscribe import outcomes

    with app.ledger() as store:
        new = [name for name, outcome in outcomes(store, request, app.newsletters()) if outcome == "added"]
    for name in new:
        app.ready(app.newsletter(name))
    if new:
        consent(len(new), yes=yes)


def _greet(app: App, store: "Store", address: str, done: "Sequence[tuple[str, Joining]]") -> int:
    """Welcome them to what they were not subscribed to before: nobody is greeted twice."""
    from publisher.jobs.welcome import welcome

    newsletters = [named for named, outcome in done if outcome == "added"]
    if not newsletters:
        say(f"{address} was there already and is not greeted again")
        return 0

    def welcomed(library: "Library") -> "Issue | None":
        desks = [app.desk(library, app.newsletter(name)) for name in newsletters]
        return [welcome(desk, store, address, now=app.clock()) for desk in desks][-1]

    return send_out(app, store, app.read(welcomed))


def list_(context: typer.Context, newsletter: NewsletterName = None, as_json: Json = False) -> None:
    """List subscriptions."""
    from publisher.jobs.subscribe import listed

    app = site(context)
    if newsletter is not None:
        app.newsletter(newsletter)  # a misspelt one would look like one without readers
    with app.ledger() as store:
        found = [] if store is None else listed(store, newsletter)
    rows = [
        {
            "email": one.subscriber.email,
            "name": one.subscriber.name,
            "newsletter": one.newsletter,
            "status": one.status,
            "frequency": one.frequency,
            "language": one.language,
            "categories": one.categories,
            "timezone": one.timezone,
            "fields": dict(one.subscriber.fields),
            "confirmed_at": None if one.confirmed_at is None else one.confirmed_at.isoformat(),
            "paused_until": None if one.paused_until is None else one.paused_until.isoformat(),
        }
        for one in found
    ]
    if as_json:
        put_json(rows)
        return
    for row, one in zip(rows, found, strict=True):
        wanted = "all" if one.categories is None else ", ".join(one.categories)
        cells = (row["email"], row["newsletter"], _state(app, one), _pace(one), wanted, row["name"])
        put("  ".join(str(cell) for cell in cells).rstrip())


def _pace(one: "Subscription") -> str:
    return f"{one.frequency} ({one.timezone})" if one.timezone else one.frequency


def _state(app: App, one: "Subscription") -> str:
    if one.paused_until is None or one.paused_until <= app.clock():
        return one.status
    return f"paused until {one.paused_until.astimezone(ZoneInfo(app.timezone())):%Y-%m-%d}"


def pause(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDR")],
    until: Annotated[str, typer.Option(metavar="DATE", help="When mail may come again, such as 2026-12-28.")],
    newsletter: NewsletterName = None,
) -> None:
    """Send a reader no newsletter until a date; what comes out meanwhile comes with the next digest after it."""
    from publisher.jobs.subscribe import pause as job

    app = site(context)
    again = moment(until, app.timezone, app.clock(), "--until")
    with app.existing() as store:
        paused = job(store, address, newsletter, again, app.clock())
    say(f"{address}: {counted(paused, 'subscription')} paused until {again:%Y-%m-%d %H:%M}")


def unpause(
    context: typer.Context, address: Annotated[str, typer.Argument(metavar="ADDR")], newsletter: NewsletterName = None
) -> None:
    """End a reader's pause."""
    from publisher.jobs.subscribe import unpause as job

    app = site(context)
    with app.existing() as store:
        going = job(store, address, newsletter)
    say(f"{address}: {counted(going, 'subscription')} not paused any more")


def remove(
    context: typer.Context, address: Annotated[str, typer.Argument(metavar="ADDR")], newsletter: NewsletterName = None
) -> None:
    """End a reader's subscriptions; what is known of them is kept."""
    from publisher.jobs.subscribe import remove as job

    app = site(context)
    with app.existing() as store:
        ended = job(store, address, newsletter, app.clock())
    say(f"{address}: {counted(ended, 'subscription')} ended")
