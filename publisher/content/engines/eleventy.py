"""Posts as Eleventy 3 reads them: its Template.js, TemplateData.js, TemplateFileSlug.js and TemplatePermalink.js.

Eleventy makes a page of every template and knows no posts. Here a post is a Markdown file, or an HTML file with a
layout, that is in the collection the site's own feed is made of, where the configuration names one; else it has the
tag `posts`, `post` or `blog`, or a date, in its front matter, a data file, or its path. Pages without an address of
their own (`permalink: false`), out of collections, or with pagination are none.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import partial

from publisher.content.codes import Code
from publisher.content.data_text import read_json
from publisher.content.dates import BadDate
from publisher.content.engines import eleventy_permalinks
from publisher.content.engines.eleventy_data import defaults as defaults
from publisher.content.engines.eleventy_data import is_data_file, joined, stem_of, value_of
from publisher.content.engines.eleventy_front import split as split_template
from publisher.content.engines.eleventy_globs import is_like
from publisher.content.engines.eleventy_settings import settings_of
from publisher.content.engines.iso_dates import eleventy_date, warn_of_days
from publisher.content.engines.iso_languages import language_code
from publisher.content.engines.js_values import Script, fields_of, is_program
from publisher.content.front import Front
from publisher.content.nouns import Markup, Rules
from publisher.content.permalinks import extension
from publisher.content.posts import authors as authors
from publisher.content.posts import dated
from publisher.content.posts import language as written_language
from publisher.content.source import Source
from publisher.content.values import Fields, Scalar, is_null, texts
from publisher.errors import ContentError
from publisher.model.post import Post

expiry_keys: tuple[str, ...] = ()
HOME = "_publisher"
_MARKS = frozenset({"posts", "post", "blog"})
_NO_TAGS = _MARKS | {"all", "nav"}
_IN_PATH = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_OF_FILE = ("last modified", "created")
_OF_GIT = ("git last modified", "git created")
_MATTER = ("date", "tags", "draft", "title")


def split(text: str, file: str) -> Front:
    """Front matter of a template, or what a data file holds; a data file that is no object holds nothing."""
    kind = extension(file)
    if kind == ".json":
        return Front(_json(text, file), "", 1)
    if kind in (".js", ".cjs", ".mjs"):
        exported = Script(text).exported()
        return Front(fields_of(exported if isinstance(exported, dict) else {}, 1), "", 1)
    return split_template(text, file)


def _json(text: str, file: str) -> Fields:
    try:
        return read_json(text, file)
    except ContentError as error:
        if error.problems[0].code == Code.NO_MAPPING:
            return Fields()
        raise


def markup(name: str) -> Markup:
    """By the extension."""
    return Markup.HTML if extension(name) == ".html" else Markup.MARKDOWN


def is_context(rules: Rules, below: str) -> bool:
    """See eleventy_data.is_data_file."""
    return is_data_file(rules, below)


def choose(rules: Rules, folder: str, files: list[str], folders: list[str]) -> tuple[list[str], list[str]]:
    """Templates that nothing ignores; every folder but those of data, includes and layouts, and those that start
    with a dot."""
    settings = settings_of(rules)
    place = f"{rules.prefix}{folder}/" if folder else rules.prefix
    kept = {settings.data, settings.includes, settings.layouts, rules.output, HOME}
    picked = [name for name in files if extension(name) in (".md", ".html") and not _is_ignored(rules, place + name)]
    entered = [name for name in folders if name[0] != "." and place + name not in kept]
    return picked, [name for name in entered if not _is_ignored(rules, f"{place}{name}/x")]


def _is_ignored(rules: Rules, file: str) -> bool:
    return any(is_like(glob, file) for glob in settings_of(rules).ignores)


def is_draft(source: Source) -> bool:
    """`draft: true`: Eleventy itself has no drafts, but sites leave them out by this key."""
    value = value_of(source, "draft")
    return isinstance(value, Scalar) and value.text.strip().lower() in ("true", "yes", "on")


def published(source: Source) -> datetime | None:
    """The date in the cascade, else the first one in the path, in UTC; see the module for what is a post."""
    for key in _MATTER:
        if is_program(source.fields.get(key)):
            message = f"{key}: is a program, and programs are not run: write it in the post's front matter"
            raise source.fatal(Code.NOT_EXECUTED, key, message)
    tags = _tags(source)
    marked = _is_collected(source, tags)
    if marked is False or _is_aside(source, tags):
        return None
    if not marked and markup(source.name) is Markup.HTML and value_of(source, "layout") is None:
        return None
    found = _dated(source, bool(marked))
    if found is None and marked:
        message = "the post has no date, so Eleventy takes its file's: add 'date: 2024-01-31' or name it 2024-01-31-…"
        raise source.fatal(Code.NO_DATE, "date", message)
    return found


def _is_collected(source: Source, tags: list[str]) -> bool | None:
    """Whether the page is in the collection of posts; None where no collection tells."""
    settings = settings_of(source.rules)
    if settings.collection is None:
        return True if _MARKS.intersection(tags) else None
    if settings.globs:
        return any(is_like(glob, source.file) for glob in settings.globs)
    return settings.collection in tags


def _is_aside(source: Source, tags: list[str]) -> bool:
    if eleventy_permalinks.is_withheld(source) or "pagination" in source.fields:
        return True
    excluded = list(texts(joined(source, "eleventyExcludeFromCollections")))
    collection = settings_of(source.rules).collection
    names = {collection} if collection else {"all", *_MARKS.intersection(tags)}
    return "true" in excluded or not names.isdisjoint(excluded)


def _dated(source: Source, marked: bool) -> datetime | None:
    value = source.fields.get("date")
    if value is not None and not isinstance(value, Scalar):
        raise source.fatal(Code.BAD_VALUE, "date", "date: must be one date; Eleventy stops at it")
    if value is None or is_null(value) or not value.text.strip():
        return _from_path(source)
    word = value.text.strip().lower()
    if word in _OF_FILE or word in _OF_GIT:
        return _of_file(source, word) if marked else None
    found = dated(source, moment, "date")
    warn_of_days(source, partial(eleventy_date, value.text, value.plain), source.name)
    return found


def _from_path(source: Source) -> datetime | None:
    named = _IN_PATH.search(source.file)
    try:
        return eleventy_date(named[0], True).moment if named else None
    except BadDate as error:
        raise error.code.fatal(source.file, 1, 1, f"the date in the path: {error.message}") from error


def _of_file(source: Source, word: str) -> datetime:
    if word in _OF_GIT:
        message = f"date: '{word}' is taken from the history, which is not read here; write 'date: 2024-01-31'"
        raise source.fatal(Code.DATE_OF_FILE, "date", message)
    message = f"date: '{word}' is the file's own, which a fresh checkout changes; write 'date: 2024-01-31'"
    source.warn(Code.DATE_OF_FILE, "date", message)
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=source.mtime_ns // 1000)


def moment(_source: Source, value: Scalar) -> datetime:
    """What Eleventy makes of a date."""
    return eleventy_date(value.text, value.plain).moment.astimezone(UTC)


def slug(source: Source) -> str:
    """`page.fileSlug`, which stands for nothing where the page is the root's index."""
    return eleventy_permalinks.file_slug(source) or source.stem


