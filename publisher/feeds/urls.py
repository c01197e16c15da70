"""Addresses as RSS and Atom want them: URIs in ASCII (RFC 3986), not IRIs."""

import re
from urllib.parse import quote

_RESERVED = ":/?@!$&'()*+,;="
_PLAIN = r"A-Za-z0-9\-._~" + re.escape(_RESERVED)
_PART = rf"[{_PLAIN}]*(?:%[0-9A-Fa-f]{{2}}[{_PLAIN}]*)*"
_URI = re.compile(rf"{_PART}(?:#{_PART})?")
_HOST = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?)([^/?#]*)(.*)", re.DOTALL)
_STRAY_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_WEB = re.compile("https?://[^/?#]", re.IGNORECASE)
# Of U+0000 to U+001F nothing belongs in an address, and a lone surrogate has no UTF-8.
_NEVER = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def uri(value: str) -> str:
    """Percent-encoded where it is not yet, its host in ASCII; the W3C validator says "IRI found where URL expected".

    What is encoded already stays as it is.
    """
    if _URI.fullmatch(value):
        return value
    text = _NEVER.sub("", value).strip()
    found = _HOST.fullmatch(text)
    if not found:
        return _quoted(text)
    start, host, rest = found.groups()
    return _quoted(start) + _host(host) + _quoted(rest)


def web(value: str | None) -> str | None:
    """The same, None where it is no address of the web."""
    address = uri(value) if value else ""
    return address if _WEB.match(address) else None


def _quoted(value: str) -> str:
    before, mark, after = _STRAY_PERCENT.sub("%25", value).partition("#")
    # A bracket or a second `#` is no character of a path, though browsers take both.
    return quote(before, safe=_RESERVED + "%") + mark + quote(after, safe=_RESERVED + "%")


def _host(value: str) -> str:
    """`日本語.jp` as `xn--wgv71a119e.jp`; brackets stay, for they hold an IPv6 address."""
    try:
        host = value if value.isascii() else value.encode("idna").decode()
    except UnicodeError:
        host = value
    return quote(host, safe=":[]%")
