"""What Zola's configuration says of the site (its components/config/src/config/mod.rs)."""

import re
from pathlib import Path

from publisher.content.codes import Code
from publisher.content.engines.settings import read_settings, site_url
from publisher.content.engines.zola_slugs import Slugify
from publisher.content.nouns import Engine, Rules, Served, Settings, Survey
from publisher.content.values import Fields, Scalar, Value, texts
from publisher.errors import Problem
from publisher.model.feed import FeedFormat
from publisher.model.post import Author

_ADDRESS = re.compile(r"(\S+@\S+)\s+\((.+)\)$")
_LONGEST_AUTHOR = 200
_FILES = ("zola.toml", "config.toml")
CATEGORIES = ("categories", "category")
TAGS = ("tags", "tag")


class ZolaSettings(Settings, frozen=True):
    """What posts need of the configuration. `languages` are those beside the default one; `ignored` are globs."""

    default_language: str = "en"
    languages: tuple[str, ...] = ()
    paths: Slugify = Slugify.ON
    keeps_dates: bool = False
    ignored: tuple[str, ...] = ()


DEFAULT = ZolaSettings()


def settings_of(rules: Rules) -> ZolaSettings:
    """The rules' own, else what a site without any configuration has."""
    return rules.settings if isinstance(rules.settings, ZolaSettings) else DEFAULT


def is_zolas(folder: Path) -> bool:
    """Whether there is a zola.toml, or a config.toml with `base_url`, which Zola needs and Hugo does not know."""
    return _file(folder) != "" and ((folder / _FILES[0]).is_file() or "base_url" in _fields(folder, _FILES[1], []))


def survey(folder: Path) -> Survey:
    """The settings of zola.toml or config.toml; all None where there is neither."""
    problems: list[Problem] = []
    file = _file(folder)
    fields = _fields(folder, file, problems) if file else Fields()
    settings = _settings(fields, file, problems)
    own = _under(fields.get("languages"), settings.default_language)
    return Survey(
        engine=Engine.ZOLA,
        title=fields.text("title") or _text(own, "title"),
        url=site_url(fields.text("base_url")),
        language=fields.text("default_language"),
        description=fields.text("description") or _text(own, "description"),
        author=author_named(fields.text("author") or ""),
        output=(fields.text("output_dir") or "public").removeprefix("./").strip("/") or "public",
        content="content",
        problems=tuple(sorted(problems)),
        settings=settings,
        served=_served(fields, own),
    )


def author_named(text: str) -> Author | None:
    """A name, or `y@example.jp (山田)` as Zola's RSS wants it; None where the text is empty."""
    found = _ADDRESS.match(text) if len(text) <= _LONGEST_AUTHOR else None
    if found:
        return Author(found[2], found[1])
    return Author(text) if text else None


def _file(folder: Path) -> str:
    return next((name for name in _FILES if (folder / name).is_file()), "")


def _fields(folder: Path, file: str, problems: list[Problem]) -> Fields:
    return read_settings(folder, file, problems)


def _settings(fields: Fields, file: str, problems: list[Problem]) -> ZolaSettings:
    slugs = fields.get("slugify")
    how = _text(slugs, "paths") or "on"
    if how not in set(Slugify):
        message = f"slugify.paths: '{how[:20]}' is none of on, safe and off"
        problems.append(Code.SETTING_NOT_READ.warning(file, *fields.places.get("slugify", (1, 1)), message))
        how = "on"
    default = fields.text("default_language") or DEFAULT.default_language
    return ZolaSettings(
        default_language=default,
        languages=tuple(sorted(set(_codes(fields.get("languages"))) - {default})),
        paths=Slugify(how),
        keeps_dates=_text(slugs, "paths_keep_dates") == "true",
        ignored=tuple(texts(fields.get("ignored_content"))),
    )


def _codes(value: Value | None) -> list[str]:
    """The languages: keys of a table, or the `code` of each entry in a list, as before Zola 0.16."""
    if isinstance(value, dict):
        return list(value)
    entries = value if isinstance(value, list) else []
    return [code for entry in entries if (code := _text(entry, "code"))]


def _served(fields: Fields, own: Value | None) -> tuple[Served, ...]:
    """The feeds of the site and of each category (site/src/lib.rs), by the keys of older versions too."""
    names = list(texts(fields.get("feed_filenames"))) or list(texts(fields.get("feed_filename"))) or ["atom.xml"]
    formats = [(name, kind) for name in names if (kind := _format(name))]
    whole = any(fields.says_yes(key) or _text(own, key) == "true" for key in ("generate_feeds", "generate_feed"))
    root = (fields.text("taxonomy_root") or "").strip("/")
    place = f"{root}/" if root else ""
    served = [Served(kind, name) for name, kind in formats if whole]
    for taxonomy in _with_feeds([*_listed(fields.get("taxonomies")), *_listed(_under(own, "taxonomies"))]):
        served += [Served(kind, f"{place}{taxonomy}/{{slug}}/{name}", by_category=True) for name, kind in formats]
    return tuple(dict.fromkeys(served))


def _with_feeds(taxonomies: list[Value]) -> list[str]:
    named = [(_text(entry, "name"), _text(entry, "feed")) for entry in taxonomies]
    return [name for name, feed in named if name in CATEGORIES and feed == "true"]


def _format(name: str) -> FeedFormat | None:
    """By the name: Zola renders a feed by the template of its file's name, and has atom.xml and rss.xml itself."""
    if name.endswith(".json"):
        return FeedFormat.JSON
    if not name.endswith(".xml"):
        return None
    return FeedFormat.RSS if "rss" in name else FeedFormat.ATOM


def _under(value: Value | None, key: str) -> Value | None:
    return value.get(key) if isinstance(value, dict) else None


def _text(value: Value | None, key: str) -> str | None:
    found = _under(value, key)
    return found.text if isinstance(found, Scalar) and found.text else None


def _listed(value: Value | None) -> list[Value]:
    return value if isinstance(value, list) else []
