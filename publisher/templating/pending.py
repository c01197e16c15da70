"""The second stage: a stored text, read once, filled for each recipient."""

from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache

import jinja2
from jinja2 import nodes
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import escape

from publisher.errors import TemplateError
from publisher.model.field import FieldValue
from publisher.templating.dates import format_date
from publisher.templating.faults import FAULTS, Missing, Unknown
from publisher.templating.names import FIELD, RECIPIENT

_KEPT = 8

Simple = tuple[str, str]
"""A constant, or the name of a value."""


class Pending:
    """One text with its places. `html` is whether values are escaped. `name` is what errors call it.

    Raises TemplateError where the text is no template: a condition that HTML tore apart.
    """

    def __init__(self, text: str, marker: str, *, html: bool, name: str) -> None:
        self._name, self._text, self._marker, self._html = name, text, marker, html
        self._simple: list[Simple] | None = [(text, "")]
        if marker in text:
            self._simple = self._read()
        self._names = {name for _, name in self._simple or () if name and not name.startswith(FIELD)}

    def _read(self) -> list[Simple] | None:
        environment = _environment(self._marker, self._html)
        try:
            tree = environment.parse(self._text)
            simple = _simple(tree)
            if simple is None:
                self._template = environment.from_string(tree)
        except jinja2.TemplateError as error:
            reason = f"what it says of {RECIPIENT} is torn apart: {error}"
            raise TemplateError(self._name, 0, reason) from error
        return simple

    @cached_property
    def _template(self) -> jinja2.Template:
        # Compiled where a value is missing, so that jinja2 says which: for all others that took most of planning.
        return _environment(self._marker, self._html).from_string(self._text)

    def fill(self, recipient: Mapping[str, FieldValue]) -> tuple[str, ...]:
        """The text of one recipient in pieces; those that all have are the same objects for each of them.

        Fields that `recipient` has no value of are empty; raises TemplateError for any other name that it lacks.
        """
        if self._simple is not None and self._names <= recipient.keys():
            return tuple(self._filled(self._simple, recipient))
        try:
            return tuple(self._template.generate({RECIPIENT: _Recipient(recipient)}))
        except FAULTS as error:
            raise TemplateError(self._name, 0, str(error) or type(error).__name__) from error

    def _filled(self, parts: list[Simple], recipient: Mapping[str, FieldValue]) -> Iterator[str]:
        for constant, name in parts:
            if not name:
                yield constant
                continue
            value = recipient.get(name, "")
            text = value if type(value) is str else str(value)
            yield str(escape(text)) if self._html else text


class _Recipient(dict[str, FieldValue]):
    """A recipient to jinja2, which asks for what it does not have."""

    def __missing__(self, name: str) -> Missing:
        if name.startswith(FIELD):
            return Missing(f"some have no {name}: write {RECIPIENT}.{name} | default(…)")
        raise KeyError(name)


def _simple(template: nodes.Template) -> list[Simple] | None:
    """A template that says nothing but values of its recipient, as almost all do, in parts; None for any other.

    jinja2 takes ten times as long to put these together.
    """
    parts: list[Simple] = []
    for node in (part for output in template.body for part in getattr(output, "nodes", [output])):
        match node:
            case nodes.TemplateData(data=str(data)):
                parts.append((data, ""))
            case nodes.Getattr(node=nodes.Name(name=name), attr=str(key)) if name == RECIPIENT:
                parts.append(("", key))
            case nodes.Getitem(node=nodes.Name(name=name), arg=nodes.Const(value=str(key))) if name == RECIPIENT:
                parts.append(("", key))
            case _:
                return None
    return parts


@lru_cache(maxsize=_KEPT)
def _environment(marker: str, html: bool) -> SandboxedEnvironment:
    """Delimiters that hold the marker, which is derived from the mail's content and absent from it: nothing that a
    writer or a reader typed can be template code."""
    environment = SandboxedEnvironment(
        block_start_string=f"{marker}[%",
        block_end_string=f"%]{marker}",
        variable_start_string=f"{marker}[[",
        variable_end_string=f"]]{marker}",
        comment_start_string=f"{marker}[#",
        comment_end_string=f"#]{marker}",
        undefined=Unknown,
        autoescape=html,
        keep_trailing_newline=True,
    )
    environment.filters["date"] = format_date
    return environment
