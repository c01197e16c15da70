"""Outputs, assignments and loops with Ruby's ways, and tags that nobody knows."""

from html import escape
from typing import TextIO

from liquid import RenderContext, Token, TokenStream
from liquid.ast import Node
from liquid.builtin.expressions import parse_identifier
from liquid.builtin.tags.assign_tag import AssignNode, AssignTag
from liquid.builtin.tags.for_tag import ForNode, ForTag
from liquid.builtin.tags.tablerow_tag import TablerowNode, TablerowTag
from liquid.exceptions import LiquidError, LiquidSyntaxError, ResourceLimitError
from liquid.expression import Expression
from liquid.tag import Tag
from liquid.token import TOKEN_ASSIGN, TOKEN_EXPRESSION, TOKEN_ILLEGAL, TOKEN_OUTPUT, TOKEN_TAG

from publisher.content.codes import Code
from publisher.content.liquid.environment import check_range, run_of
from publisher.content.liquid.expressions import filtered
from publisher.content.liquid.lexer import shown
from publisher.content.liquid.ruby import printed


def as_text(token: Token) -> str:
    """A tag or an output that is not rendered, to be seen in the post."""
    return escape(shown(token), quote=False)


class OutputNode(Node):
    """A value in the text. Where it fails it is seen as it was written, and the rest is rendered."""

    __slots__ = ("expression", "lax")

    def __init__(self, token: Token, expression: Expression | None, lax: bool) -> None:
        super().__init__(token)
        self.expression = expression
        self.lax = lax
        self.blank = False

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        run = run_of(context)
        run.at(self.token)
        run.spend(1)
        if self.lax:
            message = f"'{shown(self.token)[:60]}' is not valid Liquid; what is to be seen belongs in {{% raw %}}"
            run.warn(Code.LIQUID_BROKEN, self.token, message)
        if self.expression is None:
            return buffer.write(as_text(self.token))
        try:
            text = printed(self.expression.evaluate(context))
        except ResourceLimitError:
            raise
        except LiquidError as error:
            run.warn(Code.LIQUID_BROKEN, self.token, f"Liquid: {error.message}; it stays in the text")
            text = as_text(self.token)
        return buffer.write(text)


class OutputTag(Tag):
    """`{{ value | filter }}`; with `lax`, what Ruby's lax rules make of one that is not valid."""

    name = TOKEN_OUTPUT
    block = False
    lax = True

    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_OUTPUT)
        try:
            expression, is_lax = filtered(self.env, stream.expect(TOKEN_EXPRESSION))
        except LiquidSyntaxError:
            return OutputNode(token, None, True)
        return OutputNode(token, expression if self.lax or not is_lax else None, is_lax)


class EchoTag(Tag):
    """`{% echo value | filter %}`."""

    name = "echo"
    block = False

    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_TAG)
        return OutputNode(token, *filtered(self.env, stream.expect(TOKEN_EXPRESSION)))


class Assign(AssignTag):
    """`{% assign name = value | filter %}`, the value read by the lax rules too."""

    def parse(self, stream: TokenStream) -> AssignNode:
        token = stream.eat(TOKEN_TAG)
        written = stream.expect(TOKEN_EXPRESSION)
        tokens = stream.into_inner(tag=token, eat=False)
        name = parse_identifier(self.env, tokens, allow_trailing_question_mark=False)
        tokens.expect(TOKEN_ASSIGN)
        after = tokens.current.start_index - written.start_index + 1
        rest = written.value[after:]
        text = rest.lstrip()
        place = written.start_index + after + len(rest) - len(text)
        value = written._replace(value=text, start_index=place)
        return AssignNode(token, name=name, expression=filtered(self.env, value)[0])


class _For(ForNode):
    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        run_of(context).at(self.token)
        check_range(self.expression.iterable.evaluate(context))
        return super().render_to_output(context, buffer)


class For(ForTag):
    """`{% for item in list %}`, without ranges that nobody can walk."""

    node_class = _For


class _Tablerow(TablerowNode):
    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        run_of(context).at(self.token)
        check_range(self.expression.iterable.evaluate(context))
        return super().render_to_output(context, buffer)


class Tablerow(TablerowTag):
    """`{% tablerow item in list %}`, likewise."""

    node_class = _Tablerow


class UnknownNode(Node):
    """A tag that is not known: it is seen in the text, and so is what stands between it and its end."""

    __slots__ = ()

    def __init__(self, token: Token) -> None:
        super().__init__(token)
        self.blank = False

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        message = f"the tag '{self.token.value}' is not known; it stays in the text"
        run_of(context).warn(Code.LIQUID_NOT_RENDERED, self.token, message)
        return buffer.write(as_text(self.token))


class Unknown(Tag):
    """Any tag that no other class stands for."""

    name = TOKEN_ILLEGAL
    block = False

    def parse(self, stream: TokenStream) -> Node:
        token = stream.current
        if stream.peek.kind == TOKEN_EXPRESSION:
            next(stream)
        return UnknownNode(token)
