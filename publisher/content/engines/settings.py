"""Reading an engine's own configuration file."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from publisher.content.codes import Code
from publisher.content.file_text import decode
from publisher.content.values import Fields, Value, texts
from publisher.content.yaml_text import read_yaml
from publisher.errors import ContentError, Problem
from publisher.model.post import Author


def _reader(kind: str) -> Callable[[str, str], Fields]:
    """What reads files of an extension."""
    if kind in (".yaml", ".yml"):
        return read_yaml
    # Here, not above: a Jekyll site never needs the parsers of TOML and JSON.
    from publisher.content.data_text import read_json, read_toml

    return read_toml if kind == ".toml" else read_json


def read_settings(folder: Path, file: str, problems: list[Problem]) -> Fields:
    """The settings in a file below `folder`; empty, with a problem noted, where it cannot be read."""
    try:
        return _reader(Path(file).suffix)(decode((folder / file).read_bytes(), file), file)
    except ContentError as error:
        problems += error.problems
    except OSError as error:
        problems.append(Code.UNREADABLE_FILE.error(file, 0, 0, f"cannot be read: {error.strerror or error}"))
    return Fields()


def zone_of(fields: Fields, key: str, file: str, problems: list[Problem]) -> str | None:
    """The IANA name under a key, if there is such a zone."""
    name = fields.text(key)
    if name is None:
        return None
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        line, column = fields.places[key]
        problems.append(Code.UNKNOWN_ZONE.error(file, line, column, f"{key}: there is no time zone '{name}'"))
        return None
    return name


def site_url(url: str | None, base: str = "") -> str | None:
    """The site's root with a trailing slash, where `url` is absolute."""
    if not url or urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        return None
    whole = f"{url.rstrip('/')}/{base.strip('/')}"
    return whole.rstrip("/") + "/"


def author_of(value: Value | None) -> Author | None:
    """The author, whether a name or a mapping of name and email."""
    if isinstance(value, dict):
        name = next(iter(texts(value.get("name"))), None)
        return Author(name, next(iter(texts(value.get("email"))), None)) if name else None
    name = next(iter(texts(value)), None)
    return Author(name) if name else None
