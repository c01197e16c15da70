"""A text of a Zola site with its shortcodes, or its components, made Markdown."""

import re
from html import escape

from publisher.content.codes import Code
from publisher.content.shortcodes.callouts import is_callout, title_of
from publisher.content.shortcodes.embeds import embed
from publisher.content.shortcodes.faults import Faults, why
from publisher.content.shortcodes.parse import Call, Kind, fold
from publisher.content.shortcodes.zola_tags import tags
from publisher.content.world import Page

_TAG = re.compile(r"\{[{%]")


def expand(page: Page, text: str) -> str:
    """The text of the page as Markdown without shortcodes; the line ends in it are those of the page's body.

    As in Zola, a shortcode counts everywhere, in code too. Embeds become links. Of a shortcode that is not known only
    what stands between its tags is kept; without any it stays as it is. Both are warned of.
    """
    if not _TAG.search(text) and "{#" not in text:
        return text
    faults = Faults()
    expanded = fold(tags(text), lambda call: _rendered(call, text, faults))
    faults.tell(page, text)
    return expanded


def _rendered(call: Call, text: str, faults: Faults) -> str:
    tag = call.tag
    source = text[tag.start : tag.end]
    if tag.kind is Kind.CLOSE:
        # `{% end %}` alone is mere text; Zola itself takes it so, or stops.
        return source
    made = embed(tag)
    if made is not None:
        return made
    if call.inner is not None and is_callout(tag):
        return _box(call, call.inner)
    if tag.kind is Kind.OPEN and call.inner is None:
        _warn(call, faults, "is never closed; it stays in the text")
        return source
    _warn(call, faults, why(call))
    if call.inner is None:
        return source
    return call.inner.strip() if tag.indent is None else call.inner


def _box(call: Call, inner: str) -> str:
    if call.tag.indent is None:
        return inner.strip()
    title = title_of(call.tag)
    head = f"<p><strong>{escape(title)}</strong></p>" if title else ""
    return f"<blockquote>{head}\n\n{inner}\n\n{call.tag.indent}</blockquote>"


def _warn(call: Call, faults: Faults, message: str) -> None:
    name = call.tag.name[:80]
    faults.note(Code.SHORTCODE_NOT_RENDERED, call.tag.start, f"the shortcode '{name}' {message}")
