"""Bodies of Jekyll's posts: Liquid first, then the markup, as Jekyll does it."""

from publisher.content.dialects.markup import render_markup
from publisher.content.world import Page


def to_html(page: Page) -> str:
    """The body with its templates rendered, in its markup; `render_with_liquid: false` leaves them alone."""
    body = page.body
    if ("{{" not in body and "{%" not in body) or page.source.fields.says_no("render_with_liquid"):
        return render_markup(page, body)
    # Here, not above: most posts have no templates, and python-liquid takes 60 ms to import.
    from publisher.content.liquid.jekyll_environment import jekyll_environment
    from publisher.content.liquid.names import JekyllNames
    from publisher.content.liquid.rendering import render

    rendered = render(page, body, jekyll_environment(), JekyllNames(page))
    return render_markup(page, body if rendered is None else rendered)
