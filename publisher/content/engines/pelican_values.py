"""Settings of a Python file by their types, and a warning for each that is needed and cannot be known."""

import posixpath
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TypeVar

from publisher.content.codes import Code
from publisher.content.engines.pelican_program import Assigned, Unknown
from publisher.content.engines.pelican_settings import Pairs
from publisher.content.engines.pelican_slugs import Substitutions, is_usable
from publisher.errors import Problem
from publisher.struct import Struct

_T = TypeVar("_T")


class Values(Struct, frozen=True):
    """The names that the configuration binds; `problems` fills up while they are asked for."""

    names: Mapping[str, Assigned]
    problems: list[Problem]

    def has(self, key: str) -> bool:
        """Whether the configuration binds the name to anything but None, False and what is empty."""
        return key in self.names and bool(self.names[key].value)

    def text(self, key: str, default: str = "") -> str:
        """A text; empty where the site sets None or False."""
        value = self._get(key, default)
        if isinstance(value, str):
            return value
        return self._unread(key, default) if value else ""

    def flag(self, key: str, *, default: bool) -> bool:
        """Whether the value counts as true."""
        return bool(self._get(key, default))

    def texts(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """A list of texts; Pelican too takes its default where a text stands for a list."""
        value = self._get(key, default)
        if not isinstance(value, list | tuple):
            return self._unread(key, default)
        texts = tuple(item for item in value if isinstance(item, str))
        return texts if len(texts) == len(value) else self._unread(key, default)

    def pairs(self, key: str) -> Pairs:
        """A dictionary of texts, or pairs of them; what is no text is left out, since no address is made of it."""
        value = self._get(key, ())
        if isinstance(value, dict):
            value = list(value.items())
        if not isinstance(value, list | tuple):
            return self._unread(key, ())
        found = [item for item in value if isinstance(item, list | tuple) and len(item) == 2]
        return tuple((name.lower(), text) for name, text in found if isinstance(name, str) and isinstance(text, str))

    def nested(self, key: str) -> tuple[tuple[str, Pairs], ...]:
        """A dictionary of dictionaries of texts, sorted by its keys."""
        value = self._get(key, {})
        if not isinstance(value, dict):
            return self._unread(key, ())
        inner = {name: Values({name: Assigned(pairs, "", 0, 0)}, []).pairs(name) for name, pairs in value.items()}
        return tuple(sorted(inner.items()))

    def pattern(self, key: str, default: str = "") -> str:
        """A regular expression."""
        value = self.text(key, default)
        return value if is_usable(value) else self._unread(key, default, "is no pattern that can be followed safely")

    def substitutions(self, key: str) -> Substitutions | None:
        """Pairs of a regular expression and what stands for its matches; None where the site sets none."""
        if key not in self.names:
            return None
        value = self._get(key, ())
        if not isinstance(value, list | tuple):
            return self._unread(key, None)
        found = [tuple(item) for item in value if isinstance(item, list | tuple) and len(item) == 2]
        pairs = tuple((one, two) for one, two in found if isinstance(one, str) and isinstance(two, str))
        if len(pairs) == len(value) and all(is_usable(*pair) for pair in pairs):
            return pairs
        return self._unread(key, None, "has a pattern that cannot be followed safely")

    def date(self, key: str) -> str:
        """A date as text, also from a tuple of year, month, day and so on; empty where there is none."""
        value = self._get(key, "")
        if not isinstance(value, list | tuple):
            return self.text(key)
        numbers = [item for item in value if isinstance(item, int)]
        try:
            return datetime(*numbers[:6]).isoformat(" ")  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError):
            return self._unread(key, "", "is no date")

    def folder(self, key: str, default: str, site: Path) -> str:
        """A folder below the site's, without slashes at its ends, `.` for the site's own."""
        value = self.text(key, default)
        if value.startswith("/"):
            inside = Path(value).is_relative_to(site.absolute())
            value = Path(value).relative_to(site.absolute()).as_posix() if inside else ".."
        path = posixpath.normpath(value)
        if PurePosixPath(path).parts[:1] == ("..",):
            return self._unread(key, default, "lies outside the site's folder, where nothing is read")
        return path

    def warn(self, key: str, message: str) -> None:
        """Note that a setting is not followed."""
        found = self.names[key]
        place = found.file, found.line, found.column
        self.problems.append(Code.SETTING_NOT_READ.warning(*place, f"{key}: {message}"))

    def _get(self, key: str, default: object) -> object:
        found = self.names.get(key)
        if found is None:
            return default
        return self._unread(key, default) if isinstance(found.value, Unknown) else found.value

    def _unread(self, key: str, default: _T, why: str = "cannot be known without running it") -> _T:
        self.warn(key, f"{why}; Pelican's own default is taken")
        return default
