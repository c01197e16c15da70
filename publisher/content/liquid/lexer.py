"""A template cut into tokens, in one pass over it.

python-liquid's own lexer is not used: for every `{% raw %}` that is never closed it reads the whole rest, which takes
hours on a hostile megabyte; and `{%-` strips Japanese indents with it, for Python calls an ideographic space white.
Tokens start where their braces do, so that a tag can be shown as it stands.
"""

import re
from collections.abc import Iterator

from liquid import Token
from liquid.exceptions import LiquidSyntaxError
from liquid.token import TOKEN_CONTENT, TOKEN_EXPRESSION, TOKEN_OUTPUT, TOKEN_TAG

from publisher.content.liquid.limits import MAX_TAGS
from publisher.content.liquid.ruby import BLANKS

_OPENING = re.compile(r"\{[{%]")
_NAME = re.compile(r"#|\w*")
_ENDRAW = re.compile(r"\{%-?[ \t\n]*endraw[ \t\n]*-?%\}")
_COMMENT = re.compile(r"\{%-?[ \t\n]*(end)?comment\b")
_BLOCKS = frozenset({"if", "unless", "case", "for", "tablerow", "capture", "ifchanged", "highlight"})


def tokens(source: str) -> Iterator[Token]:
    """The tokens of a template; LiquidSyntaxError where something is never closed, or there are too many."""
    return _Lexer(source).run()


def shown(token: Token) -> str:
    """The tag or output that a token starts, braces included, as it stands in its source."""
    closing = "}}" if token.source.startswith("{{", token.start_index) else "%}"
    end = token.source.find(closing, token.start_index + 2)
    return token.source[token.start_index : end + 2 if end >= 0 else None]


class _Lexer:
    def __init__(self, source: str) -> None:
        self.source = source
        self.place = 0
        self.strips = False
        self.count = 0
        self.open: list[Token] = []

    def run(self) -> Iterator[Token]:
        while found := _OPENING.search(self.source, self.place):
            start = found.start()
            self.count += 1
            if self.count > MAX_TAGS:
                raise self._fault(f"over {MAX_TAGS:,} tags", start)
            yield from self._content(self.place, start, self.source.startswith("-", start + 2))
            yield from self._output(start) if found[0] == "{{" else self._tag(start)
        yield from self._content(self.place, len(self.source), False)
        if self.open:
            raise LiquidSyntaxError(f"'{self.open[-1].value}' is never closed", token=self.open[-1])

    def _content(self, start: int, end: int, rstrips: bool) -> Iterator[Token]:
        text = self.source[start:end]
        if self.strips:
            text = text.lstrip(BLANKS)
        if rstrips:
            text = text.rstrip(BLANKS)
        if text:
            yield Token(TOKEN_CONTENT, text, start, self.source)

    def _inner(self, start: int, closing: str) -> tuple[int, str]:
        end = self.source.find(closing, start + 2)
        if end < 0:
            raise self._fault(f"'{self.source[start : start + 2]}' is never closed by '{closing}'", start)
        self.place = end + 2
        self.strips = self.source[end - 1] == "-" and end > start + 2
        first = start + 2 + (self.source.startswith("-", start + 2) and end > start + 2)
        return first, self.source[first : max(first, end - self.strips)]

    def _output(self, start: int) -> Iterator[Token]:
        first, inner = self._inner(start, "}}")
        bare = inner.lstrip(BLANKS)
        yield Token(TOKEN_OUTPUT, inner, start, self.source)
        yield Token(TOKEN_EXPRESSION, bare.rstrip(BLANKS), first + len(inner) - len(bare), self.source)

    def _tag(self, start: int) -> Iterator[Token]:
        first, inner = self._inner(start, "%}")
        bare = inner.lstrip(BLANKS)
        named = _NAME.match(bare)
        name = named[0] if named else ""
        if name in ("#", "comment"):
            self._skip(start, name)
        elif name == "raw":
            yield from self._raw(start)
        else:
            yield from self._plain_tag(start, name, first + len(inner) - len(bare), bare)

    def _plain_tag(self, start: int, name: str, first: int, bare: str) -> Iterator[Token]:
        token = Token(TOKEN_TAG, name, start, self.source)
        self._nest(token)
        yield token
        rest = bare[len(name) :]
        expression = rest.lstrip(BLANKS)
        if expression:
            place = first + len(name) + len(rest) - len(expression)
            yield Token(TOKEN_EXPRESSION, expression.rstrip(BLANKS), place, self.source)

    def _nest(self, token: Token) -> None:
        name = token.value
        if name in _BLOCKS:
            self.open.append(token)
        elif name.startswith("end") and name[3:] in _BLOCKS:
            if not self.open or self.open[-1].value != name[3:]:
                inside = f" inside '{self.open[-1].value}'" if self.open else ""
                raise LiquidSyntaxError(f"'{name}'{inside} closes nothing", token=token)
            self.open.pop()

    def _raw(self, start: int) -> Iterator[Token]:
        found = _ENDRAW.search(self.source, self.place)
        if not found:
            raise self._fault("'raw' is never closed", start)
        begin, self.place = self.place, found.end()
        self.strips = self.source.startswith("-", found.end() - 3)
        if found.start() > begin:
            yield Token(TOKEN_CONTENT, self.source[begin : found.start()], begin, self.source)

    def _skip(self, start: int, name: str) -> None:
        depth = int(name == "comment")
        while depth:
            found = _COMMENT.search(self.source, self.place)
            if not found:
                raise self._fault("'comment' is never closed", start)
            depth += -1 if found[1] else 1
            self._inner(found.start(), "%}")

    def _fault(self, message: str, start: int) -> LiquidSyntaxError:
        return LiquidSyntaxError(message, token=Token(TOKEN_TAG, "", start, self.source))
