"""Hugo's own shortcodes as its templates render them (tpl/tplimpl/embedded/templates/_shortcodes, 0.168)."""

import re
from collections.abc import Callable
from html import escape
from pathlib import PurePosixPath
from urllib.parse import unquote

from publisher.content.permalinks import absolute
from publisher.content.plaintext import without_tags
from publisher.content.shortcodes.embeds import is_address, link
from publisher.content.shortcodes.parse import Call, Tag
from publisher.content.world import Page

Markup = Callable[[str], str]
"""A text in the page's markup as HTML."""


def inline(html: str) -> str:
    """HTML without the paragraph around it, where it is one paragraph: Hugo's TrimShortHTML."""
    html = html.strip()
    if html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1:
        return html[3:-4]
    return html


def inner_of(call: Call) -> str:
    """What stands between the tags, its lines without the indent of the opening one: Hugo's InnerDeindent."""
    indent, inner = call.tag.indent, call.inner or ""
    return re.sub(f"^{re.escape(indent)}", "", inner, flags=re.MULTILINE) if indent else inner


def figure(page: Page, tag: Tag, markup: Markup) -> str:
    """An image with a caption; `caption` and `attr` are in the page's markup."""
    caption, attr = (inline(markup(tag.get(key))) if tag.get(key) else "" for key in ("caption", "attr"))
    alt = tag.get("alt") or without_tags(caption)
    image = f'<img src="{escape(_image(page, tag.get("src")))}"'
    image += f' alt="{escape(alt)}"' if alt or tag.get("caption") else ""
    image += _attributes(tag, "width", "height", "loading") + ">"
    if tag.get("link"):
        image = f'<a href="{escape(tag.get("link"))}"{_attributes(tag, "target", "rel")}>{image}</a>'
    return f"<figure{_attributes(tag, 'class')}>{image}{_caption(tag, caption, attr)}</figure>"


def _caption(tag: Tag, caption: str, attr: str) -> str:
    title = f"<h4>{escape(tag.get('title'))}</h4>" if tag.get("title") else ""
    if tag.get("attrlink"):
        attr = f'<a href="{escape(tag.get("attrlink"))}">{attr}</a>'
    text = f"<p>{caption}{attr}</p>" if tag.get("caption") or tag.get("attr") else ""
    return f"<figcaption>{title}{text}</figcaption>" if title or text else ""


def _image(page: Page, src: str) -> str:
    """An address that the site's `assets` folder serves from the root, unless the page's own bundle has it."""
    path = unquote(src).lstrip("/")
    if (
        not path
        or is_address(src)
        or "." in path.split("/")
        or ".." in path.split("/")
        or not page.has(f"assets/{path}")
    ):
        return src
    own = PurePosixPath(page.source.file).parent / path
    is_bundled = page.source.stem.partition(".")[0] == "index" and page.has(own.as_posix())
    return src if is_bundled else absolute(page.world.rules.url, f"/{path}")


def _attributes(tag: Tag, *names: str) -> str:
    return "".join(f' {name}="{escape(tag.get(name))}"' for name in names if tag.get(name))


def details(call: Call, markup: Markup) -> str:
    """A fold. Themes that had it before Hugo gave its line as `title`, or without a name."""
    tag = call.tag
    summary = tag.get("summary", 0) or tag.get("title") or "Details"
    opened = " open" if tag.get("open").lower() in ("true", "1") else ""
    return f"<details{opened}><summary>{inline(markup(summary))}</summary>{markup(inner_of(call))}</details>"


def highlighted(call: Call) -> str:
    """Code in its colours; options such as `linenos` are not followed."""
    from publisher.content.highlight import highlight

    # With its line end, as fenced code has it: Pygments' lexers of sessions read whole lines only.
    return highlight(inner_of(call).strip("\r\n") + "\n", call.tag.get("lang", 0))


def qr(call: Call) -> str:
    """What the picture would say: a link, or the text."""
    text = call.tag.get("text") or (call.inner or "").strip()
    return link(text) if is_address(text) else escape(text)
