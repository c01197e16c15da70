"""A mail from outside taken apart, whatever its bytes: in bounded time, and never failing.

The email package reads to the deepest level, with one regular expression a level for each line: a mail of a few hundred
levels takes minutes, and more of them its stack. Reports have three levels at most.
"""

import binascii
import html
import quopri
import re
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from itertools import islice

from publisher.struct import Struct

LONGEST = 1 << 20
"""Octets looked at: what a report says comes before the mail that it returns (RFC 6522 section 3)."""

_DEEPEST = 5
_MOST_PARTS = 50
_LONGEST_HEADER = 1 << 16

_FIELD = re.compile(r"([!-9;-~]{1,80})[ \t]*:(.*)", re.DOTALL)
_ANY_BOUNDARY = re.compile(rb"^--([^\s\-][^\n]{0,200}?)[ \t]*\n(?=content-)", re.IGNORECASE | re.MULTILINE)
_BREAKS = re.compile(r"<(?:br|/p|/div|/tr|/h\d|/li|hr)\b[^<>]{0,200}>", re.IGNORECASE)
_HIDDEN = re.compile(r"<(style|script|title)\b[^<>]{0,500}>[^<]{0,50000}</\1>", re.IGNORECASE)
_ASIDE = re.compile(r"\([^()]{0,500}\)|\"[^\"]{0,500}\"(?=[ \t]*<)")
_ADDRESS = re.compile(r"(?:\"[^\"\s]{1,64}\"|[^\s<>()\",:;@\\\[\]]{1,64})@[^\s<>()\",:;@\\]{1,255}")
_SENT_TO = ("x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to", "delivered-to", "to")
_RECEIVED_FOR = re.compile(r"\bfor <([^<>\s]{1,320}@[^<>\s]{1,255})>")
_TAG = re.compile(r"<[^<>]{1,2000}>")


class Part(Struct, frozen=True):
    """A mail or a part of one: its header fields with names in lower case, unfolded, and its body as it is, LF."""

    fields: tuple[tuple[str, str], ...]
    body: bytes

    def get(self, name: str) -> str:
        """The first field of this name with its encoded words read, "" where there is none."""
        return next(iter(self.all(name)), "")

    def all(self, *names: str) -> list[str]:
        """All fields of these names, in the order of the names."""
        return [_words(value) for name in names for key, value in self.fields if key == name]

    def has(self, *names: str) -> bool:
        """Whether there is a field of one of these names."""
        return any(key in names for key, _ in self.fields)

    @property
    def type(self) -> str:
        """The media type in lower case, `text/plain` where none is given."""
        value = next((value for key, value in self.fields if key == "content-type"), "text/plain")
        return value.partition(";")[0].strip(" \t\"'").lower()

    def parameter(self, name: str) -> str:
        """A parameter of the media type, "" where there is none."""
        holder = Message()
        holder["Content-Type"] = self.get("content-type").replace("\n", " ")
        try:
            found = holder.get_param(name)
        except (ValueError, LookupError, TypeError, HeaderParseError):
            return ""
        return (found[2] if isinstance(found, tuple) else found or "").strip()

    @property
    def source(self) -> str:
        """The body as it was written: its transfer encoding undone, its charset believed as far as it can be true."""
        raw = _untransferred(self.body, self.get("content-transfer-encoding").strip().lower())
        return decoded(raw, self.parameter("charset"))

    @property
    def text(self) -> str:
        """The same as text, also where it is HTML."""
        return of_html(self.source) if self.type == "text/html" else self.source

    @property
    def parts(self) -> tuple["Part", ...]:
        """Those of a multipart, none of anything else."""
        if not self.type.startswith("multipart/"):
            return ()
        return tuple(_part(piece) for piece in _pieces(self.body, self.parameter("boundary")))


def read_mail(data: bytes) -> Part:
    """A mail as it lies in a box or comes through a pipe: with any line ends, a line `From ` before it or none."""
    text = data[:LONGEST].replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip(b"\n\xef\xbb\xbf")
    if text.startswith((b"From ", b">From ")):
        text = text.partition(b"\n")[2]
    return _part(text)


