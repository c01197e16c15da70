"""Every address in a post's HTML made absolute and ASCII."""

import re
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

_SAFE = "%/:?#[]@!$&'()*+,;=-._~"
# What needs no work at all, which most addresses of a post do not.
_FINISHED = re.compile(r"https?://[a-z0-9.-]+(?::\d+)?/(?:[A-Za-z0-9/?:@!$&'()*+,;=._~#-]|%[0-9A-Fa-f]{2})*")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
# The candidates of a srcset (WHATWG HTML, "parse a srcset attribute"): a URL may hold commas, not end in one.
_CANDIDATE = re.compile(r"[\s,]*+([^\s,](?:\S*[^\s,])?)(\s[^,]*)?(?:,|$)")
_SIZE = re.compile(r"[0-9.]+[wxh]")
_DATA_IMAGE = re.compile(r"data:image/(?:png|gif|jpe?g|webp|avif|svg\+xml)[;,][A-Za-z0-9+/=;:,%._!~*'()&?@$-]+")
_MOST_DATA = 64 * 1024
LINKS = frozenset({"href", "src", "poster", "cite", "longdesc"})
_OPENED = frozenset({"http", "https"})
_FOLLOWED = _OPENED | {"mailto", "tel", "sms", "ftp", "xmpp", "magnet", "webcal"}


def absolute_value(name: str, value: str, base: str) -> str | None:
    """An attribute's value with its addresses absolute against `base`; None where it is no address to keep.

    `/x` is the host's root, as in a browser, not the site's: writers write the base path out. Links keep the
    schemes that only open something; what is loaded by itself has to be http, https or, for an image, up to 64 KB
    of `data:`. Percent escapes stay as they are.
    """
    if name == "srcset":
        return _srcset(value, base)
    if name not in LINKS:
        return value
    if _FINISHED.fullmatch(value):
        return value
    if name == "src" and value.lstrip()[:5].lower() == "data:":
        return _data(value)
    return _absolute(value, base, _OPENED if name in ("src", "poster") else _FOLLOWED)


def _data(value: str) -> str | None:
    bare = "".join(value[: 2 * _MOST_DATA].split())
    return bare if len(value) <= _MOST_DATA and _DATA_IMAGE.fullmatch(bare) else None


def _srcset(value: str, base: str) -> str | None:
    kept = []
    for found in _CANDIDATE.finditer(value):
        url, size = _absolute(found[1], base, _OPENED), (found[2] or "").strip()
        if url:
            kept.append(f"{url} {size}" if _SIZE.fullmatch(size) else url)
    return ", ".join(kept) or None


def _absolute(value: str, base: str, schemes: frozenset[str]) -> str | None:
    written = value.strip()
    try:
        parts = urlsplit(urljoin(base, written))
        if parts.scheme not in schemes or (not written and schemes is _OPENED):
            return None
        host = _ascii(parts.netloc)
        path, query, fragment = (quote(_LONE_PERCENT.sub("%25", part), safe=_SAFE) for part in parts[2:])
    except ValueError:
        return None
    if parts.scheme in _OPENED and not host:
        return None
    return urlunsplit((parts.scheme, host, path, query, fragment))


def _ascii(netloc: str) -> str:
    if netloc.isascii():
        return quote(netloc, safe=_SAFE)
    user, at, rest = netloc.rpartition("@")
    host, colon, port = rest.partition(":")
    return quote(user, safe=_SAFE) + at + host.encode("idna").decode() + colon + quote(port, safe=_SAFE)
