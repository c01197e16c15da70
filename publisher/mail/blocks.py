"""A post in the pieces it may be cut at."""

from html import escape

from lxml import html as lxml_html


def blocks_of(html: str) -> list[str]:
    """The elements of the first level of a fragment, and the text between them, as HTML; joined they show the same."""
    if not html.strip():
        return []
    found = lxml_html.fragments_fromstring(html)
    return [escape(piece, quote=False) if isinstance(piece, str) else _source(piece) for piece in found]


def _source(element: lxml_html.HtmlElement) -> str:
    return str(lxml_html.tostring(element, encoding="unicode"))
