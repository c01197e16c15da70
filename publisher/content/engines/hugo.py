"""Posts as Hugo 0.168 reads them: its page__meta.go, page_frontmatter.go, pages_capture.go and component_fs.go."""

import re
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from publisher.content.codes import Code
from publisher.content.dates import BadDate
from publisher.content.engines.hugo_cascades import inherited
from publisher.content.engines.hugo_dates import dated_name, go_moment, is_stamp, stamp_moment
from publisher.content.engines.hugo_pages import Place, holds, in_site, place_of
from publisher.content.engines.hugo_paths import escape, normal, parse_name
from publisher.content.engines.hugo_settings import settings_of
from publisher.content.engines.hugo_urls import address
from publisher.content.front import Front, split_front
from publisher.content.nouns import ContentSource, Markup, Rules
from publisher.content.permalinks import extension
from publisher.content.posts import Context
from publisher.content.posts import authors as authors
from publisher.content.posts import language as own_language
from publisher.content.source import Source
from publisher.content.values import Fields, Scalar, is_null, texts
from publisher.model.post import Post

expiry_keys: tuple[str, ...] = ("expirydate", "unpublishdate")
HTML = frozenset({".html", ".htm"})
MARKDOWN = frozenset({".md", ".markdown", ".mdown"})
# Markups that Hugo renders itself or through other programs: such a post is on the site, so its absence is said.
_FOREIGN = frozenset({".org", ".rst", ".adoc", ".asciidoc", ".ad", ".pandoc", ".pdc"})
_CONTENT = MARKDOWN | HTML | _FOREIGN
# What a page says at the top only; the other keys of its `params` lie over those at the top.
_RESERVED = frozenset(
    (
        *("params", "cascade", "build", "_build", "title", "linktitle", "summary", "description", "slug", "url"),
        *("type", "keywords", "headless", "outputs", "draft", "published", "publishdate", "pubdate", "date"),
        *("lastmod", "modified", "expirydate", "unpublishdate", "layout", "weight", "aliases", "sitemap"),
        *("iscjklanguage", "translationkey", "resources", "markup", "menus", "sites"),
    )
)
_TRUE = frozenset({"1", "t", "T", "true", "TRUE", "True"})
_FALSE = frozenset({"0", "f", "F", "false", "FALSE", "False"})
_OF_FILE = {":filemodtime": "the time its file was changed", ":git": "its last commit"}
_DATED = re.compile(r"^(?:#\+|:)date:", re.IGNORECASE | re.MULTILINE)


def split(text: str, file: str) -> Front:
    """See front.split_front; the keys of `params` are laid over the others, as Hugo does it."""
    front = split_front(text, file, lenient=True)
    params = front.fields.get("params")
    if isinstance(params, dict):
        place = front.fields.places["params"]
        for key, value in params.items():
            if key.lower() not in _RESERVED:
                front.fields[key.lower()] = value
                front.fields.places[key.lower()] = place
    return front


def markup(name: str) -> Markup:
    """By the extension."""
    return Markup.HTML if extension(name) in HTML else Markup.MARKDOWN


def is_context(_rules: Rules, below: str) -> bool:
    """`_index` files, in any language: what they cascade, and the slugs and titles of their sections."""
    name = below.rpartition("/")[2]
    return name.startswith("_index.") and extension(name) in MARKDOWN | HTML


def defaults(rules: Rules, below: str, context: Context) -> Fields:
    """What the configuration and the `_index` files above cascade, the nearest first."""
    return inherited(rules, below, context)


