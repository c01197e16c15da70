"""Bodies of Hugo's posts: shortcodes, and links to the Markdown files of other pages."""

from publisher.content.dialects.markup import render_markup
from publisher.content.shortcodes.hugo import render
from publisher.content.shortcodes.refs import resolve_links
from publisher.content.world import Page


def to_html(page: Page) -> str:
    """The body in its markup, with its shortcodes rendered."""

    def markup(text: str) -> str:
        return render_markup(page, text)

    return resolve_links(page, render(page, markup))
