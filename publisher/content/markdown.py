"""The door to markdown-it and nh3: a post's body as safe HTML."""

import re
import unicodedata
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline.state_inline import Scanned, StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType

from publisher.content.links import absolute_value

_TAGS = frozenset(nh3.ALLOWED_TAGS) | {"audio", "picture", "source", "track", "video"}
_MEDIA = {"src", "width", "height", "poster", "controls", "loop", "muted", "preload"}
_ATTRIBUTES: dict[str, set[str]] = {
    **{tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()},
    "audio": _MEDIA,
    "video": _MEDIA,
    "source": {"src", "srcset", "sizes", "media", "type", "width", "height"},
    "track": {"src", "srclang", "label", "kind", "default"},
    "code": {"class"},
}
_ATTRIBUTES["img"] = {*_ATTRIBUTES["img"], "srcset", "sizes", "loading", "title"}
_ATTRIBUTES["a"] = {*_ATTRIBUTES["a"], "title"}
# nh3 keeps a form feed, which `&#12;` may bring; XML forbids it.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def to_html(markdown: str) -> str:
    """CommonMark with tables and strikethrough as HTML; raw HTML stays, so the result is not safe yet.

    One amendment, for Japanese: `**「重要」**です` is bold, as in kramdown. CommonMark (section 6.2) wants a space
    outside a mark whose inner side is punctuation, and Japanese has no spaces (commonmark-spec issue 650).
    """
    return str(_parser().render(markdown))


def make_safe(html: str, base: str) -> str:
    """HTML without scripts, styles and frames, every address in it absolute against `base`."""

    def filtered(_tag: str, name: str, value: str) -> str | None:
        return absolute_value(name, value, base)

    clean = nh3.clean(
        html, tags=set(_TAGS), attributes=_ATTRIBUTES, attribute_filter=filtered, link_rel=None, strip_comments=True
    )
    return _FORBIDDEN.sub("", clean)


class _JapaneseState(StateInline):
    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:
        found = super().scanDelims(start, canSplitWord)
        end = start + found.length
        if not canSplitWord or start == 0 or end >= self.posMax:
            return found
        before, after = self.src[start - 1], self.src[end]
        return Scanned(
            found.can_open or (_is_wide(before) and not after.isspace()),
            found.can_close or (_is_wide(after) and not before.isspace()),
            found.length,
        )


class _JapaneseInline(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        state = _JapaneseState(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF" and char.isalnum()


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True})
    rules, rules2 = parser.get_active_rules()["inline"], parser.get_active_rules()["inline2"]
    parser.inline = _JapaneseInline()
    parser.inline.ruler.enableOnly(rules)
    parser.inline.ruler2.enableOnly(rules2)
    return parser.enable(["table", "strikethrough"])
