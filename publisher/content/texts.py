"""A text that is no post of the site, read as one: a file to be mailed that enters no feed."""

import hashlib
import posixpath
import re
import unicodedata
from datetime import datetime
from zoneinfo import ZoneInfo

from publisher.content.codes import Code
from publisher.content.engines import plain as by_default
from publisher.content.engines import reader_of
from publisher.content.file_text import MAX_BYTES, decode
from publisher.content.mail_wishes import NO_WISHES, wishes
from publisher.content.nouns import Engine, Rules
from publisher.content.permalinks import absolute
from publisher.content.plaintext import plain, without_tags
from publisher.content.source import Source
from publisher.core.words import LANGUAGE, is_known_language
from publisher.model.post import MailWishes, Post
from publisher.struct import Struct, replace

SUFFIXES = by_default.MARKDOWN
_HEADING = re.compile(r"\s*(?:#[ \t]+(?P<hashes>[^\n]+?)[ \t#]*(?:\n|$)|(?P<ruled>\S[^\n]*)\n=+[ \t]*(?:\n|$))")


class Text(Struct, frozen=True):
    """The file as read, and what it would be as a post."""

    post: Post
    source: Source


def read_text(rules: Rules, file: str, at: datetime) -> Text:
    """The text in `file`, a path from the site's folder, which it may leave; it comes out `at`.

    Its front matter is optional: title (else the heading that it begins with), subject, intro, language, categories,
    author. The post's address is where its relative ones begin: where its folder would be served, or the site's root
    for a file elsewhere. ContentError for a draft, without title or text, or where it cannot be read.
    """
    data = _bytes(rules, file)
    reader = reader_of(rules.engine)
    # Zola stops at a file without front matter, which a text may do without.
    split = reader.split if rules.engine is Engine.PELICAN else by_default.split
    front = split(decode(data, file), file)
    source = Source(file, file.removeprefix(rules.prefix), front, rules, ZoneInfo(rules.timezone))
    is_inside = not file.startswith("../") and file.startswith(rules.prefix)
    if by_default.is_draft(source) or (is_inside and reader.is_draft(source)):
        raise source.fatal(Code.DRAFT, "draft", "is a draft, and drafts are not mailed")
    heading = _HEADING.match(front.body)
    if not front.body[heading.end() if heading else 0 :].strip():
        raise Code.EMPTY_TEXT.fatal(file, front.body_line, 1, "has no text")
    path = _folder(file)
    post = Post(
        source=file,
        path=path,
        url=absolute(rules.url, path),
        title=_title(source),
        published=at.replace(microsecond=0),
        digest=hashlib.sha256(data).hexdigest(),
        summary=plain(source.fields.text("excerpt", "description", "summary") or ""),
        categories=by_default.categories(source),
        authors=by_default.authors(source),
        language=_language(source),
        in_feeds=False,
        mail=_mail(source),
    )
    return Text(post, source)


def _bytes(rules: Rules, file: str) -> bytes:
    try:
        with (rules.folder / file).open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise Code.UNREADABLE_FILE.fatal(file, 0, 0, error.strerror or "cannot be opened") from error


def _folder(file: str) -> str:
    inside = "" if file.startswith("../") else posixpath.dirname(unicodedata.normalize("NFC", file))
    return f"/{inside}/" if inside else "/"


def _title(source: Source) -> str:
    written = source.fields.text("title")
    found = None if written else _HEADING.match(source.front.body)
    title = without_tags(written or (found["hashes"] or found["ruled"] if found else ""))
    if not title:
        message = "has no title: write 'title: …' into its front matter, or begin it with '# …'"
        raise Code.NO_TITLE.fatal(source.file, 1, 1, message)
    return title


def _language(source: Source) -> str | None:
    for key in ("language", "lang"):
        tag = source.fields.text(key)
        if tag and not (LANGUAGE.fullmatch(tag) and is_known_language(tag)):
            message = f"{key}: '{tag[:40]}' is not a language tag such as ja or pt-BR"
            raise source.fatal(Code.BAD_LANGUAGE, key, message)
        if tag:
            return tag
    return None


def _mail(source: Source) -> MailWishes:
    """What is mailed and nothing else may say so without a mapping for it."""
    wished, fields = wishes(source) or NO_WISHES, source.fields
    return replace(wished, subject=fields.text("subject") or wished.subject, intro=fields.text("intro") or wished.intro)
