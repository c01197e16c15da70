"""A post of a Hugo site with its shortcodes rendered."""

import re
from collections.abc import Callable
from hashlib import sha256
from html import escape

from publisher.content.codes import Code
from publisher.content.shortcodes import hugo_known as known
from publisher.content.shortcodes.callouts import is_callout, title_of
from publisher.content.shortcodes.embeds import embed
from publisher.content.shortcodes.faults import Faults, why
from publisher.content.shortcodes.hugo_param import param
from publisher.content.shortcodes.hugo_tags import tags
from publisher.content.shortcodes.parse import Broken, Call, Kind, Tag, fold
from publisher.content.shortcodes.refs import MAX_LOOKUPS, address_of
from publisher.content.world import Page
from publisher.struct import Struct, field

_BLOCK = re.compile(r"\s*<(?:blockquote|details|div|figure|h[1-6]|ol|p|pre|section|table|ul)\b", re.IGNORECASE)
_PAIRED = frozenset({"comment", "details", "highlight", "rawhtml"})


def render(page: Page, markup: Callable[[str], str]) -> str:
    """The body as HTML, not safe yet; `markup` makes HTML of a text without shortcodes.

    As in Hugo, a shortcode counts everywhere, in code too, and what it gives is put in after the text has become
    HTML, by placeholders. What is not known, or is a template of the site, stays readable and is warned of.
    """
    if "{{<" not in page.body and "{{%" not in page.body:
        return markup(page.body)
    making = _Making(page, markup, f"publisher{sha256(page.body.encode(errors='replace')).hexdigest()[:24]}n")
    pieces = tags(page.body)
    for piece in pieces:
        if isinstance(piece, Broken):
            making.faults.note(Code.SHORTCODE_NOT_RENDERED, piece.start, f"{piece.message}; it stays in the text")
    html = making.placed(markup(fold(pieces, making.rendered)))
    making.faults.tell(page, page.body)
    return html


