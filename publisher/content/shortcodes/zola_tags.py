"""How Zola writes its tags: shortcodes up to 0.22 (components/markdown/src/content.pest), Tera 2's components from
0.23 on (tera's MIGRATION.md). What a page holds can only be one of the two, so that both are read."""

import re

from publisher.content.shortcodes.parse import Broken, Kind, Literal, Piece, Tag, Text, scan

_OPENER = re.compile(r"\{[{%#]")
_SPACE = re.compile(r"[ \t\r\n]*")
_CALL = re.compile(r"\{[{%]-?\s*([A-Za-z_][A-Za-z0-9_]*)\s*\(")
_END = re.compile(r"\{%\s*end\s*%\}")
_ESCAPED = re.compile(r"\{([{%])/\*\s*[A-Za-z_][A-Za-z0-9_]*\s*\(")
_ESCAPED_END, _ESCAPED_TAG_END = re.compile(r"\*/\}\}"), re.compile(r"\*/%\}")
_ESCAPED_LAST = re.compile(r"\{%/\*\s*end\s*\*/%\}")
_COMMENT_END = re.compile(r"#\}")
_RAW_END = re.compile(r"\{%-?\s*endraw\s*-?%\}")
_RAW = re.compile(r"\{%-?\s*raw\s*-?%\}")
_COMPONENT = re.compile(r"\{([{%])-?\s*<\s*(/?)\s*([A-Za-z_][\w.]*)")
_NAMED = re.compile(r"([A-Za-z_][\w-]*)\s*=\s*")
_FLAG = re.compile(r"[A-Za-z_][\w-]*|\{\s*\.{3}[^{}]*\}")
_LITERAL = re.compile(r"""("[^"]*"|'[^']*'|`[^`]*`)|[\w.+-]+""")
_ARRAY = re.compile(r"""(?:[^\[\]{}"'`]|"[^"]*"|'[^']*'|`[^`]*`)*""")
_DEEPEST = 8


class _NotATag(Exception):
    """What stands there is mere text: so Zola's grammar takes it, too."""


def tags(text: str) -> list[Piece]:
    """A text as what stands between shortcodes and components, and their tags."""
    whole = Text(text)

    def read(start: int, indent: str | None) -> Tag | Literal | Broken | None:
        try:
            return _verbatim(whole, start) or _end(text, start) or _component(text, start, indent)
        except _NotATag:
            return None

    return scan(text, _OPENER, read)


def _verbatim(whole: Text, start: int) -> Literal | None:
    """What is shown as it is written, or, a comment of Tera's, not at all."""
    text = whole.whole
    if found := _ESCAPED.match(text, start):
        return _escaped(whole, start, paired=found[1] == "%")
    if found := _RAW.match(text, start):
        end = whole.find(_RAW_END, found.end())
        return Literal(text[found.end() : end.start()], end.end()) if end else None
    # A heading's id, `{#id}`, is none.
    if text.startswith(("{# ", "{#-", "{#\n"), start):
        end = whole.find(_COMMENT_END, start + 2)
        return Literal("", end.end()) if end else None
    return None


def _escaped(whole: Text, start: int, *, paired: bool) -> Literal | None:
    """`{{/* x() */}}` as `{{ x() }}`; between two such with `%`, everything else is as it stands, too."""
    text = whole.whole
    first = whole.find(_ESCAPED_TAG_END if paired else _ESCAPED_END, start)
    last = whole.find(_ESCAPED_LAST, first.end()) if first and paired else first
    if first is None or last is None:
        return None
    shown = text[start : start + 2] + text[start + 4 : first.start()] + first[0][2:]
    between = text[first.end() : last.start()] + last[0].replace("/*", "").replace("*/", "") if paired else ""
    return Literal(shown + between, last.end())


def _end(text: str, start: int) -> Tag | None:
    found = _END.match(text, start)
    return Tag(Kind.CLOSE, "end", "end", (), {}, start, found.end(), True) if found else None


def _component(text: str, start: int, indent: str | None) -> Tag:
    found = _COMPONENT.match(text, start)
    if not found:
        return _shortcode(text, start, indent)
    closer = "}}" if found[1] == "{" else "%}"
    named, at = _attributes(text, found.end())
    alone = text.startswith("/", at)
    at = _expect(text, at + alone, ">")
    at += text.startswith("-", at)
    end = _expect(text, at, closer)
    kind = Kind.CLOSE if found[2] else Kind.ALONE if alone or found[1] == "{" else Kind.OPEN
    return Tag(kind, found[3], f"<{found[3]}>", (), named, start, end, True, indent)


def _attributes(text: str, at: int) -> tuple[dict[str, str], int]:
    named: dict[str, str] = {}
    while not text.startswith((">", "/"), at := _skip(text, at)):
        found = _NAMED.match(text, at)
        if not found:
            flag = _FLAG.match(text, at)
            if not flag:
                raise _NotATag
            at = flag.end()
            continue
        braced = text.startswith("{", found.end())
        value, at = _value(text, _skip(text, found.end() + braced))
        at = _expect(text, at, "}") if braced else at
        named[found[1]] = value
    return named, at


def _shortcode(text: str, start: int, indent: str | None) -> Tag:
    found = _CALL.match(text, start)
    if not found:
        raise _NotATag
    paired = text[start + 1] == "%"
    named: dict[str, str] = {}
    at = _skip(text, found.end())
    while not text.startswith(")", at):
        name = _NAMED.match(text, at)
        if not name:
            raise _NotATag
        named[name[1]], at = _value(text, name.end())
        at = _skip(text, at)
        at = _skip(text, at + 1) if text.startswith(",", at) else at
    end = _expect(text, at + 1, "%}" if paired else "}}")
    kind = Kind.OPEN if paired else Kind.ALONE
    return Tag(kind, found[1], "end" if paired else found[1], (), named, start, end, True, indent)


def _value(text: str, at: int) -> tuple[str, int]:
    found = _LITERAL.match(text, at)
    if found:
        return (found[1][1:-1] if found[1] else found[0]), found.end()
    end, depth = at, 0
    while text.startswith("[", end) or (depth and text.startswith("]", end)):
        depth += 1 if text[end] == "[" else -1
        if depth > _DEEPEST:
            raise _NotATag
        end += 1
        if not depth:
            return text[at:end], end
        between = _ARRAY.match(text, end)
        end = between.end() if between else end
    raise _NotATag


def _expect(text: str, at: int, what: str) -> int:
    at = _skip(text, at)
    if not text.startswith(what, at):
        raise _NotATag
    return at + len(what)


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
