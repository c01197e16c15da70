"""The editor's introduction to a next digest: a Markdown file, `next.md`."""

import hashlib
import re
from pathlib import Path

from publisher.content.codes import Code
from publisher.content.file_text import decode
from publisher.content.front import Front, split_front
from publisher.content.markdown import to_html
from publisher.content.safe import make_safe
from publisher.content.values import Scalar, texts
from publisher.core.lines import one_line
from publisher.core.tags import is_tangled
from publisher.core.words import is_known_language
from publisher.errors import Problem
from publisher.struct import Struct, field

NAMED = re.compile(r"next(?:\.([^.]+))?\.md")
"""What such a file is called, with its language or without."""
_KNOWN = ("newsletter", "subject", "language")


class Introduction(Struct, frozen=True):
    """What stands at the head of a digest.

    `file` is its path as messages name it, `sha256` that of its bytes, in hex. `newsletters` are those it is for, empty
    for any; `language` is that of its readers, None for all; `subject` replaces the mail's, empty for none. `html` is
    safe, its addresses absolute. `problems` are what it is used in spite of.
    """

    file: str
    sha256: str
    newsletters: tuple[str, ...]
    language: str | None
    subject: str
    html: str
    problems: tuple[Problem, ...] = ()


def read_introduction(path: Path, file: str, url: str) -> Introduction | None:
    """The introduction in a file whose addresses begin at `url`; None where it says nothing, or is a dated post.

    ContentError where it cannot be read or understood, so that no reader gets half of it.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        raise Code.UNREADABLE_FILE.fatal(file, 0, 0, message) from error
    front = split_front(decode(data, file), file, lenient=True)
    if "date" in front.fields or not front.body.strip():
        return None
    return _Reading(file, front).made(hashlib.sha256(data).hexdigest(), _language(path.name, file), url)


def _language(name: str, file: str) -> str | None:
    named = NAMED.fullmatch(name)
    return None if named is None or named[1] is None else _tag(named[1], file, 1, 1)


def _tag(text: str, file: str, line: int, column: int) -> str:
    if not is_known_language(text):
        message = f"'{text[:40]}' is not a language tag such as ja or pt-BR"
        raise Code.BAD_INTRODUCTION.fatal(file, line, column, message)
    return text


class _Reading(Struct, frozen=True):
    file: str
    front: Front
    problems: list[Problem] = field(default_factory=list)

    def made(self, sha256: str, language: str | None, url: str) -> Introduction:
        fields = self.front.fields
        for key in fields.keys() - {*_KNOWN}:
            message = f"{key}: no such key; known are {', '.join(_KNOWN)}"
            self.problems.append(Code.BAD_INTRODUCTION.warning(self.file, *fields.places.get(key, (1, 1)), message))
        said = self._scalar("language")
        return Introduction(
            file=self.file,
            sha256=sha256,
            newsletters=tuple(texts(fields.get("newsletter"))),
            language=_tag(said.text.strip(), self.file, said.line, said.column) if said else language,
            subject=one_line(subject.text) if (subject := self._scalar("subject")) else "",
            html=self._html(url),
            problems=tuple(self.problems),
        )

    def _scalar(self, key: str) -> Scalar | None:
        value = self.front.fields.get(key)
        if isinstance(value, list | dict):
            line, column = self.front.fields.places.get(key, (1, 1))
            raise Code.BAD_INTRODUCTION.fatal(self.file, line, column, f"{key}: is plain text, not a list or a mapping")
        return self.front.fields.scalar(key)

    def _html(self, url: str) -> str:
        html = to_html(self.front.body)
        if is_tangled(html):
            message = "the HTML is nested over 256 deep, holds over 200,000 tags or leaves too much open"
            raise Code.BAD_INTRODUCTION.fatal(self.file, self.front.body_line, 1, message)
        return make_safe(html, url)
