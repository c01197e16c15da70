"""The only door to jinja2."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from traceback import extract_tb
from typing import Any, TypeVar

import jinja2
from jinja2 import meta
from jinja2.sandbox import SandboxedEnvironment

from publisher.errors import TemplateError
from publisher.packaged import templates

T = TypeVar("T")

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
# What a faulty template makes Python raise, beside jinja2's own errors: 1/0, None.x(), "a"+1, range(10**9), a file
# that cannot be read or is not UTF-8. Anything else is a bug of ours and must show itself as one.
_FAULTS = (
    jinja2.TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)


def format_date(value: date, language: str) -> str:
    """`value` in its own zone, as people write it: 2026年1月5日, 5 January 2026, elsewhere 2026-01-05.

    No locale: the C library's names change with the machine, and setlocale is process-wide.
    """
    match language.split("-")[0].lower():
        case "ja" | "zh":
            return f"{value.year}年{value.month}月{value.day}日"
        case "en":
            return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
        case _:
            return f"{value.year:04}-{value.month:02}-{value.day:02}"


class Templates:
    """The packaged templates, each file overridden by the one of the same name in `overrides`.

    Sandboxed and strict: an unknown name is an error, never an empty string.
    Names ending in `.html.j2` are escaped, all others are plain text.
    """

    def __init__(self, overrides: Path | None) -> None:
        self._folders = [folder for folder in (overrides, templates()) if folder]
        # jinja2's own select_autoescape looks at the last extension only and leaves a.html.j2 unescaped.
        self._environment = SandboxedEnvironment(
            loader=jinja2.FileSystemLoader(self._folders),
            undefined=jinja2.StrictUndefined,
            autoescape=lambda name: name is not None and name.endswith(".html.j2"),
            keep_trailing_newline=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["date"] = format_date

    def render(self, name: str, **variables: Any) -> str:
        """The template `name`, such as `mail/ja/digest.html.j2`; raises TemplateError."""
        return self._guarded(name, lambda: self._environment.get_template(name).render(variables))

    def render_text(self, source: str, name: str, **variables: Any) -> str:
        """`source` as a template of plain text, called `name` in errors; raises TemplateError."""
        return self._guarded(name, lambda: self._environment.from_string(source).render(variables))

    def exists(self, name: str) -> bool:
        """Whether there is a template of this name."""
        return self._source(name) is not None

    def digest(self, names: Iterable[str]) -> str:
        """SHA-256, in hex, over the sources of `names` and of all they extend, include or import."""
        sources: dict[str, str | None] = {}
        for name in names:
            if not self.exists(name):
                raise TemplateError(name, 0, "no such template")
            self._collect(name, sources)
        return hashlib.sha256(repr(sorted(sources.items())).encode()).hexdigest()

    def _collect(self, name: str, sources: dict[str, str | None]) -> None:
        if name in sources:
            return
        source = sources[name] = self._source(name)
        if source is None:  # such as {% include "x" ignore missing %}: that it is missing is part of the hash
            return
        tree = self._guarded(name, lambda: self._environment.parse(source, name))
        for reference in meta.find_referenced_templates(tree):
            if reference is None:
                raise TemplateError(name, 0, "names another template by a variable; write its name out")
            self._collect(reference, sources)

    def _source(self, name: str) -> str | None:
        assert self._environment.loader is not None
        try:
            return self._environment.loader.get_source(self._environment, name)[0]
        except jinja2.TemplateNotFound:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise TemplateError(name, 0, str(error)) from error

    def _guarded(self, name: str, work: Callable[[], T]) -> T:
        try:
            return work()
        except TemplateError:
            raise
        except jinja2.TemplateNotFound as error:
            raise TemplateError(str(error.name or name), 0, "no such template") from error
        except jinja2.TemplateSyntaxError as error:
            raise TemplateError(error.name or name, error.lineno, error.message or "syntax error") from error
        except _FAULTS as error:
            raise TemplateError(*self._place(name, error), str(error) or type(error).__name__) from error

    def _place(self, name: str, error: BaseException) -> tuple[str, int]:
        """The innermost template that was running: jinja2 rewrites the traceback to lines of the source."""
        for frame in reversed(extract_tb(error.__traceback__)):
            if frame.filename.endswith(".j2"):
                return self._name_of(Path(frame.filename)), frame.lineno or 0
            if frame.filename == "<template>":
                return name, frame.lineno or 0
        return name, 0

    def _name_of(self, path: Path) -> str:
        below = [path.relative_to(folder).as_posix() for folder in self._folders if path.is_relative_to(folder)]
        return below[0] if below else path.name
