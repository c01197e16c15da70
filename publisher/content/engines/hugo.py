"""Posts as Hugo reads them: its page__meta.go, pagelexer_intro.go, paths and urls packages.

Not followed, and said so by the survey where a site sets them: `permalinks`, `uglyURLs`,
`disablePathToLower`, `removePathAccents`, several languages, `[frontmatter]` date sources.
"""

from datetime import datetime
from pathlib import PurePosixPath

from publisher.content.codes import Code
from publisher.content.dates import hugo_moment
from publisher.content.front import Front, split_front
from publisher.content.nouns import Markup, Rules
from publisher.content.permalinks import extension, slugify
from publisher.content.posts import Context, first_dated
from publisher.content.posts import authors as authors
from publisher.content.posts import language as language
from publisher.content.source import Source
from publisher.content.values import Fields, Scalar, texts
from publisher.model.post import Post

expiry_keys: tuple[str, ...] = ("expirydate", "unpublishdate")
HTML = frozenset({".html", ".htm"})
MARKDOWN = frozenset({".md", ".markdown", ".mdown"})
_DATE = ("date", "publishdate", "pubdate", "published", "lastmod", "modified")
_PUBLISHED = ("publishdate", "pubdate", "published", *_DATE)
_KEPT = frozenset("./\\_#+~-@%")


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


def choose(_rules: Rules, folder: str, files: list[str], folders: list[str]) -> tuple[list[str], list[str]]:
    """Markdown files but `_index`; of a leaf bundle only its `index`, and nothing below it."""
    pages = [name for name in files if name[0] != "." and extension(name) in MARKDOWN]
    index = [name for name in pages if PurePosixPath(name).stem == "index"]
    if index and folder:
        return index[:1], []
    posts = [name for name in pages if PurePosixPath(name).stem not in ("_index", "index")]
    return posts, [name for name in folders if name[0] != "."]


def is_draft(source: Source) -> bool:
    """`draft: true`; `published: false` is a draft too (page__meta.go), undocumented."""
    return source.fields.says_yes("draft") or source.fields.says_no("published")


def published(source: Source) -> datetime | None:
    """`publishDate`, else `date`, else `lastmod`, each with its older names.

    A page without any is no post; in a section, where posts live, that is worth a warning.
    """
    # `published: true` is no date: the same word is both the draft's opposite and an old name for publishDate.
    keys = tuple(key for key in _PUBLISHED if not source.fields.says_yes(key))
    found = first_dated(source, moment, keys)
    if found is None and len(PurePosixPath(source.below).parts) - (source.stem == "index") > 1:
        message = "the page has no date in its front matter, so it is not taken for a post"
        source.warnings.append(Code.NO_DATE.warning(source.file, 1, 1, message))
    return found


def moment(source: Source, value: Scalar) -> datetime:
    """What Go makes of a date."""
    return hugo_moment(value.text, source.zone)


def slug(source: Source) -> str:
    """The file's name, the folder's for a bundle."""
    return source.stem if source.stem != "index" else PurePosixPath(source.below).parent.name


def categories(source: Source) -> tuple[str, ...]:
    """The taxonomy `categories`: a list or one text."""
    return tuple(dict.fromkeys(texts(source.fields.get("categories"))))


def translation(_source: Source) -> str | None:
    """One language."""
    return None


def tags(source: Source) -> tuple[str, ...]:
    """The taxonomy `tags`: a list or one text."""
    return tuple(dict.fromkeys(texts(source.fields.get("tags"))))


def path(source: Source, _published: datetime, _categories: tuple[str, ...]) -> str:
    """`url` as it stands, else the path below the content folder in lower case, `slug` for its last part."""
    fields = source.fields
    own = fields.text("url")
    if own:
        return "/" + own.lstrip("/")
    parts = source.below.rsplit(".", 1)[0].split("/")
    if parts[-1] == "index":
        parts.pop()
    parts[-1] = fields.text("slug") or parts[-1]
    return "/" + "/".join(_sanitise(part) for part in parts) + "/"


def _sanitise(part: str) -> str:
    # Hugo keeps letters, digits, marks and a few signs, makes a hyphen of white space and drops the rest:
    # 日本語、記事（１） is 日本語記事１ where Jekyll has 日本語-記事-１.
    kept = [char for char in "-".join(part.split()) if char in _KEPT or slugify(char)]
    return "".join(kept).lower()


def separator(_source: Source) -> str | None:
    """A sentence ends the excerpt."""
    return None


def feed_id(_source: Source, post: Post) -> str:
    """The post's address."""
    return post.url
