"""subscriber export: readers into a file."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from publisher.cli.options import NewsletterName, site
from publisher.cli.talk import say
from publisher.core.words import counted
from publisher.errors import UsageError
from publisher.model.reader import SubscriptionStatus


def export(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Where to; else it is printed.")] = None,
    format_: Annotated[
        str | None, typer.Option("--format", metavar="csv|json", help="Else as FILE ends, or csv.")
    ] = None,
    newsletter: NewsletterName = None,
    status: Annotated[
        str | None,
        typer.Option(metavar="STATE", help="Only confirmed, unconfirmed, unsubscribed or suppressed ones."),
    ] = None,
) -> None:
    """Write all subscriptions and suppressions into a file that 'import' reads back."""
    from publisher.jobs.exporting import SUPPRESSED, Format, Wanted, atomic
    from publisher.jobs.exporting import export as job

    states = [*SubscriptionStatus, SUPPRESSED]
    if status is not None and status not in states:
        raise UsageError(f"no state {status!r}", hint=f"there are {', '.join(states)}")
    chosen = format_ or ("json" if file is not None and file.suffix.lower() == ".json" else "csv")
    if chosen not in [*Format]:
        raise UsageError(f"no format {chosen!r}", hint=f"there are {', '.join(Format)}")
    app = site(context)
    if newsletter is not None:
        app.newsletter(newsletter)
    with app.existing() as store:
        given = (Wanted(newsletter, status), Format(chosen), list(app.config.settings.fields))
        if file is None:
            number = job(store, sys.stdout, *given)
        else:
            with atomic(file) as handle:
                number = job(store, handle, *given)
    say(f"{counted(number, 'row')}" + (f" in {file}" if file is not None else ""))
