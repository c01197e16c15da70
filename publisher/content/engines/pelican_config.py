"""What Pelican's configuration says of a site: `publishconf.py`, else `pelicanconf.py`, read and never run."""

import posixpath
from fnmatch import fnmatchcase
from pathlib import Path

from publisher.content.engines.pelican_program import Unknown, read_program
from publisher.content.engines.pelican_settings import TEMPLATES, PelicanSettings
from publisher.content.engines.pelican_slugs import DEFAULT, SlugRules
from publisher.content.engines.pelican_values import Values
from publisher.content.engines.settings import author_of, site_url, zone_of
from publisher.content.nouns import Engine, Served, Survey
from publisher.content.values import Fields, Scalar
from publisher.errors import Problem
from publisher.model.feed import FeedFormat

FILE = "pelicanconf.py"
_PUBLISHED = "publishconf.py"
_HOME = "_publisher"
_FEEDS = (
    ("FEED_ATOM", FeedFormat.ATOM, ""),
    ("FEED_RSS", FeedFormat.RSS, ""),
    ("FEED_ALL_ATOM", FeedFormat.ATOM, "feeds/all.atom.xml"),
    ("FEED_ALL_RSS", FeedFormat.RSS, ""),
)
_CATEGORY_FEEDS = (
    ("CATEGORY_FEED_ATOM", FeedFormat.ATOM, "feeds/{slug}.atom.xml"),
    ("CATEGORY_FEED_RSS", FeedFormat.RSS, ""),
)
# Replaced in Pelican 3 and 4 (settings.handle_deprecated_settings); it still follows them.
_REPLACED = {
    "ARTICLE_DIR": "ARTICLE_PATHS",
    "PAGE_DIR": "PAGE_PATHS",
    "CLEAN_URLS": "ARTICLE_URL",
    "ARTICLE_PERMALINK_STRUCTURE": "ARTICLE_URL",
    "SLUG_SUBSTITUTIONS": "SLUG_REGEX_SUBSTITUTIONS",
    "CATEGORY_SUBSTITUTIONS": "CATEGORY_REGEX_SUBSTITUTIONS",
    "AUTHOR_SUBSTITUTIONS": "AUTHOR_REGEX_SUBSTITUTIONS",
    "TAG_SUBSTITUTIONS": "TAG_REGEX_SUBSTITUTIONS",
}
# Plugins that change dates, headers or addresses.
_PLUGINS = (
    "i18n_subsites",
    "filetime_from_git",
    "yaml_metadata",
    "metayaml",
    "subcategory",
    "permalinks",
    "liquid_tags",
)


def is_pelicans(folder: Path) -> bool:
    """Whether there is a `pelicanconf.py`."""
    return (folder / FILE).is_file()


def survey(folder: Path) -> Survey:
    """The settings that the published site has; all None where there is no configuration."""
    problems: list[Problem] = []
    files = [name for name in (_PUBLISHED, FILE) if (folder / name).is_file()]
    names, program = read_program(folder, files[0], problems) if files else ({}, ())
    values = Values(names, problems)
    content = values.folder("PATH", "content" if (folder / "content").is_dir() else ".", folder)
    output = values.folder("OUTPUT_PATH", "output", folder)
    settings = _settings(values)
    _warn_of_unread(values)
    _warn_of_home(values, content, settings)
    return Survey(
        engine=Engine.PELICAN,
        title=values.text("SITENAME") or None,
        url=site_url(settings.siteurl),
        language=settings.default_lang.replace("_", "-") if "DEFAULT_LANG" in names else None,
        timezone=_zone(values),
        description=values.text("SITESUBTITLE") or None,
        author=author_of(Scalar(settings.author, False, 1, 1)),
        output=output,
        content=content,
        problems=tuple(sorted(problems)),
        settings=settings,
        served=_served(values),
        looked_at=program,
    )


def _settings(values: Values) -> PelicanSettings:
    pages = values.texts("PAGE_PATHS", ("pages",))
    own = PelicanSettings()
    return PelicanSettings(
        siteurl=values.text("SITEURL").rstrip("/"),
        default_lang=values.text("DEFAULT_LANG", "en").lower(),
        author=values.text("AUTHOR"),
        article_paths=tuple(_normal(path) for path in values.texts("ARTICLE_PATHS", ("",))),
        article_excludes=(*values.texts("ARTICLE_EXCLUDES", ()), *pages),
        page_paths=tuple(_normal(path) for path in pages),
        ignore_files=values.texts("IGNORE_FILES", own.ignore_files),
        extensions=_extensions(values, own.extensions),
        templates=tuple((key, values.text(key, TEMPLATES[key])) for key in sorted(TEMPLATES) if key in values.names),
        folder_is_category=values.flag("USE_FOLDER_AS_CATEGORY", default=True),
        default_category=values.text("DEFAULT_CATEGORY", "misc"),
        default_date=values.date("DEFAULT_DATE"),
        default_metadata=values.pairs("DEFAULT_METADATA"),
        path_metadata=values.nested("EXTRA_PATH_METADATA"),
        filename_pattern=values.pattern("FILENAME_METADATA", own.filename_pattern),
        path_pattern=values.pattern("PATH_METADATA"),
        slug_source=values.text("SLUGIFY_SOURCE", "title"),
        slugs=_slugs(values),
        translation_id=_translation_id(values),
    )


