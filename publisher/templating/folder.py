"""The folders that templates are in, and what rendering one of them comes to."""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from traceback import extract_tb
from typing import Any, TypeVar

import jinja2
from jinja2.sandbox import SandboxedEnvironment

from publisher.errors import TemplateError
from publisher.packaged import templates
from publisher.templating.compiled import Compiled, references
from publisher.templating.dates import format_date
from publisher.templating.faults import FAULTS, Unknown
from publisher.templating.later import CURRENT, Later, StagedEnvironment

_COMPILED = {SandboxedEnvironment: Compiled(), StagedEnvironment: Compiled()}

T = TypeVar("T")
_Environment = TypeVar("_Environment", bound=SandboxedEnvironment)


class Templates:
    """The packaged templates, each file overridden by the one of the same name in `overrides`.

    Sandboxed and strict: an unknown name is an error, never an empty string.
    Names ending in `.html.j2` are escaped, all others are plain text.
    """

    def __init__(self, overrides: Path | None) -> None:
        self._folders = [folder for folder in (overrides, templates()) if folder]
        self._environment = self._made(SandboxedEnvironment)
        self._staged = self._made(StagedEnvironment)

    def _made(self, kind: type[_Environment]) -> _Environment:
        # jinja2's own select_autoescape looks at the last extension only and leaves a.html.j2 unescaped.
        environment = kind(
            loader=jinja2.FileSystemLoader(self._folders),
            undefined=Unknown,
            autoescape=lambda name: name is not None and name.endswith(".html.j2"),
            keep_trailing_newline=True,
            trim_blocks=True,
            lstrip_blocks=True,
            bytecode_cache=_COMPILED[kind],
        )
        environment.filters["date"] = format_date
        return environment

    def render(self, name: str, **variables: Any) -> str:
        """The template `name`, such as `feed/index.html.j2`; raises TemplateError."""
        return self._guarded(name, lambda: self._environment.get_template(name).render(variables))

    def begin(self, name: str, later: Later, **variables: Any) -> str:
        """The first stage of the template `name`: what it says of the recipient are tokens; raises TemplateError."""
        return self._begun(name, later, lambda: self._staged.get_template(name).render(variables))

    def begin_text(self, source: str, name: str, later: Later, **variables: Any) -> str:
        """The first stage of `source`, a template of plain text, called `name` in errors; raises TemplateError."""
        return self._begun(name, later, lambda: self._staged.from_string(source).render(variables))

    def _begun(self, name: str, later: Later, work: Callable[[], str]) -> str:
        token = CURRENT.set(later)
        try:
            return self._guarded(name, work)
        finally:
            CURRENT.reset(token)

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
        for reference in self._guarded(name, lambda: references(name, source)):
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
            missing = str(error.name or name)
            file, line = self._place(name, error)
            if not line:
                raise TemplateError(missing, 0, "no such template") from error
            raise TemplateError(file, line, f"there is no template {missing}") from error
        except jinja2.TemplateSyntaxError as error:
            raise TemplateError(error.name or name, error.lineno, error.message or "syntax error") from error
        except FAULTS as error:
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
