"""Posts as Jekyll 4 reads them: its document.rb, utils.rb, reader.rb, post_reader.rb and publisher.rb.

Posts are the documents of `_posts`, of `_drafts` where `show_drafts` is set, and of a collection with `output` that
`feed.collections` names. A date to come does not hide a post here, whatever `future` says: feeds hold it back until
then.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import NoReturn

from publisher.content.codes import Code
from publisher.content.dates import BadDate, local, ruby_moment
from publisher.content.engines.jekyll_defaults import fields_for
from publisher.content.engines.jekyll_filter import MARKS, is_left_out
from publisher.content.engines.jekyll_names import (
    POSTS,
    absolute_id,
    is_draft_file,
    label_of,
    names_of,
    path_slot,
    special_folder,
)
from publisher.content.engines.jekyll_settings import MARKDOWN, JekyllSettings, settings_of
from publisher.content.engines.psych import is_text, ruby_text
from publisher.content.front import Front, split_front
from publisher.content.nouns import Markup, Rules
from publisher.content.permalinks import Slots, extension, fill
from publisher.content.posts import Context, dated
from publisher.content.posts import authors as named_authors
from publisher.content.posts import language as language
from publisher.content.source import Source
from publisher.content.values import NOTHING, Fields, Scalar, is_null, texts
from publisher.model.post import Author, Post

expiry_keys: tuple[str, ...] = ()
HTML = frozenset({".html", ".htm"})
# Markups that Jekyll renders through plugins: such a post is on the site, so its absence here is said.
_FOREIGN = frozenset({".textile", ".adoc", ".asciidoc", ".org", ".rst"})
_DATED = re.compile(r"(\d{2,4}-\d{1,2}-\d{1,2})-([^/]*)\.[^.]+$", re.ASCII)
# Nothing under a key is as good as no key, but for these: an empty date stops Jekyll, an empty `published` is a no.
_TELLING_NULLS = frozenset({"date", "published"})


def split(text: str, file: str) -> Front:
    """See front.split_front. Keys without a value go: they do not hide a default."""
    front = split_front(text, file, lenient=False)
    nulls = [key for key, value in front.fields.items() if isinstance(value, Scalar) and is_null(value)]
    for key in nulls:
        if key not in _TELLING_NULLS:
            del front.fields[key]
    return front


def markup(name: str) -> Markup:
    """By the extension."""
    return Markup.HTML if extension(name) in HTML else Markup.MARKDOWN


def is_context(_rules: Rules, _below: str) -> bool:
    """No file holds defaults for others: the configuration does."""
    return False


def defaults(rules: Rules, below: str, _context: Context) -> Fields:
    """The configuration's `defaults` for the file's path and collection."""
    settings = settings_of(rules)
    return fields_for(settings, below, label_of(settings, below)) if settings.defaults else NOTHING


def choose(rules: Rules, folder: str, files: list[str], folders: list[str]) -> tuple[list[str], list[str]]:
    """Files below any `_posts` and what else holds posts; every folder that Jekyll's EntryFilter lets through."""
    settings = settings_of(rules)
    parts = folder.split("/") if folder else []
    # Jekyll's own folder may be one below the site's, and the posts' one below that.
    place = "/".join([rules.prefix.removeprefix(settings.root).strip("/"), *parts]).strip("/")
    special = special_folder(settings, parts)
    if special is None:
        return [], [name for name in folders if _is_special(settings, parts, name) or _enters(settings, place, name)]
    below = "".join(f"{part}/" for part in parts[special + 1 :])
    picked = [
        name
        for name in files
        if _is_document(settings, parts[special], name) and not is_left_out(settings, f"{place}/{name}", below + name)
    ]
    return picked, [name for name in folders if name[0] != "."]


def _is_special(settings: JekyllSettings, parts: list[str], name: str) -> bool:
    return special_folder(settings, [*parts, name]) is not None


def _enters(settings: JekyllSettings, place: str, name: str) -> bool:
    return not is_left_out(settings, f"{place}/{name}".lstrip("/"), name)


