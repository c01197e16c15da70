"""Settings from the environment: `PUBLISHER_MAIL__TRANSPORT` sets `mail.transport`."""

import json
from collections.abc import Mapping
from typing import Any

from publisher.config.schema import keys_of
from publisher.core.lines import HALVES
from publisher.errors import ConfigError, Problem, Severity

PREFIX = "PUBLISHER_"
_OWN = {"PUBLISHER_CONFIG"}


def overlay(values: dict[str, Any], environ: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    """Write every `PUBLISHER_…` variable into `values`; returns the variable behind each path.

    Names meet keys without regard to case; a value that starts with `[` or `{` is JSON.
    ConfigError where a path runs through something that is no section.
    """
    origins: dict[tuple[str, ...], str] = {}
    problems: list[Problem] = []
    for variable in sorted(environ):
        if not variable.startswith(PREFIX) or variable in _OWN:
            continue
        path = _path(variable.removeprefix(PREFIX).lower().split("__"), values)
        try:
            _set(values, path, _whole(_value(environ[variable])))
        except ValueError as error:
            problems.append(Problem(variable, 0, 0, Severity.ERROR, "config", str(error)))
        origins[path] = variable
    if problems:
        raise ConfigError(problems)
    return origins


def _path(parts: list[str], values: dict[str, Any]) -> tuple[str, ...]:
    path: list[str] = []
    here: Any = values
    for part in parts:
        present = list(here) if isinstance(here, dict) else []
        spelled = {key.lower(): key for key in [*keys_of(tuple(path)), *present]}
        path.append(spelled.get(part, part))
        here = here.get(path[-1]) if isinstance(here, dict) else None
    return tuple(path)


def _value(text: str) -> Any:
    """Lists and sections are JSON; what only looks so (`[お知らせ] 庭`) is text, refused later where it is wrong."""
    if not text.startswith(("[", "{")):
        return text
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return text


def _whole(value: Any) -> Any:
    if HALVES.search(json.dumps(value, ensure_ascii=False)):
        raise ValueError("is not UTF-8, or holds half a character")
    return value


def _set(values: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    here = values
    for part in path[:-1]:
        inner = here.setdefault(part, {})
        if inner is None:
            inner = here[part] = {}
        if not isinstance(inner, dict):
            raise ValueError(f"{part} is not a section")
        here = inner
    here[path[-1]] = value
