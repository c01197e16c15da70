"""The rules of `feeds.custom`, checked; core.rules tells what they mean."""

import re
from typing import Any

from publisher.config.fields import known_language

_KEYS = ("category", "tag", "author", "language", "path")
_JOINS = ("all", "any")
_KNOWN = ", ".join((*_KEYS, *_JOINS, "not"))
_DEEPEST = 20
"""As deep as a file may be nested; a variable's JSON may be deeper."""
_WILD = re.compile(r"\*+")
_MOST_WILD = 5
"""Each more multiplies the time that a path takes: with twelve `**` one post took minutes."""


def rule(value: Any) -> Any:
    """A rule in whole: what holds of a post, and joins of rules; ValueError where it means nothing."""
    _rule(value, 1)
    return value


def _rule(value: Any, depth: int) -> None:
    if depth > _DEEPEST:
        raise ValueError("is nested too deeply")
    if not isinstance(value, dict) or not value:
        raise ValueError(f"must be a mapping of {_KNOWN}")
    for key, inner in value.items():
        if key in _JOINS:
            if not isinstance(inner, list) or not inner:
                raise ValueError(f"'{key}' must be a list of rules")
            for one in inner:
                _rule(one, depth + 1)
        elif key == "not":
            _rule(inner, depth + 1)
        elif key in _KEYS:
            _named(key, inner)
        else:
            raise ValueError(f"unknown word {key!r}; known are {_KNOWN}")


def _named(key: str, value: Any) -> None:
    names = value if isinstance(value, list) else [value]
    if not names or not all(isinstance(name, str) and name.strip() for name in names):
        raise ValueError(f"'{key}' must be a name or a list of names")
    for name in names:
        if key == "language":
            known_language(name)
        if key == "path":
            _path(name)


def _path(text: str) -> None:
    if not {"", ".", ".."}.isdisjoint(text.strip("/").split("/")):
        raise ValueError(f"'path' {text!r} takes no post: write a path below the site's folder, without '.' and '..'")
    if len(_WILD.findall(text)) > _MOST_WILD:
        raise ValueError(f"'path' {text!r} holds more than {_MOST_WILD} '*' or '**'")
