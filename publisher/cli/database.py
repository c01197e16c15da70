"""db migrate|backup|check."""

from pathlib import Path
from typing import Annotated

import typer

from publisher.cli.options import site
from publisher.cli.talk import put, say


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="The ledger: who was sent what.", no_args_is_help=True)
    for command in (migrate, backup, check):
        group.command()(command)
    cli.add_typer(group, name="db")


def migrate(context: typer.Context) -> None:
    """Bring the ledger's schema to this version's."""
    from publisher.store.engine import migrate as job

    app = site(context)
    app.require_ledger()
    say("migrated" if job(app.database_url()) else "nothing to migrate")


def backup(
    context: typer.Context, file: Annotated[Path, typer.Argument(help="Where to; it must not exist yet.")]
) -> None:
    """Copy the ledger, whole and consistent, also while it is in use."""
    from publisher.store.engine import backup as job

    job(site(context).database_url(), file)
    put(str(file))


def check(
    context: typer.Context,
    adopt: Annotated[bool, typer.Option("--adopt", help="Make this ledger the one the site sends with.")] = False,
) -> None:
    """Check that the ledger is the one this site last sent with."""
    from publisher.jobs.mailing import require_known_ledger, testify

    app = site(context)
    with app.store(anew=True) if adopt else app.existing() as store:
        if adopt:
            app.read(lambda library: testify(library, store))
            say("this ledger is now the site's")
            return
        app.read(lambda _: require_known_ledger(store, app.config.home))
    say("the ledger is the one this site sends with")
