"""The tree of commands."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from publisher import __version__
from publisher.app import App, open_app
from publisher.cli import database, feeds, issue, subscriber, suppress
from publisher.cli.deliver import deliver
from publisher.cli.demo import demo
from publisher.cli.digest import digest
from publisher.cli.options import Context
from publisher.cli.preview import preview
from publisher.cli.send import send
from publisher.cli.status import status
from publisher.cli.talk import put
from publisher.errors import UsageError

cli = typer.Typer(
    name="publisher",
    help="RSS and Atom feeds and newsletter digests from a folder of dated Markdown.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
feeds.register(cli)
for command in (digest, send, preview, deliver, status, demo):
    cli.command()(command)
issue.register(cli)
subscriber.register(cli)
suppress.register(cli)
database.register(cli)


def _version(wanted: bool) -> None:
    if wanted:
        put(f"publisher {__version__}")
        raise typer.Exit


@cli.callback()
def _root(
    context: typer.Context,
    config: Annotated[Path | None, typer.Option(help="The config file, or the folder that holds it.")] = None,
    version: Annotated[  # noqa: ARG001 - Typer calls back with it
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    def open_it() -> App:
        return open_app(config)

    context.obj = Context(open_it)


def run(words: Sequence[str]) -> None:
    """Run the command that `words` name; ends in SystemExit with its code, or in a PublisherError."""
    for word in words:
        if not word.isprintable() and any("\ud800" <= letter <= "\udfff" for letter in word):
            raise UsageError(f"{word!r} is not UTF-8")
    cli(_config_first(words))


def _config_first(words: Sequence[str]) -> list[str]:
    """`publisher build --config X` means `publisher --config X build`."""
    first: list[str] = []
    rest: list[str] = []
    queue = list(words)
    while queue:
        word = queue.pop(0)
        if word == "--config" and queue:
            first += [word, queue.pop(0)]
        elif word.startswith("--config="):
            first.append(word)
        else:
            rest.append(word)
    return first + rest
