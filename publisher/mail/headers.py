"""Header lines, folded by hand.

The standard library's policies cannot: at 78 columns they turn a long List-Unsubscribe into encoded words, which
mail providers do not read (cpython #85725), and at 998 they write a Japanese subject as one encoded word of 217
characters, where RFC 2047 section 2 allows 75.
"""

import re
from base64 import b64encode

from publisher.errors import UsageError
from publisher.mail.address import Mailbox
from publisher.mail.lines import one_line

_LINE = 78
_ENCODED_LINE = 76
_ENCODED_WORD = 75
_MOST = 998
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+( [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")


def raw(name: str, value: str) -> str:
    """`value` as it is, on one line; raises UsageError where it is not printable ASCII or too long (RFC 5322 2.1.1)."""
    line = f"{name}: {value}"
    if not re.fullmatch("[ -~]+", line) or len(line) > _MOST:
        raise UsageError(
            f"{name} cannot be {value!r}: one line of printable ASCII is needed", hint="shorten or mend it"
        )
    return line


def unstructured(name: str, value: str) -> str:
    """Free text such as a subject."""
    text = one_line(value)
    line = f"{name}: {text}"
    return line if _plain(text) and len(line) <= _LINE else f"{name}: {_encoded(text, len(name) + 2)}"


def mailbox(name: str, box: Mailbox) -> str:
    """One mailbox; an address that needs SMTPUTF8 stands in it as it is (RFC 6532)."""
    if not box.address.ascii:
        raw(name, box.address.email.encode("ascii", "replace").decode())
        return f"{name}: {_phrase(box.name, len(name) + 2)}<{one_line(box.address.email)}>"
    return f"{name}: {_phrase(box.name, len(name) + 2)}<{raw('', box.address.email)[2:]}>"


def list_id(title: str, identifier: str) -> str:
    """RFC 2919: a title for people, an identifier that never changes."""
    return f"List-Id: {_phrase(title, 9)}<{raw('', identifier)[2:]}>"


def _phrase(text: str, used: int) -> str:
    text = one_line(text)
    if not text:
        return ""
    if _plain(text) and used + len(text) <= _LINE - 4:
        words = text if _ATOMS.fullmatch(text) else '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'
    else:
        words = _encoded(text, used)
    return words + "\r\n "


def _plain(text: str) -> bool:
    return bool(re.fullmatch("[ -~]*", text)) and "=?" not in text and "  " not in text


def _encoded(text: str, used: int) -> str:
    """RFC 2047 encoded words: each at most 75 characters, its line at most 76, no character cut in two."""
    words: list[str] = []
    piece = b""
    room = _octets(_ENCODED_LINE - used)
    for character in text:
        octets = character.encode()
        if len(piece) + len(octets) > room:
            words.append(_word(piece))
            piece, room = b"", _octets(_ENCODED_WORD)
        piece += octets
    return "\r\n ".join([*words, _word(piece)])


def _octets(columns: int) -> int:
    return (min(columns, _ENCODED_WORD) - len("=?utf-8?b??=")) // 4 * 3


def _word(piece: bytes) -> str:
    return f"=?utf-8?b?{b64encode(piece).decode()}?="
