"""What Jekyll makes of a file's place and of its categories, for addresses and ids."""

import unicodedata
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

from publisher.content.codes import Code
from publisher.content.engines.jekyll_settings import JekyllSettings
from publisher.content.engines.psych import inspect, is_text, ruby_text
from publisher.content.source import Source
from publisher.content.values import Scalar, Value, is_null, texts

POSTS = "_posts"
DRAFTS = "_drafts"
_PCHAR = "!$&'()*+,;=:@-._~"


def special_folder(settings: JekyllSettings, parts: list[str]) -> int | None:
    """Which of a path's folders holds documents: `_posts` anywhere, `_drafts` if shown, a collection's at the top."""
    if POSTS in parts:
        return parts.index(POSTS)
    if settings.show_drafts and DRAFTS in parts:
        return parts.index(DRAFTS)
    return 0 if parts and any(parts[0] == f"_{each.label}" for each in settings.collections) else None


def label_of(settings: JekyllSettings, below: str) -> str:
    """The name of the collection that a document belongs to; drafts are posts."""
    return _label_in(settings, below.rpartition("/")[0])


@lru_cache(maxsize=256)
def _label_in(settings: JekyllSettings, folder: str) -> str:
    parts = folder.split("/") if folder else []
    place = special_folder(settings, parts)
    special = POSTS if place is None else parts[place]
    return "posts" if special in (POSTS, DRAFTS) else special[1:]


def is_draft_file(below: str) -> bool:
    """Jekyll's document.rb: a post whose path does not hold `_posts` is a draft."""
    return POSTS not in below and DRAFTS in below.split("/")[:-1]


def path_slot(label: str, below: str) -> str:
    """The placeholder `:path`: the path without extension and without its collection's folder."""
    stem = below.rpartition(".")[0] or below
    return stem.replace(f"_{label}", "", 1).rstrip(".")


def above(below: str) -> list[str]:
    """Folders above `_posts` or `_drafts`, which are categories."""
    head, found, _ = below.partition(POSTS if POSTS in below else DRAFTS)
    return [name for name in head.split("/") if name] if found and head else []


class Names(NamedTuple):
    """A post's categories: as feeds show them, and as Jekyll writes them into addresses."""

    labels: tuple[str, ...]
    in_address: tuple[str, ...]


def names_of(source: Source) -> Names:
    """The categories of the folders above, of the defaults and of the post; ContentError where Jekyll fails at one."""
    own = source.front.fields.get("categories")
    if isinstance(own, list) and "category" not in source.fields and "categories" not in source.defaults:
        items = tuple([each for each in own if isinstance(each, Scalar)])
        if len(items) == len(own):
            return _shared_names(tuple(above(source.below)), items)
    return _names(*categories_of(source))


# Most posts have the categories of many others.
@lru_cache(maxsize=1024)
def _shared_names(folders: tuple[str, ...], items: tuple[Scalar, ...]) -> Names:
    plural: list[Value] = [Scalar(name, False, 1, 1) for name in folders]
    return _names([*plural, *(each for each in items if not is_null(each))], [])


def _names(plural: list[Value], singular: list[Value]) -> Names:
    return Names(tuple(dict.fromkeys(texts([*plural, *singular]))), categories_in_address(plural, singular))


def categories_of(source: Source) -> tuple[list[Value], list[Value]]:
    """The values of the folders above, the defaults' `categories` and the post's own; and those of `category`.

    Nulls are left out; ContentError where Jekyll fails at a value.
    """
    plural: list[Value] = [Scalar(name, False, 1, 1) for name in above(source.below)]
    for fields in (source.defaults, source.front.fields):
        plural += _listed(source, fields.get("categories"))
    return plural, flat(_singular(source))


def _listed(source: Source, value: Value | None) -> list[Value]:
    if isinstance(value, list):
        return [each for each in value if not (isinstance(each, Scalar) and is_null(each))]
    if value is None or (isinstance(value, Scalar) and is_null(value)):
        return []
    if isinstance(value, dict) or not is_text(value):
        shown = value.text[:40] if isinstance(value, Scalar) else "…"
        message = f"categories: '{shown}' is neither text nor a list, and Jekyll fails at it; write ['{shown}']"
        raise source.fatal(Code.BAD_VALUE, "categories", message)
    return [Scalar(word, False, value.line, value.column) for word in value.text.split()]


def _singular(source: Source) -> Value:
    value = source.fields.get("category")
    if isinstance(value, dict):
        raise source.fatal(Code.BAD_VALUE, "category", "category: is a mapping; write the category's name")
    if value is None or (isinstance(value, Scalar) and value.plain and ruby_text(value) == "false"):
        return []
    return value


def flat(value: Value) -> list[Value]:
    """The texts of a value, lists within lists unfolded, nulls left out."""
    if isinstance(value, list):
        return [each for item in value for each in flat(item)]
    return [] if isinstance(value, Scalar) and is_null(value) else [value]


def categories_in_address(plural: list[Value], singular: list[Value]) -> tuple[str, ...]:
    """The categories as Jekyll's populate_categories leaves them to addresses: as Ruby prints them.

    A list within the list is one category, printed, and its items are more; not where `category` says something.
    """
    found = [*plural, *(singular or flat(plural))]
    return tuple(dict.fromkeys(ruby_text(each) if isinstance(each, Scalar) else inspect(each) for each in found))


def absolute_id(root: str, path: str, slug: str, *, nfkc: bool) -> str:
    """jekyll-feed's id: `absolute_url` of the address's folder and the slug, as Addressable normalises it.

    `root` is the site's, `path` the post's below it, Unicode.
    """
    base = urlsplit(root)
    raw = f"{base.path.rstrip('/')}{quote(path.rstrip('/').rpartition('/')[0], safe=f'/?{_PCHAR}')}/{slug.lstrip('/')}"
    raw, hash_, fragment = raw.partition("#")
    raw, mark, query = raw.partition("?")
    where = "/".join(_normalised(part, _PCHAR, nfkc) for part in raw.split("/"))
    asked = _normalised(query, "!$'()*+,=:@-._~/?&", nfkc)
    named = _normalised(fragment, f"{_PCHAR}/?", nfkc)
    return f"{_origin(root)}{where}{mark if asked else ''}{asked}{hash_ if named else ''}{named}"


def _normalised(part: str, safe: str, nfkc: bool) -> str:
    return quote(unicodedata.normalize("NFKC" if nfkc else "NFC", unquote(part)), safe=safe)


def _origin(root: str) -> str:
    base = urlsplit(root)
    host = (base.hostname or "").lower()
    try:
        host = host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        host = quote(host)
    default = {"http": 80, "https": 443}.get(base.scheme)
    port = f":{base.port}" if base.port and base.port != default else ""
    return f"{base.scheme}://{host}{port}"
