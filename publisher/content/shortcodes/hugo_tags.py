"""How Hugo writes a shortcode's tag (its parser/pageparser/pagelexer_shortcode.go, 0.168)."""

import re
from typing import NamedTuple

from publisher.content.shortcodes.parse import Broken, Kind, Literal, Piece, Tag, Text, scan

_OPENER = re.compile(r"\{\{[<%]")
_CLOSERS = {"<": ">}}", "%": "%}}"}
_COMMENT_ENDS = {closer: re.compile(re.escape(f"*/{closer}")) for closer in _CLOSERS.values()}
_SPACE = re.compile(r"[ \t\r\n]*")
_NAME = re.compile(r"\w(?:[\w-]|/(?=\w))*(\.inline(?=[ ]))?")
_WORD = re.compile(r"[\w.-]+")
_QUOTED = re.compile(r'"((?:[^"\\\n]|\\"|\\(?!"))*)"')
_ESCAPED_QUOTED = re.compile(r'\\"([^"\\\n]*)\\"')
# Hugo reads on to the next space, `{` too; without it here, a text of such tags would cost its square.
_BARE = re.compile(r"[^\s{]+")


class _Args(NamedTuple):
    args: tuple[str, ...]
    named: dict[str, str]
    closed: bool
    """Whether the tag closes itself, as in `{{< qr text="x" />}}`."""
    end: int


class _NotATag(Exception):
    """What stands there is no tag; says why."""


def tags(text: str) -> list[Piece]:
    """The text of a post as what stands between shortcodes and their tags."""
    whole = Text(text)

    def read(start: int, indent: str | None) -> Tag | Literal | Broken | None:
        closer = _CLOSERS[text[start + 2]]
        if text.startswith("/*", start + 3):
            return _comment(whole, start, closer)
        try:
            return _tag(text, start, closer, indent)
        except _NotATag as error:
            return Broken(f"the shortcode cannot be read: {error}", start)

    return scan(text, _OPENER, read)


def _comment(whole: Text, start: int, closer: str) -> Literal | Broken:
    end = whole.find(_COMMENT_ENDS[closer], start + 5)
    if end is None:
        return Broken(f"the escaped shortcode never ends: */{closer} is missing", start)
    return Literal(whole.whole[start : start + 3] + whole.whole[start + 5 : end.start()] + closer, end.end())


def _tag(text: str, start: int, closer: str, indent: str | None) -> Tag:
    at = _skip(text, start + 3)
    closes = text.startswith("/", at)
    at = _skip(text, at + 1) if closes else at
    found = _NAME.match(text, at)
    if not found:
        raise _NotATag("it has no name")
    args = _arguments(text, found.end(), closer)
    kind = Kind.CLOSE if closes else Kind.ALONE if args.closed else Kind.OPEN
    name = found[0]
    return Tag(kind, name, name, args.args, args.named, start, args.end, closer == "%}}", indent)


def _arguments(text: str, at: int, closer: str) -> _Args:
    args: list[str] = []
    named: dict[str, str] = {}
    closed = False
    name = ""
    while not text.startswith(closer, at := _skip(text, at)):
        if text.startswith("/", at):
            closed, at = True, at + 1
        elif text.startswith("=", at):
            value, at = _value(text, _skip(text, at + 1), _BARE)
            if args and name:
                args.pop()
            named[name], name = value, ""
        else:
            value, at = _value(text, at, _WORD)
            args.append(value)
            name = value
    return _Args(tuple(args), named, closed, at + len(closer))


def _value(text: str, at: int, bare: re.Pattern[str]) -> tuple[str, int]:
    """A value and where it ends: in quotes, in backquotes over several lines, or bare."""
    first = text[at : at + 1]
    if first == "`":
        end = text.find("`", at + 1)
        if end < 0:
            raise _NotATag("a ` is never closed")
        return text[at + 1 : end], end + 1
    found = (_QUOTED if first == '"' else _ESCAPED_QUOTED if first == "\\" else bare).match(text, at)
    if not found:
        raise _NotATag("a quote is never closed" if first == '"' else f"unexpected {first or 'end'!r}")
    return _unescaped(found[1]) if first == '"' else found[1] if first == "\\" else found[0], found.end()


def _unescaped(value: str) -> str:
    # Hugo drops every backslash of a value that holds an escaped quote, and none of any other.
    return value.replace("\\", "") if '\\"' in value else value


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
