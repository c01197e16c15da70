"""check."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from publisher.cli.annotations import github, sarif
from publisher.cli.options import Json, Strict, site
from publisher.cli.talk import bar, problems_json, put, put_json, say
from publisher.core.words import counted

if TYPE_CHECKING:
    from publisher.errors import Problem
    from publisher.jobs.library import Library


class Format(StrEnum):
    """How problems are told."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


def check(
    context: typer.Context,
    strict: Strict = False,
    as_json: Json = False,
    form: Annotated[
        Format, typer.Option("--format", help="How to tell: sarif and github are for continuous integration.")
    ] = Format.TEXT,
) -> None:
    """Read every post closely and list what is wrong; feeds and ids stay as they are."""
    from publisher.jobs.check import check as look

    app = site(context)

    def mails(library: "Library") -> "Sequence[Problem]":
        exposed = app.exposed_passwords()
        if not any(one.from_ for one in app.config.settings.newsletters.values()):
            return exposed
        from publisher.jobs.check_mail import check_mail

        return [*exposed, *check_mail(library, app.templates(), app.newsletters())]

    with bar("Reading posts") as reading, bar("Checking posts") as checking:
        found = app.read(lambda library: look(library, checking, mails), reading, anyway=True)
    if as_json or form is Format.JSON:
        put_json(problems_json(found.problems))
    elif form is Format.SARIF:
        put_json(sarif(found.problems))
    else:
        for problem in found.problems:
            put(github(problem, app.config.folder, Path.cwd()) if form is Format.GITHUB else problem.told())
    say(f"{counted(found.posts, 'post')} can be read, {counted(len(found.problems), 'problem')}")
    raise typer.Exit(found.exit_code(strict=strict))
