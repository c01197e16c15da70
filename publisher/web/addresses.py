"""Which addresses are ours, and what is at each: nothing else in the served folder is given away."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from urllib.parse import quote, unquote, urlsplit

from publisher.config import Config
from publisher.feeds.names import MEDIA_TYPES
from publisher.jobs.feed_records import FeedRecord
from publisher.jobs.feed_sheets import ARCHIVE
from publisher.struct import Struct

_INDEX = "/index.html"


class Kind(StrEnum):
    """What a file is to those who ask for it."""

    FEED = "feed"
    ARCHIVE = "archive"
    PAGE = "page"
    STYLE = "style"
    OPML = "opml"


KINDS: Mapping[str, tuple[Kind, str]] = {
    **{format_: (Kind.FEED, type_) for format_, type_ in MEDIA_TYPES.items()},
    "html": (Kind.PAGE, "text/html"),
    "css": (Kind.STYLE, "text/css"),
    "opml": (Kind.OPML, "text/x-opml"),
}
"""What a file of each format is, by the word that `ids.json` has for it."""


class Target(Struct, frozen=True):
    """A file that may be sent: its `path` below the output folder, and its media type without parameters."""

    path: str
    kind: Kind
    type: str


class Gone(Struct, frozen=True):
    """Here was a feed that is not made any more."""


class Moved(Struct, frozen=True):
    """What was here is at another address: `location` is its path from the root, percent-encoded."""

    location: str


class Addresses(Struct, frozen=True):
    """All that is ours. `base` is the path of the site's address, `/` or `/blog/`; files are at the root, too."""

    base: str
    targets: Mapping[str, Target]
    gone: frozenset[str]
    redirects: Mapping[str, str]

    def find(self, address: str) -> Target | Gone | Moved | None:
        """What is at the path of a request, percent-decoded; None where nothing of ours is."""
        if self.base != "/" and address.startswith(self.base):
            found = self._below(address[len(self.base) :], self.base)
            if found is not None:
                return found
        return self._below(address[1:], "/") if address.startswith("/") else None

    def _below(self, path: str, base: str) -> Target | Gone | Moved | None:
        if path in self.redirects:
            # Before the copy that lies there for servers that cannot lead on.
            return Moved(quote(base + self.redirects[path]))
        if path in self.targets:
            return self.targets[path]
        if path in self.gone:
            return Gone()
        if path + "/" in self.targets:
            return Moved(quote(f"{base}{path}/"))
        return None


def addresses(config: Config, url: str, records: Iterable[FeedRecord]) -> Addresses:
    """Those of the site at `url`, by what is remembered of its files."""
    targets: dict[str, Target] = {}
    gone: set[str] = set()
    for record in records:
        kind, type_ = KINDS.get(record.format, (None, ""))
        if record.gone:
            gone.add(record.path)
        elif kind is not None:
            kind = Kind.ARCHIVE if record.kind == ARCHIVE else kind
            target = targets[record.path] = Target(record.path, kind, type_)
            if kind is Kind.PAGE and record.path.endswith(_INDEX):
                targets[record.path.removesuffix("index.html")] = target
    return Addresses(base_path(url), targets, frozenset(gone), config.settings.feeds.redirects)


def base_path(url: str) -> str:
    """The path of the site's address, percent-decoded, with `/` at both ends."""
    path = unquote(urlsplit(url).path).strip("/")
    return f"/{path}/" if path else "/"
