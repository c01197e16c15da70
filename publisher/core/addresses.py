"""When two addresses, or two titles, of different programs mean the same page."""

import re
import unicodedata
from html import unescape
from urllib.parse import SplitResult, unquote, urlsplit

_INDEX = frozenset({"index.html", "index.htm", "index.xhtml", "index.php"})
_PAGE = re.compile(r"\.(x?html?|php)$")
_TAG = re.compile(r"<[^<>]*>")
_QUOTE = re.compile("[\"'`´\u2018-\u201f\u2039\u203a«»]")
_DASH = re.compile("[-\u2010-\u2015\u2212]+")


def page_of(url: str) -> str:
    """A page's host and path, folded: the same whatever the scheme, `www.`, a slash or `index.html` at the end,
    percent-encoding and Unicode's forms of one text; "" where the address names no page of its own.

    A query counts only where there is no path, as in WordPress's `/?p=123`.
    """
    parts = _split(url)
    steps = _steps(parts) if parts else []
    if parts is None or not parts.hostname or not (steps or parts.query):
        return ""
    return "/".join([_host(parts), *(steps or [f"?{parts.query}"])])


def path_of(url: str, home: str = "") -> str:
    """A page's path below the address `home`, or the host, folded as `page_of` does it; capitals and an extension such
    as `.html` do not count, which one engine keeps and another does not. "" for the home page and what is no address.
    """
    parts, root = _split(url), _split(home)
    steps = _steps(parts) if parts else []
    above = _steps(root) if root else []
    below = steps[len(above) :] if steps[: len(above)] == above else steps
    return _PAGE.sub("", "/".join(below).casefold())


def title_of(text: str) -> str:
    """A title, folded: tags, entities, white space, capitals and the shapes of quotes and dashes do not count.

    Feeds escape a title once or twice, and engines set it in typographic quotes.
    """
    bare = _TAG.sub("", unescape(unescape(text)))
    folded = unicodedata.normalize("NFKC", bare).casefold()
    return _DASH.sub("-", _QUOTE.sub("", "".join(folded.split())))


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url.strip())
    except ValueError:
        return None


def _steps(parts: SplitResult) -> list[str]:
    # NFKC, not NFC: feeds of Jekyll with Addressable up to 2.8.1 have （１） as (1).
    path = unicodedata.normalize("NFKC", unquote(parts.path))
    steps = [step for step in path.split("/") if step]
    return steps[:-1] if steps and steps[-1] in _INDEX else steps


def _host(parts: SplitResult) -> str:
    name = (parts.hostname or "").rstrip(".").removeprefix("www.")
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return name
