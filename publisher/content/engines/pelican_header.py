"""Headers as Pelican reads them (its readers.py): Python-Markdown's `Key: value` lines, and an HTML file's head.

Keys are the same in any case. Nothing is YAML: a quote stays where it stands, a list of `- a` ends the header.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from publisher.content.codes import Code
from publisher.content.front import Front
from publisher.content.values import Fields, Scalar
from publisher.struct import replace

# readers.DUPLICATES_DEFINITIONS_ALLOWED: of these only the first line counts, of all others the lines are put together.
_SINGLE = frozenset(
    ("tags", "date", "modified", "status", "category", "author", "save_as", "url", "authors", "slug")
)  # fmt: skip
DROPPED = frozenset(("tags", "status", "category", "author", "authors", "slug"))
"""Keys that Pelican drops where they say nothing, so that a default counts."""
_LONGEST = 64 * 1024
# markdown.extensions.meta
_KEY = re.compile(r" {0,3}([A-Za-z0-9_-]+):\s*(.*)")
_MORE = re.compile(r" {4,}(.*)")
_BEGIN = re.compile(r"-{3}(?:\s|$)")
_END = re.compile(r"(?:-{3}|\.{3})(?:\s|$)")
_WIDE = re.compile(r" {0,3}[A-Za-z0-9_-]+[ \u3000]*：")
_HEAD = re.compile(r"</head\s*>", re.IGNORECASE)
_BODY = re.compile(r"<body(?:\s[^>]*)?>", re.IGNORECASE)
_BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)


def split_markdown(text: str, file: str) -> Front:
    """Markdown's header and body: `Key: value`, more lines of it by four blanks; it ends at a blank line or a fence."""
    found: dict[str, list[Scalar]] = {}
    key, end, line = "", 0, 0
    for line, start, raw in _lines(text):
        if start > _LONGEST:
            raise Code.FRONT_MATTER_TOO_LARGE.fatal(file, line, 1, "the header is over 64 KB")
        row, end = raw.expandtabs(4), start
        if line == 1 and _BEGIN.match(row):
            end += len(raw) + 1
            continue
        if not row.strip() or _END.match(row):
            end = start + len(raw) + 1
            line += 1
            break
        named, more = _KEY.match(row), _MORE.match(row) if key else None
        if named:
            key = named[1].lower()
        elif not more:
            _check_colon(row, file, line)
            break
        value = (named[2] if named else more[1] if more else "").strip()
        found.setdefault(key, []).append(Scalar(value, False, line, raw.find(value) + 1))
        end = start + len(raw) + 1
    else:
        line += 1
    return Front(_fields(found), text[end:], line)


def split_html(text: str, file: str) -> Front:
    """The `<meta>` and `<title>` of the head, and what stands in the body."""
    head = _HEAD.search(text, 0, _LONGEST)
    if head is None:
        return Front(Fields(), text, 1)
    parser = _Head()
    try:
        parser.feed(text[: head.end()])
        parser.close()
    except AssertionError as error:
        raise Code.BROKEN_FRONT_MATTER.fatal(file, *parser.place(), f"the head is not HTML: {error}") from error
    start = _BODY.search(text, head.end())
    end = _BODY_END.search(text, start.end()) if start else None
    begin = start.end() if start else head.end()
    body = text[begin : end.start() if end else len(text)]
    return Front(_fields(parser.found), body, 1 + text.count("\n", 0, begin), escaped="&" in head.string[: head.end()])


class _Head(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: dict[str, list[Scalar]] = {}
        self._inside = False
        self._title: list[str] | None = None

    def place(self) -> tuple[int, int]:
        line, offset = self.getpos()
        return line, offset + 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "head":
            self._inside = True
        elif tag == "title" and self._inside:
            self._title = []
        elif tag == "meta" and self._inside:
            self._meta(dict(reversed(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag == "title" and self._title is not None:
            self.found["title"] = [Scalar("".join(self._title), False, *self.place())]
            self._title = None

    def handle_data(self, data: str) -> None:
        if self._title is not None:
            self._title.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def _meta(self, values: dict[str, str | None]) -> None:
        name = (values.get("name") or "").lower()
        if name:
            value = Scalar(values.get("content") or values.get("contents") or "", False, *self.place())
            self.found.setdefault("tags" if name == "keywords" else name, []).append(value)


def _lines(text: str) -> Iterator[tuple[int, int, str]]:
    """Each line of a text with its number from 1 and where it starts, found one by one: a header is short."""
    line, start = 1, 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield line, start, text[start:end]
        line, start = line + 1, end + 1


def _fields(found: dict[str, list[Scalar]]) -> Fields:
    fields = Fields()
    fields.counts = "the first one"
    for key, values in found.items():
        fields.places[key] = values[0].line, values[0].column
        if key in _SINGLE:
            fields.duplicates += [(key, value.line, value.column) for value in values[1:]]
            fields[key] = values[0]
        else:
            fields[key] = replace(values[0], text="\n".join(value.text for value in values))
    return without_empty(fields)


def without_empty(fields: Fields) -> Fields:
    """The fields less those which Pelican drops where they say nothing."""
    for key in DROPPED & fields.keys():
        value = fields[key]
        if isinstance(value, Scalar) and not value.text.strip():
            del fields[key]
    return fields


def _check_colon(row: str, file: str, line: int) -> None:
    wide = _WIDE.match(row)
    if wide:
        message = "a header's key ends in the full-width colon ：, so Pelican takes the line for text; write :"
        raise Code.FULL_WIDTH_COLON.fatal(file, line, wide.end(), message)
