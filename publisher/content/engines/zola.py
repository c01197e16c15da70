"""Posts as Zola reads them: its content/src/page.rs, file_info.rs and front_matter/page.rs, site/src/lib.rs.

A post is a page with a date, in its front matter or at the start of its file's name (of its folder's, for `index.md`):
what Zola's own feeds carry.
"""

import re
from datetime import datetime
from functools import partial

from publisher.content.codes import Code
from publisher.content.data_text import read_toml
from publisher.content.dates import BadDate
from publisher.content.engines.hugo_globs import matches
from publisher.content.engines.iso_dates import warn_of_days, zola_date
from publisher.content.engines.zola_config import CATEGORIES, TAGS, author_named, settings_of
from publisher.content.engines.zola_slugs import NoSlug, slugify
from publisher.content.front import Front
from publisher.content.media_words import KEYS as MEDIA_KEYS
from publisher.content.nouns import Markup, Rules
from publisher.content.posts import Context, dated
from publisher.content.source import Source
from publisher.content.values import Fields, Scalar, Value, is_null, texts
from publisher.content.yaml_text import read_yaml
from publisher.model.post import Author, Post

expiry_keys: tuple[str, ...] = ()
_FENCE = re.compile(r"\s*(\+\+\+|---)\n")
_MORE = re.compile(r"<!--\s*more\s*-->")
_DATED = re.compile(
    r"(?P<date>\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
    r"(?:T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:Z|[-+](?:[01]\d|2[0-3]):[0-5]\d))?)"
    r"(?:\s?[-_](?P<slug>.+$))?",
    re.ASCII,
)
_SECTION_DRAFT = "draft"
# What pages can say only below `extra`, since Zola has no such keys of its own.
_EXTRA = frozenset(("image", "images", "cover", "feed", "newsletter", *MEDIA_KEYS))


def split(text: str, file: str) -> Front:
    """Header, TOML or YAML, and body; ContentError where there is none, since Zola stops at such a page."""
    opened = _FENCE.match(text)
    if not opened:
        message = "the page has no front matter, which stops Zola: put +++ around it, or move the file out of content"
        raise Code.BROKEN_FRONT_MATTER.fatal(file, 1, 1, message)
    fence = re.escape(opened[1])
    closed = re.compile(rf"{fence}[ \t\r\f\v]*(?:\n|\Z)").search(text, opened.end())
    line = 1 + text.count("\n", 0, opened.end())
    if not closed:
        message = f"the front matter is never closed: a line '{opened[1]}' is missing"
        raise Code.UNCLOSED_FRONT_MATTER.fatal(file, line - 1, 1, message)
    header, body = text[opened.end() : closed.start()], text[closed.end() :]
    fields = (read_toml if opened[1] == "+++" else read_yaml)(header, file, line)
    return Front(_lifted(fields), body, 1 + text.count("\n", 0, closed.end()), "\\" in header)


def _lifted(fields: Fields) -> Fields:
    extra = fields.get("extra")
    for key, value in extra.items() if isinstance(extra, dict) else ():
        if key in _EXTRA and key not in fields:
            fields[key] = value
            fields.places[key] = fields.places["extra"]
    return fields


def markup(_name: str) -> Markup:
    """Markdown only."""
    return Markup.MARKDOWN


def is_context(_rules: Rules, below: str) -> bool:
    """A section's own page: a section may be a draft with all that is in it."""
    return below.endswith(".md") and below.rpartition("/")[2].startswith("_index.")


def defaults(rules: Rules, below: str, context: Context) -> Fields:
    """Whether a section above is a draft; how the nearest one is sorted."""
    found = Fields()
    parts = below.split("/")[:-1] if context else []
    settings = settings_of(rules)
    names = ["_index.md", *(f"_index.{code}.md" for code in settings.languages)]
    for depth in range(len(parts) + 1):
        place = "".join(f"{part}/" for part in parts[:depth])
        for section in (context[place + name] for name in names if place + name in context):
            if section.says_yes(_SECTION_DRAFT):
                found[_SECTION_DRAFT] = Scalar("true", True, 1, 1)
            if "sort_by" in section:
                found["sort_by"] = section["sort_by"]
    return found


def choose(rules: Rules, folder: str, files: list[str], folders: list[str]) -> tuple[list[str], list[str]]:
    """Every `*.md` but sections, hidden and ignored files; every folder."""
    pages = [name for name in files if name.endswith(".md") and not name.startswith((".", "_index."))]
    place = f"/{rules.prefix}{folder}/" if folder else f"/{rules.prefix}"
    ignored = settings_of(rules).ignored
    return [name for name in pages if not any(_is_like(glob, place + name) for glob in ignored)], folders


def _is_like(glob: str, path: str) -> bool:
    # The crate globset lets one star pass slashes, and Zola asks it about the whole path.
    return matches(re.sub(r"\*+", "**", glob), path)


def is_draft(source: Source) -> bool:
    """`draft = true`, here or in a section above."""
    return source.front.fields.says_yes("draft") or source.defaults.says_yes(_SECTION_DRAFT)


