"""A post in the pieces it may be cut at."""

import re
from html import escape

from lxml import html as lxml_html

from publisher.core.tags import said_in

# The post's own first heading, whatever comes before it that shows nothing.
_FIRST_HEADING = re.compile(r"\s*<(h[12])\b[^>]*>(.*?)</\1>\s*", re.I | re.S)


def without_title(html: str, title: str) -> str:
    """`html` without a heading at its start that says the title once more: the mail has it above.

    Many posts open with one, since their theme shows none (the first user's do).
    """
    found = _FIRST_HEADING.match(html)
    if found and "".join(said_in(found[2]).split()) == "".join(title.split()):
        return html[found.end() :]
    return html


def blocks_of(html: str) -> list[str]:
    """The elements of the first level of a fragment, and the text between them, as HTML; joined they show the same."""
    if not html.strip():
        return []
    found = lxml_html.fragments_fromstring(html)
    return [escape(piece, quote=False) if isinstance(piece, str) else _source(piece) for piece in found]


def _source(element: lxml_html.HtmlElement) -> str:
    return str(lxml_html.tostring(element, encoding="unicode"))
