"""Bodies of Zola's posts: shortcodes, then Markdown, then internal links (its markdown/src/markdown.rs)."""

import html
import posixpath
import re
from urllib.parse import unquote

from publisher.content.codes import Code
from publisher.content.dialects.markup import render_markup
from publisher.content.engines import zola
from publisher.content.engines.zola_config import settings_of
from publisher.content.permalinks import absolute
from publisher.content.source import Source
from publisher.content.world import Page
from publisher.errors import ContentError

_INTERNAL = re.compile(r'((?:href|src)=")@/([^"#?]*)')


def to_html(page: Page) -> str:
    """The body as HTML, links to `@/posts/a.md#x` being those pages' addresses."""
    from publisher.content.shortcodes.zola import expand

    rendered = render_markup(page, expand(page, page.body))
    return _INTERNAL.sub(lambda found: found[1] + html.escape(_resolved(page, found[2])), rendered)


def _resolved(page: Page, link: str) -> str:
    name = unquote(html.unescape(link))
    file = page.world.rules.prefix + name
    post = page.post_at(file)
    address = post.url if post else _of_page(page, name, file)
    if address is None:
        message = f"@/{name[:60]}: there is no such page, which stops Zola"
        page.warn_at(Code.MISSING_TARGET, max(page.body.find("@/"), page.body.find(f"@/{name}"), 0), message)
        return f"@/{link}"
    return address


def _of_page(page: Page, name: str, file: str) -> str | None:
    """The address of a page that is no post, or of a section; None where there is none."""
    text = page.read(file) if name.endswith(".md") else None
    if text is None:
        return None
    rules = page.world.rules
    if posixpath.basename(name).startswith("_index."):
        return absolute(rules.url, _section(page, name))
    try:
        source = Source(file, name, zola.split(text, file), rules, page.source.zone)
        return None if zola.is_draft(source) else absolute(rules.url, zola.address_of(source))
    except ContentError:
        return None


def _section(page: Page, name: str) -> str:
    folder, _, last = name.rpartition("/")
    code = last.removeprefix("_index.").removesuffix("md").rstrip(".")
    here = "" if code in ("", settings_of(page.world.rules).default_language) else f"{code}/"
    return f"/{here}{folder}/" if folder else f"/{here}"
