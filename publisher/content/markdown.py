"""The door to markdown-it: a post's Markdown as HTML."""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline.state_inline import Scanned, StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.deflist import deflist_plugin

from publisher.content.attribute_lists import attribute_lists
from publisher.content.highlight import highlight
from publisher.content.markdown_rules import footnotes, heading_ids, tasks

# markdown-it leaves out blocks that are nested deeper. Twenty, its own number for CommonMark, is ten lists. Within a
# paragraph it stays with few: each open bracket costs as many steps.
_DEEPEST, _DEEPEST_INLINE = 100, 12
# Of code in one post, in characters: a hostile block takes seconds, and 10 MB have room for many.
_MOST_COLOURED = 64 * 1024


def to_html(markdown: str) -> str:
    """CommonMark with tables, strikethrough, footnotes, tasks, definition lists, attribute lists and heading ids as
    HTML; raw HTML stays, so the result is not safe yet.

    One amendment, for Japanese: `**「重要」**です` is bold, as in kramdown. CommonMark (section 6.2) wants a space
    outside a mark whose inner side is punctuation, and Japanese has no spaces (commonmark-spec issue 650).
    """
    return str(_parser().render(markdown))


class _JapaneseState(StateInline):
    def __init__(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> None:
        super().__init__(src, md, env, tokens)
        self.level = self.pendingLevel = _DEEPEST - _DEEPEST_INLINE

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


def _code(_: RendererHTML, tokens: Sequence[Token], at: int, _options: OptionsDict, env: EnvType) -> str:
    token = tokens[at]
    env["coloured"] = env.get("coloured", 0) + len(token.content)
    language = token.info or str(token.attrs.get("class", ""))
    return highlight(token.content, language if env["coloured"] <= _MOST_COLOURED else "") + "\n"


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": _DEEPEST})
    rules, rules2 = parser.get_active_rules()["inline"], parser.get_active_rules()["inline2"]
    parser.inline = _JapaneseInline()
    parser.inline.ruler.enableOnly(rules)
    parser.inline.ruler2.enableOnly(rules2)
    parser.enable(["table", "strikethrough"])
    for teach in (attribute_lists, footnotes, deflist_plugin, tasks, heading_ids):
        teach(parser)
    parser.add_render_rule("fence", _code)
    parser.add_render_rule("code_block", _code)
    return parser
