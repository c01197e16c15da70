"""One recipient's mail before it has headers."""

from publisher.struct import Struct


class Filled(Struct, frozen=True):
    """Subject, HTML and text; the two bodies in pieces that make them up when joined.

    What is everybody's should come as the very same str objects for each recipient, as jinja2's `generate` yields the
    constants of a template: what they become in a mail is then worked out once.
    """

    subject: str
    html_pieces: tuple[str, ...]
    text_pieces: tuple[str, ...]

    @property
    def html(self) -> str:
        """The whole HTML."""
        return "".join(self.html_pieces)

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(self.text_pieces)
