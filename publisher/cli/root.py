"""The tree of commands, of which only the branch that is asked for is grown.

All of them together take longer to import than an unchanged build to run.
"""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from publisher import __version__
from publisher.app import App, open_app
from publisher.cli.options import Context
from publisher.cli.talk import put
from publisher.errors import UsageError

_ROOMS = {
    "feeds": ("init", "run", "show"),
    "build": ("build",),
    "serve": ("serve",),
    "check": ("check",),
    "plan": ("plan",),
    "apply": ("apply",),
    "digest": ("digest",),
    "send": ("send",),
    "preview": ("preview",),
    "deliver": ("deliver",),
    "status": ("status",),
    "demo": ("demo",),
    "issue": ("issue",),
    "subscriber": ("subscriber",),
    "suppress": ("suppress",),
    "bounce": ("bounce",),
    "database": ("db",),
    "ids": ("ids",),
    "ping": ("ping",),
    "mail": ("mail",),
    "key": ("key",),
}
"""The module of each command. One with several commands, or with a group of them, has a function `register`."""


def tree(words: Sequence[str] = ()) -> typer.Typer:
    """The commands: the one that `words` begin with, or all where they begin with none."""
    cli = typer.Typer(
        name="publisher",
        help="RSS and Atom feeds and newsletter digests from a folder of dated Markdown.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    cli.callback()(_root)
    asked = [room for room, commands in _ROOMS.items() if not {*words}.isdisjoint(commands)]
    for room in asked or _ROOMS:
        module = import_module(f"publisher.cli.{room}")
        if hasattr(module, "register"):
            module.register(cli)
        else:
            cli.command()(getattr(module, room))
    return cli


def _version(wanted: bool) -> None:
    if wanted:
        put(f"publisher {__version__}")
        raise typer.Exit


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
    tree(words)(_config_first(words))


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
