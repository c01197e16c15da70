"""Links as a letter has them: a number behind the word, the address below the text."""

import re
from collections.abc import Sequence
from itertools import groupby
from urllib.parse import unquote

from publisher.mail.plain_blocks import Piece
from publisher.mail.plain_words import Words

_NOT_FOLLOWED = ("javascript:", "vbscript:", "data:")
_NUMBER = re.compile(r"[\[(]?(\d{1,3})[\])]?")
# What engines and themes put behind headings and notes; the selectors keep an emoji from being shown.
_SIGNPOST = re.compile("[#¶§🔗↩↵⏎⤴↑^]+[\ufe0e\ufe0f]?\\d*")
_SCHEME = re.compile(r"(?i)https?://")
_CAMPAIGN = re.compile("[?&]utm_[^#]*")
_ADDRESS_LAST = re.compile(r"(?i)(?:^|\s)https?://[!-~]+\Z")


class Links:
    """The links of one text. They are numbered as they come, each address once.

    `ids` are those of the text itself, `url` the address of its page: links into it are words and no more.
    """

    def __init__(self, ids: frozenset[str], url: str, words: Words) -> None:
        self._ids, self._url, self._words = ids, _bare(url), words
        self._numbers: dict[str, int] = {}
        self._notes: dict[str, str] = {}
        self._labelled = re.compile(rf"\[({re.escape(words.note)}\d+)\]")

    def text(self, pieces: Sequence[Piece]) -> str:
        """The pieces as one text, white space as it was, each link with its number."""
        parts: list[str] = []
        for href, group in groupby(pieces, key=lambda piece: piece.href):
            text = "".join(piece.text for piece in group)
            made = text if href is None else self._link(text, href)
            # Mail programs take 。 for a part of the address before it, and the link leads nowhere.
            parts += [" "] if parts and made[:1] > "~" and _ADDRESS_LAST.search(parts[-1]) else []
            parts.append(made)
        # docutils writes the brackets around a note's number outside the link.
        return self._labelled.sub(r"\1", "".join(parts))

    def note(self, anchor: str) -> str | None:
        """The mark of the footnote whose id is `anchor`, None where no number in the text so far leads to it."""
        return self._notes.get(anchor)

    def addresses(self) -> list[str]:
        """A line for each number: `[1] https://example.jp/`."""
        return [f"[{number}] {address}" for address, number in self._numbers.items()]

    def _link(self, text: str, href: str) -> str:
        word = " ".join(text.split())
        page, _, fragment = href.partition("#")
        number = _NUMBER.fullmatch(word)
        if fragment and _SIGNPOST.fullmatch(word):
            return ""
        if not page or (fragment and _bare(page) == self._url) or (number and unquote(fragment) in self._ids):
            return self._inside(text, number, unquote(fragment))
        if href.lower().startswith(_NOT_FOLLOWED):
            return text
        if href.lower().startswith(("mailto:", "tel:")):
            return self._contact(text, word, unquote(href.partition(":")[2].partition("?")[0]))
        if not word:
            return f" {href}"
        if _bare(word) == _bare(href):
            return text.replace(text.strip(), href)
        return self._numbered(text, href)

    def _inside(self, text: str, number: re.Match[str] | None, anchor: str) -> str:
        if number is None:
            return text
        mark = self._words.note + number[1]
        self._notes.setdefault(anchor, mark)
        return mark

    def _contact(self, text: str, word: str, address: str) -> str:
        if not word or _plain(address) in _plain(word):
            return text if word else address
        opening, closing = self._words.brackets
        return f"{text.rstrip()}{opening}{address}{closing}{_tail(text)}"

    def _numbered(self, text: str, href: str) -> str:
        number = self._numbers.setdefault(href, len(self._numbers) + 1)
        return f"{text.rstrip()}[{number}]{_tail(text)}"


def _tail(text: str) -> str:
    return text[len(text.rstrip()) :]


def _bare(address: str) -> str:
    """An address as people write it: no scheme, campaign, percent escapes, nor slash at the end."""
    return unquote(_CAMPAIGN.sub("", _SCHEME.sub("", address, count=1))).rstrip("/")


def _plain(contact: str) -> str:
    """An address, or a telephone number without the country, which is +81-3 abroad and 03 at home."""
    bare = re.sub(r"[\s()-]", "", contact).lower()
    return bare[-8:] if bare.lstrip("+").isdigit() else bare
