"""Header fields, folded by hand.

The standard library's policies cannot: at 78 columns they turn a long List-Unsubscribe into encoded words, which
mail providers do not read (cpython #85725), and at 998 they write a Japanese subject as one encoded word of 217
characters, where RFC 2047 section 2 allows 75.
"""

import re
from base64 import b64encode
from collections.abc import Iterator
from textwrap import wrap
from urllib.parse import quote

from publisher.core.columns import graphemes
from publisher.core.lines import one_line
from publisher.errors import UsageError
from publisher.mail.address import Mailbox

_LINE = 78
_ENCODED_LINE = 76
_ENCODED_WORD = 75
_MOST = 998
_SHOWN = 200
_WHOLE = 36
"""Octets up to which a grapheme cluster stays in one encoded word: what the first line of any of our fields takes."""
_PARAMETER = 57
"""Columns that a value may take beside ` filename*10*=utf-8''` and a semicolon."""
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+( [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")


def raw(name: str, value: str) -> str:
    """`value` as it is, on one line; raises UsageError where it is not printable ASCII or too long (RFC 5322 2.1.1)."""
    line = f"{name}: {value}"
    if not (line.isascii() and line.isprintable()) or len(line) > _MOST:
        shown = value if len(value) <= _SHOWN else value[:_SHOWN] + "…"
        told = f"{name} cannot be {shown!r}: one line of printable ASCII, at most {_MOST} characters, is needed"
        raise UsageError(told, hint="shorten or mend it")
    return line


def unstructured(name: str, value: str) -> str:
    """Free text such as a subject: as it is where that is ASCII, else in encoded words (RFC 2047)."""
    text = one_line(value)
    return (_folded(name, text) if _plain(text) else "") or f"{name}: {_encoded(text, len(name) + 2)}"


def mailbox(name: str, box: Mailbox) -> str:
    """One mailbox; an address that needs SMTPUTF8 stands in it as it is (RFC 6532). Raises UsageError."""
    email = one_line(box.address.email)
    raw(name, email.encode("ascii", "replace").decode())
    return with_phrase(name, box.name, email)


def with_phrase(name: str, words: str, address: str) -> str:
    """Words for people, then something in angle brackets."""
    phrase = _phrase(one_line(words), len(name) + 2)
    line = f"{name}: {phrase} <{address}>" if phrase else f"{name}: <{address}>"
    last = line.rpartition("\r\n")[2]
    return line if len(last) <= _ENCODED_LINE or not phrase else f"{name}: {phrase}\r\n <{address}>"


def parameter(name: str, value: str) -> str:
    """A parameter after a field's value, on lines of its own: by RFC 2231 where it is not short ASCII."""
    text = one_line(value)
    quoted = _quoted(text)
    if re.fullmatch("[ -~]*", text) and len(quoted) <= _PARAMETER:
        return f";\r\n {name}={quoted}"
    pieces = _pieces(text)
    if len(pieces) == 1:
        return f";\r\n {name}*=utf-8''{pieces[0]}"
    first, *others = pieces
    lines = [f"{name}*0*=utf-8''{first}", *(f"{name}*{n}*={piece}" for n, piece in enumerate(others, 1))]
    return "".join(f";\r\n {line}" for line in lines)


def _phrase(text: str, used: int) -> str:
    """Words as RFC 5322 has them before an address. `used` are the columns before them."""
    if _plain(text) and used + len(text) <= _LINE - 4:
        return text if not text or _ATOMS.fullmatch(text) else _quoted(text)
    return _encoded(text, used)


def _quoted(text: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def _plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and "=?" not in text and "  " not in text


def _folded(name: str, text: str) -> str:
    """An ASCII field broken at its spaces; "" where a word is too long for that."""
    lines = wrap(f"{name}: {text}", _LINE, subsequent_indent=" ", break_long_words=False, break_on_hyphens=False)
    fits = max(map(len, lines)) <= _LINE and (lines[0] != f"{name}:" or not text)
    return "\r\n".join(lines) if fits else ""


def _encoded(text: str, used: int) -> str:
    """RFC 2047 encoded words: each at most 75 characters, its line at most 76, no character cut in two.

    Nor is a grapheme cluster, such as an emoji of several: some readers show the words of a subject one by one.
    """
    words: list[str] = []
    piece = b""
    room = _octets(_ENCODED_LINE - used)
    if len(whole := text.encode()) <= room:
        return _word(whole)
    for part in _parts(text):
        octets = part.encode()
        if len(piece) + len(octets) > room:
            words.append(_word(piece))
            piece, room = b"", _octets(_ENCODED_WORD)
        piece += octets
    return "\r\n ".join([*words, _word(piece)])


def _parts(text: str) -> Iterator[str]:
    for cluster in graphemes(text):
        yield from [cluster] if len(cluster.encode()) <= _WHOLE else cluster


def _octets(columns: int) -> int:
    return (min(columns, _ENCODED_WORD) - len("=?utf-8?b??=")) // 4 * 3


def _word(piece: bytes) -> str:
    return f"=?utf-8?b?{b64encode(piece).decode()}?="


def _pieces(text: str) -> list[str]:
    """`text` percent-encoded, cut into pieces for one line each."""
    pieces = [""]
    for character in text:
        octets = quote(character, safe="")
        if len(pieces[-1]) + len(octets) > _PARAMETER:
            pieces.append("")
        pieces[-1] += octets
    return pieces
