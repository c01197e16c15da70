"""What Hugo's configuration says of a site."""

from pathlib import Path

from publisher.content.engines.settings import author_of, read_settings, site_url, warn_unread, zone_of
from publisher.content.nouns import Engine, Survey
from publisher.content.values import Fields, Scalar, Value, texts
from publisher.errors import Problem

_NAMES = ("hugo", "config")
_SUFFIXES = (".toml", ".yaml", ".yml", ".json")
_KEYS = frozenset({"baseurl", "locale", "languagecode", "contentdir", "publishdir", "defaultcontentlanguage"})
_UNREAD = ["permalinks", "uglyurls", "disablepathtolower", "removepathaccents", "languages", "frontmatter"]


def is_hugos(folder: Path) -> bool:
    """Whether there is a `hugo.*`, a `config/_default`, Hugo's two folders, or a `config.*` with keys that only Hugo
    has: Publisher's own configuration is a config.yaml too."""
    if any((folder / f"hugo{suffix}").is_file() for suffix in _SUFFIXES) or (folder / "config" / "_default").is_dir():
        return True
    if (folder / "content").is_dir() and (folder / "archetypes").is_dir():
        return True
    for suffix in _SUFFIXES:
        if (folder / f"config{suffix}").is_file():
            fields = read_settings(folder, f"config{suffix}", []).folded()
            return suffix == ".toml" or not _KEYS.isdisjoint(fields)
    return False


def survey(folder: Path) -> Survey:
    """The settings of the first of `hugo.*`, `config.*` and those in `config/_default`; all None where none is."""
    problems: list[Problem] = []
    file = _file(folder)
    fields = read_settings(folder, file, problems).folded() if file else Fields()
    problems += warn_unread({key: value for key, value in fields.items() if _is_set(value)}, fields, _UNREAD, file)
    params = fields.get("params")
    nested = {key.lower(): value for key, value in params.items()} if isinstance(params, dict) else {}
    return Survey(
        engine=Engine.HUGO,
        title=fields.text("title"),
        url=site_url(fields.text("baseurl")),
        language=(fields.text("locale", "languagecode", "defaultcontentlanguage") or "").replace("_", "-") or None,
        timezone=zone_of(fields, "timezone", file, problems),
        description=fields.text("description") or next(texts(nested.get("description")), None),
        author=author_of(fields.get("author")) or author_of(nested.get("author")),
        permalink=None,
        output=(fields.text("publishdir") or "public").strip("/"),
        content=(fields.text("contentdir") or "content").strip("/"),
        problems=tuple(sorted(problems)),
    )


def _file(folder: Path) -> str:
    places = ("", "config/_default/")
    names = (f"{place}{name}{suffix}" for place in places for name in _NAMES for suffix in _SUFFIXES)
    return next((name for name in names if (folder / name).is_file()), "")


def _is_set(value: Value) -> bool:
    return not (isinstance(value, Scalar) and value.text.lower() in ("false", ""))
