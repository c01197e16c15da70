"""An expression cut into words, with names that python-liquid takes for its own: `include.limit`, `page.offset`."""

from collections.abc import Iterator

from liquid import Token, TokenStream
from liquid.builtin.expressions import tokenize
from liquid.exceptions import LiquidSyntaxError
from liquid.token import TOKEN_DOT, TOKEN_EXPRESSION, TOKEN_WORD


def words(text: str, parent: Token) -> Iterator[Token]:
    """The tokens of an expression; LiquidSyntaxError at what is none."""
    after_dot = False
    for token in tokenize(text, parent):
        yield token._replace(kind=TOKEN_WORD) if after_dot and token.value.isidentifier() else token
        after_dot = token.kind == TOKEN_DOT


class Stream(TokenStream):
    """A template's tokens, the inner of each tag cut by `words`."""

    def into_inner(self, *, tag: Token | None = None, eat: bool = True) -> TokenStream:
        token = self.current
        if token.kind != TOKEN_EXPRESSION:
            raise LiquidSyntaxError("something is missing in the tag", token=tag or token)
        if eat:
            next(self)
        return Stream(words(token.value, token))
