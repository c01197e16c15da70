"""A folder of Markdown files without an engine.

A post is any `*.md` or `*.markdown` with a date: in its front matter, else `YYYY-MM-DD-` at the start of its
name. A file without front matter and without a date in its name, such as README.md, is no post; one with front
matter but no date is a fault, but for `next.md` and its kin, see content.introduction.

Its address is `/<path below the content folder, without extension>/`, the date prefix kept, so that two posts
never meet at one address; `index.md` has its folder's address. A permalink template changes that for the site,
`permalink` (or `url`) in the front matter for one post, `slug` for its last part only.
"""

import re
from datetime import datetime
from pathlib import PurePosixPath

from publisher.content.codes import Code
from publisher.content.dates import BadDate, plain_moment
from publisher.content.front import Front, split_front
from publisher.content.nouns import Markup, Rules
from publisher.content.permalinks import Slots, extension
from publisher.content.posts import Context, dated, permalink
from publisher.content.posts import authors as authors
from publisher.content.posts import language as language
from publisher.content.source import Source
from publisher.content.values import Fields, Scalar, texts
from publisher.model.post import Post

expiry_keys: tuple[str, ...] = ()
HTML = frozenset({".html", ".htm"})
MARKDOWN = frozenset({".md", ".markdown"})
_DATED = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[-_ ]|$)")
_MORE = re.compile(r"<!--\s*more\s*-->")
# The editor's introduction to a digest lies in home, which in a plain folder is where the posts are.
_INTRODUCTION = re.compile(r"next(?:\.[^.]+)?\.md")
_COMMA = re.compile(r"\s*[,、，]\s*")


def split(text: str, file: str) -> Front:
    """See front.split_front."""
    return split_front(text, file, lenient=True)


def markup(name: str) -> Markup:
    """By the extension."""
    return Markup.HTML if extension(name) in HTML else Markup.MARKDOWN


def is_context(_rules: Rules, _below: str) -> bool:
    """No file holds defaults for others."""
    return False


def defaults(_rules: Rules, _below: str, _context: Context) -> Fields:
    """Nothing but the header counts."""
    return Fields()


def choose(_rules: Rules, _folder: str, files: list[str], folders: list[str]) -> tuple[list[str], list[str]]:
    """Markdown files anywhere but in folders that start with `.` or `_`."""
    picked = [name for name in files if name[0] not in "._" and extension(name) in MARKDOWN]
    return picked, [name for name in folders if name[0] not in "._"]


def is_draft(source: Source) -> bool:
    """`draft: true`, `published: false`."""
    return source.fields.says_yes("draft") or source.fields.says_no("published")


def published(source: Source) -> datetime | None:
    """The front matter's date, else the file name's, local to the site; None for a page that is no post."""
    found = dated(source, moment, "date")
    if found is not None:
        return found
    named = _DATED.match(source.stem)
    if named:
        return _from_name(source, named[1])
    if not source.fields or _INTRODUCTION.fullmatch(source.name):
        return None
    line, column = source.place("date")
    message = "the post has no date: add 'date: 2024-01-31' to its front matter or 2024-01-31- to its name"
    raise Code.NO_DATE.fatal(source.file, line, column, message)


def _from_name(source: Source, text: str) -> datetime:
    try:
        return plain_moment(text, source.zone)
    except BadDate as error:
        raise error.code.fatal(source.file, 1, 1, f"the file name's date: {error.message}") from error


def moment(source: Source, value: Scalar) -> datetime:
    """What a person means by a date."""
    return plain_moment(value.text, source.zone)


def slug(source: Source) -> str:
    """The file's name without its date; for `index.md` its folder's."""
    stem = source.stem if source.stem != "index" else PurePosixPath(source.below).parent.name or "index"
    return _DATED.sub("", stem, count=1) or stem


def categories(source: Source) -> tuple[str, ...]:
    """`categories`, then `category`: a list, or a text with commas (、 and ， too)."""
    fields = source.fields
    return tuple(dict.fromkeys([*_listed(fields, "categories"), *_listed(fields, "category")]))


def translation(_source: Source) -> str | None:
    """One language."""
    return None


def tags(source: Source) -> tuple[str, ...]:
    """`tags`, then `tag`: a list, or a text with commas."""
    fields = source.fields
    return tuple(dict.fromkeys([*_listed(fields, "tags"), *_listed(fields, "tag")]))


def _listed(fields: Fields, key: str) -> list[str]:
    value = fields.get(key)
    if isinstance(value, Scalar):
        return [name for text in texts(value) for name in _COMMA.split(text) if name]
    return list(texts(value))


def path(source: Source, published: datetime, categories: tuple[str, ...]) -> str:
    """See the module."""
    below = source.below.rsplit(".", 1)[0]
    parent, _, last = below.rpartition("/")
    own = source.fields.text("slug")
    address = "/".join(part for part in (parent, own or ("" if last == "index" else last)) if part)
    slots = Slots(published, own or slug(source), source.stem, below, categories)
    template = source.rules.permalink
    if template or source.fields.text("permalink"):
        return permalink(source, slots, template or "")
    literal = source.fields.text("url")
    if literal:
        return "/" + literal.lstrip("/")
    return f"/{address}/" if address else "/"


def separator(source: Source) -> str | None:
    """`<!-- more -->`, with or without blanks, as it stands in the body."""
    found = _MORE.search(source.front.body)
    return found[0] if found else None


def feed_id(_source: Source, post: Post) -> str:
    """The post's address."""
    return post.url