def _is_document(settings: JekyllSettings, folder: str, name: str) -> bool:
    if name[0] in MARKS or name[-1] == "~":
        return bool(settings.include) and extension(name) in settings.markdown
    kind = extension(name)
    if kind in settings.markdown or kind in MARKDOWN:
        return True
    return (kind in HTML or kind in _FOREIGN) and (folder != POSTS or _DATED.match(name) is not None)


def is_draft(source: Source) -> bool:
    """`published: false`; and `draft: true`, which jekyll-feed leaves out though Jekyll itself makes the page."""
    settings = settings_of(source.rules)
    value = source.fields.get("published")
    says_no = isinstance(value, Scalar) and value.plain and (is_null(value) or ruby_text(value) == "false")
    if says_no and not settings.unpublished:
        return True
    return source.fields.says_yes("draft") and not settings.show_drafts


def published(source: Source) -> datetime | None:
    """The front matter's date, else the file name's; a file whose name has none is no post to Jekyll.

    A draft without either has its file's own time; a collection's document without either is no post here.
    """
    label = label_of(settings_of(source.rules), source.below)
    name = source.name
    kind = extension(name)
    if kind in _FOREIGN:
        raise Code.UNKNOWN_FORMAT.fatal(source.file, 1, 1, f"{kind} is not read in this version")
    named = _parts(name)
    if not named and label == "posts" and not is_draft_file(source.below):
        message = "the file name has no date: Jekyll reads only YYYY-MM-DD-title.md below _posts"
        raise Code.NO_DATE.fatal(source.file, 1, 1, message)
    if "date" in source.fields:
        return _from_header(source, named[1] if named else "")
    if named:
        return _from_name(source, named[1])
    if label == "posts":
        return _from_file(source)
    message = "the document has no date, so it is not taken for a post"
    source.warnings.append(Code.NO_DATE.warning(source.file, 1, 1, message))
    return None


def _from_header(source: Source, name: str) -> datetime:
    found = dated(source, moment, "date")
    if found is None:
        raise source.fatal(Code.NO_DATE, "date", "date: is empty, which stops Jekyll's build")
    is_told = any(fault.code == Code.DATE_DIFFERS for fault in source.warnings)
    if name and name != found.date().isoformat() and not is_told:
        _compare(source, found, name)
    return found


def _compare(source: Source, found: datetime, name: str) -> None:
    try:
        day = ruby_moment(name, False, source.zone).date()
    except BadDate:
        # Jekyll does not look at the name's date where there is another.
        return
    if day != found.date():
        message = f"date: the post is of {found.date()}, its file's name says {day}; the former makes the address"
        source.warn(Code.DATE_DIFFERS, "date", message)


def _from_name(source: Source, text: str) -> datetime:
    try:
        return ruby_moment(text, False, source.zone)
    except BadDate as error:
        raise error.code.fatal(source.file, 1, 1, f"the file name's date: {error.message}") from error


