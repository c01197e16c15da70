"""TOML and JSON headers as Fields, their values as texts."""

import json
import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from publisher.content.codes import Code
from publisher.content.values import Fields, Scalar, Value
from publisher.content.yaml_text import MAX_DEPTH, MAX_HEADER
from publisher.core.syntax import explained
from publisher.errors import ContentError

# `key =`, `key.inner =`, `[key]`, `[key.inner]`, `[[key]]`.
_TOML_KEY = r"^\s*[\"']?{key}[\"']?\s*[=.]|^\s*\[+\s*[\"']?{key}[\"']?\s*[.\]]"
# Half a pair, as an escape can write it: it has no UTF-8.
_HALF = re.compile("[\ud800-\udfff]")
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def read_toml(text: str, file: str, first_line: int = 1) -> Fields:
    """Read a TOML document whose first line is `first_line` of `file`; ContentError where it is none."""
    _bound(text, file, first_line)
    try:
        return _fields(tomllib.loads(text), text, file, first_line, _TOML_KEY)
    except tomllib.TOMLDecodeError as error:
        raise _toml_fault(error, text, file, first_line) from error
    except RecursionError as error:
        raise _too_deep(file, first_line) from error


def json_end(text: str) -> int:
    """Where the JSON value that `text` starts with ends; json.JSONDecodeError where it is broken."""
    return json.JSONDecoder().raw_decode(text)[1]


def read_json(text: str, file: str, first_line: int = 1) -> Fields:
    """Read a JSON object whose first line is `first_line` of `file`; ContentError where it is none."""
    _bound(text, file, first_line)
    twice: list[str] = []
    try:
        data = json.loads(text, object_pairs_hook=lambda pairs: _pairs(pairs, twice))
    except json.JSONDecodeError as error:
        line, column = first_line + error.lineno - 1, error.colno
        raise Code.BROKEN_FRONT_MATTER.fatal(file, line, column, f"JSON: {explained(error.msg)}") from error
    except RecursionError as error:
        raise _too_deep(file, first_line) from error
    if not isinstance(data, dict):
        raise Code.NO_MAPPING.fatal(file, first_line, 1, "not a mapping: JSON must be an object here")
    fields = _fields(data, text, file, first_line, r"\"{key}\"\s*:")
    fields.duplicates = [(key, *fields.places.get(key, (first_line, 1))) for key in twice]
    return fields


def _pairs(pairs: list[tuple[str, Any]], twice: list[str]) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for written, value in pairs:
        key = _HALF.sub("\ufffd", written)
        if key in mapping:
            twice.append(key)
        mapping[key] = _whole(value)
    return mapping


def _whole(value: Any) -> Any:
    """The value with U+FFFD for each half of a surrogate pair, as Go's encoding/json has it."""
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return _HALF.sub("\ufffd", value) if isinstance(value, str) else value


def _bound(text: str, file: str, first_line: int) -> None:
    if len(text) > MAX_HEADER:
        raise Code.FRONT_MATTER_TOO_LARGE.fatal(file, first_line, 1, f"front matter over {MAX_HEADER // 1024} KB")


def _too_deep(file: str, first_line: int) -> ContentError:
    return Code.FRONT_MATTER_TOO_LARGE.fatal(file, first_line, 1, "front matter: nested too deep")


def _toml_fault(error: tomllib.TOMLDecodeError, text: str, file: str, first_line: int) -> ContentError:
    # tomllib has no attributes for the place before Python 3.14; its message ends with it.
    found = _TOML_PLACE.search(str(error))
    line, column = text.count("\n"), 1
    if found and found[1]:
        line, column = int(found[1]) - 1, int(found[2])
    reason = _TOML_PLACE.sub("", str(error))
    return Code.BROKEN_FRONT_MATTER.fatal(file, first_line + line, column, f"TOML: {explained(reason)}")


def _fields(data: Mapping[str, Any], text: str, file: str, first_line: int, key_pattern: str) -> Fields:
    fields = Fields()
    for key, value in data.items():
        found = re.search(key_pattern.replace("{key}", re.escape(key)), text, re.MULTILINE)
        start = found.start() if found else 0
        line = first_line + text.count("\n", 0, start)
        column = start - text.rfind("\n", 0, start)
        fields.places[key] = (line, column)
        fields[key] = _value(value, file, line, column, 1)
    return fields


def _value(value: Any, file: str, line: int, column: int, depth: int) -> Value:
    if depth > MAX_DEPTH:
        raise Code.FRONT_MATTER_TOO_LARGE.fatal(file, line, column, "front matter: nested too deep")
    if isinstance(value, dict):
        return {key: _value(item, file, line, column, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_value(item, file, line, column, depth + 1) for item in value]
    return Scalar(_text(value), not isinstance(value, str), line, column)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return "" if value is None else str(value)
