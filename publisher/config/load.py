"""Finding and reading the configuration."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from publisher import __version__
from publisher.cache import FILE_NAME as CACHE_NAME
from publisher.cache import peek
from publisher.config.settings import Settings
from publisher.errors import ConfigError, Problem, Severity
from publisher.struct import Struct

HOME_NAME = "_publisher"
NOTE = "settings"
_PREFIX = "PUBLISHER_"


class Config(Struct, frozen=True):
    """The checked settings and where they live.

    `shown` is the file as messages name it. `home` holds all that is ours; `folder` is the site's, the base of
    every path in the settings. `values` are the settings as JSON values, `key` changes with all they are made from.
    """

    file: Path
    shown: str
    home: Path
    folder: Path
    settings: Settings
    values: Mapping[str, Any]
    key: str

    @property
    def note(self) -> str:
        """What the cache keeps, so that the next command need not check the same settings again."""
        return json.dumps({"key": self.key, "values": self.values}, ensure_ascii=False)


def find_config(given: Path | None, environ: Mapping[str, str], cwd: Path) -> Path:
    """The config file: `given`, `PUBLISHER_CONFIG`, `_publisher/config.yaml`, `config.yaml`; else ConfigError."""
    named = given or (Path(environ["PUBLISHER_CONFIG"]) if environ.get("PUBLISHER_CONFIG") else None)
    if named is not None:
        path = cwd / named
        return path / "config.yaml" if path.is_dir() else path
    for candidate in (cwd / HOME_NAME / "config.yaml", cwd / "config.yaml"):
        if candidate.is_file():
            return candidate
    problem = Problem(str(Path("config.yaml")), 0, 0, Severity.ERROR, "config", "there is none here")
    raise ConfigError([problem], hint="run 'publisher init' in your site's folder, or name one with --config")


def load_config(given: Path | None, environ: Mapping[str, str], cwd: Path) -> Config:
    """Find, read and check the configuration; ConfigError lists every problem at once."""
    file = find_config(given, environ, cwd).resolve()
    shown = str(file.relative_to(cwd.resolve())) if file.is_relative_to(cwd.resolve()) else str(file)
    home = file.parent
    key = settings_key(file, environ)
    values = _known(home, key)
    settings = None if values is None else _fitting(values)
    if values is None or settings is None:
        # Here, not above: building pydantic's models takes longer than an unchanged build.
        from publisher.config.validate import checked

        values = checked(file, shown, environ)
        settings = Settings.of(values)
    folder = home.parent if home.name == HOME_NAME else home
    return Config(file, shown, home, folder, settings, values, key)


def settings_key(file: Path, environ: Mapping[str, str]) -> str:
    """Changes with the file's bytes, the variables that count and the program's version; empty where there is no file
    that can be read."""
    try:
        data = file.read_bytes()
    except OSError:
        return ""
    told = sorted((name, value) for name, value in environ.items() if name.startswith(_PREFIX))
    return hashlib.sha256(json.dumps([__version__, str(file), told]).encode() + data).hexdigest()


def _known(home: Path, key: str) -> Mapping[str, Any] | None:
    note = peek(home / CACHE_NAME, NOTE).get(NOTE)
    if not key or note is None:
        return None
    kept: dict[str, Any] = json.loads(note)
    return kept["values"] if kept["key"] == key else None


def _fitting(values: Mapping[str, Any]) -> Settings | None:
    """None where another state of the program kept them, which had other keys: between two releases a version is many
    commits."""
    try:
        return Settings.of(values)
    except (KeyError, TypeError):
        return None
