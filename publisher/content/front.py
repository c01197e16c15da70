"""The door to python-frontmatter: a file's text as its header and its body.

`frontmatter.parse` itself is not called: it strips the text (a leading code block loses its indent, and
no line number holds any more) and drops a header that is no mapping without a word. Its handlers are what
is used: `detect_format`, `split` and `load`, with splitters of our own for what its own ones miss: TOML
without a stale parser, nested JSON, the end written as `...`, a fence that is never closed.
"""

import json
import re
from dataclasses import dataclass, replace
from typing import Any

import frontmatter
from frontmatter.default_handlers import BaseHandler

from publisher.content.codes import Code
from publisher.content.data_text import json_end, read_json, read_toml
from publisher.content.values import Fields
from publisher.content.yaml_text import read_yaml


@dataclass(frozen=True, slots=True)
class Front:
    """A post's header and body; `body_line` is where the body starts, from 1.

    `escaped`: the header holds backslashes, so a value may hold a character that the file does not.
    """

    fields: Fields
    body: str
    body_line: int
    escaped: bool = False


class _Fenced(BaseHandler):
    """Splits at fences; `load` reads what lies between them, knowing the file and the line for messages."""

    def __init__(self, file: str = "", first_line: int = 1) -> None:
        super().__init__()
        self.file = file
        self.first_line = first_line

    def at(self, file: str, first_line: int) -> "_Fenced":
        return type(self)(file, first_line)

    def split(self, text: str) -> tuple[str, str]:
        try:
            return super().split(text)
        except ValueError as error:
            message = f"the front matter is never closed: a line '{self.END_DELIMITER}' is missing"
            raise Code.UNCLOSED_FRONT_MATTER.fatal(self.file, self.first_line - 1, 1, message) from error


class _Yaml(_Fenced):
    # Jekyll's document.rb: opened by three dashes at the very start, closed by them or by three dots.
    FM_BOUNDARY = re.compile(r"\A---[ \t]*(?:\n|\Z)|(?!\A)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE)
    START_DELIMITER = END_DELIMITER = "---"

    def load(self, fm: str) -> dict[str, Any]:
        return read_yaml(fm, self.file, self.first_line)


class _Toml(_Fenced):
    FM_BOUNDARY = re.compile(r"\A\+\+\+[ \t]*(?:\n|\Z)|(?!\A)^\+\+\+[ \t]*(?:\n|\Z)", re.MULTILINE)
    START_DELIMITER = END_DELIMITER = "+++"

    def load(self, fm: str) -> dict[str, Any]:
        return read_toml(fm, self.file, self.first_line)


class _Json(_Fenced):
    FM_BOUNDARY = re.compile(r"\A\{\s*[\"}]")
    START_DELIMITER = END_DELIMITER = ""

    def at(self, file: str, first_line: int) -> "_Fenced":
        return _Json(file, first_line - 1)

    def split(self, text: str) -> tuple[str, str]:
        try:
            end = json_end(text)
        except (json.JSONDecodeError, RecursionError):
            return text, ""
        return text[:end], text[end:].removeprefix("\n")

    def load(self, fm: str) -> dict[str, Any]:
        return read_json(fm, self.file, self.first_line)


_YAML_ONLY: tuple[_Fenced, ...] = (_Yaml(),)
_ALL: tuple[_Fenced, ...] = (_Yaml(), _Toml(), _Json())


def _quick(text: str, file: str) -> Front | None:
    """The header that almost every post has, between two lines of three dashes; None where there is more to it.

    What the handlers make of the same text is the same by test; this takes a quarter of their time.
    """
    if not text.startswith("---\n"):
        return None
    end = text.find("\n---", 3)
    dots = text.find("\n...", 3, end)
    if end < 0 or dots >= 0 or text[end + 4 : end + 5] not in ("\n", ""):
        return None
    header, body = text[4 : end + 1], text[end + 5 :]
    fields = read_yaml(header, file, 2)
    return Front(fields, body, text.count("\n", 0, end + 5) + 1, "\\" in header)


def split_front(text: str, file: str, *, lenient: bool) -> Front:
    """Split a text with LF line ends into header and body; ContentError where the header is broken.

    `lenient` is Hugo's way: TOML and JSON too, blank lines before the fence, keys in any case.
    Otherwise Jekyll's: YAML whose fence is the very first line; a text without one has no header.
    """
    front = _quick(text, file) or split_by_handler(text, file, lenient=lenient)
    return replace(front, fields=front.fields.folded()) if lenient else front


def split_by_handler(text: str, file: str, *, lenient: bool) -> Front:
    """The same, by python-frontmatter alone, keys as written."""
    start = len(text) - len(text.lstrip()) if lenient else 0
    rest = text[start:]
    found = frontmatter.detect_format(rest, _ALL if lenient else _YAML_ONLY)
    if not isinstance(found, _Fenced):
        return Front(Fields(), text, 1)
    blank = text.count("\n", 0, start)
    handler = found.at(file, blank + 2)
    header, body = handler.split(rest)
    fields = handler.load(header)
    assert isinstance(fields, Fields)
    body_line = 1 + text.count("\n", 0, len(text) - len(body))
    return Front(fields, body, body_line, "\\" in header)
