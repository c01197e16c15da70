"""The literal values in a script: what can be known of it without running it."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

from publisher.content.codes import Code
from publisher.content.engines.js_text import Token, tokens
from publisher.content.values import Fields, Scalar, Value
from publisher.content.yaml_text import MAX_DEPTH, MAX_VALUES

_PROGRAM = "()"
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_BINDERS = frozenset({"const", "let", "var"})
_STATEMENTS = _BINDERS | {"export", "import", "function", "async", "class", "if", "for", "return", "module"}
_ELSE = frozenset({"||", "??"})
_ENDS = frozenset({",", ";", ")", "]", "}"})
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[-+]\d\d:\d\d))?$", re.ASCII)
# Steps over tokens for one script: real ones need a few for each token, and none can make more of them.
_MOST_STEPS = 500_000


class Script:
    """One script's tokens and the values of its constants. `first_line` is where it starts in its file, from 1."""

    def __init__(self, text: str, first_line: int = 1) -> None:
        self.first_line = first_line
        self._length = len(text)
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]
        self.tokens = tokens(text)
        self.constants: dict[str, Value] = {}
        self._size = self._steps = 0
        self._pairs = _pairs(self.tokens)
        for at in self.calls(*_BINDERS):
            if self._binds(at):
                self.constants.setdefault(self.tokens[at + 1].text, self.value(at + 3)[0])

    def calls(self, *words: str) -> Iterator[int]:
        """Where each of the words stands, one after the other."""
        return (at for at, token in enumerate(self.tokens) if token.kind == "word" and token.text in words)

    def sign(self, at: int) -> str:
        """The word or mark at a token; empty where it is a value, or past the end."""
        token = self.tokens[at] if at < len(self.tokens) else None
        return token.text if token and token.kind in ("word", "mark") else ""

    def arguments(self, at: int) -> list[Value]:
        """The values in the brackets that open at a token; none where none opens there."""
        return self._items(at, 1) if self.sign(at) == "(" else []

    def inside(self, at: int) -> range:
        """The tokens in the brackets that open at a token."""
        return range(at + 1, self._pairs.get(at, at + 1))

    def place(self, at: int) -> tuple[int, int]:
        """Line and column, from 1, of a token."""
        start = self.tokens[at].start if at < len(self.tokens) else self._length
        line = bisect_right(self._lines, start)
        return self.first_line + line - 1, start - self._lines[line - 1] + 1

    def exported(self) -> Value | None:
        """What `export default` or `module.exports =` gives, if that is a literal or a function that just returns
        one; a program where it is any other function, None where there is no such statement."""
        for at in self.calls("export", "module"):
            signs = [self.sign(at + step) for step in range(1, 4)]
            if signs[0] == "default":
                return self._returned(at + 2)
            if signs == [".", "exports", "="]:
                return self._returned(at + 4)
        return None

    def globals(self, file: str) -> Fields:
        """The constants that a script of nothing but constants, imports and functions defines; ContentError where it
        does more, since only running it would tell what it gives."""
        fields = Fields()
        at = 0
        while at < len(self.tokens):
            sign = self.sign(at)
            if (sign in _BINDERS or sign == ",") and self._binds(at):
                name = self.tokens[at + 1].text
                fields.places[name] = self.place(at + 1)
                fields[name], at = self.value(at + 3)
            elif sign in ("export", "async", ";"):
                at += 1
            elif sign == "import":
                at = next((end + 1 for end in range(at, len(self.tokens)) if self.tokens[end].kind == "string"), at + 1)
            elif sign == "function":
                body = next((end for end in range(at, len(self.tokens)) if self.sign(end) == "{"), at)
                at = self._pairs.get(body, body) + 1
            else:
                message = "the front matter is a program, and programs are not run here: write constants only, or YAML"
                raise Code.NOT_EXECUTED.fatal(file, *self.place(at), message)
        return fields

    def value(self, at: int, depth: int = 0) -> tuple[Value, int]:
        """The value of the expression that starts at a token, a program where it is no literal, and where it ends."""
        self._size += 1
        if depth > MAX_DEPTH or self._size > MAX_VALUES:
            return self._program(at), len(self.tokens)
        value, end = self._primary(at, depth)
        while not self._is_over(end):
            if self.sign(end) not in _ELSE:
                return self._program(at), self._skipped(end)
            # `process.env.URL || "https://…"`: what stands there without an environment.
            other, end = self._primary(end + 1, depth)
            value = other if is_program(value) else value
        return value, end

    def _primary(self, at: int, depth: int) -> tuple[Value, int]:
        token = self.tokens[at] if at < len(self.tokens) else Token("", "", 0, False)
        sign = self.sign(at)
        if token.kind in ("string", "number"):
            return self._scalar(at, token.text, token.kind == "number"), at + 1
        if sign in ("true", "false", "null", "undefined"):
            return self._scalar(at, sign if sign in ("true", "false") else "", True), at + 1
        if sign == "[":
            return self._items(at, depth + 1), self._pairs[at] + 1
        if sign == "{":
            return self._object(at, depth + 1), self._pairs[at] + 1
        if sign == "(":
            inner = self._items(at, depth + 1)
            return (inner[0] if len(inner) == 1 else self._program(at)), self._pairs[at] + 1
        if sign == "new" and (moment := self._moment(at)):
            return moment, self._pairs[at + 2] + 1
        if token.kind == "word" and sign in self.constants:
            return self.constants[sign], at + 1
        return self._program(at), self._skipped(at, _ELSE)

    def _moment(self, at: int) -> Scalar | None:
        """What `new Date("2024-01-31")` says; a time without zone there is the machine's own, so it says nothing."""
        if self.sign(at + 1) != "Date" or self.sign(at + 2) != "(" or self.sign(at + 4) != ")":
            return None
        token = self.tokens[at + 3]
        known = token.kind == "string" and _INSTANT.match(token.text)
        return self._scalar(at + 3, token.text, False) if known else None

    def _items(self, start: int, depth: int) -> list[Value]:
        found: list[Value] = []
        at, close = start + 1, self._pairs[start]
        while at < close:
            if self.sign(at) in (",", ";"):
                at += 1
                continue
            value, end = self.value(at, depth)
            found.append(value)
            at = max(end, at + 1)
        return found

    def _object(self, start: int, depth: int) -> dict[str, Value]:
        found: dict[str, Value] = {}
        at, close = start + 1, self._pairs[start]
        while at < close:
            token = self.tokens[at]
            after = self.sign(at + 1)
            if token.kind in ("string", "word", "number") and after == ":":
                found[token.text], at = self.value(at + 2, depth)
            elif token.kind == "word" and after in (",", "}"):
                found[token.text] = self.constants.get(token.text, self._program(at))
                at += 1
            elif token.kind == "word" and after == "(":
                found[token.text], at = self._program(at), self._skipped(at)
            else:
                at = max(self._skipped(at), at + 1)
        return found

    def _returned(self, at: int) -> Value:
        """A literal, or what a function gives that does nothing but return one."""
        value, end = self.value(at)
        if not is_program(value) or not (self.sign(at) in ("function", "async", "(") or self.sign(at + 1) == "=>"):
            return value
        body = next((step for step in range(at, end) if self.sign(step) in ("=>", "{")), end)
        body += self.sign(body) == "=>"
        if self.sign(body) != "{":
            return self.value(body)[0]
        return self.value(body + 2)[0] if self.sign(body + 1) == "return" else value

    def _is_over(self, at: int) -> bool:
        """Whether an expression is over before a token: JavaScript needs no semicolon at a line's end."""
        return (
            at >= len(self.tokens)
            or self.sign(at) in _ENDS
            or (self.tokens[at].fresh and self.tokens[at].kind == "word")
        )

    def _skipped(self, at: int, also: frozenset[str] = frozenset()) -> int:
        """The end of the statement or member that goes on at a token: a comma, semicolon or closing bracket, one of
        the marks in `also`, or a new statement's first word at a line's start."""
        start = at
        while at < len(self.tokens) and self._steps < _MOST_STEPS:
            self._steps += 1
            sign = self.sign(at)
            if sign in _ENDS or sign in also or (at > start and self.tokens[at].fresh and sign in _STATEMENTS):
                return at
            at = self._pairs.get(at, at) + 1
        return max(at, len(self.tokens)) if self._steps >= _MOST_STEPS else at

    def _binds(self, at: int) -> bool:
        return self.sign(at + 2) == "=" and self.tokens[at + 1].kind == "word"

    def _scalar(self, at: int, text: str, plain: bool) -> Scalar:
        return Scalar(text, plain, *self.place(at))

    def _program(self, at: int) -> dict[str, Value]:
        return {_PROGRAM: Scalar("", True, *self.place(at))}


def _pairs(found: Sequence[Token]) -> dict[int, int]:
    """Where each opening bracket is closed; past the end where it is not."""
    pairs: dict[int, int] = {}
    opened: list[int] = []
    for at, token in enumerate(found):
        if token.kind != "mark":
            continue
        if token.text in _BRACKETS:
            opened.append(at)
        elif opened and token.text == _BRACKETS[found[opened[-1]].text]:
            pairs[opened.pop()] = at
    return pairs | dict.fromkeys(opened, len(found))


def is_program(value: Value | None) -> bool:
    """Whether the value is what only running the script would tell."""
    return isinstance(value, dict) and _PROGRAM in value


def fields_of(value: Mapping[str, Value], line: int) -> Fields:
    """An object's values, each key's place being the start of a line."""
    fields = Fields()
    fields.update(value)
    fields.places = dict.fromkeys(value, (line, 1))
    return fields
