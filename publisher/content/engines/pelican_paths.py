"""Which files Pelican reads, and what their paths and its settings say of them (generators.get_files, readers.py)."""

import posixpath
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import lru_cache

from publisher.content.engines.pelican_header import DROPPED
from publisher.content.engines.pelican_settings import PelicanSettings
from publisher.content.values import Fields, Scalar


def choose(settings: PelicanSettings, folder: str, files: list[str], folders: list[str]) -> tuple[list[str], list[str]]:
    """Of a folder below PATH: the files that Pelican reads as articles, and the folders to enter."""
    covered = _is_covered(settings, folder)
    named = {path for path in settings.article_paths if posixpath.dirname(path) == folder}
    picked = [
        name
        for name in files
        if _extension(name) in settings.extensions
        and not is_ignored(settings, name)
        and (covered or posixpath.join(folder, name) in named)
    ]
    return picked, [name for name in folders if _is_entered(settings, posixpath.join(folder, name))]


def is_page(settings: PelicanSettings, below: str) -> bool:
    """Whether a file lies in a folder of pages, which are no articles."""
    return any(_is_in(below, path) for path in settings.page_paths)


def is_ignored(settings: PelicanSettings, name: str) -> bool:
    """Whether a file or folder of that name is passed over by IGNORE_FILES."""
    return any(fnmatchcase(name, pattern) for pattern in settings.ignore_files)


def defaults_of(settings: PelicanSettings, below: str) -> Fields:
    """What a file has where it does not say it itself: from later in this list over earlier ones.

    DEFAULT_METADATA, DEFAULT_CATEGORY and DEFAULT_DATE; EXTRA_PATH_METADATA; then the first of FILENAME_METADATA,
    PATH_METADATA and the folder's name that gives a value.
    """
    found = _given(dict(settings.default_metadata))
    found |= _given({"category": settings.default_category})
    found |= {"date": settings.default_date} if settings.default_date not in ("", "fs") else {}
    for path, pairs in settings.path_metadata:
        if _is_in(below, path.strip("/")):
            found |= dict(pairs)
    found |= _given(_from_path(settings, below))
    fields = Fields()
    fields.update({key: Scalar(value, False, 1, 1) for key, value in found.items()})
    return fields


def named_date(settings: PelicanSettings, below: str) -> str | None:
    """The date in a file's name or path."""
    return _from_path(settings, below).get("date")


def _from_path(settings: PelicanSettings, below: str) -> dict[str, str]:
    folder, name = posixpath.split(below)
    checks = [(settings.filename_pattern, posixpath.splitext(name)[0]), (settings.path_pattern, below)]
    if settings.folder_is_category:
        checks.append(("(?P<category>.*)", posixpath.basename(folder)))
    found: dict[str, str] = {}
    for pattern, text in checks:
        match = re.match(pattern, text) if pattern and text else None
        for key, value in match.groupdict().items() if match else ():
            if value is not None:
                found.setdefault(key.lower(), value)
    return found


def _given(values: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in values.items() if value.strip() or key not in DROPPED}


@lru_cache(maxsize=4096)
def _is_covered(settings: PelicanSettings, folder: str) -> bool:
    """Whether a path of ARTICLE_PATHS leads to the folder, past none that is excluded or ignored."""
    return any(
        _is_in(folder, path) and not any(_is_closed(settings, step) for step in _steps(folder, path))
        for path in settings.article_paths
    )


def _is_entered(settings: PelicanSettings, folder: str) -> bool:
    leads = any(_is_in(path, folder) for path in settings.article_paths)
    return leads or _is_covered(settings, folder)


def _is_closed(settings: PelicanSettings, folder: str) -> bool:
    return folder in settings.article_excludes or is_ignored(settings, posixpath.basename(folder))


def _steps(folder: str, path: str) -> Iterable[str]:
    """The folders from below `path` down to `folder`."""

    def upwards() -> Iterator[str]:
        step = folder
        while step != path:
            yield step
            step = posixpath.dirname(step)

    return upwards()


def _is_in(below: str, path: str) -> bool:
    return not path or below == path or below.startswith(f"{path}/")


def _extension(name: str) -> str:
    return posixpath.splitext(name)[1][1:]
