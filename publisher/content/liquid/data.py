"""A site's data files as values, and its configuration: YAML with the types of Ruby, JSON, CSV and TSV."""

import csv
import io
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import yaml

from publisher.content.liquid.limits import MAX_DEPTH, MAX_ITEMS
from publisher.content.liquid.typed import Day, Moment, word
from publisher.content.permalinks import extension
from publisher.content.values import Scalar, is_null
from publisher.content.yaml_parser import fault_of
from publisher.core.syntax import explained

KINDS = (".yaml", ".yml", ".json", ".csv", ".tsv")
"""In the order in which Jekyll's data_reader.rb reads them; a later one of the same name counts."""

_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
# data_reader.rb: what of a file's name a template can write.
_NOT_A_WORD = re.compile(r"[^\w\s-]+")


class BadData(ValueError):
    """A data file that cannot be read; the message says why."""


class Data(Mapping[str, object]):
    """A folder of data files; each is read when it is first asked for. `read` gives a file's value by its path."""

    def __init__(self, files: list[str], read: Callable[[str], object]) -> None:
        self._read = read
        self._values: dict[str, object] = {}
        self._files: dict[str, str] = {}
        within: dict[str, list[str]] = {}
        for file in files:
            head, slash, rest = file.partition("/")
            if slash:
                within.setdefault(head, []).append(rest)
        for file in sorted((name for name in files if "/" not in name), key=lambda name: (_rank(name), name)):
            if extension(file) in KINDS:
                self._files[key_of(file.rpartition(".")[0])] = file
        for folder, names in within.items():
            self._values[key_of(folder)] = Data(names, lambda name, folder=folder: read(f"{folder}/{name}"))  # type: ignore[misc]

    def __getitem__(self, key: str) -> object:
        if key not in self._values:
            self._values[key] = self._read(self._files[key])
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*self._files, *self._values]))

    def __len__(self) -> int:
        return len(dict.fromkeys([*self._files, *self._values]))


def key_of(name: str) -> str:
    """A file's name as a variable."""
    return re.sub(r"\s+", "_", _NOT_A_WORD.sub("", name).strip())


def _rank(name: str) -> int:
    kind = extension(name)
    return KINDS.index(kind) if kind in KINDS else -1


@lru_cache(maxsize=64)
def value_of(text: str, kind: str, zone: ZoneInfo) -> object:
    """A data file's value by its extension; BadData where it has none."""
    try:
        if kind in (".csv", ".tsv"):
            return _rows(text, "\t" if kind == ".tsv" else ",")
        if kind == ".json":
            return _bounded(json.loads(text), zone)
        if kind == ".toml":
            return _bounded(tomllib.loads(text), zone)
        return _Yaml(zone).value(yaml.compose(text, Loader=_Loader))
    except (csv.Error, yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadData(_reason(error, text)) from error


def _reason(error: Exception, text: str) -> str:
    if isinstance(error, yaml.MarkedYAMLError):
        fault = fault_of(error, text)
        return f"line {fault.line + 1}, column {fault.column + 1}: {fault.message}"
    return explained(" ".join(str(error).split()))[:200]


def _rows(text: str, separator: str) -> list[dict[str, object]]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    names = next(rows, [])
    return [_row(names, row) for row in rows if row]


def _row(names: list[str], row: list[str]) -> dict[str, object]:
    return {name: row[place] if place < len(row) else None for place, name in enumerate(names)}


def _bounded(value: object, zone: ZoneInfo) -> object:
    """JSON and TOML without halves of surrogate pairs, which an escape can bring, and with Ruby's times."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_bounded(item, zone) for item in value]
    if isinstance(value, dict):
        return {str(_bounded(key, zone)): _bounded(item, zone) for key, item in value.items()}
    if isinstance(value, datetime):
        return Moment.of(value if value.tzinfo else value.replace(tzinfo=zone))
    return Day(value.year, value.month, value.day) if isinstance(value, date) else value


class _Yaml:
    """Nodes as values. A node that aliases name again is one value, so an alias bomb stays as small as its text."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self.known: dict[int, object] = {}
        self.count = 0

    def value(self, node: yaml.Node | None, depth: int = 0) -> object:
        if node is None:
            return None
        if id(node) not in self.known:
            self.count += 1
            if depth > MAX_DEPTH or self.count > MAX_ITEMS:
                raise BadData("nested too deep" if depth > MAX_DEPTH else "too many values")
            self.known[id(node)] = None
            self.known[id(node)] = self._made(node, depth)
        return self.known[id(node)]

    def _made(self, node: yaml.Node, depth: int) -> object:
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, depth + 1) for item in node.value]
        scalar = Scalar(str(node.value), not getattr(node, "style", None), 1, 1)
        return None if is_null(scalar) else word(scalar.text, scalar.plain, self.zone)

    def _mapping(self, node: yaml.MappingNode, depth: int) -> dict[str, object]:
        found: dict[str, object] = {}
        merged: dict[str, object] = {}
        for key, item in node.value:
            value = self.value(item, depth + 1)
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else str(self.value(key, depth + 1))
            if name == "<<":
                for other in reversed(value if isinstance(value, list) else [value]):
                    merged.update(other if isinstance(other, dict) else {})
            else:
                found[name] = value
        return {**merged, **found}
