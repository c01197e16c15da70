"""Posts as Jekyll 4 reads them: its document.rb, utils.rb, reader.rb and publisher.rb."""

import re
from datetime import datetime

from publisher.content.codes import Code
from publisher.content.dates import BadDate, ruby_moment
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
POSTS = "_posts"
MARKDOWN = frozenset({".markdown", ".mkdown", ".mkdn", ".mkd", ".md"})
HTML = frozenset({".html", ".htm"})
# Markups that Jekyll renders through plugins: such a post is on the site, so its absence here is said.
_FOREIGN = frozenset({".textile", ".adoc", ".asciidoc", ".org", ".rst"})
_MARKS = "._#~"
_DATED = re.compile(r"(\d{2,4}-\d{1,2}-\d{1,2})-([^/]*)\.[^.]+$")


def split(text: str, file: str) -> Front:
    """See front.split_front."""
    return split_front(text, file, lenient=False)


def markup(name: str) -> Markup:
    """By the extension."""
    return Markup.HTML if extension(name) in HTML else Markup.MARKDOWN


def is_context(_rules: Rules, _below: str) -> bool:
    """No file holds defaults for others."""
    return False


def defaults(_rules: Rules, _below: str, _context: Context) -> Fields:
    """Nothing but the header counts."""
    return Fields()


def choose(_rules: Rules, folder: str, files: list[str], folders: list[str]) -> tuple[list[str], list[str]]:
    """Files below any `_posts`; every folder but those that start with a mark (Jekyll's EntryFilter)."""
    entered = [name for name in folders if name == POSTS or name[0] not in _MARKS]
    if POSTS not in folder.split("/"):
        return [], entered
    return [name for name in files if _is_post(name)], entered


def _is_post(name: str) -> bool:
    if name[0] in _MARKS or name[-1] == "~":
        return False
    kind = extension(name)
    return kind in MARKDOWN or ((kind in HTML or kind in _FOREIGN) and _DATED.match(name) is not None)


def is_draft(source: Source) -> bool:
    """`published: false`; and `draft: true`, which writers mean even where Jekyll itself does not look."""
    return source.fields.says_no("published") or source.fields.says_yes("draft")


def published(source: Source) -> datetime | None:
    """The front matter's date, else the file name's; a file whose name has none is no post to Jekyll."""
    kind = extension(source.name)
    if kind in _FOREIGN:
        raise Code.UNKNOWN_FORMAT.fatal(source.file, 1, 1, f"{kind} is not read in this version")
    named = _DATED.match(source.name)
    if not named:
        message = "the file name has no date: Jekyll reads only YYYY-MM-DD-title.md below _posts"
        raise Code.NO_DATE.fatal(source.file, 1, 1, message)
    if "date" not in source.fields:
        return _from_name(source, named[1])
    found = dated(source, moment, "date")
    if found is None:
        raise source.fatal(Code.NO_DATE, "date", "date: is empty, which stops Jekyll's build")
    return found


def _from_name(source: Source, text: str) -> datetime:
    try:
        return ruby_moment(text, False, source.zone)
    except BadDate as error:
        raise error.code.fatal(source.file, 1, 1, f"the file name's date: {error.message}") from error


def moment(source: Source, value: Scalar) -> datetime:
    """What Ruby makes of a date."""
    return ruby_moment(value.text, value.plain, source.zone)


def slug(source: Source) -> str:
    """The file name's part after the date, without dots at its end."""
    named = _DATED.match(source.name)
    return (named[2] if named else source.stem).rstrip(".")


def categories(source: Source) -> tuple[str, ...]:
    """Folders above `_posts`, then `categories` (a text is split on blanks), then `category` (it is not)."""
    fields = source.fields
    above = source.below.split(POSTS, 1)[0].split("/")
    singular = list(texts(fields.get("category")))
    return tuple(dict.fromkeys(name for name in [*above, *_split(fields, "categories"), *singular] if name))


def translation(_source: Source) -> str | None:
    """One language."""
    return None


def tags(source: Source) -> tuple[str, ...]:
    """`tag` if it says anything, else `tags`, a text split on blanks."""
    fields = source.fields
    return tuple(dict.fromkeys(list(texts(fields.get("tag"))) or _split(fields, "tags")))


def _split(fields: Fields, key: str) -> list[str]:
    value = fields.get(key)
    found = list(texts(value))
    return found[0].split() if isinstance(value, Scalar) and found else found


def path(source: Source, published: datetime, categories: tuple[str, ...]) -> str:
    """The front matter's permalink (a template too), else the site's, else the style `date`."""
    below = source.below.split(f"{POSTS}/", 1)[-1].rsplit(".", 1)[0].rstrip(".")
    own = source.fields.text("slug") or slug(source)
    slots = Slots(published, own, source.stem, below, categories)
    return permalink(source, slots, source.rules.permalink or "date")


def separator(_source: Source) -> str | None:
    """A sentence ends the excerpt."""
    return None


def feed_id(_source: Source, post: Post) -> str:
    """The post's address."""
    return post.url
