"""What the files around Eleventy's configuration say of a site: package.json, global data, layouts, feed templates."""

import os
import posixpath
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from publisher.content.data_text import read_json
from publisher.content.engines.eleventy_front import split
from publisher.content.engines.js_values import Script
from publisher.content.file_text import decode
from publisher.content.nouns import Served
from publisher.content.values import Fields, Scalar, Value, texts
from publisher.content.yaml_text import MAX_HEADER, read_yaml
from publisher.errors import ContentError
from publisher.model.feed import FeedFormat

_FLAG = re.compile(r"--(input|output|pathprefix)[= ]+(?:\"([^\"]*)\"|'([^']*)'|([^\s\"';&|]+))")
_DATA = ("metadata", "site")
_KINDS = (".json", ".js", ".mjs", ".cjs", ".yaml", ".yml")
_LAYOUTS = frozenset({".njk", ".liquid", ".html", ".md", ".webc", ".hbs", ".ejs", ".vto"})
_TEMPLATES = frozenset({".njk", ".liquid", ".html"})
_FEEDS = {
    FeedFormat.RSS: re.compile(r"<rss[\s>]"),
    FeedFormat.ATOM: re.compile(r"<feed[\s>]"),
    FeedFormat.JSON: re.compile(r"jsonfeed\.org/version"),
}
_FEED_NAME = re.compile("feed|rss|atom")
_MOST_FILES = 2000


def package(folder: Path) -> Fields:
    """package.json; empty where it cannot be read."""
    return _read(folder / "package.json", "package.json")


def depends(fields: Fields) -> bool:
    """Whether a package.json asks for Eleventy."""
    groups = (fields.get(key) for key in ("dependencies", "devDependencies", "optionalDependencies"))
    return any("@11ty/eleventy" in group for group in groups if isinstance(group, dict))


def flags(fields: Fields) -> dict[str, str]:
    """`input`, `output` and `pathprefix` as the scripts of a package.json give them to Eleventy, which obeys them
    before its configuration."""
    scripts = fields.get("scripts")
    found: dict[str, str] = {}
    for command in texts(list(scripts.values())) if isinstance(scripts, dict) else ():
        if "eleventy" in command:
            for flag in _FLAG.finditer(command):
                found.setdefault(flag[1], flag[2] or flag[3] or flag[4] or ".")
    return found


def metadata(folder: Path, data: str) -> dict[str, Value]:
    """The global data that sites keep about themselves: `metadata` or `site` in the data folder."""
    for name in () if _leads_out(data) else _DATA:
        for kind in _KINDS:
            path = folder / data / f"{name}{kind}"
            if path.is_file() and (found := _read(path, f"{data}/{name}{kind}")):
                return found
    return {}


def headers(folder: Path, layouts: str) -> tuple[tuple[str, str], ...]:
    """The front matter of every layout that has one, with its fences, by path below the layouts' folder."""
    base = folder / layouts
    found = []
    for path in () if _leads_out(layouts) else islice(_files(base), _MOST_FILES):
        text = _text(path) if path.suffix in _LAYOUTS else ""
        end = text.find("\n---", 3) if text.startswith("---") else -1
        if 0 < end < MAX_HEADER:
            found.append((path.relative_to(base).as_posix(), text[: end + 4]))
    return tuple(found)


def templates(folder: Path, content: str) -> tuple[Served, ...]:
    """Feeds that templates in the input folder, or in a folder of it named for feeds, make at an address they name."""
    found = []
    for path in _feed_files(folder / content):
        try:
            front = split(_text(path), path.name)
        except ContentError:
            continue
        address = front.fields.text("permalink") or ""
        kind = next((kind for kind, sign in _FEEDS.items() if sign.search(front.body)), None)
        if kind and posixpath.splitext(address)[1] and "{" not in address:
            found.append(Served(kind, address.lstrip("/")))
    return tuple(found)


def _feed_files(base: Path) -> Iterator[Path]:
    for name in _names(base):
        if _FEED_NAME.search(name) and posixpath.splitext(name)[1] in _TEMPLATES:
            yield base / name
        elif _FEED_NAME.search(name) and (base / name).is_dir():
            yield from (base / name / inner for inner in _names(base / name)[:_MOST_FILES])


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208, a folder may hold a hundred thousand posts
    except OSError:
        return []


def ignored(folder: Path, *files: str) -> Iterator[str]:
    """The globs that lines of ignore files stand for, relative to the site's folder (EleventyFiles.js); a line that
    brings files back is not followed there either."""
    for file in files:
        place = posixpath.dirname(file)
        for line in (line.strip() for line in _text(folder / file).splitlines()):
            if not line or line[0] in "#!":
                continue
            name = posixpath.normpath(posixpath.join(place, line.lstrip("/")))
            yield f"{name}/**" if (folder / name).is_dir() else name


def _leads_out(path: str) -> bool:
    return path.startswith(("/", "..")) or path == "."


def _files(base: Path) -> Iterator[Path]:
    """The files below a folder, in an order of their own names, links to folders not followed."""
    for root, folders, names in os.walk(base):
        folders.sort()
        yield from (Path(root, name) for name in sorted(names))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return decode(file.read(MAX_HEADER * 4), path.name)
    except (OSError, ContentError):
        return ""


def _read(path: Path, file: str) -> Fields:
    text = _text(path)
    try:
        if path.suffix == ".json":
            return read_json(text, file)
        if path.suffix in (".yaml", ".yml"):
            return read_yaml(text, file)
    except ContentError:
        return Fields()
    exported = Script(text).exported()
    fields = Fields()
    fields.update({key: value for key, value in exported.items() if key} if isinstance(exported, dict) else {})
    return fields


def first_text(data: dict[str, Value], *keys: str) -> str | None:
    """The first of the keys that holds text."""
    found = (value.text.strip() for key in keys if isinstance(value := data.get(key), Scalar))
    return next((text for text in found if text), None)
