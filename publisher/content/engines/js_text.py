"""JavaScript as a row of tokens, read and never run."""

import re
from typing import NamedTuple

MAX_SCRIPT = 256 * 1024
"""Characters; no configuration is longer."""

# Every alternative takes what it has started, closed or not: a broken script costs one pass too.
_TOKEN = re.compile(
    r"""(?P<blank>(?:\s|//[^\n]*|/\*(?:.*?\*/|.*)|\A\#![^\n]*)+)
    |(?P<string>"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?)
    |(?P<template>`(?:[^`\\]|\\.)*`?)
    |(?P<number>\d[\w.]*)
    |(?P<word>[\w$]+)
    |(?P<mark>=>|\?\?|\|\||&&|===?|!==?|\.\.\.|.)""",
    re.DOTALL | re.VERBOSE,
)
_REGEX = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.){0,200}\]){1,400}/\w*")
# After these a slash divides nothing, so it starts a regular expression.
_BEFORE_REGEX = frozenset({"(", ",", "=", ":", "[", "!", "&&", "||", "??", "?", "{", "}", ";", "=>", "return"})
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|.))", re.DOTALL)
_SHORT = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}


class Token(NamedTuple):
    """`kind` is `string` (`text` is what it says), `number`, `word`, `mark`, or `program` for what only running would
    tell. `start` counts characters from 0; `fresh` where it is the first on its line."""

    kind: str
    text: str
    start: int
    fresh: bool


def tokens(script: str) -> list[Token]:
    """The script's tokens, without white space and comments; of a script over MAX_SCRIPT none."""
    found: list[Token] = []
    at, fresh = 0, True
    while at < len(script) <= MAX_SCRIPT:
        match = _regex(script, at, found) or _TOKEN.match(script, at)
        assert match, "the last alternative takes any character"
        at = match.end()
        if match.lastgroup == "blank":
            fresh = fresh or "\n" in match[0]
            continue
        found.append(_token(match, fresh))
        fresh = False
    return found


def _regex(script: str, at: int, before: list[Token]) -> re.Match[str] | None:
    if script[at] != "/" or script[at : at + 2] in ("//", "/*"):
        return None
    allowed = not before or (before[-1].kind in ("mark", "word") and before[-1].text in _BEFORE_REGEX)
    return _REGEX.match(script, at) if allowed else None


def _token(match: re.Match[str], fresh: bool) -> Token:
    kind, text = match.lastgroup or "program", match[0]
    if kind == "template":
        kind = "program" if "${" in text else "string"
    if kind == "string":
        text = _unescaped(text[1:-1] if len(text) > 1 and text[-1] == text[0] else text[1:])
    return Token(kind, text, match.start(), fresh)


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    joined = _ESCAPE.sub(_character, text)
    # A pair of escaped surrogates is one character; one alone is none.
    return joined.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _character(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    if code:
        return chr(min(int(code, 16), 0x10FFFF))
    return _SHORT.get(found[4], found[4])
