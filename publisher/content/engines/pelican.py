"""Posts as Pelican 4 reads them: its readers.py, contents.py, generators.py and utils.py.

Articles are the Markdown, reStructuredText and HTML files below ARTICLE_PATHS. Not followed, and said so by the survey
where a site sets them: plugins that change headers or addresses, readers of the site's own, settings that Pelican
has replaced.
"""

from datetime import UTC, datetime
from urllib.parse import urljoin, urlparse
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from publisher.content.codes import Code
from publisher.content.dates import BadDate, japanese_moment, local
from publisher.content.engines import pelican_paths
from publisher.content.engines.pelican_dates import pelican_moment
from publisher.content.engines.pelican_docinfo import split_rst
from publisher.content.engines.pelican_fields import (
    author_names,
    category_of,
    listed,
    path_of,
    save_as,
    slug_of,
    status_of,
    url_of,
)
from publisher.content.engines.pelican_header import split_html, split_markdown
from publisher.content.engines.pelican_settings import HTML, RST, settings_of
from publisher.content.front import Front
from publisher.content.nouns import Markup, Rules
from publisher.content.permalinks import Slots, extension
from publisher.content.posts import Context, dated, permalink
from publisher.content.posts import language as language
from publisher.content.source import Source
from publisher.content.values import Fields, Scalar
from publisher.model.post import Author, Post

expiry_keys: tuple[str, ...] = ()
_UNLISTED = frozenset({"draft", "hidden", "skip"})


def split(text: str, file: str) -> Front:
    """By the file's markup: see pelican_header and pelican_docinfo."""
    kind = markup(file)
    if kind is Markup.RST:
        return split_rst(text, file)
    return split_html(text, file) if kind is Markup.HTML else split_markdown(text, file)


def markup(name: str) -> Markup:
    """By the extension."""
    kind = extension(name)[1:]
    return Markup.RST if kind in RST else Markup.HTML if kind in HTML else Markup.MARKDOWN


def is_context(_rules: Rules, _below: str) -> bool:
    """No file holds defaults for others."""
    return False


def defaults(rules: Rules, below: str, _context: Context) -> Fields:
    """See pelican_paths.defaults_of."""
    return pelican_paths.defaults_of(settings_of(rules), below)


def choose(rules: Rules, folder: str, files: list[str], folders: list[str]) -> tuple[list[str], list[str]]:
    """Files that Pelican reads as articles, and the folders that lead to more."""
    return pelican_paths.choose(settings_of(rules), folder, files, folders)


def is_draft(source: Source) -> bool:
    """A draft, an article that is hidden from lists and feeds, one that is skipped, one whose page is not written."""
    status = status_of(source)
    if status != "published" and status not in _UNLISTED:
        message = f"status: '{status[:40]}' is none that Pelican knows, so it leaves the article out"
        raise source.fatal(Code.BAD_VALUE, "status", message)
    return status in _UNLISTED or not save_as(source)


def published(source: Source) -> datetime | None:
    """`Date`, else what name, path and settings say, else the file's time where DEFAULT_DATE is `fs`.

    An article without title or category is no article to Pelican, and one whose `Modified` it cannot read neither.
    """
    _check_modified(source)
    found = dated(source, moment, "date")
    if found is None and settings_of(source.rules).default_date == "fs":
        found = _of_file(source)
    if found is None:
        line, column = source.place("date")
        message = "the article has no date, so Pelican leaves it out: add 'Date: 2024-01-31' to its header"
        raise Code.NO_DATE.fatal(source.file, line, column, message)
    _check_named(source, found)
    for key in ("title", "category"):
        if key not in source.fields:
            message = f"the article has no {key}, so Pelican leaves it out: add '{key.capitalize()}: …' to its header"
            raise Code.BAD_VALUE.fatal(source.file, 1, 1, message)
    return found


