"""Where everything lies, as servers are told it: by patterns, since a category that comes tomorrow has a feed, too."""

import re
from collections.abc import Iterable, Iterator

from publisher.config import Config
from publisher.feeds.names import MEDIA_TYPES
from publisher.jobs.feed_plan import PAGES, archive_path
from publisher.jobs.feed_records import FeedRecord
from publisher.jobs.feed_sheets import ARCHIVE
from publisher.model.feed import FeedFormat, FeedKind
from publisher.model.site import Site
from publisher.struct import Struct
from publisher.web.addresses import KINDS, Kind, base_path
from publisher.web.answers import lifetime

SLUG = "{slug}"
PERSON = "text/html,application/xhtml+xml,application/xml;q=0.9,"
"""What browsers say they accept, to begin with. A server that cannot weigh what is accepted knows them by it."""


class Kin(Struct, frozen=True):
    """Feeds of one media type: `patterns` of their paths from the root, `{slug}` in some; `archives` of theirs."""

    format: str
    type: str
    patterns: tuple[str, ...]
    archives: tuple[str, ...]

    @property
    def is_xml(self) -> bool:
        """Whether a browser shows it by its style sheet, if it is told that it is XML."""
        return self.format != FeedFormat.JSON

    @property
    def full_type(self) -> str:
        """With its charset, where it has one."""
        return f"{self.type}; charset=utf-8" if self.is_xml else self.type


class Layout(Struct, frozen=True):
    """All of a site; every path begins with `/`, percent-decoded.

    `extras` are the page of all feeds, its style sheet and the OPML, each with its media type. `gone` were feeds once.
    """

    title: str
    kin: tuple[Kin, ...]
    extras: tuple[tuple[str, str], ...]
    gone: tuple[str, ...]
    moved: tuple[tuple[str, str], ...]
    base: str
    has_hub: bool

    @property
    def lifetime(self) -> str:
        """Cache-Control of feeds."""
        return lifetime(Kind.FEED, has_hub=self.has_hub)


def layout(config: Config, site: Site, feeds: Iterable[FeedRecord]) -> Layout:
    """That of the site, by its settings and what was built."""
    settings, records, base = config.settings.feeds, list(feeds), base_path(site.url)
    formats = dict.fromkeys([*settings.formats, *(one.format for one in records if one.format in MEDIA_TYPES)])
    kin = (_kin(config, format_, records, base) for format_ in formats)
    moved = settings.redirects
    return Layout(
        title=" ".join(site.title.split()),
        kin=tuple(one for one in kin if one.patterns),
        extras=tuple((base + settings.paths[word], KINDS[format_][1]) for word, format_ in PAGES.items()),
        gone=tuple(base + one.path for one in records if one.gone and one.path not in moved),
        moved=tuple((base + old, base + new) for old, new in moved.items()),
        base=base,
        has_hub=settings.hub is not None,
    )


def _kin(config: Config, format_: str, records: Iterable[FeedRecord], base: str) -> Kin:
    """By the settings' patterns; what lies elsewhere, since another setting or `init` put it there, by its path."""
    patterns = [*_patterns(config, format_)]
    known = re.compile("|".join(map(regex, patterns)) or "(?!)")
    live = (one.path for one in records if one.format == format_ and one.kind != ARCHIVE and not one.gone)
    moved = config.settings.feeds.redirects
    patterns += sorted(path for path in live if not known.fullmatch(path) and path not in moved)
    archives = [archive_path(path, SLUG) for path in patterns] if config.settings.feeds.archive else []
    return Kin(
        format_, MEDIA_TYPES[format_], tuple(base + one for one in patterns), tuple(base + one for one in archives)
    )


def _patterns(config: Config, format_: str) -> Iterator[str]:
    feeds = config.settings.feeds
    if format_ in feeds.formats:
        yield feeds.paths[format_]
        yield from (feeds.paths[f"{kind}_{format_}"] for kind in dict.fromkeys(feeds.by))
    for name, own in feeds.custom.items():
        if format_ in (own.formats or feeds.formats):
            yield own.paths.get(format_) or feeds.paths[f"{FeedKind.CUSTOM}_{format_}"].replace(SLUG, name)


def regex(pattern: str) -> str:
    """A pattern as a regular expression, of the kind that PCRE, RE2 and Python all read; a slug may hold slashes."""
    return ".+".join(re.sub(r"[][.^$*+?{}|()\\]", r"\\\g<0>", part) for part in pattern.split(SLUG))


def any_of(patterns: Iterable[str], base: str) -> str:
    """Several patterns as one regular expression of a whole path."""
    return f"^{regex(base)}(?:{'|'.join(regex(one.removeprefix(base)) for one in patterns)})$"
