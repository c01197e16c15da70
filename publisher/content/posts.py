"""A file's header and body as a Post: what all engines have in common."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Protocol, TypeAlias

from publisher.content.codes import Code
from publisher.content.dates import BadDate, doubts, japanese_moment
from publisher.content.front import Front
from publisher.content.links import absolute_value
from publisher.content.mail_wishes import NO_WISHES, wishes
from publisher.content.nouns import Engine, Markup, Rules
from publisher.content.permalinks import Slots, absolute, downcase, fill
from publisher.content.plaintext import plain, without_tags
from publisher.content.source import Source
from publisher.content.values import Fields, Scalar, Value, texts
from publisher.core.words import is_known_language
from publisher.model.post import Author, Post
from publisher.struct import Struct

_UPDATED = ("last_modified_at", "lastmod", "updated", "modified")
_IMAGES = ("image", "images", "cover", "heroImage", "heroimage")
_WITHIN = ("path", "url", "src", "image", "href")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$")
# A thousand on one post took 18 s, and ten thousand would have made 14 GB.
_MOST_NAMES = 100
# Outside XML 1.0's Char (section 2.2); surrogates can come from a JSON or YAML escape.
_FORBIDDEN = "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"


Context: TypeAlias = Mapping[str, Fields]
"""What the files that hold defaults for the posts around them say, by their path below the content folder."""


class Reader(Protocol):
    """What an engine's module gives: where it looks for posts and how it understands them."""

    expiry_keys: tuple[str, ...]
    """Where a header says when the engine takes the page away again."""

    def split(self, text: str, file: str, /) -> Front:
        """A text with LF line ends as header and body; ContentError where the header is broken."""

    def markup(self, name: str, /) -> Markup:
        """The language of a file's body."""

    def choose(self, rules: Rules, folder: str, files: list[str], folders: list[str], /) -> tuple[list[str], list[str]]:
        """Of a folder below the content folder (no slash at its end): the files that may be posts, and the folders
        to enter."""

    def is_context(self, rules: Rules, below: str, /) -> bool:
        """Whether a file holds defaults for the posts around it; `split` reads it, and scans hand it to `defaults`."""

    def defaults(self, rules: Rules, below: str, context: Context, /) -> Fields:
        """What the site's settings and the files around it give a post that does not say it itself."""

    def is_draft(self, source: Source) -> bool:
        """Whether the engine keeps the page to itself."""

    def published(self, source: Source) -> datetime | None:
        """The post's moment; None where the page is no post; ContentError where it should be one."""

    def moment(self, source: Source, value: Scalar) -> datetime:
        """What a written date means; BadDate where it means nothing."""

    def slug(self, source: Source) -> str:
        """What stands for a title where there is none."""

    def categories(self, source: Source) -> tuple[str, ...]:
        """The post's categories, in the engine's order."""

    def tags(self, source: Source) -> tuple[str, ...]:
        """The post's tags, in the engine's order."""

    def authors(self, source: Source) -> tuple[Author, ...]:
        """Who wrote the post, in the engine's order."""

    def language(self, source: Source) -> str | None:
        """The BCP 47 tag of the post's language, where the post or its place says one."""

    def translation(self, source: Source) -> str | None:
        """What the post's translations have in common; None where the site has one language."""

    def path(self, source: Source, published: datetime, categories: tuple[str, ...], /) -> str:
        """The address below the site's root, Unicode; ContentError where it cannot be made."""

    def separator(self, source: Source) -> str | None:
        """The text in the body before which the engine's excerpt ends; None where it has no such rule."""

    def feed_id(self, source: Source, post: Post) -> str:
        """The id that the engine's own feed gives the post."""


class Reading(Struct, frozen=True):
    """A post as read; `expires` where its engine takes it away again."""

    post: Post
    expires: datetime | None


def read_post(source: Source, digest: str, reader: Reader) -> Reading | None:
    """The post that a file is; None for a draft or a page that is no post; ContentError where it is broken."""
    fields = source.fields
    for key, line, column in fields.duplicates:
        message = f"the key '{key}' stands twice; {fields.counts} counts"
        source.warnings.append(Code.DUPLICATE_KEY.warning(source.file, line, column, message))
    if reader.is_draft(source) or (published := reader.published(source)) is None:
        return None
    categories = reader.categories(source)
    path = reader.path(source, published, categories)
    url = absolute(source.rules.url, path)
    mail = wishes(source)
    title = without_tags(fields.text("title") or "") or _titled(reader.slug(source))
    post = Post(
        source=source.file,
        path=path,
        url=url,
        title=title,
        published=published.replace(microsecond=0),
        digest=digest,
        updated=_updated(source, reader),
        summary=plain(fields.text("excerpt", "description", "summary") or ""),
        categories=_counting(source, "categories", categories),
        tags=_counting(source, "tags", reader.tags(source)),
        authors=reader.authors(source),
        language=reader.language(source),
        in_feeds=not fields.says_no("feed"),
        in_newsletters=mail is not None,
        image=image(source, url),
        translation=reader.translation(source),
        mail=mail or NO_WISHES,
    )
    if source.front.escaped:
        _check_characters(source, post)
    return Reading(post, first_dated(source, reader.moment, reader.expiry_keys))


def dated(source: Source, moment: Callable[[Source, Scalar], datetime], key: str) -> datetime | None:
    """The moment under a key; None where the key holds nothing; ContentError at its place where it is none.

    A Japanese date that the engine cannot read is read here, with a warning; so is told what is read but doubtful.
    """
    value = source.fields.scalar(key)
    if value is None:
        return None
    try:
        return _moment(source, moment, key, value)
    except BadDate as error:
        raise source.fatal(error.code, key, f"{key}: {error.message}") from error


