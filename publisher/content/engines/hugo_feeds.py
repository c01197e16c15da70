"""The feeds that Hugo makes by a configuration (config/allconfig, output/outputFormat.go)."""

from publisher.content.engines.hugo_files import Config, mapping_of, text_of, texts_of
from publisher.content.engines.hugo_settings import Language
from publisher.content.engines.hugo_targets import fits
from publisher.content.nouns import Served
from publisher.model.feed import FeedFormat

_FORMATS = {
    "application/rss+xml": FeedFormat.RSS,
    "application/atom+xml": FeedFormat.ATOM,
    "application/feed+json": FeedFormat.JSON,
}
_SUFFIXES = {FeedFormat.RSS: "xml", FeedFormat.ATOM: "xml", FeedFormat.JSON: "json"}


def served_feeds(config: Config, language: Language) -> tuple[Served, ...]:
    """The feeds of the site and of each category in the default language, those of other formats too."""
    root = f"{language.prefix}/" if language.prefix else ""
    off = {text.lower() for text in texts_of(config.values.get("disablekinds"))}
    found = [Served(kind, root + name) for kind, name in _outputs(config, "home", off)]
    for key in () if "taxonomy" in off or _is_moved(language) else language.categories[:1]:
        found += [Served(kind, f"{root}{key}/{{slug}}/{name}", True) for kind, name in _outputs(config, "term", off)]
    return tuple(found)


def _is_moved(language: Language) -> bool:
    """Whether the pages of categories have addresses of their own, which no pattern by slug says."""
    paths = [f"/{key}/x" for key in language.categories]
    return any(fits(rule.target, "term", path, language.name) for rule in language.permalinks for path in paths)


def _outputs(config: Config, page: str, off: set[str]) -> list[tuple[FeedFormat, str]]:
    """The feeds that a kind of page has: formats and file names."""
    outputs = config.mapping("outputs")
    names = [text.lower() for text in texts_of(outputs[page])] if page in outputs else ["html", "rss"]
    feeds = [_feed(config, name) for name in names if page not in off and not (name == "rss" and "rss" in off)]
    return [feed for feed in feeds if feed]


def _feed(config: Config, name: str) -> tuple[FeedFormat, str] | None:
    custom = mapping_of(config.mapping("outputformats").get(name))
    builtin = "application/rss+xml" if name == "rss" else ""
    media = (text_of(custom.get("mediatype")) or builtin).lower()
    kind = _FORMATS.get(media)
    if kind is None:
        return None
    own = mapping_of(config.mapping("mediatypes").get(media))
    suffix = next(iter(texts_of(own.get("suffixes"))), _SUFFIXES[kind])
    folder = (text_of(custom.get("path")) or "").strip("/")
    file = f"{text_of(custom.get('basename')) or 'index'}.{suffix}"
    return kind, f"{folder}/{file}" if folder else file
