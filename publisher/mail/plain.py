"""A post as plain text that a person would have typed, and the two things that templates need to write more of it."""

from publisher.core.kinsoku import fold
from publisher.mail.plain_blocks import NO_BREAK
from publisher.mail.plain_layout import Layout, underline
from publisher.mail.plain_links import Links
from publisher.mail.plain_reader import read
from publisher.mail.plain_words import words_for

__all__ = ["WIDTH", "plain_text", "underline", "wrap"]

WIDTH = 70
"""Columns of a line: 35 kanji. RFC 5322 section 2.1.1 wants at most 78, and replies put `> ` before each line."""


def plain_text(html: str, *, language: str = "ja", url: str = "", width: int = WIDTH) -> str:
    """A post's HTML as lines of at most `width` columns, without a newline at the end.

    Links are numbered, `text[1]`, and their addresses stand below, each once. `language` is a BCP 47 tag: Japanese has
    marks of its own (・, ■, ※1, 「」). `url` is the post's address: links into the post itself are only words.
    Words and addresses wider than a line are not broken, nor is code wrapped. Takes any text as `html`.
    """
    words = words_for(language)
    document = read(html, words)
    links = Links(document.ids, url, words)
    lines = Layout(links, words).lines(document.blocks, width)
    addresses = links.addresses()
    text = "\n".join([*lines, *([""] if lines and addresses else []), *addresses])
    return "\n".join(line.rstrip() for line in text.replace(NO_BREAK, " ").split("\n")).strip("\n")


def wrap(text: str, width: int = WIDTH, indent: str = "") -> str:
    """`text` broken into lines of at most `width` columns, `indent` included, which stands before each of them.

    Line breaks in `text` stay. Where lines end: see `core.kinsoku.fold`.
    """
    room = max(1, width - len(indent))
    return "\n".join(indent + line for part in text.split("\n") for line in fold(part, room) or [""])
