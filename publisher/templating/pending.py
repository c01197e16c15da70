"""The second stage: a stored text, compiled once, filled for each recipient."""

from collections.abc import Mapping
from functools import lru_cache

import jinja2
from jinja2.sandbox import SandboxedEnvironment

from publisher.errors import TemplateError
from publisher.templating.dates import format_date
from publisher.templating.faults import FAULTS, Unknown
from publisher.templating.names import RECIPIENT

_KEPT = 8


class Pending:
    """One text with its places. `html` is whether values are escaped. `name` is what errors call it.

    Raises TemplateError where the text is no template: a condition that HTML tore apart.
    """

    def __init__(self, text: str, marker: str, *, html: bool, name: str) -> None:
        self._name, self._text = name, text
        if marker not in text:
            self._template = None
            return
        try:
            self._template = _environment(marker, html).from_string(text)
        except jinja2.TemplateError as error:
            reason = f"what it says of {RECIPIENT} is torn apart: {error}"
            raise TemplateError(name, 0, reason) from error

    def fill(self, recipient: Mapping[str, str]) -> tuple[str, ...]:
        """The text of one recipient in pieces; those that all have are the same objects for each of them.

        Raises TemplateError.
        """
        if self._template is None:
            return (self._text,)
        try:
            return tuple(self._template.generate({RECIPIENT: recipient}))
        except FAULTS as error:
            raise TemplateError(self._name, 0, str(error) or type(error).__name__) from error


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
