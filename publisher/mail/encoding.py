"""Bodies as base64: 7-bit whatever they hold, no `From ` and no dot at a line's start, nothing to down-convert."""

import re
from binascii import b2a_base64
from collections.abc import Iterable, Iterator

_COLUMNS = 76
"""RFC 2045 section 6.8. A line may be shorter; each of ours holds whole groups of four characters."""
_LONG = 200
"""In characters. Shorter pieces, such as a reader's name or address, are cheaper encoded than looked up."""
_BUDGET = 1 << 20
"""Octets of encoded pieces that are kept: a digest of Gmail's 102 KB in all three alignments is 420 KB."""
_BREAK = re.compile("\r\n|\r|\n")


def base64_lines(data: bytes) -> bytes:
    """`data` in base64, every line ended by CRLF and at most 76 columns wide."""
    text = b2a_base64(data, newline=False)
    if len(text) <= _COLUMNS:
        return text + b"\r\n" if text else b""
    lines = [text[start : start + _COLUMNS] for start in range(0, len(text), _COLUMNS)]
    return b"\r\n".join([*lines, b""])


class Encoder:
    """Encodes bodies that are mostly the same, such as an issue's: a long piece that came before is not encoded anew.

    base64 turns three octets into four characters, so what a piece becomes depends on how many octets of it fill up
    the three before: it is kept by piece and by that number. Threads may share an encoder.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], tuple[bytes, bytes, bytes]] = {}
        self._room = _BUDGET

    def encode(self, pieces: Iterable[str]) -> bytes:
        """The joined pieces as UTF-8 in base64, their line breaks as CRLF (RFC 2045 section 6.8).

        Half a surrogate pair, which UTF-8 has not, becomes a question mark.
        """
        out: list[bytes] = []
        short: list[str] = []
        tail = b""
        for piece in _unbroken(pieces):
            if len(piece) < _LONG:
                short.append(piece)
                continue
            before = tail + _octets("".join(short))
            head, lines, tail = self._encoded(piece, -len(before) % 3)
            out += [base64_lines(before + head), lines]
            short = []
        return b"".join([*out, base64_lines(tail + _octets("".join(short)))])

    def _encoded(self, piece: str, head: int) -> tuple[bytes, bytes, bytes]:
        """The first `head` octets of a long piece, what follows in whole threes encoded, and the octets left over."""
        found = self._kept.get((piece, head))
        if found is None:
            octets = _octets(piece)
            end = len(octets) - (len(octets) - head) % 3
            found = octets[:head], base64_lines(octets[head:end]), octets[end:]
            if len(found[1]) <= self._room:
                self._room -= len(found[1])
                self._kept[piece, head] = found
        return found


def _unbroken(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces, no CRLF cut in two between them: it would become two line breaks."""
    after_cr = False
    for piece in pieces:
        whole = piece[1:] if after_cr and piece.startswith("\n") else piece
        after_cr = piece.endswith("\r") if piece else after_cr
        # As a line feed: left as it is, it would make one break of two with a line feed that comes later.
        yield f"{whole[:-1]}\n" if after_cr and whole else whole


def _octets(text: str) -> bytes:
    # A body of ours has no CR but where a writer typed a character reference: to look for one is a tenth of the cost.
    lines = _BREAK.sub("\r\n", text) if "\r" in text else text.replace("\n", "\r\n")
    return lines.encode(errors="replace")
