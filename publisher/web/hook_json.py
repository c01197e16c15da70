"""JSON as strangers send it: bounded, and read without believing that anything in it is what it should be."""

import json
from typing import NoReturn, TypeAlias

Json: TypeAlias = dict[str, "Json"] | list["Json"] | str | int | float | bool | None


def read_json(body: bytes) -> Json:
    """What `body` holds; ValueError where that is no JSON, not in UTF-8, or nested too deep."""
    try:
        found: Json = json.loads(body.decode(), parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    return found


def at(value: Json, *path: str) -> Json:
    """What stands at `path`, None where nothing does."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def text_at(value: Json, *path: str) -> str:
    """The text or the whole number at `path`, as text; empty where there is neither."""
    found = at(value, *path)
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


def list_at(value: Json, *path: str) -> list[Json]:
    """The list at `path`, empty where there is none."""
    found = at(value, *path)
    return found if isinstance(found, list) else []


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number in JSON")