def _of_file(source: Source) -> datetime:
    message = "the article has no date; DEFAULT_DATE = 'fs' takes the file's, which a fresh checkout changes"
    source.warnings.append(Code.DATE_OF_FILE.warning(source.file, 1, 1, message))
    return local(datetime.fromtimestamp(source.mtime_ns // 10**9, UTC), source.zone)


def _check_modified(source: Source) -> None:
    value = source.fields.scalar("modified")
    try:
        if value:
            moment(source, value)
    except BadDate as error:
        # A Japanese date is left to `posts`, which reads it and says so.
        if value is None or not _is_japanese(value.text, source.zone):
            raise source.fatal(error.code, "modified", f"modified: {error.message}") from error


def _is_japanese(text: str, zone: ZoneInfo) -> bool:
    try:
        return japanese_moment(text, zone) is not None
    except BadDate:
        return False


def _check_named(source: Source, found: datetime) -> None:
    named = pelican_paths.named_date(settings_of(source.rules), source.below)
    if named is None or "date" not in source.front.fields:
        return
    try:
        other = pelican_moment(named, source.zone)
    except BadDate as error:
        message = f"the date in the file's name stops Pelican: {error.message}"
        raise error.code.fatal(source.file, 1, 1, message) from error
    if other.date() != found.date():
        message = f"date: {found.date()} is another day than the file's name says, {other.date()}; the header's counts"
        source.warn(Code.DATE_DIFFERS, "date", message)


def moment(source: Source, value: Scalar) -> datetime:
    """See pelican_dates.pelican_moment; a header's `Timezone` goes before the site's."""
    return pelican_moment(value.text, _zone(source))


def _zone(source: Source) -> ZoneInfo:
    name = source.fields.text("timezone")
    try:
        return ZoneInfo(name) if name else source.zone
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadDate(Code.UNKNOWN_ZONE, f"there is no time zone '{(name or '')[:40]}'") from error


def slug(source: Source) -> str:
    """See pelican_fields.slug_of; the file's name where that is empty."""
    return slug_of(source) or source.stem


def categories(source: Source) -> tuple[str, ...]:
    """The one category."""
    return (category_of(source),)


def tags(source: Source) -> tuple[str, ...]:
    """`Tags`, split at `;` if there is one, else at `,`."""
    return tuple(listed(source.fields.get("tags")))


def authors(source: Source) -> tuple[Author, ...]:
    """`Authors`, else `Author`."""
    return tuple(Author(name) for name in author_names(source))


def translation(source: Source) -> str | None:
    """The values of the keys of ARTICLE_TRANSLATION_ID, which is the slug; None where one is not there."""
    keys = settings_of(source.rules).translation_id
    values = [slug_of(source) if key == "slug" else source.fields.text(key) or "" for key in keys]
    return "/".join(values) if values and all(values) else None


def path(source: Source, published: datetime, categories: tuple[str, ...]) -> str:
    """The config's permalink if there is one, else `Url`, else by ARTICLE_URL or ARTICLE_LANG_URL."""
    if source.rules.permalink:
        stem = source.below.rpartition(".")[0]
        return permalink(source, Slots(published, slug(source), source.stem, stem, categories), source.rules.permalink)
    if not slug_of(source):
        message = "there is nothing to make an address of: give the article a title or a slug"
        raise source.fatal(Code.BAD_VALUE, "title", message)
    return path_of(source, published)


def separator(_source: Source) -> str | None:
    """A sentence ends the excerpt."""
    return None


def feed_id(source: Source, post: Post) -> str:
    """feedgenerator's get_tag_uri: `tag:host,2024-01-31:/path`, in which nothing is escaped, and `#` becomes `/`."""
    root = settings_of(source.rules).siteurl or source.rules.url
    try:
        parts = urlparse(urljoin(f"{root.rstrip('/')}/", url_of(source, post.published)))
    except ValueError:
        return post.url
    fragment = f"/{parts.fragment}" if parts.fragment else ""
    return f"tag:{parts.hostname},{post.published:%Y-%m-%d}:{parts.path}{fragment}"
