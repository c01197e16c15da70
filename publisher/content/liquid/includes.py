"""Jekyll's `include` and its kin (its tags/include.rb): a file in the place of a tag, with parameters of its own."""

import re
from typing import TextIO

from liquid import RenderContext, Token, TokenStream
from liquid.ast import Node
from liquid.exceptions import LiquidError
from liquid.tag import Tag
from liquid.token import TOKEN_EXPRESSION, TOKEN_TAG

from publisher.content.codes import Code
from publisher.content.liquid.environment import Context, Environment, insert, parsed
from publisher.content.liquid.expressions import value_of
from publisher.content.liquid.lexer import shown

_PARAMETER = re.compile(
    r"""([\w-]+)\s*=\s*(?:"([^"\\]*(?:\\.[^"\\]*)*)"|'([^'\\]*(?:\\.[^'\\]*)*)'|([\w.-]+))(?:\s+|$)""", re.DOTALL
)
_FILE = re.compile(r"[\w/.\-()+~#@]+$")
_LEADS_OUT = re.compile(r"[./]{2,}")


class IncludeNode(Node):
    """`relative` is for files beside the post."""

    __slots__ = ("name", "parameters", "relative", "rest")

    def __init__(self, token: Token, markup: str, relative: bool) -> None:
        super().__init__(token)
        self.blank = False
        self.relative = relative
        self.name, markup = _split(markup)
        self.parameters, self.rest = _parameters(markup)

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        assert isinstance(context, Context)
        run = context.run
        run.at(self.token)
        if self.rest:
            run.warn(Code.LIQUID_BROKEN, self.token, f"include: '{self.rest[:40]}' is no parameter; it is ignored")
        name = self._file(context)
        text = run.file(self._folder(context) + name) if name else None
        if text is None:
            run.warn(Code.MISSING_TARGET, self.token, f"there is no file to include for '{shown(self.token)[:80]}'")
            return 0
        values = {key: _value(value, context) for key, value in self.parameters}
        # Without parameters Jekyll leaves those of the including file in sight.
        insert(context, buffer, parsed(_environment(context), text), {"include": values} if values else {})
        return 1

    def _file(self, context: Context) -> str | None:
        name = self.name
        if "{{" in name:
            part = context.get_buffer()
            insert(context, part, parsed(_environment(context), name), {})
            name = part.getvalue()
        return name if _FILE.match(name) and not _LEADS_OUT.search(name) else None

    def _folder(self, context: Context) -> str:
        run = context.run
        folder = run.page.post.source.rpartition("/")[0] if self.relative else run.names.includes
        return f"{folder}/" if folder else ""


def _environment(context: Context) -> Environment:
    assert isinstance(context.env, Environment)
    return context.env


def _split(markup: str) -> tuple[str, str]:
    """The file's name, which may hold outputs with blanks in them, and the parameters."""
    end = 0
    while end < len(markup) and not markup[end].isspace():
        closing = markup.find("}}", end) if markup.startswith("{{", end) else -1
        end = closing + 2 if closing >= 0 else end + 1
    return markup[:end], markup[end:].strip()


def _parameters(markup: str) -> tuple[list[tuple[str, tuple[str, bool]]], str]:
    """Each parameter's text and whether it names a variable, and what is left where something else begins."""
    found: list[tuple[str, tuple[str, bool]]] = []
    place = 0
    while place < len(markup):
        match = _PARAMETER.match(markup, place)
        if not match:
            break
        double, single, name = match[2], match[3], match[4]
        if double is not None:
            found.append((match[1], (double.replace('\\"', '"'), False)))
        elif single is not None:
            found.append((match[1], (single.replace("\\'", "'"), False)))
        else:
            found.append((match[1], (name, True)))
        place = match.end()
    return found, markup[place:]


def _value(value: tuple[str, bool], context: Context) -> object:
    text, is_name = value
    if not is_name:
        return text
    try:
        return value_of(context.env, text).evaluate(context)
    except LiquidError:
        return None


class Include(Tag):
    """`{% include file.html key="text" other=variable %}`."""

    name = "include"
    block = False
    relative = False

    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_TAG)
        return IncludeNode(token, stream.expect(TOKEN_EXPRESSION).value, self.relative)


class IncludeCached(Include):
    """jekyll-include-cache's, which only saves Jekyll time."""

    name = "include_cached"


class IncludeRelative(Include):
    """`{% include_relative file.md %}`, from the post's own folder."""

    name = "include_relative"
    relative = True
