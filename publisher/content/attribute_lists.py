"""Attribute lists and extensions of kramdown and its kin, as rules for markdown-it.

`{: .name #id key="value"}` (kramdown, Python-Markdown) and `{.name #id}` (Hugo, Zola) go to what stands before them:
a heading on the same line, the block on the line above, an image or a link right before; else to the block below.
A line of `{: …}` vanishes even where it goes to nothing, and so do the list that `{:toc}` stands for, `{::comment}`
and `{::options /}`. Below a line of `<div markdown="1">` the text is Markdown. The rules are those of kramdown 2.4
(parser/kramdown/extensions.rb).
"""

import re

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_ITEM = re.compile(r"""\s*(?:#([^\s#.{}="']+)|\.([^\s#.{}="']+)|([A-Za-z_][\w:-]*)=("[^"]*"|'[^']*'|[^\s"'{}]+))""")
_LIST = r"""\{(:?)(?![:/])((?:"[^"\n]*"|'[^'\n]*'|[^{}\n"'])*+)\}"""
_WHOLE_LINE, _SPAN = re.compile(rf"{_LIST}[ \t]*\Z"), re.compile(_LIST)
_EXTENSION = re.compile(r"\{::([a-z]+)(?:[ \t][^{}\n]*?)?(/)?\}")
_MARKDOWN_WITHIN = re.compile(r"""<[A-Za-z][^<>]*[ \t]markdown=["']?(?:1|block|span)\b[^<>]*>[ \t]*\Z""")
_END = re.compile(r"\{:/[a-z]*\}")
_LISTS = frozenset({"bullet_list_open", "ordered_list_open"})
_MARKS = frozenset({"*", "**", "_", "__", "~~"})
_QUOTES = "\"'"
_LONGEST_TAG = 500


def attribute_lists(parser: MarkdownIt) -> None:
    """Teach a parser attribute lists."""
    stops: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    parser.block.ruler.before("fence", "attributes", _block, stops)
    parser.block.ruler.before("attributes", "extension", _extension_block, stops)
    parser.block.ruler.before("html_block", "markdown_within", _markdown_within, {"alt": ["paragraph", "reference"]})
    parser.core.ruler.after("block", "attributes", _resolve)
    parser.inline.ruler.push("extension", _extension_inline)
    parser.inline.ruler.push("attributes", _inline)


def _read(found: re.Match[str]) -> dict[str, str] | None:
    # A bare word names another list in kramdown; without the colon it makes the whole no list at all.
    values: dict[str, str] = {}
    position = 0
    while item := _ITEM.match(found[2], position):
        position = item.end()
        identifier, name, key, value = item.groups()
        if identifier:
            values["id"] = identifier
        elif name or key == "class":
            values["class"] = f"{values.get('class', '')} {name or value.strip(_QUOTES)}".strip()
        else:
            values[key] = value.strip(_QUOTES)
    if found[1]:
        return values
    return values if values and not found[2][position:].strip() else None


def _block(state: StateBlock, line: int, _end: int, silent: bool) -> bool:
    start = state.bMarks[line] + state.tShift[line]
    if not state.src.startswith("{", start) or state.is_code_block(line):
        return False
    found = _WHOLE_LINE.match(state.src, start, state.eMarks[line])
    values = _read(found) if found else None
    if values is None:
        return False
    if not silent:
        token = state.push("attributes", "", 0)
        after = line > 0 and not state.isEmpty(line - 1)
        token.meta = {"values": values, "after": after, "toc": found is not None and found[2].split()[:1] == ["toc"]}
        state.line = line + 1
    return True


def _resolve(state: StateCore) -> None:
    if "{" not in state.src:
        return
    kept: list[Token] = []
    opened: list[int] = []
    last = -1
    waiting: dict[str, str] = {}
    for token in state.tokens:
        if token.type == "attributes":
            last, waiting = _given(kept, last, token)
            continue
        if token.nesting < 0:
            last, waiting = opened.pop(), {}
        else:
            last = len(kept)
            token.attrs.update(waiting)
            waiting = {}
        if token.nesting > 0:
            opened.append(last)
        if token.type == "inline" and kept[-1].type == "heading_open":
            _title(kept[-1], token)
        kept.append(token)
    state.tokens = kept


def _given(kept: list[Token], last: int, token: Token) -> tuple[int, dict[str, str]]:
    values = token.meta["values"]
    if last < 0 or not token.meta["after"]:
        return last, values
    if token.meta["toc"] and kept[last].type in _LISTS:
        del kept[last:]
        return -1, {}
    kept[last].attrs.update(values)
    return last, {}


def _title(heading: Token, inline: Token) -> None:
    if not inline.content.endswith("}"):
        return
    start = inline.content.rfind("{")
    found = _WHOLE_LINE.match(inline.content, start) if start >= 0 else None
    values = _read(found) if found else None
    if values is not None:
        heading.attrs.update(values)
        inline.content = inline.content[:start].rstrip()


def _inline(state: StateInline, silent: bool) -> bool:
    if silent or state.src[state.pos] != "{" or not state.tokens or state.pending:
        return False
    found = _SPAN.match(state.src, state.pos)
    values = _read(found) if found else None
    if found is None or values is None:
        return False
    last = state.tokens[-1]
    # An emphasis is known only at its paragraph's end: until then its marks are text, and have no attributes.
    if last.type == "link_close":
        last = next(token for token in reversed(state.tokens) if token.type == "link_open")
    elif last.type not in ("image", "code_inline") and last.content not in _MARKS:
        return False
    if last.type != "text":
        last.attrs.update(values)
    state.pos = found.end()
    return True


def _extension_block(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    start = state.bMarks[line] + state.tShift[line]
    if not state.src.startswith("{::", start) or state.is_code_block(line):
        return False
    found = _EXTENSION.match(state.src, start, state.eMarks[line])
    if found is None or state.src[found.end() : state.eMarks[line]].strip():
        return False
    if silent:
        return True
    last = line if found[2] else _last_line(state, line, end)
    if last is None:
        return False
    if found[1] == "nomarkdown":
        state.push("html_block", "", 0).content = state.getLines(line + 1, last, state.blkIndent, True)
    state.line = last + 1
    return True


def _last_line(state: StateBlock, line: int, end: int) -> int | None:
    # Where nothing ends one extension, nothing ends those below it: to look again each time would take forever.
    if state.env.get("unended"):
        return None
    for number in range(line + 1, end):
        if _END.fullmatch(state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].rstrip()):
            return number
    state.env["unended"] = True
    return None


def _markdown_within(state: StateBlock, line: int, _end: int, silent: bool) -> bool:
    start = state.bMarks[line] + state.tShift[line]
    if not state.src.startswith("<", start) or state.is_code_block(line) or state.eMarks[line] - start > _LONGEST_TAG:
        return False
    if not _MARKDOWN_WITHIN.match(state.src, start, state.eMarks[line]):
        return False
    if not silent:
        state.push("html_block", "", 0).content = state.src[start : state.eMarks[line]] + "\n"
        state.line = line + 1
    return True


def _extension_inline(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith("{::", state.pos) or state.env.get("unended in") is state.src:
        return False
    found = _EXTENSION.match(state.src, state.pos)
    if found is None:
        return False
    stop = None if found[2] else _END.search(state.src, found.end(), state.posMax)
    if not found[2] and stop is None:
        state.env["unended in"] = state.src
        return False
    if stop and found[1] == "nomarkdown" and not silent:
        state.push("html_inline", "", 0).content = state.src[found.end() : stop.start()]
    state.pos = stop.end() if stop else found.end()
    return True
