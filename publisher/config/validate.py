"""A file and the environment, checked: every problem at once, each with its place."""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from publisher.config.document import Document, read_document
from publisher.config.environment import overlay
from publisher.config.schema import Schema, keys_of
from publisher.errors import ConfigError, Problem, Severity

_WORDING = {
    "missing": "is required",
    "string_type": "must be text; put it in quotes",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "finite_number": "must be a number",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "too_short": "must not be empty",
    "list_type": "must be a list",
    "model_type": "must be a section of keys",
    "dict_type": "must be a section of keys",
    "model_attributes_type": "must be a section of keys",
}


def checked(file: Path, shown: str, environ: Mapping[str, str]) -> dict[str, Any]:
    """The settings in `file`, named `shown` in messages, under those of the environment: every key, as JSON values.

    ConfigError lists every problem.
    """
    document = read_document(file, shown)
    if "baseurl" in {key.lower() for key in document.values}:
        problem = Problem(shown, 1, 1, Severity.ERROR, "config", "is Hugo's own, not Publisher's")
        raise ConfigError([problem], hint="run 'publisher init' here: it makes _publisher/config.yaml beside it")
    origins = overlay(document.values, environ)
    try:
        values: dict[str, Any] = Schema.model_validate(document.values).model_dump(mode="json", by_alias=True)
    except ValidationError as error:
        raise ConfigError(_problems(error, document, origins)) from error
    return values


def _problems(error: ValidationError, document: Document, origins: dict[tuple[str, ...], str]) -> list[Problem]:
    found: dict[tuple[str, int, int, str], Problem] = {}
    for fault in error.errors():
        path = _known_part(fault["loc"])
        file, (line, column) = document.file, document.place(path, key=fault["type"] == "extra_forbidden")
        variable = _variable(path, document, origins)
        if variable is not None:
            file, line, column = variable, 0, 0
        dotted = ".".join(map(str, path)) or "the file"
        message = f"{dotted}: {_wording(fault, path)}"
        found.setdefault((file, line, column, dotted), Problem(file, line, column, Severity.ERROR, "config", message))
    return sorted(found.values())


def _variable(path: tuple[str | int, ...], document: Document, origins: dict[tuple[str, ...], str]) -> str | None:
    """The variable that set the value at `path`, or something above it, or below a section only it has made."""
    words = tuple(map(str, path))
    begun = next((words[:n] for n in range(1, len(words) + 1) if path[:n] not in document.places), None)
    for origin, variable in origins.items():
        if words[: len(origin)] == origin or (begun is not None and origin[: len(begun)] == begun):
            return variable
    return None


def _known_part(location: tuple[str | int, ...]) -> tuple[str | int, ...]:
    # A dict's bad key is located as (…, key, "[key]"): the last part is pydantic's, not the writer's.
    return location[:-1] if location and location[-1] == "[key]" else location


def _wording(fault: Any, path: tuple[str | int, ...]) -> str:
    kind = fault["type"]
    if kind == "extra_forbidden":
        return _unknown(str(path[-1]), keys_of(tuple(map(str, path[:-1]))))
    if kind == "value_error":
        return str(fault["ctx"]["error"])
    if kind in ("literal_error", "enum"):
        return f"must be {fault['ctx']['expected']}"
    if kind == "string_pattern_mismatch":
        return f"{fault['input']!r} may hold only letters, digits, '-' and '_', and starts with a letter or digit"
    return _WORDING.get(kind) or str(fault["msg"]).replace("Input should", "must").replace("String should", "must")


def _unknown(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    if near:
        return f"unknown key; did you mean '{near[0]}'?"
    return f"unknown key; known here: {', '.join(known)}" if known else "unknown key"
