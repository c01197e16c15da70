"""The door to PyYAML: a YAML mapping as Fields, every scalar as the text it was written as.

It reads parser events instead of loading: an alias bomb then costs a count, deep nesting an error,
and nothing the text names is ever constructed.
"""

import re
from typing import Any

import yaml

from publisher.content.codes import Code
from publisher.content.values import Fields, Scalar, Value
from publisher.content.yaml_text import MAX_DEPTH, MAX_VALUES, place_in
from publisher.core.syntax import Fault, explained, yaml_fault
from publisher.errors import ContentError

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
# `title：全角` and `title:　全角`: YAML sees no key, and the whole header vanishes without a word.
_WIDE_KEY = re.compile(r"^[^\s:：#'\"\[{-][^:：\n]*?(：|:[\u3000\u00a0])", re.MULTILINE)


def read_by_parser(text: str, file: str, first_line: int = 1) -> Fields:
    """The same, by PyYAML alone."""
    try:
        fields = _Builder(text, file, first_line).document()
    except yaml.MarkedYAMLError as error:
        raise _explain(error, text, file, first_line) from error
    except yaml.reader.ReaderError as error:
        line, column = _place_of(error, text)
        message = f"YAML: {explained(error.reason)}"
        raise Code.BROKEN_FRONT_MATTER.fatal(file, first_line + line, column + 1, message) from error
    wide = next((key for key in fields if "：" in key), None)
    if wide is not None:
        raise _wide(text, file, first_line) or Code.FULL_WIDTH_COLON.fatal(file, *fields.places[wide], _WIDE_MESSAGE)
    return fields


class _Builder:
    """Turns the events of one text into values; `size` counts them, aliases unfolded."""

    def __init__(self, text: str, file: str, first_line: int) -> None:
        self._loader = _Loader(text)
        self._next = self._loader.get_event
        self._text = text
        self._file = file
        self._first_line = first_line
        self._anchors: dict[str, tuple[Value, int]] = {}
        self._size = 0
        self._fields = Fields()

    def document(self) -> Fields:
        try:
            self._next()
            if isinstance(self._next(), yaml.StreamEndEvent):
                return self._fields
            event = self._next()
            if isinstance(event, yaml.MappingStartEvent):
                self._mapping(event, 0)
            elif not (isinstance(event, yaml.ScalarEvent) and event.value in ("", "~", "null")):
                raise self._no_mapping(event)
            self._end()
            return self._fields
        finally:
            self._loader.dispose()

    def _end(self) -> None:
        # A second document, or anything after the first, is a fault that the parser itself names.
        while not isinstance(self._next(), yaml.StreamEndEvent):
            pass

    def _value(self, event: Any, depth: int) -> Value:
        before = self._size
        self._count(event, depth)
        value: Value
        if isinstance(event, yaml.ScalarEvent):
            mark: Any = event.start_mark
            value = Scalar(event.value, not event.style, mark.line + self._first_line, mark.column + 1)
        elif isinstance(event, yaml.MappingStartEvent):
            value = self._mapping(event, depth)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._sequence(depth)
        else:
            return self._alias(event)
        if event.anchor:
            self._anchors[event.anchor] = (value, self._size - before)
        return value

    def _count(self, event: Any, depth: int) -> None:
        self._size += 1
        if depth > MAX_DEPTH or self._size > MAX_VALUES:
            what = "nested too deep" if depth > MAX_DEPTH else "too many values"
            raise Code.FRONT_MATTER_TOO_LARGE.fatal(self._file, *self._place(event), f"front matter: {what}")

    def _mapping(self, event: Any, depth: int) -> dict[str, Value]:
        top = depth == 0
        mapping: dict[str, Value] = self._fields if top else {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = event.value if isinstance(event, yaml.ScalarEvent) else str(self._value(event, depth + 1))
            if key in mapping:
                self._fields.duplicates.append((key, *self._place(event)))
            if top:
                self._fields.places[key] = self._place(event)
            mapping[key] = self._value(self._next(), depth + 1)
        return mapping

    def _sequence(self, depth: int) -> list[Value]:
        items: list[Value] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            items.append(self._value(event, depth + 1))
        return items

    def _alias(self, event: Any) -> Value:
        if event.anchor not in self._anchors:
            message = f"YAML: the alias *{event.anchor} names nothing; put a value that starts with '*' in quotes"
            raise Code.BROKEN_FRONT_MATTER.fatal(self._file, *self._place(event), message)
        value, size = self._anchors[event.anchor]
        self._size += size - 1
        self._count(event, 0)
        return value

    def _place(self, event: Any) -> tuple[int, int]:
        mark = event.start_mark
        return mark.line + self._first_line, mark.column + 1

    def _no_mapping(self, event: Any) -> ContentError:
        message = "the front matter is not a mapping: it needs lines of 'key: value'"
        wide = _wide(self._text, self._file, self._first_line)
        return wide or Code.NO_MAPPING.fatal(self._file, *self._place(event), message)


_WIDE_MESSAGE = "a full-width colon or space after the key: write ': ' in ASCII, or YAML does not see the key"


def _wide(text: str, file: str, first_line: int) -> ContentError | None:
    found = _WIDE_KEY.search(text)
    if not found:
        return None
    line, column = place_in(text, found.start(1))
    return Code.FULL_WIDTH_COLON.fatal(file, first_line + line, column + 1, _WIDE_MESSAGE)


def _explain(error: yaml.MarkedYAMLError, text: str, file: str, first_line: int) -> ContentError:
    wide = _wide(text, file, first_line)
    if wide:
        return wide
    fault = fault_of(error, text)
    line, column = first_line + fault.line, fault.column + 1
    if "maximum nesting depth" in str(error.problem):
        return Code.FRONT_MATTER_TOO_LARGE.fatal(file, line, column, "front matter: nested too deep")
    return Code.BROKEN_FRONT_MATTER.fatal(file, line, column, f"YAML: {fault.message}")


def fault_of(error: yaml.MarkedYAMLError, text: str) -> Fault:
    """What libyaml found wrong in a text, in plain words."""
    begun, noticed = ((mark.line, mark.column) if mark else None for mark in (error.context_mark, error.problem_mark))
    return yaml_fault(error.problem or error.context or "", text, begun, noticed)


def _place_of(error: yaml.reader.ReaderError, text: str) -> tuple[int, int]:
    # libyaml counts bytes of UTF-8 where the parser in Python counts characters.
    if error.encoding == "unicode":
        return place_in(text, int(error.position))
    before = text.encode()[: int(error.position)].decode(errors="ignore")
    return place_in(before, len(before))
