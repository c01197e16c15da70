"""Footnotes, tasks and heading ids as rules for markdown-it, in markup that feed readers keep.

Ids are those that the site itself has, so that a link into the text also leads somewhere on the page.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from html import escape

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.footnote import footnote_plugin

_WORD = frozenset({"Ll", "Lm", "Lo", "Lt", "Lu", "Mc", "Me", "Mn", "Nd", "Pc"})
_BOXES = {"[ ]": "☐", "[x]": "☑", "[X]": "☑"}
_LONGEST_LABEL = 200


def footnotes(parser: MarkdownIt) -> None:
    """Teach a parser `[^name]` and `[^name]: text`, with the ids `fn:name` and `fnref:name` of kramdown."""
    footnote_plugin(parser, inline=False)
    parser.inline.ruler.at("footnote_ref", _reference)
    for kind, rule in _FOOTNOTE_HTML.items():
        parser.add_render_rule(kind, rule)


def _reference(state: StateInline, silent: bool) -> bool:
    # Not the plugin's own rule: it looks for the bracket to the end of the paragraph, from each `[^`.
    if not state.src.startswith("[^", state.pos) or "footnotes" not in state.env:
        return False
    start = state.pos + 2
    end = state.src.find("]", start, min(state.posMax, start + _LONGEST_LABEL))
    label = state.src[start:end]
    notes = state.env["footnotes"]
    if end < 0 or f":{label}" not in notes["refs"]:
        return False
    if not silent:
        number = notes["refs"][f":{label}"]
        if number < 0:
            number = notes["refs"][f":{label}"] = len(notes["list"])
            notes["list"][number] = {"label": label, "count": 0}
        note = notes["list"][number]
        state.push("footnote_ref", "", 0).meta = {"id": number, "subId": note["count"], "label": label}
        note["count"] += 1
    state.pos = end + 1
    return True


def _name(token: Token) -> str:
    again = f":{token.meta['subId']}" if token.meta.get("subId") else ""
    return escape(token.meta["label"] + again)


def _ref(_: RendererHTML, tokens: Sequence[Token], at: int, _options: OptionsDict, _env: EnvType) -> str:
    token = tokens[at]
    number, label = token.meta["id"] + 1, escape(token.meta["label"])
    return f'<sup id="fnref:{_name(token)}"><a href="#fn:{label}">{number}</a></sup>'


def _open(_: RendererHTML, tokens: Sequence[Token], at: int, _options: OptionsDict, _env: EnvType) -> str:
    return f'<li id="fn:{escape(tokens[at].meta["label"])}">'


def _back(_: RendererHTML, tokens: Sequence[Token], at: int, _options: OptionsDict, _env: EnvType) -> str:
    # The selector keeps iOS from showing an emoji.
    return f' <a href="#fnref:{_name(tokens[at])}">\u21a9\ufe0e</a>'


def _close(*_: object) -> str:
    return "</li>\n"


def _block_open(*_: object) -> str:
    return "<hr />\n<ol>\n"


def _block_close(*_: object) -> str:
    return "</ol>\n"


_FOOTNOTE_HTML: dict[str, Callable[..., str]] = {
    "footnote_ref": _ref,
    "footnote_open": _open,
    "footnote_anchor": _back,
    "footnote_close": _close,
    "footnote_block_open": _block_open,
    "footnote_block_close": _block_close,
}


def tasks(parser: MarkdownIt) -> None:
    """Teach a parser `- [ ] text`: the box becomes a character, for a feed reader shows no form."""
    parser.core.ruler.push("tasks", _tasks)


def _tasks(state: StateCore) -> None:
    if "[ ] " not in state.src and "[x] " not in state.src and "[X] " not in state.src:
        return
    for item, _, inline in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        if item.type != "list_item_open" or not inline.children:
            continue
        text = inline.children[0]
        if text.type == "text" and text.content[:3] in _BOXES and text.content[3:4] == " ":
            text.content = _BOXES[text.content[:3]] + text.content[3:]


def heading_ids(parser: MarkdownIt) -> None:
    """Give headings without an id the one that GitHub, Jekyll (kramdown's GFM) and Hugo give them."""
    parser.core.ruler.push("heading_ids", _heading_ids)


def _heading_ids(state: StateCore) -> None:
    used: Counter[str] = Counter()
    for heading, inline in zip(state.tokens, state.tokens[1:], strict=False):
        if heading.type == "heading_open" and "id" not in heading.attrs:
            slug = heading_id(_text(inline.children or []))
            heading.attrSet("id", f"{slug}-{used[slug]}" if used[slug] else slug)
            used[slug] += 1


def heading_id(title: str) -> str:
    """A title as GitHub's id: lower case, only letters, marks, digits, `_` and `-`, a hyphen for each space."""
    kept = (char for char in title.lower() if char in "- \t" or unicodedata.category(char) in _WORD)
    return "".join(kept).replace(" ", "-").replace("\t", "-")


def _text(tokens: Sequence[Token]) -> str:
    return "".join(token.content for token in tokens if token.type in ("text", "code_inline"))
