"""The door to nh3: a post's HTML made safe for readers, every address in it absolute."""

import re
from functools import lru_cache

import nh3

from publisher.content.embeds import without_embeds
from publisher.content.links import absolute_value

_MORE_TAGS = frozenset({"audio", "picture", "source", "track", "video", "section", "main", "tfoot"})
_TAGS = frozenset(nh3.ALLOWED_TAGS) - {"area", "map"} | _MORE_TAGS
_EMPTIED = {"script", "style", "form", "button", "select", "textarea", "title", "template", "svg", "dialog"}
_MEDIA = {"src", "width", "height", "poster", "controls", "loop", "muted", "preload"}
_CELL = {"align", "colspan", "rowspan", "headers", "scope", "style"}
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"id", "lang", "dir", "title"},
    **{tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()},
    "a": {"href", "hreflang"},
    "audio": _MEDIA,
    "video": _MEDIA,
    "source": {"src", "srcset", "sizes", "media", "type", "width", "height"},
    "track": {"src", "srclang", "label", "kind", "default"},
    "img": {"src", "srcset", "sizes", "alt", "width", "height", "align", "loading", "longdesc"},
    "code": {"class", "style"},
    "td": _CELL,
    "th": _CELL,
    "details": {"open"},
    "ol": {"start", "type", "reversed"},
    "li": {"value"},
    "time": {"datetime"},
    "data": {"value"},
    **{tag: {"style"} for tag in ("span", "pre", "p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "figure")},
}
_COLOURED = frozenset({"span", "pre", "code"})
_COLOURS = frozenset({"color", "background-color", "font-weight", "font-style", "text-decoration"})
_DECLARED = re.compile(r"#?[A-Za-z0-9 .,%-]{1,40}|rgba?\([0-9, ]{1,40}\)")
# What feed validators take for harmless: of colours behind a text no other names, nowhere a per cent in brackets.
_GROUND = re.compile(r"#[0-9a-f]{3,8}|rgb\([0-9, ]{1,40}\)|transparent|white|black|gray|silver|red|yellow|lime|aqua")
# What XML 1.0 (section 2.2) forbids or advises against; nh3 keeps a form feed, which `&#12;` may bring.
_SCHEMES = set(nh3.ALLOWED_URL_SCHEMES) | {"data"}
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")


def make_safe(html: str, base: str) -> str:
    """HTML without anything that runs or frames, every address in it absolute against `base`.

    Takes minutes for a text that `tags.is_tangled`. Frames and plugins become links to what they hold.
    """

    def filtered(tag: str, name: str, value: str) -> str | None:
        if name == "style":
            return _styled(value, tag in _COLOURED)
        if name == "class":
            return value if value.startswith("language-") else None
        return absolute_value(name, value, base)

    clean = nh3.clean(
        without_embeds(html).encode(errors="ignore").decode(),
        tags=set(_TAGS),
        clean_content_tags=_EMPTIED,
        attributes=_ATTRIBUTES,
        attribute_filter=filtered,
        url_schemes=_SCHEMES,
        link_rel=None,
        strip_comments=True,
    )
    return _FORBIDDEN.sub("", clean)


@lru_cache(maxsize=256)
def _styled(value: str, coloured: bool) -> str | None:
    kept = []
    for declaration in value[:1000].split(";"):
        name, _, said = (part.strip().lower() for part in declaration.partition(":"))
        allowed = _GROUND if name == "background-color" else _DECLARED
        if (name == "text-align" or (coloured and name in _COLOURS)) and allowed.fullmatch(said):
            kept.append(f"{name}: {said}")
    return "; ".join(kept) or None
