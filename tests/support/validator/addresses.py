"""Addresses: RFC 3986, tag URIs (RFC 4151), URNs (RFC 8141), and the one spelling that is canonical."""

import re
from collections.abc import Iterator
from unicodedata import normalize
from urllib.parse import quote, unquote_to_bytes, urlsplit

_LEGAL = r"[A-Za-z0-9;/?:@&=+$.\-_!~*'()%,#\[\]]"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_TAG = re.compile(rf"tag:([a-z0-9._-]+@)?[a-z0-9.-]+,\d{{4}}(-\d\d(-\d\d)?)?:{_LEGAL}*")
_URN = re.compile(r"urn:[a-z0-9][a-z0-9-]{1,31}:([A-Za-z0-9()+,.:=@;$_!*'-]|%[0-9A-Fa-f]{2})+", re.IGNORECASE)
_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_HTTP = re.compile(rf"https?://(\d+(\.\d+){{3}}|([A-Za-z0-9-]+\.)+[A-Za-z0-9-]+)(:\d+)?(/{_LEGAL}*)?", re.IGNORECASE)
_SCHEMES = {"http", "https", "ftp", "mailto", "tel", "tag", "urn", "data", "news", "geo", "xmpp", "irc", "sms"}

# RFC 3986 section 2.2 and 3.3.
_RESERVED = frozenset(":/?#[]@!$&'()*+,;=")
_IN_SEGMENT = "-._~!$&'()*+,;=:@"
_PORTS = {"http": 80, "https": 443, "ftp": 21}


def uri(value: str) -> Iterator[str]:
    """An absolute URI in ASCII."""
    scheme = value.partition(":")[0].lower()
    if not _SCHEME.match(value):
        yield "InvalidFullLink"
    elif scheme == "tag":
        yield from [] if _TAG.fullmatch(value) else ["InvalidTAG"]
    elif scheme == "urn":
        if value.lower().startswith("urn:uuid:"):
            yield from [] if _UUID.fullmatch(value) else ["InvalidUUID"]
        elif not _URN.fullmatch(value):
            yield "InvalidURN"
    elif strange := re.sub(_LEGAL, "", value):
        yield "UriNotIri" if not strange.isascii() else "InvalidUriChar"
    elif scheme in ("http", "https", "ftp") and not re.match(r"\w+://[^/]", value):
        yield "InvalidFullLink"
    elif scheme not in _SCHEMES:
        yield "SchemeNotIANARegistered"


def http_url(value: str) -> Iterator[str]:
    """The address of a file, as enclosures and pictures have it."""
    if not _HTTP.fullmatch(value):
        yield "InvalidURLAttribute"


def canonical(value: str) -> Iterator[str]:
    """The one spelling of an id: readers compare ids letter by letter (RFC 4287 section 4.2.6.1)."""
    if _SCHEME.match(value) and _canonical(value) != value:
        yield "NonCanonicalURI"


def _canonical(value: str) -> str:
    parts = urlsplit(value)
    host = (parts.hostname or "") + (f":{parts.port}" if parts.port not in (None, _PORTS.get(parts.scheme)) else "")
    segments = [_respelled(one, _IN_SEGMENT) for one in _without_dots(parts.path).split("/")]
    path = "/".join(segments) or ("/" if parts.netloc else "")
    query = f"?{_respelled(parts.query, _IN_SEGMENT + '/?')}" if parts.query else ""
    fragment = f"#{_respelled(parts.fragment, _IN_SEGMENT + '/?')}" if parts.fragment else ""
    return f"{parts.scheme}:{'//' + host if parts.netloc else ''}{path}{query}{fragment}"


def _without_dots(path: str) -> str:
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == ".." and len(kept) > 1:
            kept.pop()
        elif segment not in (".", ".."):
            kept.append(segment)
    return "/".join(kept)


def _respelled(part: str, safe: str) -> str:
    """Escapes in capitals, none where none is needed, and Unicode composed (NFC)."""
    pieces = re.findall(r"(?:%[0-9A-Fa-f]{2})+|[^%]+|%", part)
    return "".join(_respelled_piece(piece, safe) for piece in pieces)


def _respelled_piece(piece: str, safe: str) -> str:
    if not piece.startswith("%"):
        return quote(normalize("NFC", piece), safe=safe)
    try:
        text = unquote_to_bytes(piece).decode()
    except UnicodeDecodeError:
        return piece.upper()
    return "".join(f"%{ord(one):02X}" if one in _RESERVED else quote(one, safe=safe) for one in normalize("NFC", text))
