"""A post's content from the page that its engine has built."""

from publisher.content.world import Page


def to_html(page: Page) -> str:
    """The content of the built page at the post's address."""
    raise NotImplementedError(page)
