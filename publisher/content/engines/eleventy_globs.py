"""Globs as Eleventy's configuration and ignore files have them, fast enough to ask for every file of a site."""

import re
from functools import lru_cache

from publisher.content.engines.hugo_globs import matches

_PLAIN = re.compile(r"[^?\[\]{}!\\()]*\Z")
_STARS = re.compile(r"(?:(?<=/)|\A)\*\*/|\*+")
# A regular expression's time grows with the path's length to the power of its stars.
_MOST_STARS = 3


def is_like(glob: str, file: str) -> bool:
    """Whether a glob means a file, both relative to the site's folder; `**/` may stand for no folder at all."""
    pattern = _pattern(glob)
    if pattern:
        return pattern.match(file) is not None
    shorter = glob.removeprefix("**/").replace("/**/", "/")
    return matches(glob, file) or (shorter != glob and matches(shorter, file))


@lru_cache(maxsize=1024)
def _pattern(glob: str) -> re.Pattern[str] | None:
    """A glob of nothing but text and few stars as a regular expression."""
    found = list(_STARS.finditer(glob))
    if len(found) > _MOST_STARS or not _PLAIN.match(glob):
        return None
    parts, end = [], 0
    for stars in found:
        parts += [re.escape(glob[end : stars.start()]), _meant(stars[0])]
        end = stars.end()
    return re.compile("".join([*parts, re.escape(glob[end:])]) + r"\Z", re.DOTALL)


def _meant(stars: str) -> str:
    if stars.endswith("/"):
        return "(?:.*/)?"
    return "[^/]*" if stars == "*" else ".*"
