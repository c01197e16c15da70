"""A text in its markup as HTML, without any engine's tags."""

from publisher.content.engines import reader_of
from publisher.content.nouns import Markup
from publisher.content.world import Page


def render_markup(page: Page, text: str) -> str:
    """The text as HTML by the file's markup; ContentError where the markup itself cannot be read."""
    kind = reader_of(page.world.rules.engine).markup(page.source.name)
    if kind is Markup.HTML:
        return text
    if kind is Markup.RST:
        from publisher.content.rst import to_html as rst_to_html

        return rst_to_html(page, text)
    from publisher.content.markdown import to_html

    return to_html(text)
