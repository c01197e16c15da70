"""All outside the posts' own folders that a scan and its renderings go by."""

import posixpath

from publisher.content.index import Index
from publisher.content.needs import EXISTS, FILE, FOLDER, MEDIA
from publisher.content.renderings import all_needs

_STEMS = ("_config", "hugo", "config", "zola")
_SUFFIXES = (".yml", ".yaml", ".toml", ".json")
_ELEVENTY = (".eleventy", "eleventy.config")
_SCRIPTS = (".js", ".cjs", ".mjs")
# What detecting an engine and reading its settings may look at, whether it is there or not.
_FILES = (
    *(f"{stem}{suffix}" for stem in _STEMS for suffix in _SUFFIXES),
    *(f"{stem}{suffix}" for stem in _ELEVENTY for suffix in _SCRIPTS),
    *("package.json", "Gemfile", "pelicanconf.py", "publishconf.py"),
)
_FOLDERS = ("config", "archetypes")
# A post can name anything; of what lies here it was given nothing, and to look through it all would take long.
_OUTSIDE = frozenset({"", ".."})


def looked_at(index: Index) -> list[str]:
    """Files, and folders whose whole content counts, relative to the site's folder; not all of them are there."""
    needs = all_needs(index)
    files = {
        need.key for need in needs if need.kind in (FILE, EXISTS, MEDIA) and _top(need.key) not in _OUTSIDE | {"."}
    }
    folders = {need.key for need in needs if need.kind == FOLDER and _top(need.key) not in _OUTSIDE}
    return [*_FILES, *_FOLDERS, *sorted(files | folders)]


def _top(key: str) -> str:
    return posixpath.normpath(key).split("/")[0]
