"""What a mail's HTML weighs, and what of it weighs most."""

import re
from collections import Counter
from html import unescape

from publisher.core.tags import TOKEN
from publisher.mail.lint_codes import Fault, LintCode, shortened
from publisher.struct import Struct

LIMIT = 102 * 1024
"""Bytes of HTML that Gmail shows; it hides the rest behind a link, and with it the way out of the newsletter."""

_MUCH = LIMIT * 8 // 10
_STYLED = re.compile(r"""\sstyle\s*=\s*("[^"]*"|'[^']*')""", re.IGNORECASE)
_DATA = re.compile(r"""\bdata:[a-z]+/[^"')\s>]*""", re.IGNORECASE)
_HEADING = re.compile(r"h[1-6]")
_FOOTER = re.compile(r"""\sclass\s*=\s*["']?(?:[^"'<>]*\s)?footer[\s"']""")
_SHOWN = 3
_LONGEST_NAME = 200


class Part(Struct, frozen=True):
    """A part of a mail and its bytes as UTF-8."""

    name: str
    size: int


class Weight(Struct, frozen=True):
    """A mail's HTML in bytes as UTF-8, split twice, the heaviest first; each split adds up to `total`.

    `places` are what stands below each heading, most often the posts; `name` is the heading's text, empty for what
    stands before the first and for the footer. `kinds` are the text, tags, styles in tags, the style sheet, images as
    data:, and comments.
    """

    total: int
    places: tuple[Part, ...]
    kinds: tuple[Part, ...]

    def told(self) -> str:
        """`118.0 KB of HTML (“冬の庭” 40.2 KB, “味噌” 20.0 KB; text 60.3 KB, styles in tags 30.1 KB)`."""
        named = [part for part in self.places if part.name][:_SHOWN]
        heavy = [f"“{shortened(part.name, 40)}” {_kilobytes(part.size)}" for part in named]
        most = ", ".join(heavy) or "text without a heading"
        kinds = ", ".join(f"{part.name} {_kilobytes(part.size)}" for part in self.kinds[:_SHOWN])
        return f"{_kilobytes(self.total)} of HTML ({most}; {kinds})"


def weigh(html: str) -> Weight:
    """Weigh `html` as it is sent, before its transfer encoding: Gmail counts that."""
    scale, end = _Scale(), 0
    for found in TOKEN.finditer(html):
        scale.text(html[end : found.start()])
        scale.token(found)
        end = found.end()
    scale.text(html[end:])
    return Weight(_size(html), scale.places(), _parts(scale.kinds))


def size_faults(html: str) -> list[Fault]:
    """Over 102 KB, or close to it."""
    size = _size(html)
    if size <= _MUCH:
        return []
    told = weigh(html).told()
    return [LintCode.TOO_LARGE.error(told) if size > LIMIT else LintCode.LARGE.warning(told)]


class _Scale:
    def __init__(self) -> None:
        self.kinds: Counter[str] = Counter()
        self._sizes: list[int] = [0]
        self._names: list[str] = [""]
        self._inside: str | None = None

    def text(self, text: str) -> None:
        """Weigh what stands between two tags."""
        if self._inside is not None and len(self._names[-1]) < _LONGEST_NAME:
            self._names[-1] += text
        self._put("text", text)

    def token(self, found: re.Match[str]) -> None:
        """Weigh a tag, a comment, or an element of raw text such as a style sheet."""
        name = (found["name"] or found["raw"] or "").lower()
        if not name:
            return self._put("comments", found[0])
        content = found["content"] or ""
        self._tag(name, found["attributes"] or found["rawattributes"] or "")
        self._put("style sheet" if name == "style" else "text", content)
        return self._put("tags", found[0], less=_size(content))

    def _tag(self, name: str, attributes: str) -> None:
        if _HEADING.fullmatch(name) or name == "footer" or _FOOTER.search(attributes):
            self._sizes.append(0)
            self._names.append("")
            self._inside = name if _HEADING.fullmatch(name) else None
        elif self._inside is not None and name == "/" + self._inside:
            self._inside = None
        data = sum(_size(one[0]) for one in _DATA.finditer(attributes))
        styles = sum(_size(one[0]) for one in _STYLED.finditer(attributes) if not _DATA.search(one[0]))
        self.kinds.update({"images as data:": data, "styles in tags": styles, "tags": -data - styles})

    def _put(self, kind: str, text: str, less: int = 0) -> None:
        size = _size(text) - less
        self.kinds[kind] += size
        self._sizes[-1] += size

    def places(self) -> tuple[Part, ...]:
        """What stands below each heading, its own tags included."""
        found: Counter[str] = Counter()
        for words, size in zip(self._names, self._sizes, strict=True):
            found[" ".join(unescape(words).split())] += size
        return _parts(found)


def _parts(sizes: Counter[str]) -> tuple[Part, ...]:
    return tuple(Part(name, size) for name, size in sizes.most_common() if size)


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode(errors="surrogatepass"))


def _kilobytes(size: int) -> str:
    return f"{size / 1024:.1f} KB"
