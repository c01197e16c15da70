"""What no feed reader shows, said in a way that each of them does."""

import re
from collections.abc import Mapping
from html import escape

from publisher.core.tags import BLOCKS, TOKEN, attributes, start_tag

_WORTH_A_LOOK = re.compile(r"<[ieonmIEONM](?i:frame|mbed|bject|oscript|nput|ath)|data-(?:lazy-)?(?:src|original)")
_TEX = re.compile(r"<annotation[^<>]*application/x-tex[^<>]*>([^<]*)<")
_LAZY = {
    "src": ("data-src", "data-lazy-src", "data-original"),
    "srcset": ("data-srcset", "data-lazy-srcset", "data-original-set"),
}


def without_embeds(html: str) -> str:
    """HTML whose frames and plugins are links to what they hold, whose formulas are TeX or text, and whose checkboxes
    are characters.

    Images that a script would load get their address; what stands in `<noscript>` is kept where none of them does
    its duty already. The result is as unsafe as the text was.
    """
    return _Rewriting(html).text() if _WORTH_A_LOOK.search(html) else html


class _Rewriting:
    def __init__(self, html: str) -> None:
        self.html = html
        self.in_paragraph = False
        self.lazy = False

    def text(self) -> str:
        parts, end = [], 0
        for match in TOKEN.finditer(self.html):
            parts += [self.html[end : match.start()], self._token(match)]
            end = match.end()
        return "".join([*parts, self.html[end:]])

    def _token(self, match: re.Match[str]) -> str:
        raw, name = (match["raw"] or "").lower(), (match["name"] or "").lower()
        if raw == "iframe":
            return self._link(attributes(match["rawattributes"]))
        if raw == "noscript":
            return "" if self.lazy else without_embeds(match["content"])
        if raw == "math":
            return _formula(match["content"])
        if name.lstrip("/") in BLOCKS:
            self.in_paragraph = name == "p"
        if name in ("embed", "object"):
            return self._link(attributes(match["attributes"]))
        if name == "input":
            return _checkbox(attributes(match["attributes"]))
        if name in ("img", "source", "video", "audio") and "data-" in match["attributes"]:
            return self._loaded(name, attributes(match["attributes"]))
        return match[0]

    def _link(self, values: Mapping[str, str]) -> str:
        written = (values.get(key, "").strip() for key in ("src", "data-src", "data"))
        address = next((value for value in written if value and not value.startswith("about:")), "")
        if not address:
            return ""
        link = f"{start_tag('a', {'href': address})}{escape(values.get('title', '').strip() or address)}</a>"
        return link if self.in_paragraph else f"<p>{link}</p>"

    def _loaded(self, name: str, values: dict[str, str]) -> str:
        for key, others in _LAZY.items():
            found = next((values[other] for other in others if values.get(other)), None)
            if found:
                values[key] = found
                self.lazy = True
        return start_tag(name, values)


def _formula(content: str) -> str:
    found = _TEX.search(content)
    return f"<code>{found[1].strip()}</code>" if found else TOKEN.sub("", content)


def _checkbox(values: Mapping[str, str]) -> str:
    if values.get("type", "").lower() != "checkbox":
        return ""
    return "☑" if "checked" in values else "☐"
