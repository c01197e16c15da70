"""Hugo's configuration files as one mapping (config/configLoader.go): `hugo.*` or `config.*`, then `config/_default`,
then `config/production`, each laid over those before."""

import os
from collections.abc import Iterator
from pathlib import Path

from publisher.content.codes import Code
from publisher.content.engines.hugo_settings import lowered
from publisher.content.engines.settings import read_settings
from publisher.content.values import Scalar, Value, is_null, texts
from publisher.errors import Problem
from publisher.struct import Struct, field

NAMES = ("hugo", "config")
SUFFIXES = (".toml", ".yaml", ".yml", ".json")
_FOLDERS = ("config/_default", "config/production")
_MOST_FILES = 500
# They say nothing of posts, and may be long.
_UNUSED = frozenset({"menu", "menus", "markup", "imaging", "privacy", "server", "security", "minify", "deployment"})


class Config(Struct, frozen=True):
    """The settings, all keys in lower case, and where each key at the top stands: file, line, column."""

    values: dict[str, Value] = field(default_factory=dict)
    places: dict[str, tuple[str, int, int]] = field(default_factory=dict)

    def text(self, *keys: str) -> str | None:
        """The text of the first key that holds any."""
        return next((found for key in keys if (found := text_of(self.values.get(key)))), None)

    def says(self, key: str, default: bool = False) -> bool:
        """A setting that is true or false."""
        return truth_of(self.values.get(key), default)

    def mapping(self, key: str) -> dict[str, Value]:
        """The mapping under a key; empty where there is none."""
        return mapping_of(self.values.get(key))

    def over(self, values: dict[str, Value]) -> "Config":
        """The same with other values laid over it."""
        return Config(_merged(self.values, values), self.places)

    def warning(self, code: Code, key: str, message: str) -> Problem:
        """A warning at a key's place."""
        return code.warning(*self.places.get(key, ("", 0, 0)), message)

    def error(self, code: Code, key: str, message: str) -> Problem:
        """An error at a key's place."""
        return code.error(*self.places.get(key, ("", 0, 0)), message)


def text_of(value: Value | None) -> str | None:
    """A setting that is text; None where it is empty or something else."""
    if isinstance(value, Scalar) and not is_null(value):
        return value.text.strip() or None
    return None


def truth_of(value: Value | None, default: bool = False) -> bool:
    """A setting that is true or false."""
    word = (text_of(value) or "").lower()
    return word in ("true", "1", "t") if word else default


def mapping_of(value: Value | None) -> dict[str, Value]:
    """A setting that is a mapping; empty where it is something else."""
    return value if isinstance(value, dict) else {}


def texts_of(value: Value | None) -> tuple[str, ...]:
    """A setting that is a text or a list of texts."""
    return tuple(texts(value))


def root_file(folder: Path) -> str:
    """The name of the site's own configuration file; empty where there is none."""
    names = (f"{name}{suffix}" for name in NAMES for suffix in SUFFIXES)
    return next((name for name in names if (folder / name).is_file()), "")


def load(folder: Path, problems: list[Problem]) -> Config:
    """All that the site's files say; a file that cannot be read is a problem and says nothing."""
    config = Config()
    root = root_file(folder)
    if root:
        config = _with(config, folder, root, [], problems)
    for place in _FOLDERS:
        for file in _files(folder, place):
            name, _, language = Path(file).stem.partition(".")
            if name.lower() in _UNUSED:
                continue
            config = _with(config, folder, file, _keys(name, language), problems)
    return config


def _keys(name: str, language: str) -> list[str]:
    """Under which keys the settings in a file of that name belong: `params.ja.toml` is `languages.ja.params`."""
    if name in NAMES and not language:
        return []
    if not language:
        return [name.lower()]
    return ["languages", language.lower(), *(["params"] if name.lower() == "params" else [])]


def _files(folder: Path, place: str) -> Iterator[str]:
    count = 0
    for root, folders, files in os.walk(folder / place):
        folders.sort()
        for name in sorted(files):
            if Path(name).suffix in SUFFIXES and count < _MOST_FILES:
                count += 1
                yield Path(root, name).relative_to(folder).as_posix()


def _with(config: Config, folder: Path, file: str, keys: list[str], problems: list[Problem]) -> Config:
    name = Path(file).stem.partition(".")[0].lower()
    fields = read_settings(folder, file, problems)
    values = lowered(dict(fields))
    assert isinstance(values, dict)
    places = {key.lower(): (file, *place) for key, place in fields.places.items()}
    if keys:
        # A file may wrap what it says in the key that it is named for.
        nested: Value = values[name] if list(values) == [name] else values
        for key in reversed(keys):
            nested = {key: nested}
        assert isinstance(nested, dict)
        values, places = nested, {keys[0]: (file, 1, 1)}
    return Config(_merged(config.values, values), config.places | places)


def _merged(below: dict[str, Value], above: dict[str, Value]) -> dict[str, Value]:
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged
