"""Places in a rendered mail where the recipient's own data go, in a second stage without any template language."""

import hashlib
import html
import re
from collections.abc import Mapping

from publisher.errors import TemplateError
from publisher.mail.lines import one_line
from publisher.model.mailing import Rendered
from publisher.struct import Struct

SLOTS = frozenset({"email", "name", "unsubscribe_url"})
"""What a template may ask for by `slot(...)`."""


class Filled(Struct, frozen=True):
    """One recipient's mail, before headers."""

    subject: str
    html: str
    text: str


class Slots(Struct, frozen=True):
    """What templates know as `slot`: `{{ slot("email") }}` prints marker, name, marker."""

    marker: str

    def __call__(self, name: str) -> str:
        if name not in SLOTS:
            raise LookupError(f"no slot {name!r}: there are {', '.join(sorted(SLOTS))}")
        return f"{self.marker}{name}{self.marker}"


def marker_for(content: str) -> str:
    """A marker derived from `content` and absent from it.

    Alphanumeric, so that neither HTML escaping nor premailer's URL quoting changes it. Derived, so that the same
    mail has the same bytes, and so that no post can hold it: writing it down would change it.
    """
    marker = "slot" + hashlib.sha256(content.encode(errors="surrogatepass")).hexdigest()[:40]
    return marker if marker not in content else marker_for(content + marker)


def check_slots(rendered: Rendered, template: str) -> Rendered:
    """`rendered`, every slot in it whole; raises TemplateError where a template cut or changed one."""
    for text in (rendered.subject, rendered.html, rendered.text):
        pieces = text.split(rendered.marker)
        recased = text.lower().count(rendered.marker) > len(pieces) - 1
        if recased or len(pieces) % 2 == 0 or not SLOTS.issuperset(pieces[1::2]):
            raise TemplateError(template, 0, "a slot was changed by a filter; print slot(...) as it is")
    return rendered


def fill(rendered: Rendered, values: Mapping[str, str]) -> Filled:
    """The mail of one recipient: values escaped in the HTML, plain in text and subject.

    `unsubscribe_url` is given ready percent-encoded. Raises TemplateError for a slot that has no value.
    """
    escaped = {name: html.escape(value) for name, value in values.items()}
    lines = {name: one_line(value) for name, value in values.items()}
    return Filled(
        subject=one_line(_fill("subject", rendered.subject, rendered.marker, lines)),
        html=_fill("html", rendered.html, rendered.marker, escaped),
        text=_fill("text", rendered.text, rendered.marker, values),
    )


def _fill(part: str, text: str, marker: str, values: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        try:
            return values[match[1]]
        except KeyError as error:
            raise TemplateError(part, 0, f"no value for the slot {match[1]!r}") from error

    return re.sub(f"{marker}([a-z_]+?){marker}", value, text)