class _Making(Struct, dict=True):
    """One post being rendered: the HTML kept out of Markdown's sight, by placeholder."""

    page: Page
    markup: Callable[[str], str]
    prefix: str
    values: list[str] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    addresses: dict[tuple[str, str], str | None] = field(default_factory=dict)
    params: dict[str, str | None] = field(default_factory=dict)

    def rendered(self, call: Call) -> str:
        """What stands in the text for a shortcode."""
        tag = call.tag
        if tag.name.endswith(".inline"):
            self._warn(tag, "is a template within the post; such are never run, and Hugo itself leaves them out")
            return ""
        if tag.kind is Kind.CLOSE:
            self._warn(tag, "closes what was never opened; it stays in the text")
            return self._as_text(tag)
        if tag.name == "param" and tag.markdown:
            return self._param(tag) or self._as_text(tag)
        html = self._known(call)
        if html is not None:
            return self._held(html)
        return self._as_text(tag) if call.inner is None else self._kept(call, call.inner)

    def _known(self, call: Call) -> str | None:
        """The HTML of a shortcode that is Hugo's own; None for another, or where it lacks what it needs."""
        tag = call.tag
        if tag.name in ("ref", "relref"):
            return self._reference(tag)
        if tag.name == "param":
            found = self._param(tag)
            return None if found is None else escape(found)
        if tag.name == "figure":
            return known.figure(self.page, tag, self.markup)
        if tag.name == "qr" and (tag.get("text") or call.inner):
            return known.qr(call)
        if tag.name in _PAIRED:
            return self._paired(call)
        made = embed(tag)
        if made is None and not (is_callout(tag) and call.inner is not None):
            self._warn(tag, why(call))
        return made

    def _paired(self, call: Call) -> str | None:
        if call.inner is None:
            self._warn(call.tag, "is never closed; it stays in the text")
            return None
        if call.tag.name == "highlight":
            return known.highlighted(call)
        if call.tag.name == "details":
            return known.details(call, self.markup)
        return "" if call.tag.name == "comment" else call.inner

    def _kept(self, call: Call, inner: str) -> str:
        """What stands between the tags of a shortcode whose template is not run; a box for what is one in any theme."""
        title = title_of(call.tag) if is_callout(call.tag) else ""
        head = f"<p><strong>{known.inline(self.markup(title))}</strong></p>" if title else ""
        if call.tag.indent is None:
            return inner if call.tag.markdown else self._held(known.inline(self.markup(inner)))
        if not is_callout(call.tag):
            return inner if call.tag.markdown else self._held(self._block(call))
        if call.tag.markdown:
            indent = call.tag.indent
            return f"<blockquote>{self._held(head) if head else ''}\n\n{inner}\n\n{indent}</blockquote>"
        return self._held(f"<blockquote>{head}{self._block(call)}</blockquote>")

    def _block(self, call: Call) -> str:
        html = self.markup(known.inner_of(call))
        return html if "\n" in (call.inner or "") or is_callout(call.tag) else known.inline(html)

    def _reference(self, tag: Tag) -> str:
        ref, language = tag.get("path", 0), tag.get("lang")
        if (ref, language) not in self.addresses and len(self.addresses) < MAX_LOOKUPS:
            self.addresses[ref, language] = address_of(self.page, ref, language)
        url = self.addresses.get((ref, language))
        if url is None:
            message = f"{{{{< {tag.name} >}}}}: the site has no page '{ref[:80]}', or several"
            self.faults.note(Code.MISSING_TARGET, tag.start, message)
        return escape(url or "")

    def _param(self, tag: Tag) -> str | None:
        name = tag.get("name", 0)
        if name not in self.params and len(self.params) < MAX_LOOKUPS:
            self.params[name] = param(self.page, name)
        found = self.params.get(name)
        if found is None:
            self._warn(tag, f"names '{name[:80]}', and neither the post nor the site has such a parameter")
        return found

    def _warn(self, tag: Tag, message: str) -> None:
        self.faults.note(Code.SHORTCODE_NOT_RENDERED, tag.start, f"the shortcode '{tag.name[:80]}' {message}")

    def _as_text(self, tag: Tag) -> str:
        return self._held(escape(self.page.body[tag.start : tag.end]))

    def _held(self, html: str) -> str:
        """A word that stands for some HTML until Markdown is done; Markdown leaves it as it is anywhere."""
        self.values.append(self.placed(html))
        return f"{self.prefix}{len(self.values) - 1}e"

    def placed(self, html: str) -> str:
        """HTML with what its placeholders stand for."""
        html = self._mended(html) if self.values and "<pre" in html else html
        if self.prefix not in html:
            return html
        word = f"{self.prefix}([0-9]+)e"
        # In an attribute, such as a heading's id made of its text, only text can stand.
        html = re.sub("<[a-zA-Z][^<>]*>", lambda tag: re.sub(word, self._plain, tag[0]), html)
        # A block that stands alone is no paragraph: Hugo's issue 1148.
        html = re.sub(rf"<p>\s*({word}(?:\s*{word})*)\s*</p>", self._alone(word), html)
        return re.sub(word, self._value, html)

    def _mended(self, html: str) -> str:
        """HTML with each placeholder in one piece: highlighting takes some apart, in JSON for one."""
        between = "(?:</?span[^<>]*>)*"
        pattern = f"{between.join(self.prefix)}(?:{between}[0-9])+{between}e"

        def whole(found: re.Match[str]) -> str:
            spans = re.findall("<[^<>]*>", found[0])
            return re.sub("<[^<>]*>", "", found[0]) + "".join(spans)

        return re.sub(pattern, whole, html)

    def _alone(self, word: str) -> Callable[[re.Match[str]], str]:
        def unwrapped(found: re.Match[str]) -> str:
            values = [self._value(each) for each in re.finditer(word, found[1])]
            return "\n".join(values) if all(_BLOCK.match(value) or not value for value in values) else found[0]

        return unwrapped

    def _value(self, found: re.Match[str]) -> str:
        return self.values[int(found[1])]

    def _plain(self, found: re.Match[str]) -> str:
        return re.sub(r"<[^<>]*>", "", self._value(found))
