"""A YAML file as plain values, with the place of each: the only door to YAML for settings."""

import re
from pathlib import Path
from typing import Any

import yaml

from publisher.core.lines import HALVES
from publisher.core.syntax import explained, yaml_fault
from publisher.errors import ConfigError, Problem, Severity
from publisher.struct import Struct

Path_ = tuple[str | int, ...]
Place = tuple[int, int]

_INTEGER = re.compile(r"[-+]?(0|[1-9]\d*)")
_FLOAT = re.compile(r"[-+]?\d+\.\d*([eE][-+]?\d+)?")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_DEEPEST = 20


class Document(Struct, frozen=True):
    """`values` as YAML 1.2's core rules type them, so `no` and `19:00` stay text; `places` count from 1.

    `places` holds for each path the place of its value, and under the path plus "" that of its key.
    """

    file: str
    values: dict[str, Any]
    places: dict[Path_, Place]

    def place(self, path: Path_, *, key: bool = False) -> Place:
        """Where `path` stands, or the nearest thing above it that has a place."""
        if key and (*path, "") in self.places:
            return self.places[(*path, "")]
        while path not in self.places and path:
            path = path[:-1]
        return self.places.get(path, (1, 1))


def read_document(path: Path, shown: str) -> Document:
    """Read `path`, named `shown` in problems; ConfigError where it is no YAML mapping."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        raise ConfigError([_problem(shown, (1, 1), "not UTF-8: save the file as UTF-8")]) from error
    except yaml.MarkedYAMLError as error:
        begun, noticed = ((one.line, one.column) if one else None for one in (error.context_mark, error.problem_mark))
        fault = yaml_fault(error.problem or error.context or "", text, begun, noticed)
        place = (fault.line + 1, fault.column + 1)
        raise ConfigError([_problem(shown, place, f"not YAML: {fault.message}")]) from error
    except yaml.reader.ReaderError as error:
        before = text[: int(error.position)]
        place = (before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise ConfigError([_problem(shown, place, f"not YAML: {explained(error.reason)}")]) from error
    except RecursionError as error:
        raise ConfigError([_problem(shown, (1, 1), "nested too deeply")]) from error
    except OSError as error:
        raise ConfigError([_problem(shown, (0, 0), f"cannot be read: {error.strerror}")]) from error
    reader = _Reader(shown)
    values = {} if root is None else reader.value(root, ())
    if not isinstance(values, dict):
        raise ConfigError([_problem(shown, (1, 1), "must be a mapping of keys to values")])
    if reader.problems:
        raise ConfigError(reader.problems)
    return Document(shown, values, reader.places)


def _problem(file: str, place: Place, message: str) -> Problem:
    return Problem(file, place[0], place[1], Severity.ERROR, "config", message)


class _Reader:
    """Walks YAML nodes; a class because places and problems gather over the whole walk."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.places: dict[Path_, Place] = {}
        self.problems: list[Problem] = []

    def value(self, node: yaml.Node, path: Path_) -> Any:
        self.places[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
        if len(path) > _DEEPEST:
            # An alias that holds itself would never end.
            self.problems.append(_problem(self.file, self.places[path], "nested too deeply"))
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        self._whole(node)
        return _scalar(node)

    def _whole(self, node: yaml.Node) -> None:
        """A problem where text holds what "\\ud83d" leaves behind: no file and no mail can hold it."""
        if HALVES.search(str(node.value)):
            place = (node.start_mark.line + 1, node.start_mark.column + 1)
            self.problems.append(_problem(self.file, place, "holds half a character: write the whole one"))

    def _mapping(self, node: yaml.MappingNode, path: Path_) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            self._whole(key_node)
            place = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if key in found:
                dotted = ".".join(map(str, (*path, key)))
                self.problems.append(_problem(self.file, place, f"{dotted}: stands here a second time"))
            found[key] = self.value(value_node, (*path, key))
            self.places[(*path, key, "")] = place
        return found


def _scalar(node: yaml.Node) -> Any:
    text = str(node.value)
    if getattr(node, "style", None) is not None:
        return text
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
