"""Bodies of a plain folder's posts."""

from publisher.content.dialects.markup import render_markup
from publisher.content.world import Page


def to_html(page: Page) -> str:
    """The body in its markup."""
    return render_markup(page, page.body)
