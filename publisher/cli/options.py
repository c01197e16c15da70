"""What commands share: the site they work on, and options that mean the same everywhere."""

from collections.abc import Callable
from typing import Annotated

import typer

from publisher.app import App
from publisher.struct import Struct


class Context(Struct, frozen=True):
    """What the root command hands to the others: how to open the site, for those that need one."""

    open: Callable[[], App]


def site(context: typer.Context) -> App:
    """The site the command works on; ConfigError where its settings are wrong."""
    given: Context = context.obj
    return given.open()


Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Send without asking.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be sent, send nothing.")]
Force = Annotated[bool, typer.Option("--force", help="Send also where the mail has errors.")]
At = Annotated[str | None, typer.Option(metavar="TIME", help="Select posts as of this time, such as 2026-01-31T09:00.")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 65 where any post cannot be read.")]
NewsletterName = Annotated[str | None, typer.Option("--newsletter", metavar="NAME", help="The newsletter's name.")]
