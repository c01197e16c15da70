"""Tags of widespread plugins: a picture is shown, what a feed cannot show is linked."""

import re
from html import escape
from typing import TextIO

from liquid import RenderContext, Token, TokenStream
from liquid.ast import BlockNode, Node
from liquid.parser import get_parser
from liquid.tag import Tag
from liquid.token import TOKEN_EOF, TOKEN_EXPRESSION, TOKEN_TAG

from publisher.content.liquid.environment import run_of
from publisher.content.liquid.nodes import UnknownNode
from publisher.content.liquid.tags import one_line

_ARGUMENT = re.compile(r"""\[?(?:([\w-]+)\s*[=:]\s*(?!//))?(?:"([^"]*)"|'([^']*)'|([^\s,"'\]]+))\]?[\s,]*""")
_ID = re.compile(r"[\w@./-]+$", re.ASCII)
_PICTURE = re.compile(r"(?:https?://|\.{0,2}/)?\S*\.(?:png|jpe?g|gif|svg|webp|avif)(?:\?\S*)?$", re.IGNORECASE)
_SERVICES = {
    "youtube": "https://www.youtube.com/watch?v={}",
    "vimeo": "https://vimeo.com/{}",
    "gist": "https://gist.github.com/{}",
    "twitter": "https://twitter.com/i/status/{}",
    "tweet": "https://twitter.com/i/status/{}",
    "instagram": "https://www.instagram.com/p/{}/",
}
_SOURCES = ("src", "url", "path", "image_path", "image")


def arguments(markup: str) -> tuple[dict[str, str], list[str]]:
    """`key="value"`, `key: value` and values alone, quoted or not, with or without commas."""
    named: dict[str, str] = {}
    alone: list[str] = []
    for match in _ARGUMENT.finditer(markup):
        value = next((each for each in match.groups()[1:] if each is not None), "")
        if match[1]:
            named[match[1]] = value
        elif value not in ("/", ""):
            alone.append(value)
    return named, alone


class LinkNode(Node):
    """What stands elsewhere, as a link to it."""

    __slots__ = ("address",)

    def __init__(self, token: Token, address: str) -> None:
        super().__init__(token)
        self.address = address
        self.blank = False

    def render_to_output(self, _context: RenderContext, buffer: TextIO) -> int:
        address = escape(self.address)
        return buffer.write(one_line(f'<a href="{address}">{address}</a>'))


class Youtube(Tag):
    """`{% youtube id %}`, an address or a text in quotes."""

    name = "youtube"
    block = False

    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_TAG)
        named, alone = arguments(stream.current.value if stream.current.kind == TOKEN_EXPRESSION else "")
        wanted = next(iter(alone), named.get("id") or named.get("url") or "")
        if wanted.startswith(("https://", "http://")):
            return LinkNode(token, wanted)
        return LinkNode(token, _SERVICES[self.name].format(wanted)) if _ID.match(wanted) else UnknownNode(token)


class Vimeo(Youtube):
    """`{% vimeo id %}`."""

    name = "vimeo"


class Gist(Youtube):
    """jekyll-gist's `{% gist user/id %}`."""

    name = "gist"


class Twitter(Youtube):
    """`{% twitter address %}`."""

    name = "twitter"


class Tweet(Youtube):
    """`{% tweet id %}`."""

    name = "tweet"


class Instagram(Youtube):
    """`{% instagram id %}`."""

    name = "instagram"


class PictureNode(Node):
    """A picture, or what stands between `figure` and `endfigure`, with a caption."""

    __slots__ = ("block", "caption", "picture")

    def __init__(self, token: Token, picture: str, caption: str, block: BlockNode | None) -> None:
        super().__init__(token)
        self.picture = picture
        self.caption = one_line(f"<figcaption>{escape(caption, quote=False)}</figcaption>") if caption else ""
        self.block = block
        self.blank = False

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        run_of(context).at(self.token)
        if self.block is None:
            figure = f"<figure>{self.picture}{self.caption}</figure>" if self.caption else self.picture
            return buffer.write(figure)
        # The blank lines let Markdown see what is inside as its own.
        buffer.write("<figure>\n\n")
        self.block.render(context, buffer)
        return buffer.write(f"\n\n{self.caption}</figure>\n")


class Picture(Tag):
    """`{% image /a.png "alt" "caption" %}`, `{% figure src="/a.png" caption="…" %}`, and around Markdown."""

    name = "image"
    block = False

    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_TAG)
        markup = stream.current.value if stream.current.kind == TOKEN_EXPRESSION else ""
        named, alone = arguments(markup)
        block = self._block(stream, bool(markup))
        sources = [*(named[key] for key in _SOURCES if key in named), *(each for each in alone if _PICTURE.match(each))]
        texts = [each for each in alone if not _PICTURE.match(each) and not each.isdigit()]
        caption = named.get("caption") or named.get("title") or (texts[1] if len(texts) > 1 else "")
        if block is not None:
            return PictureNode(token, "", named.get("caption") or " ".join(texts), block)
        if not sources:
            return UnknownNode(token)
        alt = named.get("alt") or (texts[0] if texts else caption)
        return PictureNode(token, f'<img src="{escape(sources[0])}" alt="{escape(alt)}">', caption, None)

    def _block(self, stream: TokenStream, has_arguments: bool) -> BlockNode | None:
        """What is inside, where the tag is closed before the next of its kind; the stream ends at its last token."""
        end = f"end{self.name}"
        for token in stream.tokens[stream.pos :]:
            if token.kind in (TOKEN_TAG, TOKEN_EOF) and token.value in (self.name, end):
                if token.value == self.name:
                    return None
                if has_arguments:
                    next(stream)
                return get_parser(self.env).parse_block(stream, (end,))
        return None


class Figure(Picture):
    """jekyll-figure's, among others."""

    name = "figure"


class Img(Picture):
    """Octopress's."""

    name = "img"
