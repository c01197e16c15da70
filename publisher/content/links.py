"""Every address in a post's HTML made absolute and ASCII."""

import re
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

_SAFE = "%/:?#[]@!$&'()*+,;=-._~"
# The candidates of a srcset (WHATWG HTML, "parse a srcset attribute"): a URL may hold commas, not end in one.
_CANDIDATE = re.compile(r"[\s,]*([^\s,]\S*[^\s,]|[^\s,])(\s+[^,]+?)?\s*(?:,|$)")
_SIZE = re.compile(r"[0-9.]+[wxh]")
LINKS = frozenset({"href", "src", "poster", "cite"})


def absolute_value(name: str, value: str, base: str) -> str | None:
    """An attribute's value with its addresses absolute against `base`; None where it is no address.

    `/x` is the host's root, as in a browser, not the site's: writers write the base path out.
    """
    if name == "srcset":
        return _srcset(value, base)
    return _absolute(value, base) if name in LINKS else value


def _srcset(value: str, base: str) -> str | None:
    kept = []
    for found in _CANDIDATE.finditer(value):
        url = _absolute(found[1], base)
        if url and url.startswith(("http://", "https://")):
            size = (found[2] or "").strip()
            kept.append(f"{url} {size}" if _SIZE.fullmatch(size) else url)
    return ", ".join(kept) or None


def _absolute(value: str, base: str) -> str | None:
    try:
        parts = urlsplit(urljoin(base, value.strip()))
        host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    except ValueError:
        return None
    path, query, fragment = (quote(part, safe=_SAFE) for part in parts[2:])
    return urlunsplit((parts.scheme, host, path, query, fragment))
