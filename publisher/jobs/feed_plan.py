"""Which feeds there are to be: what each is of, what it says of itself, and where it lies in each format."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import PurePosixPath
from urllib.parse import quote, urljoin

from publisher.config import Config
from publisher.config.settings import CustomSettings, FeedsSettings
from publisher.core.grouping import Custom, Group, Head, Wanted, group
from publisher.core.rules import compiled
from publisher.core.slugs import category_slug
from publisher.jobs.feed_paths import check_paths
from publisher.jobs.feed_records import FeedRecord
from publisher.jobs.site import Place
from publisher.model.feed import FeedFormat, FeedKind
from publisher.struct import Struct

_ALL = 10**9
"""What is no limit: archives hold every post."""

PAGES = {"page": "html", "style": "css", "opml": "opml"}
"""What is written beside the feeds, by the word that names its path, with its format."""


class Planned(Struct, frozen=True, dict=True):
    """One feed: the posts that make it, what it says of itself, and its path in each format, below the output folder.

    `limit` is the most posts it holds; there are more where it has archives.
    """

    kind: FeedKind
    name: str
    slug: str
    sources: tuple[str, ...]
    title: str
    description: str
    language: str
    full: bool
    limit: int
    paths: tuple[tuple[FeedFormat, str], ...]

    @cached_property
    def shown(self) -> str:
        """What people call it."""
        return "the whole site" if self.kind is FeedKind.SITE else f"{self.kind} {self.name}"


def feed_path(config: Config, kind: FeedKind, format_: FeedFormat, slug: str) -> str:
    """Where a feed lies below the output folder, with `/`."""
    patterns = config.settings.feeds.paths
    if kind is FeedKind.SITE:
        return str(patterns[format_])
    return str(patterns[f"{kind}_{format_}"]).replace("{slug}", slug)


def address(place: Place, path: str) -> str:
    """Where a file of the output folder is served, absolute and percent-encoded."""
    return urljoin(place.site.url, quote(path))


def is_wide(config: Config) -> bool:
    """Whether feeds are asked for that take more of a post than its categories."""
    feeds = config.settings.feeds
    return bool(feeds.custom) or any(kind != FeedKind.CATEGORY for kind in feeds.by)


def plan(config: Config, place: Place, heads: Iterable[Head], standing: Sequence[FeedRecord]) -> list[Planned]:
    """The feeds that there are to be; those that stood before and have no posts any more stay, empty.

    ConfigError where their paths cannot be, see feed_paths.check_paths.
    """
    groups = group(heads, _wanted(config, place))
    made = [_planned(config, place, one) for one in groups]
    made += _emptied(config, place, made, standing)
    check_paths(config, files(config, made))
    return made


def _wanted(config: Config, place: Place) -> Wanted:
    feeds, slugs, site = config.settings.feeds, config.settings.categories, place.site
    author, language = site.author.name if site.author else None, site.language

    def custom(name: str, one: CustomSettings) -> Custom:
        limit = _ALL if feeds.archive else one.limit or feeds.limit
        return Custom(name, limit, compiled(one.where, slugs=slugs, author=author, language=language))

    return Wanted(
        limit=_ALL if feeds.archive else feeds.limit,
        by=[FeedKind(kind) for kind in feeds.by],
        slugs=slugs,
        custom=[custom(name, one) for name, one in feeds.custom.items()],
        author=author,
        language=language,
    )


def _planned(config: Config, place: Place, one: Group) -> Planned:
    site, feeds = place.site, config.settings.feeds
    own = feeds.custom.get(one.name) if one.kind is FeedKind.CUSTOM else None
    title = site.title if one.kind is FeedKind.SITE else f"{one.name} – {site.title}"
    return Planned(
        kind=one.kind,
        name=one.name,
        slug=one.slug,
        sources=one.sources,
        title=own.title if own else title,
        description=(own.description if own else None) or site.description or site.title,
        language=one.name if one.kind is FeedKind.LANGUAGE else site.language,
        full=((own.content if own else None) or _amount(feeds, one.kind)) == "full",
        limit=(own.limit if own else None) or feeds.limit,
        paths=tuple(_paths(config, one, own)),
    )


def _amount(feeds: FeedsSettings, kind: FeedKind) -> str:
    amount = feeds.content
    return amount if isinstance(amount, str) else amount.get(kind, "full")


def _paths(config: Config, one: Group, own: CustomSettings | None) -> Iterable[tuple[FeedFormat, str]]:
    for name in (own.formats if own else None) or config.settings.feeds.formats:
        path = own.paths.get(name) if own else None
        yield FeedFormat(name), path or feed_path(config, one.kind, FeedFormat(name), one.slug)


def _emptied(
    config: Config, place: Place, made: Iterable[Planned], standing: Sequence[FeedRecord]
) -> Iterable[Planned]:
    """Feeds that have lost their last post: who reads one must not meet an error, and it may have posts again."""
    present = {path for one in made for _, path in one.paths}
    by = {*config.settings.feeds.by}
    lost: Mapping[tuple[str, str], FeedRecord] = {
        (record.kind, record.name): record
        for record in standing
        if record.kind in by and not record.gone and record.path not in present
    }
    stood: dict[tuple[str, str], set[str]] = {key: set() for key in lost}
    for record in standing:
        stood.get((record.kind, record.name), set()).add(record.path)
    for kind, name in sorted(lost):
        slug = category_slug(name, config.settings.categories if kind == FeedKind.CATEGORY else {})
        one = _planned(config, place, Group(FeedKind(kind), name, slug, ()))
        paths = {path for _, path in one.paths}
        # Where its path is another now, by a setting, it has moved: what stood at the old path is gone.
        if paths & stood[kind, name] and not paths & present:
            present |= paths
            yield one


def files(config: Config, made: Iterable[Planned]) -> Iterable[tuple[str, str]]:
    """The feeds, and what stands beside them: what each is, and its path. Archives lie in folders of their own."""
    yield from ((f"the {name} of all feeds", config.settings.feeds.paths[name]) for name in PAGES)
    yield from ((f"the feed of {one.shown}", path) for one in made for _, path in one.paths)


def archive_path(path: str, name: str) -> str:
    """Where an archive document of the feed at `path` lies: in a folder beside it."""
    feed = PurePosixPath(path)
    return str(feed.with_name(f"{feed.stem}-archive") / f"{name}{feed.suffix}")
