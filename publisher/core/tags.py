"""The tags of an HTML text, found in one pass whose time grows with the text alone.

Not a parser: it knows where tags, comments and raw text begin and end (WHATWG HTML, section 13.2.5), and no more.
"""

import re
from collections import Counter
from html import escape, unescape

TOKEN = re.compile(
    r"""<(?:
        !--(?:-?>|.*?(?:--!?>|\Z))
        |(?P<raw>script|style|iframe|noscript|textarea|title|xmp|noembed|noframes|svg|math)(?=[ \t\n\f\r/>])
            (?P<rawattributes>(?:[ \t\n\f\r/]+|[^ \t\n\f\r/>][^ \t\n\f\r/>=]*
            (?:[ \t\n\f\r]*=[ \t\n\f\r]*(?:"[^"]*(?:"|\Z)|'[^']*(?:'|\Z)|[^ \t\n\f\r"'>][^ \t\n\f\r>]*))?)*+)>
            (?P<content>.*?)(?:</(?P=raw)(?=[ \t\n\f\r/>])[^>]*>|\Z)
        |(?P<name>/?[a-z][^ \t\n\f\r/>]*)
            (?P<attributes>(?:[ \t\n\f\r/]+|[^ \t\n\f\r/>][^ \t\n\f\r/>=]*
            (?:[ \t\n\f\r]*=[ \t\n\f\r]*(?:"[^"]*(?:"|\Z)|'[^']*(?:'|\Z)|[^ \t\n\f\r"'>][^ \t\n\f\r>]*))?)*+)(?:>|\Z)
        |[!?/](?!\Z)[^>]*(?:>|\Z)
    )""",
    re.DOTALL | re.IGNORECASE | re.ASCII | re.VERBOSE,
)
"""A comment; an element of raw text with its content; a tag, `name` being `/p` for `</p>`; or a tag that is none.

It always takes what it began with, to the text's end if need be, so that no character is looked at twice.
"""
_ATTRIBUTE = re.compile(
    r"""([^ \t\n\f\r/>][^ \t\n\f\r/>=]*)
    (?:[ \t\n\f\r]*=[ \t\n\f\r]*(?:"([^"]*)"?|'([^']*)'?|([^ \t\n\f\r"'>][^ \t\n\f\r>]*)))?""",
    re.VERBOSE,
)
_VOID_NAMES = "area base br col embed hr img input link meta source track wbr param"
_BLOCK_NAMES = (
    "address article aside blockquote body caption dd details div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section summary table tbody td tfoot th thead tr ul"
)
# Their end tags may be left out: they close one another and nest in no other way (section 13.1.2.4).
_SELF_CLOSING_NAMES = "p li dd dt td th tr tbody thead tfoot option optgroup colgroup body html head"
_FORMATTING_NAMES = "a b big code em font i nobr s small strike strong tt u"
BLOCKS = frozenset(_BLOCK_NAMES.split())
_CLOSED = frozenset(_VOID_NAMES.split()) | frozenset(_SELF_CLOSING_NAMES.split())
_FORMATTING = frozenset(_FORMATTING_NAMES.split())
_SCOPES = frozenset({"applet", "caption", "marquee", "object", "table", "template"})
_DEEPEST, _MOST, _FEW, _LONGEST_LINE = 256, 200_000, 512, 10_000


def attributes(text: str) -> dict[str, str]:
    """What stands in a start tag behind its name, by lower-case name; the first of a kind counts."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(text):
        name, double, single, bare = match.groups()
        found.setdefault(name.lower(), unescape(double or single or bare or ""))
    return found


def start_tag(name: str, values: dict[str, str]) -> str:
    """The start tag with those attributes."""
    return f"<{name}" + "".join(f' {key}="{escape(value)}"' for key, value in values.items()) + ">"


def is_tangled(html: str) -> bool:
    """Whether a parser would need far more time or memory for the text than it is long.

    html5ever needs the square of the depth (20,000 open `<div>` take a second, 100,000 half a minute), opens again
    in each paragraph all formatting that was left open (100 open `<b>` make 500 MB of 160 KB), and needs the square
    of the entities in one run of text.
    """
    marks = html.count("<")
    if marks + html.count("&") > _MOST:
        return True
    return marks > _FEW and _is_deep(html)


def _is_deep(html: str) -> bool:
    opened: list[str] = []
    formatting: Counter[str] = Counter()
    reopened = 0
    for match in TOKEN.finditer(html):
        name = (match["name"] or "").lower()
        kind = name.lstrip("/")
        if kind in _FORMATTING:
            formatting[kind] = max(0, formatting[kind] + (1 if name == kind else -1))
        elif name == kind and kind and kind not in _CLOSED:
            opened.append(kind)
        else:
            _close(opened, kind)
        waiting = formatting.total()
        reopened += waiting
        if len(opened) + waiting > _DEEPEST or reopened > 2 * _MOST:
            return True
    return False


def _close(opened: list[str], name: str) -> None:
    # An end tag closes all that stands open inside its element, but reaches into no table from within it.
    for place in range(len(opened) - 1, -1, -1):
        if opened[place] == name:
            del opened[place:]
            return
        if opened[place] in _SCOPES:
            return


def said_in(html: str) -> str:
    """What some HTML says, as plain text in which every tag is a space."""
    return unescape(TOKEN.sub(" ", html))


def text_only(html: str) -> str:
    """The text of some HTML, each block's in a paragraph; scripts and styles are gone.

    Paragraphs end at 10,000 characters, which keeps the result from being as tangled as the HTML was.
    """
    parts, end = [], 0
    for match in TOKEN.finditer(html):
        parts.append(html[end : match.start()])
        end = match.end()
        if (match["name"] or "").lower().lstrip("/") in BLOCKS:
            parts.append("\n")
    lines = unescape("".join([*parts, html[end:]])).split("\n")
    pieces = (
        line[at : at + _LONGEST_LINE] for line in map(str.strip, lines) for at in range(0, len(line), _LONGEST_LINE)
    )
    return "\n".join(f"<p>{escape(piece, quote=False)}</p>" for piece in pieces)