def choose(rules: Rules, folder: str, files: list[str], folders: list[str]) -> tuple[list[str], list[str]]:
    """Content files but `_index`; of a leaf bundle only its `index`, in each language, and nothing below it.

    Outside the mounts only the folders that lead to one are entered.
    """
    settings = settings_of(rules)
    whole = in_site(rules.content, folder)
    leads = [mount.folder for mount in settings.mounts if holds(whole or ".", mount.folder)]
    if leads and not any(holds(mount.folder, whole) for mount in settings.mounts):
        return [], [name for name in folders if any(holds(f"{whole}/{name}".lstrip("/"), lead) for lead in leads)]
    ignored = [re.compile(pattern) for pattern in settings.ignored]

    def is_taken(name: str) -> bool:
        path = f"/{whole}/{name}".replace("//", "/")
        return name[0] not in ".#" and name[-1] != "~" and not any(pattern.search(path) for pattern in ignored)

    pages = [name for name in files if extension(name) in _CONTENT and is_taken(name)]
    stems = {name: normal(parse_name(name, settings.names, settings.off).base) for name in pages}
    index = [name for name in pages if stems[name] == "index"]
    if index and folder:
        return index, []
    posts = [name for name in pages if stems[name] not in ("_index", "index")]
    return posts, [name for name in folders if is_taken(name)]


def is_draft(source: Source) -> bool:
    """`draft`, else `published: false` (undocumented in Hugo), where drafts are not built; and pages that are not
    rendered, not listed or not HTML (`build`, `headless`, `outputs`), in a language that is off or on another host."""
    place = place_of(source)
    if place.disabled or place.language.prefix is None or _is_hidden(source.fields):
        return True
    drafted = _truth(source, "draft")
    if drafted is None:
        drafted = _truth(source, "published") is False
    return drafted and not settings_of(source.rules).drafts


def _truth(source: Source, key: str) -> bool | None:
    value = source.fields.get(key)
    if not isinstance(value, Scalar) or is_null(value):
        return None
    if value.text in _TRUE or value.text in _FALSE:
        return value.text in _TRUE
    if key == "draft" and source.fields.says_yes(key):
        message = (
            f"draft: '{value.text}' is no boolean to Hugo, which publishes the page; here it is a draft: write true"
        )
        source.warn(Code.YAML_SURPRISE, key, message)
        return True
    return False if key == "draft" or source.fields.says_no(key) else None


def _is_hidden(fields: Fields) -> bool:
    build = fields.get("_build", fields.get("build"))
    given = build if isinstance(build, dict) else {}
    options = {key.lower(): next(iter(texts(value)), "").lower() for key, value in given.items()}
    outputs = [text.lower() for text in texts(fields.get("outputs"))]
    return (
        options.get("render") in ("never", "link", "false", "0")
        or options.get("list") in ("never", "local", "false", "0")
        or fields.says_yes("headless")
        or (bool(outputs) and "html" not in outputs)
    )


class _Found(NamedTuple):
    """A date, and the slug where the file's name gave it; `unstable` is the source before it that no date is taken
    from."""

    moment: datetime | None = None
    slug: str | None = None
    unstable: str | None = None


def published(source: Source) -> datetime | None:
    """Hugo's `.PublishDate`, else its `.Date`, each by the site's `frontmatter` settings.

    A page without any is no post; in a section, where posts live, that is worth a warning.
    """
    place = place_of(source)
    if extension(source.name) in _FOREIGN and not (source.rules.source is ContentSource.BUILT and source.front.fields):
        _refuse(source)
        return None
    date = _first(source, place, place.language.dates)
    found = _first(source, place, place.language.publish_dates, date).moment or date.moment
    if date.unstable:
        message = f"Hugo dates the page by {_OF_FILE[date.unstable]}, which is not the same everywhere; give it a date"
        source.warnings.append(Code.DATE_OF_FILE.warning(source.file, 1, 1, message))
    elif found is None and place.parent and (source.front.fields or extension(source.name) in MARKDOWN):
        message = "the page has no date in its front matter, so it is not taken for a post"
        source.warnings.append(Code.NO_DATE.warning(source.file, 1, 1, message))
    return found


def _refuse(source: Source) -> None:
    fields = source.front.fields
    if any(key in fields for key in place_of(source).language.dates) or _DATED.search(source.front.body[:4000]):
        message = f"{extension(source.name)} is not read; write it in Markdown"
        raise Code.UNKNOWN_FORMAT.fatal(source.file, 1, 1, message)


