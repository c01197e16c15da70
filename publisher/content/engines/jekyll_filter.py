"""Which files and folders Jekyll looks at: its entry_filter.rb."""

import re
from fnmatch import translate
from functools import lru_cache

from publisher.content.engines.jekyll_settings import JekyllSettings

MARKS = "._#~"


def is_left_out(settings: JekyllSettings, path: str, entry: str) -> bool:
    """Whether Jekyll passes over an entry: `path` is from the folder it reads, `entry` from where it lists entries.

    `exclude` names a start of paths or a pattern, in which `*` crosses folders; `include` is stronger than it and
    than the signs that keep an entry out, but is asked only about the entry and its name.
    """
    name = entry.rpartition("/")[2]
    if entry[-1] == ".":
        return True
    include, exclude = _filters(settings)
    if include and (include.match(entry) or include.match(name)):
        return False
    if exclude and exclude.match(path):
        return True
    return entry[0] in MARKS or name[0] in MARKS or entry[-1] == "~"


@lru_cache(maxsize=64)
def _filters(settings: JekyllSettings) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    """What `include` and `exclude` name; of what both name the former counts."""
    stronger = tuple(pattern for pattern in settings.exclude if pattern not in settings.include)
    return _patterns(settings.include), _patterns(stronger)


def _patterns(patterns: tuple[str, ...]) -> re.Pattern[str] | None:
    """All patterns as one: a start of the path, the folder itself, or a shell's pattern for the whole."""
    bare = [pattern.lstrip("/") for pattern in patterns]
    shapes = [shape for pattern in bare for shape in _shapes(pattern)]
    return re.compile("|".join(shapes), re.DOTALL) if shapes else None


def _shapes(pattern: str) -> list[str]:
    folder = [re.escape(pattern[:-1]) + r"\Z"] if pattern.endswith("/") else []
    return [re.escape(pattern), *folder, translate(pattern.replace("[^", "[!"))]
