"""A message as a mail program reads it."""

from email import message_from_bytes, policy

from publisher.struct import Struct


class ReadBack(Struct, frozen=True):
    """What a mail program reads in a message."""

    subject: str
    html: str
    text: str


def read_back(data: bytes) -> ReadBack:
    """The parts of a message of ours, by the standard library's parser: what is shown is what is sent."""
    message = message_from_bytes(data, policy=policy.default)
    html, text = message.get_body(("html",)), message.get_body(("plain",))
    assert html is not None
    assert text is not None
    return ReadBack(message["Subject"], html.get_content(), text.get_content())