def _from_file(source: Source) -> datetime:
    message = "the draft has no date; its file's time, which is taken, is another one in every checkout"
    source.warnings.append(Code.DATE_OF_FILE.warning(source.file, 1, 1, message))
    return local(datetime.fromtimestamp(source.mtime_ns // 10**9, UTC), source.zone)


def moment(source: Source, value: Scalar) -> datetime:
    """What Ruby makes of a date."""
    return ruby_moment(value.text, value.plain, source.zone)


def slug(source: Source) -> str:
    """The file name's part after the date, without dots at its end."""
    named = _parts(source.name)
    return (named[2] if named else source.stem).rstrip(".")


@lru_cache(maxsize=8)
def _parts(name: str) -> re.Match[str] | None:
    """A file's name as its day and what comes after it; None where it has no day."""
    # Kept, because each file's name is asked twice.
    return _DATED.match(name)


def _own_slug(source: Source) -> str:
    return _text(source, "slug") or slug(source)


def _text(source: Source, key: str) -> str | None:
    """A value that Jekyll takes apart as text; at any other, a number too, its build stops."""
    value = source.fields.get(key)
    if value is None or (isinstance(value, Scalar) and (is_null(value) or is_text(value))):
        return value.text if value and not is_null(value) else None
    message = f"{key}: is no text, which stops Jekyll's build; put it in quotes"
    raise source.fatal(Code.BAD_VALUE, key, message)


def categories(source: Source) -> tuple[str, ...]:
    """Folders above `_posts`, then `categories` (a text is split on blanks), then `category` (it is not)."""
    return names_of(source).labels


def tags(source: Source) -> tuple[str, ...]:
    """`tag` if it says anything, else `tags`, a text split on blanks."""
    fields = source.fields
    return tuple(dict.fromkeys(texts(fields.get("tag")) or _split(fields, "tags")))


def _split(fields: Fields, key: str) -> list[str]:
    value = fields.get(key)
    if isinstance(value, Scalar):
        # A number is neither String nor Array to Jekyll, which then sees no tags.
        return value.text.split() if is_text(value) and not is_null(value) else []
    return texts(value)


def authors(source: Source) -> tuple[Author, ...]:
    """`author` and `authors`, each by its entry in the data file `authors` where it has one."""
    known = settings_of(source.rules).authors
    found = named_authors(source)
    if not known or not found:
        return found
    return tuple(dict.fromkeys(dict(known).get(author.name, author) for author in found))


def translation(source: Source) -> str | None:
    """`page_id` (jekyll-polyglot, jekyll-multiple-languages-plugin) or `ref`, which translations share."""
    return source.fields.text("page_id", "ref")


def path(source: Source, published: datetime, _categories: tuple[str, ...]) -> str:
    """The front matter's permalink (a template too), else the site's or the collection's, else the style `date`."""
    settings = settings_of(source.rules)
    own = _text(source, "permalink")
    label = label_of(settings, source.below)
    # A style's name is one only in the configuration: `permalink: pretty` in a header is the address /pretty.
    template = f"/{own}" if own else _template(source.rules, settings, label)
    slots = Slots(
        published,
        _own_slug(source),
        source.stem,
        path_slot(label, source.below),
        names_of(source).in_address,
        label,
        ".html" if extension(source.name) in settings.markdown else extension(source.name),
    )
    try:
        return _in_language(source, settings, fill(template, slots))
    except KeyError as error:
        _no_placeholder(source, error)


def _template(rules: Rules, settings: JekyllSettings, label: str) -> str:
    own = {each.label: each.permalink for each in settings.collections} if settings.collections else {}
    return own.get(label) or rules.permalink or "date"


def _no_placeholder(source: Source, error: KeyError) -> NoReturn:
    message = f"permalink: there is no placeholder ':{error.args[0]}'"
    raise source.fatal(Code.BAD_PERMALINK, "permalink", message) from error


def _in_language(source: Source, settings: JekyllSettings, path: str) -> str:
    """jekyll-polyglot's site.rb: languages but the default one are built below a folder of their name, and the name
    goes wherever else it stands in an address."""
    if not settings.languages:
        return path
    tag = source.fields.text("lang")
    for each in settings.languages:
        path = re.sub(rf"[/.]{re.escape(each)}[/.]", "/", path)
    return f"/{tag}{path}" if tag in settings.languages[1:] else path


def separator(source: Source) -> str | None:
    """`excerpt_separator` of the post, else of the site; Jekyll's own, a blank line, is no rule of the writer's."""
    own = source.fields.get("excerpt_separator")
    found = own.text if isinstance(own, Scalar) else settings_of(source.rules).separator
    return found if found and found != "\n\n" else None


def feed_id(source: Source, post: Post) -> str:
    """The id that jekyll-feed gives the post."""
    nfkc = settings_of(source.rules).nfkc
    return absolute_id(source.rules.url, post.path, _own_slug(source), nfkc=nfkc)
