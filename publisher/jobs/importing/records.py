"""JSON: an array of objects, one object a line, or a page of a program's API, one object in memory at once."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from publisher.jobs.importing.cells import joined
from publisher.jobs.importing.nouns import unreadable

Record = dict[str, Any]

_CHUNK = 1 << 20
_BETWEEN = re.compile(r"[\s,]*")
_PAGES = (("data", "results"), ("results",), ("members",), ("subscribers",))
"""Where the APIs of listmonk, Buttondown, Ghost and others have their list."""


def is_json(first: str) -> bool:
    """Whether a file that begins so holds JSON."""
    return first[:1] in ("[", "{")


def records(file: Path, encoding: str) -> Iterator[tuple[int, Record]]:
    """Each object with the line it begins on. ContentError where the file is no list of objects."""
    with file.open(encoding=encoding) as handle:
        first = handle.read(1)
        while first.isspace():
            first = handle.read(1)
        handle.seek(0)
        found = _array(file, handle) if first == "[" else _lines(file, handle)
        for line, record in found:
            if not isinstance(record, dict):
                raise unreadable(file, line, 'not an object: a list of readers as JSON is [{"email": …}, …]')
            yield line, record


def text_of(value: Any) -> str:
    """A value as a cell of a table would have it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list) and not any(isinstance(one, dict | list) for one in value):
        return joined(tuple(text_of(one) for one in value))
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def _lines(file: Path, handle: TextIO) -> Iterator[tuple[int, Any]]:
    for line, text in enumerate(handle, 1):
        if not text.strip():
            continue
        try:
            record = json.loads(text)
        except ValueError as error:
            if line > 1:
                raise unreadable(file, line, f"not JSON: {error}") from error
            handle.seek(0)
            yield from _page(file, _whole(file, handle))
            return
        listed = list(_page(file, record)) if line == 1 and _list_in(record) is not None else [(line, record)]
        yield from listed


def _whole(file: Path, handle: TextIO) -> Any:
    try:
        return json.loads(handle.read())
    except ValueError as error:
        raise unreadable(file, getattr(error, "lineno", 1), f"not JSON: {error}") from error


def _page(file: Path, record: Any) -> Iterator[tuple[int, Any]]:
    found = _list_in(record)
    if found is None:
        raise unreadable(file, 1, "an object without a list of readers in it")
    yield from ((1, one) for one in found)


def _list_in(record: Any) -> list[Any] | None:
    for path in _PAGES:
        value = record
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, list):
            return value
    return None


def _array(file: Path, handle: TextIO) -> Iterator[tuple[int, Any]]:
    decoder, buffer, place, line = json.JSONDecoder(), "", 0, 1
    started = False
    while True:
        chunk = handle.read(_CHUNK)
        buffer, place = buffer[place:] + chunk, 0
        while True:
            gap = _BETWEEN.match(buffer, place)
            assert gap is not None
            line, place = line + buffer.count("\n", place, gap.end()), gap.end()
            if not started and buffer[place : place + 1] == "[":
                started, place = True, place + 1
                continue
            if buffer[place : place + 1] == "]":
                return
            try:
                record, end = decoder.raw_decode(buffer, place)
            except ValueError as error:
                if not chunk:
                    raise unreadable(file, line, f"not JSON: {error}") from error
                break
            yield line, record
            line, place = line + buffer.count("\n", place, end), end
