"""Jekyll's own tags: addresses of files and posts, code, and what plugins put into a page's head."""

import re
from typing import TextIO

from liquid import RenderContext, Token, TokenStream
from liquid.ast import BlockNode, Node
from liquid.parser import get_parser
from liquid.tag import Tag
from liquid.token import TOKEN_EXPRESSION, TOKEN_TAG

from publisher.content.codes import Code
from publisher.content.highlight import highlight
from publisher.content.liquid.environment import Context, Environment, insert, parsed
from publisher.content.liquid.names import JekyllNames
from publisher.content.liquid.places import named_post, post_path, relative, served

_LANGUAGE = re.compile(r"[a-zA-Z0-9.+#_-]+")
_PUNCTUATION = re.compile(r"[\n\t!\"$%'()*+,\-./:=?@\[\\\]^_`{|}~]")
_TEXT = re.compile(r"(?<=>)[^<]+|^[^<]+")


class AddressNode(Node):
    """The address of a file or a post, by `kind` of tag."""

    __slots__ = ("kind", "markup")

    def __init__(self, token: Token, kind: str, markup: str) -> None:
        super().__init__(token)
        self.kind = kind
        self.markup = markup
        self.blank = False

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        assert isinstance(context, Context)
        run = context.run
        run.at(self.token)
        name = self._name(context)
        path = self._path(run.names, name)
        if path is None:
            run.warn(Code.MISSING_TARGET, self.token, f"{self.kind}: there is no '{name[:80]}'")
            return 0
        return buffer.write(relative(run.page, path))

    def _name(self, context: Context) -> str:
        if "{{" not in self.markup:
            return self.markup
        assert isinstance(context.env, Environment)
        part = context.get_buffer()
        insert(context, part, parsed(context.env, self.markup), {})
        return part.getvalue()

    def _path(self, names: object, name: str) -> str | None:
        assert isinstance(names, JekyllNames)
        if self.kind == "link":
            return served(names.page, (names.documents, names.root), name.strip("/"), names.style)
        post = named_post(names.page, names.documents, name)
        return post_path(post) if post else None


class Link(Tag):
    """`{% link folder/file.png %}`, `{% link _posts/2024-01-05-name.md %}`."""

    name = "link"
    block = False

    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_TAG)
        return AddressNode(token, self.name, stream.expect(TOKEN_EXPRESSION).value)


class PostUrl(Link):
    """`{% post_url 2024-01-05-name %}`."""

    name = "post_url"


class HighlightNode(Node):
    """A block of code."""

    __slots__ = ("block", "language")

    def __init__(self, token: Token, language: str, block: BlockNode) -> None:
        super().__init__(token)
        self.language = language
        self.block = block
        self.blank = False

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        code = context.get_buffer(buffer)
        self.block.render(context, code)
        return buffer.write(one_line(highlight(code.getvalue().strip("\r\n"), self.language)))


class Highlight(Tag):
    """`{% highlight python linenos %}` to `{% endhighlight %}`; line numbers are not shown."""

    name = "highlight"
    end = "endhighlight"

    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_TAG)
        language = ""
        if stream.current.kind == TOKEN_EXPRESSION:
            found = _LANGUAGE.match(next(stream).value)
            language = found[0].lower() if found else ""
        block = get_parser(self.env).parse_block(stream, (self.end,))
        stream.expect(TOKEN_TAG, value=self.end)
        return HighlightNode(token, language, block)


def one_line(html: str) -> str:
    """The same HTML such that Markdown leaves it alone, wherever it stands: in a list, a quote, amid a sentence.

    Line breaks and punctuation in its texts are written as character references.
    """
    return _TEXT.sub(lambda found: _PUNCTUATION.sub(_reference, found[0]), html)


def _reference(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"


class NothingNode(Node):
    """Renders as nothing."""

    __slots__ = ()

    def render_to_output(self, _context: RenderContext, _buffer: TextIO) -> int:
        return 0


class Nothing(Tag):
    """What plugins add to a page's head: a feed has no use for it."""

    name = "seo"
    block = False

    def parse(self, stream: TokenStream) -> Node:
        token = stream.current
        if stream.peek.kind == TOKEN_EXPRESSION:
            next(stream)
        return NothingNode(token)


class FeedMeta(Nothing):
    """jekyll-feed's."""

    name = "feed_meta"
