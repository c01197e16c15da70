"""Places for a recipient: tokens while a mail is rendered and its styles inlined, template code once it is stored."""

import re
from collections.abc import Collection
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

import jinja2
from jinja2.runtime import Undefined
from jinja2.sandbox import SandboxedEnvironment

from publisher.templating.dates import format_date
from publisher.templating.residue import RECIPIENT, VALUE
from publisher.templating.split import split

_DIGITS = 6
_TELLTALE = 11
"""How much of a marker is enough to know that a token was there."""
_CONSTANTS = {True: "true", False: "false", None: "none"}


class Later:
    """The places of one mail. A class because its parts, rendered one after the other, share them.

    A token is `marker` and six digits: alphanumeric, so that neither escaping nor quoting in URLs changes it. `names`
    are what may be asked of a recipient.
    """

    def __init__(self, marker: str, names: Collection[str]) -> None:
        self.marker = marker
        self._names = names
        self._places: dict[str, int] = {}

    def place(self, kind: str, asked: Collection[str], source: str) -> str:
        """The token of a piece of template code; jinja2.TemplateRuntimeError where it asks what nobody knows."""
        unknown = sorted(set(asked) - set(self._names))
        if unknown:
            known = ", ".join(sorted(self._names))
            raise jinja2.TemplateRuntimeError(f"{RECIPIENT}.{unknown[0]} is not known; there are {known}")
        opening, closing = ("[[", "]]") if kind == VALUE else ("[%", "%]")
        code = f"{self.marker}{opening} {source} {closing}{self.marker}"
        number = self._places.setdefault(code, len(self._places))
        return f"{self.marker}{number:0{_DIGITS}}"

    def close(self, text: str) -> str:
        """`text` with its tokens turned into template code; ValueError where a filter cut or changed one."""
        codes = list(self._places)
        tokens = re.findall(f"{self.marker}([0-9]{{{_DIGITS}}})", text)
        if len(tokens) != text.lower().count(self.marker[:_TELLTALE].lower()) or any(
            int(one) >= len(codes) for one in tokens
        ):
            raise ValueError(f"a place for {RECIPIENT} was changed by a filter; print it as it is")
        return re.sub(f"{self.marker}([0-9]{{{_DIGITS}}})", lambda found: codes[int(found[1])], text)


CURRENT: ContextVar[Later] = ContextVar("later")


class StagedEnvironment(SandboxedEnvironment):
    """Renders the first stage of templates. Macros imported without context see no variables, so its places are kept
    by the environment and a context variable, not by a name in the template."""

    def _parse(self, source: str, name: str | None, filename: str | None) -> jinja2.nodes.Template:
        tree = super()._parse(source, name, filename)
        try:
            return split(tree)
        except jinja2.TemplateSyntaxError as error:
            raise jinja2.TemplateSyntaxError(error.message or "", error.lineno, name, filename) from error

    def place(self, kind: str, asked: Collection[str], source: str) -> str:
        """See Later.place; called by templates. The code is tried, so that an error has the template's line."""
        if fault := _fault_of(f"{{{{ {source} }}}}" if kind == VALUE else _closed(source)):
            raise jinja2.TemplateRuntimeError(f"{source}: {fault}")
        return CURRENT.get().place(kind, asked, source)

    def literal(self, value: Any) -> str:
        """A known value as the source that means it; jinja2.TemplateRuntimeError where there is no such source."""
        if isinstance(value, Undefined):
            str(value)  # raises, with the name that is missing
        match value:
            case bool() | None:
                return _CONSTANTS[value]
            case int() | float():
                return repr(value)
            case str():
                # ascii: jinja2 reads string constants as Python does, by their escapes.
                constant = ascii(str(value))
                return f"({constant} | safe)" if hasattr(value, "__html__") else constant
            case list() | tuple():
                return f"[{', '.join(map(self.literal, value))}]"
            case dict():
                pairs = [f"{self.literal(key)}: {self.literal(one)}" for key, one in value.items()]
                return f"{{{', '.join(pairs)}}}"
        raise jinja2.TemplateRuntimeError(
            f"a {type(value).__name__} cannot stand beside {RECIPIENT}: make it text, a number or a list of these"
        )

    def truth(self, value: Any) -> str:
        """Whether a known value holds, as source."""
        return _CONSTANTS[bool(value)]


@lru_cache(maxsize=1024)
def _fault_of(trial: str) -> str:
    environment = SandboxedEnvironment()
    environment.filters["date"] = format_date
    try:
        environment.compile(trial, raw=True)
    except jinja2.TemplateSyntaxError as error:
        return error.message or "syntax error"
    return ""


def _closed(source: str) -> str:
    word = source.split(" ", 1)[0]
    return f"{{% {source} %}}{{% end{word} %}}" if word in ("if", "for") else ""
