"""The feeds that a site has before Publisher comes: where they lie, and which category each is of."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from glob import escape
from pathlib import Path

from publisher.config.fields import output_path
from publisher.content import Survey
from publisher.core.adoption import adopt
from publisher.core.slugs import category_slug
from publisher.errors import PublisherError
from publisher.jobs.adopt import read_file
from publisher.model.feed import FeedFormat
from publisher.model.foreign import ForeignFeed
from publisher.model.post import Post
from publisher.struct import Struct, replace

_OURS = "Publisher"
_SLUG = "{slug}"
_WELL_KNOWN = (
    "feed.xml", "atom.xml", "index.xml", "rss.xml", "feed.json", "feed/index.xml", "feeds/all.atom.xml",
)  # fmt: skip


class Standing(Struct, frozen=True):
    """One feed, by its path below the output folder; `feed` is None where only the engine's configuration tells of it.

    `slug` is what stands for its category in the path; None for the feed of the whole site.
    """

    path: str
    format: FeedFormat
    feed: ForeignFeed | None = None
    slug: str | None = None


def site_feeds(folder: Path, found: Survey) -> list[Standing]:
    """The feeds of the whole site, one of each format: those the engine is configured for, then those that lie where
    feeds are wont to."""
    configured = [one for one in found.served if not one.by_category and _fits(one.path)]
    output = folder / found.output
    told = [Standing(one.path, one.format, _read(output / one.path)) for one in configured]
    lying = [Standing(path, feed.format, feed) for path in _WELL_KNOWN if (feed := _read(output / path))]
    kept: dict[FeedFormat, Standing] = {}
    for one in (*told, *lying):
        format_ = one.feed.format if one.feed else one.format
        kept.setdefault(format_, replace(one, format=format_))
    return sorted(kept.values(), key=lambda one: list(FeedFormat).index(one.format))


def category_patterns(found: Survey) -> dict[FeedFormat, str]:
    """Where the engine puts the feeds of categories, one pattern of each format, `{slug}` in it once."""
    patterns: dict[FeedFormat, str] = {}
    for one in found.served:
        if one.by_category and one.path.count(_SLUG) == 1 and _fits(one.path):
            patterns.setdefault(one.format, one.path)
    return patterns


def category_feeds(output: Path, format_: FeedFormat, pattern: str, others: Collection[str]) -> Iterator[Standing]:
    """The feeds that lie where a pattern has those of categories; `others` are paths of feeds that are none."""
    before, _, after = pattern.partition(_SLUG)
    for path in sorted(output.glob(f"{escape(before)}*{escape(after)}")):
        name = path.relative_to(output).as_posix()
        feed = _read(path) if name not in others else None
        if feed:
            yield Standing(name, format_, feed, name[len(before) : len(name) - len(after)])


def category_slugs(feeds: Sequence[Standing], posts: Sequence[Post], timezone: str) -> dict[str, str]:
    """What stands for each category in the paths of its feeds, where it is not what Publisher would put there.

    Told by the spelling, else, for a feed whose path is in another script (`tou-zi` for 投資), by the posts in it.
    """
    categories = sorted({category for post in posts for category in post.categories})
    named = {one.slug: _spelt(one.slug, categories) for one in feeds if one.slug}
    taken = {category for found in named.values() for category in found}
    unspelt = {one.slug: one.feed for one in feeds if one.slug and one.feed and not named[one.slug]}
    matched = {match.id: source for source, match in adopt(unspelt.values(), posts, {}, timezone).matches.items()}
    free = {post.source: {*post.categories} - taken for post in posts}
    for slug, feed in unspelt.items():
        sources = [matched[entry.id] for entry in feed.entries if entry.id in matched]
        named[slug] = _shared([free[source] for source in sources], feed.title)
    pairs = [(category, slug) for slug, found in named.items() for category in found]
    times = Counter(category for category, _ in pairs)
    return {name: slug for name, slug in pairs if times[name] == 1 and category_slug(name, {}) != slug}


_SPELLINGS: tuple[Callable[[str], str], ...] = (
    lambda name: name,
    lambda name: unicodedata.normalize("NFC", name),
    lambda name: "-".join(unicodedata.normalize("NFKC", name).casefold().split()),
    lambda name: re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name).casefold()),
)
"""From the strictest on: `C` is no category of the feed c++, though nothing else may be left of that name."""


def _spelt(slug: str, categories: Sequence[str]) -> list[str]:
    """The categories that a slug spells; several where they differ in capitals alone."""
    for fold in _SPELLINGS:
        found = [category for category in categories if fold(category) and fold(category) == fold(slug)]
        if found:
            return found
    return []


def _shared(categories: Sequence[set[str]], title: str) -> list[str]:
    """The one category that all posts of a feed have; where there are several, the one in its title."""
    found = sorted(set.intersection(*categories)) if categories else []
    titled = [category for category in found if category.casefold() in title.casefold()]
    return next((names for names in (found, titled) if len(names) == 1), [])


def _fits(path: str) -> bool:
    try:
        return bool(output_path(path))
    except ValueError:
        return False


def _read(path: Path) -> ForeignFeed | None:
    """The feed in a file; None where there is none, and for our own, whose ids `ids.json` has."""
    # feedparser takes a while to import, and most folders have no feed.
    if not path.is_file():
        return None
    from publisher.feeds.foreign import read_feed

    try:
        feed = read_feed(read_file(path), str(path))
    except PublisherError:
        return None
    return None if feed.generator == _OURS else feed
