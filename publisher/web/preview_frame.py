"""The copy of a mail that stands in a frame of the preview: light or dark for good, its pictures from this machine."""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum

from publisher.core.tags import TOKEN, attributes, start_tag

POLICY = (
    "default-src 'none'; img-src 'self' data: https: http:; style-src 'unsafe-inline'; font-src data: https: http:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-same-origin allow-popups"
    " allow-popups-to-escape-sandbox"
)
"""What a mail may do in its frame: show itself, and open links elsewhere. Its origin is the page's, so that that can
scroll it back to where it was; it runs no script that could make something of that."""

_ALWAYS, _NEVER = "(min-width: 0px)", "(max-width: 0px)"
_PREFERS = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)", re.IGNORECASE)
_RULE = re.compile(r"(color-schemes?\s*:\s*)(?:(?:light|dark|only)(?:\s+|(?![\w-])))+", re.IGNORECASE)
_META = ("color-scheme", "supported-color-schemes")


class Scheme(StrEnum):
    """What the mail's reader likes better."""

    LIGHT = "light"
    DARK = "dark"


def framed(html: str, scheme: Scheme, pictures: Mapping[str, str]) -> str:
    """`html` as a mail program with this colour scheme shows it, whatever the viewer's system likes.

    `pictures` leads from addresses in the mail to those where they are shown from. Links open in a tab of their own.
    """
    return "".join(_pieces(html, scheme, pictures))


def _pieces(html: str, scheme: Scheme, pictures: Mapping[str, str]) -> Iterator[str]:
    end = 0
    for token in TOKEN.finditer(html):
        yield html[end : token.start()]
        end = token.end()
        name = (token["raw"] or token["name"] or "").lower()
        if name == "style":
            # Style sheets and attributes alone: a post on CSS may quote just that.
            yield _settled(token[0], scheme)
        elif token["attributes"]:
            before = attributes(token["attributes"])
            after = _shown(name, before, scheme, pictures)
            yield token[0] if after == before else start_tag(name, after)
        else:
            yield token[0]
    yield html[end:]


def _shown(name: str, values: dict[str, str], scheme: Scheme, pictures: Mapping[str, str]) -> dict[str, str]:
    shown = dict(values)
    for key in ("src", "background"):
        if values.get(key, "").strip() in pictures:
            shown[key] = pictures[values[key].strip()]
    for key in ("media", "style"):
        if key in values:
            shown[key] = _settled(values[key], scheme)
    if name == "meta" and values.get("name", "").lower() in _META:
        shown["content"] = scheme
    # In the frame itself a link would bring a page that its policy does not let in; a table of contents stays.
    if name in ("a", "area") and "href" in values and not values["href"].strip().startswith("#"):
        shown |= {"target": "_blank", "rel": "noreferrer"}
    return shown


def _settled(css: str, scheme: Scheme) -> str:
    """What asks for the viewer's liking is answered, whatever else it asks for."""
    answered = _PREFERS.sub(lambda liked: _ALWAYS if liked[1].lower() == scheme else _NEVER, css)
    return _RULE.sub(lambda rule: rule[1] + scheme, answered)
