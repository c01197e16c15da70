"""Front matter defaults, in the order of precedence of Jekyll's frontmatter_defaults.rb."""

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from publisher.content.engines.jekyll_settings import Default, JekyllSettings
from publisher.content.values import Fields, Scalar, Value, is_null

_OLD_KINDS = {"page": "pages", "post": "posts", "draft": "drafts"}
_MAX_BRACES = 64


def defaults_of(value: Value | None) -> tuple[Default, ...]:
    """The sets under `defaults` that hold values; Jekyll warns of the others and goes on."""
    found = []
    for each in value if isinstance(value, list) else []:
        values = each.get("values") if isinstance(each, dict) else None
        if isinstance(each, dict) and isinstance(values, dict):
            scope = each.get("scope")
            path, kind = (scope.get("path"), scope.get("type")) if isinstance(scope, dict) else (None, None)
            kind_text = _OLD_KINDS.get(kind.text, kind.text) if isinstance(kind, Scalar) else None
            path_text = path.text if isinstance(path, Scalar) and not is_null(path) else ""
            found.append(Default(path_text, kind_text, _pack(values)))
    return tuple(found)


def fields_for(settings: JekyllSettings, below: str, label: str) -> Fields:
    """The values that a document gets; `below` is its path from the collections folder, `label` its collection."""
    sets = tuple(each for each in settings.defaults if _applies(each, settings, below, label))
    return _merged(sets)


def _applies(default: Default, settings: JekyllSettings, below: str, label: str) -> bool:
    if default.kind not in (None, label):
        return False
    if "*" in default.path:
        return _is_below_glob(default.path, settings.collections_dir, below)
    return below.startswith(default.path.removeprefix(settings.collections_dir))


@lru_cache(maxsize=4096)
def _is_below_glob(pattern: str, collections_dir: str, below: str) -> bool:
    # Jekyll lists what the pattern finds on disk, and asks whether the document's path starts with one of these.
    parts = (collections_dir + below).split("/")
    above = collections_dir.count("/")
    patterns = [each.rstrip("/").split("/") for each in _unbraced(pattern)]
    return any(_fits(each, parts[:count]) for each in patterns for count in range(above + 1, len(parts) + 1))


def _fits(pattern: list[str], parts: list[str]) -> bool:
    """Whether a glob fits a path, both in parts; `**` stands for any folders that are not hidden."""
    reached = {0}
    for each in pattern:
        if each == "**":
            reached = {end for start in reached for end in _folders(parts, start)}
        else:
            reached = {at + 1 for at in reached if at < len(parts) and _names(each, parts[at])}
    return len(parts) in reached


def _folders(parts: list[str], start: int) -> Iterator[int]:
    yield start
    while start < len(parts) and not parts[start].startswith("."):
        start += 1
        yield start


def _names(pattern: str, name: str) -> bool:
    if name.startswith(".") and not pattern.startswith("."):
        return False
    return fnmatchcase(name, pattern.replace("[^", "[!"))


def _unbraced(pattern: str) -> list[str]:
    """Each pattern that one with `{a,b}` stands for."""
    pending: list[str] = [pattern]
    found: list[str] = []
    while pending and len(pending) + len(found) < _MAX_BRACES:
        each = pending.pop()
        head, brace, rest = each.rpartition("{")
        inner, close, tail = rest.partition("}")
        if brace and close:
            pending += [f"{head}{choice}{tail}" for choice in inner.split(",")]
        else:
            found.append(each)
    return found


@lru_cache(maxsize=64)
def _merged(sets: tuple[Default, ...]) -> Fields:
    values: dict[str, Value] = {}
    last: Default | None = None
    for each in sets:
        if last is None or _precedes(last, each):
            values, last = _deep(values, _unpack(each.values)), each
        else:
            values = _deep(_unpack(each.values), values)
    fields = Fields()
    fields.update(values)
    return fields


def _precedes(old: Default, new: Default) -> bool:
    lengths = len(_sanitised(new.path)), len(_sanitised(old.path))
    if lengths[0] != lengths[1]:
        return lengths[0] > lengths[1]
    return new.kind is not None or old.kind is None


def _sanitised(path: str) -> str:
    return path.strip("/") if path.startswith("/") else path


def _deep(under: Mapping[str, Value], over: Mapping[str, Value]) -> dict[str, Value]:
    """Jekyll's deep_merge_hashes: mappings are merged, and nothing does not hide something."""
    merged = dict(under)
    for key, value in over.items():
        before = merged.get(key)
        if isinstance(before, dict) and isinstance(value, dict):
            merged[key] = _deep(before, value)
        elif before is None or not (isinstance(value, Scalar) and is_null(value)):
            merged[key] = value
    return merged


def _pack(values: Mapping[str, Value]) -> str:
    return json.dumps({key: _packed(value) for key, value in values.items()}, ensure_ascii=False)


def _packed(value: Value) -> Any:
    if isinstance(value, Scalar):
        return [value.text, value.plain]
    if isinstance(value, list):
        return {"list": [_packed(each) for each in value]}
    return {"map": {key: _packed(each) for key, each in value.items()}}


def _unpack(text: str) -> dict[str, Value]:
    return {key: _unpacked(value) for key, value in json.loads(text).items()}


def _unpacked(value: Any) -> Value:
    if isinstance(value, list):
        # The place is the file's start: the configuration's own would be a wrong one in the post.
        return Scalar(value[0], value[1], 1, 1)
    if "list" in value:
        return [_unpacked(each) for each in value["list"]]
    return {key: _unpacked(each) for key, each in value["map"].items()}
