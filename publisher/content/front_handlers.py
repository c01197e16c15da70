"""The door to python-frontmatter: a file's text as its header and its body.

`frontmatter.parse` itself is not called: it strips the text (a leading code block loses its indent, and
no line number holds any more) and drops a header that is no mapping without a word. Its handlers are what
is used: `detect_format`, `split` and `load`, with splitters of our own for what its own ones miss: TOML
without a stale parser, nested JSON, the end written as `...`, a fence that is never closed.
"""

import json
import re
from typing import Any

import frontmatter
from frontmatter.default_handlers import BaseHandler

from publisher.content.codes import Code
from publisher.content.data_text import json_end, read_json, read_toml
from publisher.content.front import Front
from publisher.content.values import Fields
from publisher.content.yaml_text import read_yaml


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


def split_by_handler(text: str, file: str, *, lenient: bool) -> Front:
    """What `front.split_front` gives, keys as written, by python-frontmatter alone."""
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
