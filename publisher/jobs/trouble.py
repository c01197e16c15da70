"""Why something cannot be made, with the lines that are to be mended."""

from collections.abc import Iterator
from pathlib import Path

from publisher.config import Config
from publisher.errors import ProblemsError, PublisherError, TemplateError
from publisher.packaged import templates
from publisher.struct import Struct

_AROUND = 3
_MOST = 5
_LONGEST_FILE = 1024 * 1024


class Excerpt(Struct, frozen=True):
    """Some lines of a file with their numbers, from 1; `line` is the faulty one, `place` its file and number."""

    place: str
    line: int
    lines: tuple[tuple[int, str], ...]


class Trouble(Struct, frozen=True):
    """An error as it is told, and where it is."""

    message: str
    hint: str | None
    excerpts: tuple[Excerpt, ...]


def trouble(error: PublisherError, config: Config) -> Trouble:
    """`error` with the lines of templates, settings and posts that it names, where they can be read."""
    return Trouble(error.message, error.hint, tuple(_excerpts(error, config))[:_MOST])


def _excerpts(error: PublisherError, config: Config) -> Iterator[Excerpt]:
    for shown, line, files in _places(error, config):
        text = next((text for file in files if (text := _text(file)) is not None), None)
        if text is not None and line:
            numbered = tuple(enumerate(text.splitlines(), 1))[max(line - 1 - _AROUND, 0) : line + _AROUND]
            yield Excerpt(f"{shown}:{line}", line, numbered)


def _places(error: PublisherError, config: Config) -> Iterator[tuple[str, int, tuple[Path, ...]]]:
    """Each place as it is shown, its line, and where its file may be."""
    if isinstance(error, TemplateError):
        yield error.template, error.line, (config.home / "templates" / error.template, templates() / error.template)
    elif isinstance(error, ProblemsError):
        for problem in error.problems:
            # The settings are named as seen from where the command runs, all else from the site's folder.
            file = config.file if problem.file == config.shown else config.folder / problem.file
            yield problem.file, problem.line, (file,)


def _text(file: Path) -> str | None:
    try:
        if not file.is_file() or file.stat().st_size > _LONGEST_FILE:
            return None
        return file.read_text(encoding="utf-8-sig", errors="replace")
    except (OSError, ValueError):
        return None