def categories(source: Source) -> tuple[str, ...]:
    """`categories`, then `category`: keys of the writer's own, since Eleventy has only tags."""
    return tuple(dict.fromkeys(name for key in ("categories", "category") for name in _named(source, key)))


def _named(source: Source, key: str) -> list[str]:
    value = value_of(source, key)
    return list(texts(joined(source, key))) if isinstance(value, list) else list(texts(value))


def tags(source: Source) -> tuple[str, ...]:
    """The tags of the cascade without those that only make collections: all, nav, posts and the site's own."""
    own = settings_of(source.rules).collection
    return tuple(name for name in _tags(source) if name not in _NO_TAGS and name != own)


def _tags(source: Source) -> list[str]:
    return list(dict.fromkeys(texts(joined(source, "tags"))))


def language(source: Source) -> str | None:
    """`lang`, in the front matter or a data file, else the i18n plugin's: a code in the path, else its default."""
    written = written_language(source)
    default = settings_of(source.rules).language
    return written or (_code(source) or default if default else None)


def translation(source: Source) -> str | None:
    """The path without the code of its language; None where the site has one language."""
    code = _code(source)
    if settings_of(source.rules).language is None and (code is None or code != source.fields.text("lang")):
        return None
    parts = stem_of(source).split("/")
    if code:
        parts.remove(code)
    return "/".join(parts)


def _code(source: Source) -> str | None:
    return next((part for part in stem_of(source).split("/")[:-1] if language_code(part)), None)


def path(source: Source, published: datetime, _categories: tuple[str, ...]) -> str:
    """See eleventy_permalinks.address."""
    return eleventy_permalinks.address(source, published)


def separator(source: Source) -> str | None:
    """What the configuration gives gray-matter; none unless it asks for excerpts."""
    return settings_of(source.rules).excerpt


def feed_id(_source: Source, post: Post) -> str:
    """The post's address, as the RSS plugin's templates have it."""
    return post.url