def leaves(part: Part, deepest: int = _DEEPEST) -> Iterator[Part]:
    """The parts that are no multiparts; what lies inside a returned mail is no part of the report."""
    for child in part.parts:
        if deepest and child.type.startswith("multipart/"):
            yield from leaves(child, deepest - 1)
        else:
            yield child


def fields_of(text: str) -> tuple[tuple[str, str], ...]:
    """The header fields in a text, unfolded; lines that are none are left out."""
    folded: list[str] = []
    for line in text.split("\n"):
        if line[:1] in (" ", "\t") and folded:
            folded[-1] += " " + line.strip()
        else:
            folded.append(line)
    matches = [_FIELD.fullmatch(line) for line in folded]
    return tuple((match[1].lower(), match[2].strip()) for match in matches if match)


def addresses(values: list[str]) -> tuple[str, ...]:
    """The addresses in header fields, each once; `email.utils.getaddresses` fails on a thousand opening brackets."""
    plain = [_ASIDE.sub(" ", value[:10_000]) for value in values]
    return tuple(dict.fromkeys(address for value in plain for address in _ADDRESS.findall(value)))


def sent_to(mail: Part) -> tuple[str, ...]:
    """The addresses that a mail came to, those first by which it was delivered."""
    ways = [address for value in mail.all("received") for address in _RECEIVED_FOR.findall(value[:2000])]
    return tuple(dict.fromkeys([*addresses(mail.all(*_SENT_TO)), *ways]))


def decoded(raw: bytes, charset: str = "") -> str:
    """Text from bytes: by the charset given where they can be in it, else by what they look like."""
    guesses = ["iso2022_jp_ext"] if b"\x1b$" in raw else []
    # 8-bit octets in what says it is ASCII or Latin-1 are UTF-8 more often than not, Shift_JIS or EUC after that.
    named = [] if charset.lower() in ("us-ascii", "ascii", "iso-8859-1", "latin-1", "unknown-8bit") else [charset]
    for guess in (*guesses, *named, "utf-8", "cp932" if _is_japanese(raw) else "", charset):
        try:
            return raw.decode(guess)
        except (LookupError, ValueError):
            continue
    return raw.decode("latin-1")


def _is_japanese(raw: bytes) -> bool:
    return sum(octet in (0x81, 0x82, 0x83) for octet in raw[:4000]) * 8 > sum(octet > 0x7F for octet in raw[:4000])


def _part(data: bytes) -> Part:
    head, _, body = (b"", b"", data[1:]) if data.startswith(b"\n") else data.partition(b"\n\n")
    return Part(fields_of(decoded(head[:_LONGEST_HEADER])), body)


def _pieces(body: bytes, boundary: str) -> list[bytes]:
    marks = _marks(body, boundary.encode("utf-8", "replace")) if boundary else []
    if not marks:
        # The boundary is another than the one announced: some gateway wrote the header anew.
        seen = _ANY_BOUNDARY.search(body)
        marks = _marks(body, seen[1]) if seen else []
    ends = [mark.start() for mark in marks[1:]] + [len(body)]
    return [body[mark.end() + 1 : end] for mark, end in zip(marks, ends, strict=False) if not mark[1]]


def _marks(body: bytes, boundary: bytes) -> list[re.Match[bytes]]:
    found = re.finditer(rb"^--" + re.escape(boundary) + rb"(--)?[ \t]*$", body, re.MULTILINE)
    return list(islice(found, _MOST_PARTS + 1))


def _untransferred(body: bytes, encoding: str) -> bytes:
    if encoding == "quoted-printable":
        return quopri.decodestring(body)
    if encoding != "base64":
        return body
    try:
        return binascii.a2b_base64(body)
    except binascii.Error:
        clean = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
        whole = clean[: len(clean) // 4 * 4]
        return binascii.a2b_base64(whole) if whole else body


def _words(value: str) -> str:
    if "=?" not in value:
        return value
    try:
        pieces = decode_header(value[:10_000])
    except (HeaderParseError, ValueError, LookupError, binascii.Error):
        return value
    return "".join(decoded(raw, charset or "") if isinstance(raw, bytes) else raw for raw, charset in pieces)


def of_html(text: str) -> str:
    """What is for people to read of an HTML page."""
    return html.unescape(_TAG.sub(" ", _BREAKS.sub("\n", _HIDDEN.sub(" ", text))))
