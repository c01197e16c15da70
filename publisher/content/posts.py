"""A file's header and body as a Post: what all engines have in common."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from publisher.content.codes import Code
from publisher.content.dates import BadDate
from publisher.content.permalinks import Slots, absolute, fill
from publisher.content.plaintext import plain, summarise, without_tags
from publisher.content.source import Source
from publisher.content.values import Scalar, Value, texts
from publisher.content.yaml_text import place_in
from publisher.model.post import Author, Post

_UPDATED = ("last_modified_at", "lastmod", "updated", "modified")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$")
# Outside XML 1.0's Char (section 2.2); surrogates can come from a JSON or YAML escape.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Reader(Protocol):
    """What an engine's module gives: where it looks for posts and how it understands them."""

    lenient: bool
    """Whether headers are split and keyed Hugo's way, see front.split_front."""
    expiry_keys: tuple[str, ...]
    """Where a header says when the engine takes the page away again."""

    def choose(self, folder: str, files: list[str], folders: list[str], /) -> tuple[list[str], list[str]]:
        """Of a folder below the content folder: the files that may be posts, and the folders to enter."""

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

    def path(self, source: Source, published: datetime, categories: tuple[str, ...], /) -> str:
        """The address below the site's root, Unicode; ContentError where it cannot be made."""

    def lint(self, source: Source) -> None:
        """Warn of what is in the body and will not be rendered."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A post as read; `expires` where its engine takes it away again."""

    post: Post
    expires: datetime | None


def read_post(source: Source, digest: str, reader: Reader) -> Reading | None:
    """The post that a file is; None for a draft or a page that is no post; ContentError where it is broken."""
    fields = source.front.fields
    for key, line, column in fields.duplicates:
        message = f"the key '{key}' stands twice; the last one counts"
        source.warnings.append(Code.DUPLICATE_KEY.warning(source.file, line, column, message))
    if reader.is_draft(source) or (published := reader.published(source)) is None:
        return None
    categories = reader.categories(source)
    path = reader.path(source, published, categories)
    title = without_tags(fields.text("title") or "") or _titled(reader.slug(source))
    post = Post(
        source=source.file,
        path=path,
        url=absolute(source.rules.url, path),
        title=title,
        published=published.replace(microsecond=0),
        digest=digest,
        updated=_updated(source, reader),
        summary=plain(fields.text("excerpt", "description", "summary") or "") or summarise(source.front.body, title),
        categories=categories,
        tags=reader.tags(source),
        authors=_authors(source),
        language=_language(source),
        in_feeds=not fields.says_no("feed"),
        in_newsletters=not fields.says_no("newsletter"),
    )
    if source.front.escaped:
        _check_characters(source, post)
    reader.lint(source)
    return Reading(post, first_dated(source, reader.moment, reader.expiry_keys))


def dated(source: Source, moment: Callable[[Source, Scalar], datetime], key: str) -> datetime | None:
    """The moment under a key; None where the key holds nothing; ContentError at its place where it is none."""
    value = source.front.fields.scalar(key)
    if value is None:
        return None
    try:
        return moment(source, value)
    except BadDate as error:
        raise source.fatal(error.code, key, f"{key}: {error.message}") from error


def first_dated(source: Source, moment: Callable[[Source, Scalar], datetime], keys: tuple[str, ...]) -> datetime | None:
    """The moment under the first of the keys that holds any; ContentError at its place where it is none."""
    for key in keys:
        found = dated(source, moment, key)
        if found is not None:
            return found
    return None


def permalink(source: Source, slots: Slots, template: str) -> str:
    """Fill the post's own permalink, else the site's template; ContentError where it names what is not."""
    own = source.front.fields.text("permalink")
    try:
        return fill(own or template, slots)
    except KeyError as error:
        message = f"permalink: there is no placeholder ':{error.args[0]}'"
        raise source.fatal(Code.BAD_PERMALINK, "permalink", message) from error


def warn_of_tags(source: Source, pattern: re.Pattern[str], code: Code, what: str) -> None:
    """Warn at the first tag in the body that will stay in the text as it is."""
    body = source.front.body
    found = pattern.search(body)
    if found:
        line, column = place_in(body, found.start())
        message = f"{what} are not rendered in this version: {' '.join(found[0].split())[:60]} stays as it is"
        source.warnings.append(code.warning(source.file, source.front.body_line + line, column + 1, message))


def _updated(source: Source, reader: Reader) -> datetime | None:
    for key in _UPDATED:
        value = source.front.fields.scalar(key)
        if value is None:
            continue
        try:
            return reader.moment(source, value).replace(microsecond=0)
        except BadDate as error:
            source.warn(error.code, key, f"{key}: {error.message}")
    return None


def _titled(slug: str) -> str:
    # Jekyll's Utils.titleize_slug: str.capitalize would also lower the rest, and so does Ruby's.
    return " ".join(word.capitalize() for word in slug.split("-") if word) or slug


def _authors(source: Source) -> tuple[Author, ...]:
    fields = source.front.fields
    found = [*_named(fields.get("author")), *_named(fields.get("authors"))]
    return tuple(dict.fromkeys(found))


def _named(value: Value | None) -> list[Author]:
    if isinstance(value, dict):
        name, email = value.get("name"), value.get("email")
        address = next(texts(email), None)
        return [Author(text, address) for text in texts(name)]
    if isinstance(value, list):
        return [author for item in value for author in _named(item)]
    return [Author(plain(text)) for text in texts(value)]


def _language(source: Source) -> str | None:
    text = source.front.fields.text("lang")
    if text is None:
        return None
    tag = text.replace("_", "-")
    if _LANGUAGE.match(tag):
        return tag
    source.warn(Code.BAD_LANGUAGE, "lang", f"lang: '{text[:40]}' is not a language tag such as ja or pt-BR")
    return None


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
        found = _FORBIDDEN.search(" ".join(values))
        if found:
            message = f"{key}: the character U+{ord(found[0]):04X} is forbidden in XML"
            raise source.fatal(Code.CONTROL_CHARACTER, key, message)
