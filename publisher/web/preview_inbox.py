"""What a list of mails shows of one beside its subject."""

from html.parser import HTMLParser

_LONGEST = 250
_UNSEEN = frozenset({"head", "style", "script", "title", "template"})
# As fillers behind a preheader use them: combining grapheme joiner, soft hyphen, zero-width and directional marks.
_WIDTHLESS = dict.fromkeys(map(ord, "\u034f\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u2007\u2060\ufeff"))


def inbox_line(html: str) -> str:
    """The first text of a mail, one line of at most 250 characters.

    Mail programs take it from the body and do not ask whether it can be seen: a preheader is that, and where there is
    none, "see this in a browser" is read in its stead.
    """
    reader = _FirstText()
    reader.feed(html)
    return reader.line()


class _FirstText(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._unseen: list[str] = []
        self._found: list[str] = []
        self._length = 0

    def handle_starttag(self, tag: str, _attributes: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._unseen:
            del self._unseen[self._unseen.index(tag) :]
        elif tag in ("p", "div", "td", "h1", "h2", "h3", "li"):
            self._found.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._unseen and self._length < _LONGEST:
            text = data.translate(_WIDTHLESS)
            self._found.append(text)
            self._length += len(text.strip())

    def line(self) -> str:
        return " ".join("".join(self._found).split())[:_LONGEST]
