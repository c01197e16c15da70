"""Plain text where a reader cannot be told that it is plain."""

import re
from html import escape, unescape

_JOINER = "\u2060"
# Before a space, too, `<` is an error in HTML5, and NotHtml to feed validators; so is `&`, but before one.
_IN_HTML = re.compile(r"<|&(?![\t\n\f\r &<]|\Z)")
_MARKUP = re.compile(r"<(?=[A-Za-z/!?])|&(?=(#?\w+))")
_HELD = re.compile(f"([<&]){_JOINER}")


def unmistakable(text: str) -> str:
    """The text, with an invisible word joiner after each `<` or `&` that would be taken for a tag or a reference.

    RSS does not say whether a title is text or HTML, and readers differ: `<b>` in a title is a bold word to SimplePie
    (FreshRSS), `&amp;` is `&` to miniflux, which unescapes twice (jekyll-feed #388). Escaped twice it would be
    `&lt;b&gt;` to all others. With a joiner all show what was written, and the W3C validator finds no HTML
    (ContainsHTML, ContainsUndeclaredHTML). `Q&A`, `S&P500` and `a < b` stay as they are.
    """
    return _MARKUP.sub(_held, text) if "<" in text or "&" in text else text


def as_html(text: str) -> str:
    """The text as HTML that says just that, with no more of it escaped than needs be: who shows a description as it
    stands, as browsers do, shows `A & B` well."""
    return _IN_HTML.sub(lambda found: escape(found[0]), text)


def as_written(text: str) -> str:
    """What `unmistakable` was given."""
    return _HELD.sub(r"\1", text) if _JOINER in text else text


def _held(found: re.Match[str]) -> str:
    word = found[1]
    # `S&P500` is no reference to any reader. The W3C validator remarks on it, by a pattern; but a title that cannot be
    # searched for would be worse.
    is_plain = word is not None and word[0] != "#" and unescape(f"&{word}; &{word} ") == f"&{word}; &{word} "
    return found[0] if is_plain else found[0] + _JOINER