def _slugs(values: Values) -> SlugRules:
    substitutions = values.substitutions("SLUG_REGEX_SUBSTITUTIONS")
    return SlugRules(
        substitutions=DEFAULT if substitutions is None else substitutions,
        category=values.substitutions("CATEGORY_REGEX_SUBSTITUTIONS"),
        author=values.substitutions("AUTHOR_REGEX_SUBSTITUTIONS"),
        tag=values.substitutions("TAG_REGEX_SUBSTITUTIONS"),
        keeps_unicode=values.flag("SLUGIFY_USE_UNICODE", default=False),
        keeps_case=values.flag("SLUGIFY_PRESERVE_CASE", default=False),
    )


def _extensions(values: Values, own: tuple[str, ...]) -> tuple[str, ...]:
    """Without those for which READERS has None; a reader of the site's own is a program."""
    found = values.names.get("READERS")
    if found is None:
        return own
    readers = found.value if isinstance(found.value, dict) else {}
    if isinstance(found.value, Unknown) or any(readers.values()):
        values.warn("READERS", "readers of the site's own are not followed; Pelican's own readers are")
    return tuple(name for name in own if readers.get(name, "") is not None)


def _translation_id(values: Values) -> tuple[str, ...]:
    found = values.names.get("ARTICLE_TRANSLATION_ID")
    if found and isinstance(found.value, list | tuple):
        return values.texts("ARTICLE_TRANSLATION_ID", ("slug",))
    key = values.text("ARTICLE_TRANSLATION_ID", "slug")
    return (key.lower(),) if key else ()


def _zone(values: Values) -> str | None:
    name = values.text("TIMEZONE")
    if not name:
        return None
    found = values.names["TIMEZONE"]
    fields = Fields()
    fields["TIMEZONE"] = Scalar(name, False, found.line, found.column)
    fields.places["TIMEZONE"] = found.line, found.column
    return zone_of(fields, "TIMEZONE", found.file, values.problems)


def _served(values: Values) -> tuple[Served, ...]:
    """The feeds of the site and of each category; those of tags, authors and languages have no like here."""
    site = [(kind, values.text(key, own), False) for key, kind, own in _FEEDS]
    category = [(kind, values.text(key, own).replace("%s", "{slug}"), True) for key, kind, own in _CATEGORY_FEEDS]
    return tuple(Served(kind, path.lstrip("/"), by_category) for kind, path, by_category in (*site, *category) if path)


def _warn_of_unread(values: Values) -> None:
    for key, new in _REPLACED.items():
        if values.has(key):
            values.warn(key, f"is not followed; Pelican has replaced it by {new}")
    link = values.names.get("INTRASITE_LINK_REGEX")
    if link and link.value != "[{|](?P<what>.*?)[|}]":
        values.warn("INTRASITE_LINK_REGEX", "is not followed; links are read as {filename}…")
    plugins = values.names.get("PLUGINS")
    for name in plugins.value if plugins and isinstance(plugins.value, list | tuple) else ():
        if isinstance(name, str) and name.rpartition(".")[2] in _PLUGINS:
            values.warn("PLUGINS", f"what the plugin {name} does to headers and addresses is not followed")


def _warn_of_home(values: Values, content: str, settings: PelicanSettings) -> None:
    """Pelican has no file of what to pass over: what lies in PATH is read, and copied where STATIC_PATHS says so."""
    said = values.names.get("PATH")
    is_elsewhere = said is not None and isinstance(said.value, str) and _normal(said.value).startswith("..")
    if content != "." or not values.names or is_elsewhere:
        return
    if any(fnmatchcase(_HOME, pattern) for pattern in settings.ignore_files):
        return
    copied = {_normal(path) for path in values.texts("STATIC_PATHS", ("images",))}
    is_read = _HOME not in settings.article_excludes and {"", _HOME} & set(settings.article_paths)
    if is_read or (_HOME not in values.texts("STATIC_EXCLUDES", ()) and {"", _HOME} & copied):
        key = "PATH" if "PATH" in values.names else next(iter(values.names))
        values.warn(key, f"Pelican takes {_HOME}/ for a part of the site; set IGNORE_FILES = ['.*', '{_HOME}']")


def _normal(path: str) -> str:
    normal = posixpath.normpath(path)
    return "" if normal == "." else normal.strip("/")
