"""Which other sites' pages may sign readers up by script (Fetch standard, CORS protocol)."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

_ALLOWED = {
    "access-control-allow-methods": "GET, POST",
    "access-control-allow-headers": "Accept, Content-Type",
    "access-control-max-age": "86400",
}
_VARY = "Accept, Accept-Language, Origin"
_PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> str:
    """As browsers write it: `https://midori.example`, without the scheme's own port."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host.encode("idna").decode() if not host.isascii() else host
    port = f":{parts.port}" if parts.port and parts.port != _PORTS.get(parts.scheme) else ""
    return f"{parts.scheme}://{host}{port}"


class Origins:
    """Those that may read our answers: the site's own, and what the settings name."""

    def __init__(self, urls: Iterable[str]) -> None:
        self._known = frozenset(origin_of(url) for url in urls)

    def headers(self, origin: str | None) -> Mapping[str, str]:
        """For an answer to a request from `origin`."""
        known = {"access-control-allow-origin": origin} if origin and origin in self._known else {}
        return {"vary": _VARY, **known}

    def preflight(self, origin: str | None) -> Mapping[str, str]:
        """For an answer to whoever asks what they may; a stranger hears of nothing."""
        found = self.headers(origin)
        return {**found, **_ALLOWED} if "access-control-allow-origin" in found else found