def published(source: Source) -> datetime | None:
    """The front matter's date, else the name's; a page that is never rendered is no post."""
    if source.fields.says_no("render"):
        return None
    found = dated(source, moment, "date")
    if found is not None:
        text = source.fields.text("date") or ""
        warn_of_days(source, partial(zola_date, text), _base(source))
        return found
    named = _DATED.match(_base(source))
    if named:
        return _from_name(source, named["date"])
    if source.defaults.text("sort_by") in ("date", "update_date"):
        message = "the page has no date, so Zola leaves it out of its section, which is sorted by date"
        source.warn(Code.NO_DATE, "date", message)
    return None


def _from_name(source: Source, text: str) -> datetime:
    try:
        return zola_date(text).moment
    except BadDate as error:
        raise error.code.fatal(source.file, 1, 1, f"the date in the name: {error.message}") from error


def moment(_source: Source, value: Scalar) -> datetime:
    """What Zola makes of a date."""
    return zola_date(value.text).moment


def _language(source: Source) -> tuple[str, str]:
    """The language that the file's name says, and the name without it (FileInfo::find_language)."""
    settings = settings_of(source.rules)
    name, dot, code = source.stem.partition(".")
    if not settings.languages or not dot:
        return settings.default_language, source.stem
    if code == settings.default_language:
        return code, source.stem
    if code in settings.languages:
        return code, name
    message = f"the name says the language '{code[:20]}', which the configuration does not have; Zola stops at it"
    raise Code.BAD_VALUE.fatal(source.file, 1, 1, message)


def _base(source: Source) -> str:
    """The name that date and slug are taken from: the folder's for `index`."""
    name = _language(source)[1]
    folder = source.below.rpartition("/")[0]
    return (folder.rpartition("/")[2] or name) if name == "index" else name


def slug(source: Source) -> str:
    """The name without its date."""
    base = _base(source)
    named = _DATED.match(base)
    return (named["slug"] if named else None) or base


def _last_part(source: Source) -> str:
    """The front matter's slug, else the name without its date, as part of an address."""
    settings = settings_of(source.rules)
    own = source.fields.text("slug") or (_base(source) if settings.keeps_dates else slug(source))
    try:
        return slugify(own, settings.paths)
    except NoSlug as error:
        message = f"slug: how Zola writes '{error.args[0]}' in an address is not known here; give the page a slug"
        raise source.fatal(Code.BAD_PERMALINK, "slug", message) from error


def categories(source: Source) -> tuple[str, ...]:
    """The taxonomy `categories`, else `category`."""
    return _terms(source, CATEGORIES)


def tags(source: Source) -> tuple[str, ...]:
    """The taxonomy `tags`, else `tag`."""
    return _terms(source, TAGS)


def _terms(source: Source, names: tuple[str, ...]) -> tuple[str, ...]:
    taxonomies = source.fields.get("taxonomies")
    found: list[Value] = (
        [taxonomies[name] for name in names if name in taxonomies] if isinstance(taxonomies, dict) else []
    )
    return tuple(dict.fromkeys(texts(found)))


def authors(source: Source) -> tuple[Author, ...]:
    """`authors`, in the order they stand."""
    found = (author_named(text) for text in texts(source.fields.get("authors")))
    return tuple(dict.fromkeys(author for author in found if author))


def language(source: Source) -> str | None:
    """The language that the name says; None where the site has one."""
    return _language(source)[0] if settings_of(source.rules).languages else None


def translation(source: Source) -> str | None:
    """The path without the language; None where the site has one."""
    if not settings_of(source.rules).languages:
        return None
    folder = source.below.rpartition("/")[0]
    code, name = _language(source)
    return f"{folder}/{name.removesuffix(f'.{code}')}".lstrip("/")


def path(source: Source, _published: datetime, _categories: tuple[str, ...]) -> str:
    """See address_of."""
    return address_of(source)


def address_of(source: Source) -> str:
    """The front matter's `path`, else the folders as they are and the slug, below the language's code."""
    own = source.fields.get("path")
    if isinstance(own, Scalar) and not is_null(own):
        return f"/{own.text.strip().lstrip('/')}".rstrip("/") + "/"
    code, name = _language(source)
    folders = source.below.split("/")[:-1]
    if source.stem.split(".", 1)[0] == "index" and folders:
        folders.pop()
    elif name == "index":
        return "/" if code == settings_of(source.rules).default_language else f"/{code}/"
    parts = [*folders, _last_part(source)]
    if code != settings_of(source.rules).default_language:
        parts.insert(0, code)
    return "/" + "/".join(parts) + "/"


def separator(source: Source) -> str | None:
    """`<!-- more -->` as it stands in the body."""
    found = _MORE.search(source.front.body)
    return found[0] if found else None


def feed_id(source: Source, post: Post) -> str:
    """The page's permalink as Zola's atom.xml and rss.xml have it: nothing in it is percent-encoded."""
    return source.rules.url.rstrip("/") + post.path
