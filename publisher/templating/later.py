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
from publisher.templating.names import RECIPIENT
from publisher.templating.residue import VALUE
from publisher.templating.split import split
from publisher.templating.waiting import Held, Passage

_DIGITS = 6
_TELLTALE = 11
"""How much of a marker is enough to know that a token was there: 44 bits, so that no post has it by chance."""
# Attributes come from lxml, in double quotes; what a conditional comment for Outlook holds is a writer's.
_TAG = re.compile(r"""</?[A-Za-z](?:"[^"]*+"|'[^']*+'|[^"'>])*+>""")
_QUOTED = re.compile(r""""[^"]*+"|'[^']*+'""")
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

    def require(self, asked: Collection[str]) -> None:
        """jinja2.TemplateRuntimeError where a recipient is asked what nobody knows."""
        unknown = sorted(set(asked) - set(self._names))
        if unknown:
            known = ", ".join(sorted(self._names))
            raise jinja2.TemplateRuntimeError(f"{RECIPIENT}.{unknown[0]} is not known; there are {known}")

    def place(self, kind: str, source: str) -> str:
        """The token of a piece of template code."""
        opening, closing = ("[[", "]]") if kind == VALUE else ("[%", "%]")
        code = f"{self.marker}{opening} {source} {closing}{self.marker}"
        number = self._places.setdefault(code, len(self._places))
        return f"{self.marker}{number:0{_DIGITS}}"

    def close(self, text: str, *, html: bool = False) -> str:
        """`text` with its tokens turned into template code; ValueError where a filter cut or changed one.

        In HTML also where one stands in a tag, but in no value there: `<p {% if … %}class="x"{% endif %}>` has become
        three attributes by then, and stays broken HTML.
        """
        codes = list(self._places)
        token = re.compile(f"{self.marker}([0-9]{{{_DIGITS}}})")
        rest = token.sub("", text).lower()
        numbers = [int(one) for one in token.findall(text)]
        if any(one >= len(codes) for one in numbers) or any(piece in rest for piece in self._pieces()):
            raise ValueError(f"a place for {RECIPIENT} was changed by a filter; print it as it is")
        for tag in _TAG.findall(text) if html else ():
            if found := token.search(_QUOTED.sub("", tag)):
                code = codes[int(found[1])].replace(self.marker, "")[2:-2].strip()
                raise ValueError(f"'{code}' stands in a tag, in no value there: write it between the quotes of one")
        return token.sub(lambda found: codes[int(found[1])], text)

    def _pieces(self) -> list[str]:
        """What is left of a token that something changed, such as the filters upper, reverse or replace."""
        marker = self.marker.lower()
        each = [marker[start : start + _TELLTALE] for start in range(len(marker) - _TELLTALE + 1)]
        return [*each, *(piece[::-1] for piece in each)]


CURRENT: ContextVar[Later] = ContextVar("later")


class _Fresh(jinja2.Template):
    """A template whose module is made anew for each that imports it: a text it holds has the places of one mail."""

    def _get_default_module(self, ctx: Any = None) -> Any:
        self._module = None
        return super()._get_default_module(ctx)


class StagedEnvironment(SandboxedEnvironment):
    """Renders the first stage of templates. Macros imported without context see no variables, so its places are kept
    by the environment and a context variable, not by a name in the template."""

    template_class = _Fresh

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
        CURRENT.get().require(asked)
        return CURRENT.get().place(kind, source)

    def held(self, asked: Collection[str], source: str) -> Held:
        """What a name stands for that is given something of the recipient; called by templates."""
        self.place(VALUE, asked, source)
        return Held(source, lambda: CURRENT.get().place(VALUE, source))

    def chosen(self, test: str, value: str, before: Any) -> str:
        """The source of `value` where `test` holds, and of what a name was before where not; called by templates."""
        other = "" if isinstance(before, Undefined) else f" else {self.literal(before)}"
        return f"({value} if {test}{other})"

    def passage(self, text: str) -> Passage:
        """A text that has places in it; called by templates."""
        return Passage(text)

    def literal(self, value: Any) -> str:
        """A known value as the source that means it; jinja2.TemplateRuntimeError where there is no such source."""
        if isinstance(value, Undefined):
            str(value)  # raises, with the name that is missing
        match value:
            case Held():
                return f"({value.source})"
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
        """Whether a value holds, as source."""
        return f"({value.source})" if isinstance(value, Held) else _CONSTANTS[bool(value)]


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
    if word == "set":
        return f"{{% {source} %}}"
    return f"{{% {source} %}}{{% end{word} %}}" if word in ("if", "for") else ""