def _moment(source: Source, moment: Callable[[Source, Scalar], datetime], key: str, value: Scalar) -> datetime:
    try:
        found = moment(source, value)
    except BadDate as error:
        japanese = japanese_moment(value.text, source.zone) if error.code is Code.UNKNOWN_DATE else None
        if japanese is None:
            raise
        message = (
            f"{key}: '{value.text[:40]}' is taken as {japanese.date()}; {source.rules.engine} itself cannot read it"
        )
        source.warn(Code.DATE_NOT_THE_ENGINES, key, message)
        return japanese
    for code, message in doubts(value.text, found):
        source.warn(code, key, f"{key}: {message}")
    return found


def first_dated(source: Source, moment: Callable[[Source, Scalar], datetime], keys: tuple[str, ...]) -> datetime | None:
    """The moment under the first of the keys that holds any; ContentError at its place where it is none."""
    for key in keys:
        found = dated(source, moment, key)
        if found is not None:
            return found
    return None


def permalink(source: Source, slots: Slots, template: str) -> str:
    """Fill the post's own permalink, else the site's template; ContentError where it names what is not."""
    own = source.fields.text("permalink")
    try:
        return fill(own or template, slots)
    except KeyError as error:
        message = f"permalink: there is no placeholder ':{error.args[0]}'"
        raise source.fatal(Code.BAD_PERMALINK, "permalink", message) from error


def image(source: Source, url: str) -> str | None:
    """The picture under `image` (text, or a mapping with `path` or the like), `images`, `cover` or `heroImage`."""
    for key in _IMAGES:
        if key not in source.fields:
            continue
        value = source.fields[key]
        inner = next((value[name] for name in _WITHIN if name in value), None) if isinstance(value, dict) else value
        found = next(iter(texts(inner)), "")
        # Themes hold a switch there, too: `cover: false`.
        if found and found.lower() not in ("true", "false"):
            return address_of(source, url, found)
    return None


def address_of(source: Source, url: str, text: str) -> str | None:
    """The absolute address of a picture or another file that a header names; None where it is on no web server.

    Relative ones are the post's own neighbours, but in Jekyll, and in Hugo and Zola where the post has no folder of
    its own: what themes and plugins do there (`absolute_url`, `absURL`, `get_url`) begins at the site's root.
    """
    engine = source.rules.engine
    if engine is Engine.JEKYLL and not text.startswith("//"):
        # Below the base path, not the host's root.
        text, url = text.lstrip("/"), source.rules.url
    elif engine in (Engine.HUGO, Engine.ZOLA) and not source.name.startswith("index."):
        url = source.rules.url
    found = absolute_value("src", text, url)
    return found if found and found.startswith(("http://", "https://")) else None


def _updated(source: Source, reader: Reader) -> datetime | None:
    for key in _UPDATED:
        value = source.fields.scalar(key)
        if value is None:
            continue
        try:
            return _moment(source, reader.moment, key, value).replace(microsecond=0)
        except BadDate as error:
            source.warn(error.code, key, f"{key}: {error.message}")
    return None


def _titled(slug: str) -> str:
    # Jekyll's Utils.titleize_slug: Ruby's capitalize lowers the rest of each word.
    words = (word[:1].title() + downcase(word[1:]) for word in slug.split("-") if word)
    return " ".join(words) or slug


def authors(source: Source) -> tuple[Author, ...]:
    """The authors under `author` and `authors`: names, or mappings of name and email."""
    fields = source.fields
    found = [each for key in ("author", "authors") if key in fields for each in _named(fields[key])]
    return tuple(dict.fromkeys(found))


def _named(value: Value) -> list[Author]:
    if isinstance(value, dict):
        name, email = value.get("name"), value.get("email")
        address = next(iter(texts(email)), None)
        return [Author(text, address) for text in texts(name)]
    if isinstance(value, list):
        return [author for item in value for author in _named(item)]
    return [_author(text) for text in texts(value)]


@lru_cache(maxsize=256)
def _author(name: str) -> Author:
    return Author(plain(name))


def language(source: Source) -> str | None:
    """The tag under `lang`; None, with a warning, where it is none."""
    text = source.fields.text("lang")
    if text is None:
        return None
    tag = text.replace("_", "-")
    if _LANGUAGE.match(tag) and is_known_language(tag):
        return tag
    source.warn(Code.BAD_LANGUAGE, "lang", f"lang: '{text[:40]}' is not a language tag such as ja or pt-BR")
    return None


def _counting(source: Source, key: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The first hundred: every one has a feed, and each of those feeds names them all."""
    if len(names) > _MOST_NAMES:
        source.warn(Code.TOO_MANY_NAMES, key, f"{key}: are {len(names)}; the first {_MOST_NAMES} count")
    return names[:_MOST_NAMES]


def _check_characters(source: Source, post: Post) -> None:
    named = {
        "title": (post.title,),
        "excerpt": (post.summary,),
        "categories": post.categories,
        "tags": post.tags,
        "author": tuple(f"{author.name} {author.email or ''}" for author in post.authors),
        "permalink": (post.path,),
    }
    for key, values in named.items():
        found = re.search(_FORBIDDEN, " ".join(values))
        if found:
            message = f"{key}: the character U+{ord(found[0]):04X} is forbidden in XML"
            raise source.fatal(Code.CONTROL_CHARACTER, key, message)