def _first(source: Source, place: Place, keys: tuple[str, ...], date: _Found | None = None) -> _Found:
    """The first date that the keys lead to; `date` is Hugo's `.Date` where that was found already."""
    unstable = None
    for key in keys:
        if key == ":filename":
            named = dated_name(place.base_name, _zone(source, place))
            if named:
                return _Found(named[0], named[1], unstable)
        elif key in _OF_FILE:
            unstable = unstable or key
        else:
            moment = _under(source, key)
            if moment is None and date and key in ("date", "lastmod") and key not in source.fields:
                moment = date.moment
            if moment:
                return _Found(moment, None, unstable)
    return _Found(unstable=unstable)


def _under(source: Source, key: str) -> datetime | None:
    value = source.fields.get(key)
    # `published: true` is no date: the same word is the draft's opposite and an old name for publishDate.
    if value is None or (isinstance(value, Scalar) and (value.text == "" or is_null(value))):
        return None
    if key == "published" and _truth(source, key) is not None:
        return None
    if not isinstance(value, Scalar):
        raise source.fatal(Code.UNKNOWN_DATE, key, f"{key}: a list or a mapping is not a date")
    try:
        return moment(source, value)
    except BadDate as error:
        raise source.fatal(error.code, key, f"{key}: {error.message}") from error


def moment(source: Source, value: Scalar) -> datetime:
    """What Go makes of a date; a whole number is taken as Hugo takes it, with a warning."""
    if not (value.plain and is_stamp(value.text)):
        return go_moment(value.text, _zone(source, place_of(source)))
    found = stamp_moment(value.text)
    message = f"'{value.text}' is a number of seconds to Hugo, so the date is {found:%Y-%m-%d}; write it with hyphens"
    warning = Code.AMBIGUOUS_DATE.warning(source.file, value.line, value.column, message)
    if warning not in source.warnings:
        source.warnings.append(warning)
    return found


def _zone(source: Source, place: Place) -> ZoneInfo:
    return ZoneInfo(place.language.timezone) if place.language.timezone else source.zone


def slug(source: Source) -> str:
    """The file's name, the folder's for a bundle."""
    return place_of(source).base_name


def categories(source: Source) -> tuple[str, ...]:
    """The taxonomy `categories`, or what the site has in its place; Hugo does not tell capitals apart."""
    return _terms(source, place_of(source).language.categories)


def tags(source: Source) -> tuple[str, ...]:
    """The taxonomy `tags`."""
    return _terms(source, place_of(source).language.tags)


def _terms(source: Source, keys: tuple[str, ...]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for key in keys:
        for text in texts(source.fields.get(key)):
            found.setdefault(normal(text), text)
    return tuple(found.values())


def language(source: Source) -> str | None:
    """What the header says under `lang`, else the language of the file's name or folder where there are several."""
    own = own_language(source)
    if own or len(settings_of(source.rules).languages) == 1:
        return own
    return place_of(source).language.tag


def translation(source: Source) -> str | None:
    """`translationKey`, else the logical path."""
    if len(settings_of(source.rules).languages) == 1:
        return None
    return source.fields.text("translationkey") or f"/{normal(place_of(source).base)}"


def path(source: Source, _published: datetime, _categories: tuple[str, ...]) -> str:
    """The page's `url`, the site's `permalinks`, or its place in the content tree."""
    place = place_of(source)
    language = place.language
    date = _first(source, place, language.dates)
    slug = date.slug
    if slug is None and ":filename" in language.publish_dates:
        slug = _first(source, place, language.publish_dates, date).slug
    return address(source, place, None if "slug" in source.front.fields else slug, date.moment)


def separator(_source: Source) -> str | None:
    """Hugo's manual summary, written just so."""
    return "<!--more-->"


def feed_id(source: Source, post: Post) -> str:
    """The page's address in Go's percent-encoding: the `guid` of Hugo's own RSS template."""
    return source.rules.url.rstrip("/") + escape(post.path)
