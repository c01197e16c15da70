"""Where the web archive of a newsletter lies: a page for each issue, a list of them, and a feed."""

import re
from collections.abc import Callable
from pathlib import PurePosixPath
from urllib.parse import quote

from publisher.config import Config
from publisher.jobs.feed_plan import address
from publisher.jobs.site import Place
from publisher.model.feed import FeedFormat

ISSUE, ISSUES, NEWSLETTER = "issue", "issues", "newsletter"
"""What FeedRecord calls the page of an issue, the list of a newsletter's issues, and their feed; the name is the
newsletter's."""
KINDS = frozenset({ISSUE, ISSUES, NEWSLETTER})
_NUMBER = "{number}"
_INDEX = "index.html"


def list_path(config: Config, newsletter: str) -> str:
    """Where the list of a newsletter's issues lies below the output folder."""
    return _filled(config, "page", newsletter)


def feed_paths(config: Config, newsletter: str) -> tuple[tuple[FeedFormat, str], ...]:
    """Where the feed of a newsletter's issues lies, in each format."""
    formats = config.settings.feeds.formats
    return tuple((FeedFormat(one), _filled(config, one, newsletter)) for one in formats)


def issue_path(config: Config, newsletter: str, number: int, language: str | None = None) -> str:
    """Where the page of an issue lies; that of a further language in a folder beside it."""
    path = PurePosixPath(_filled(config, "issue", newsletter).replace(_NUMBER, str(number)))
    return str(path if language is None else path.parent / language / path.name)


def page_address(place: Place, path: str) -> str:
    """Where a page is served: a folder's own page at the folder."""
    return address(place, path.removesuffix(_INDEX) if path.endswith(f"/{_INDEX}") else path)


def issue_address(config: Config, place: Place, newsletter: str) -> str:
    """Where the page of an issue is served, `{number}` in the place of its number."""
    path = _filled(config, "issue", newsletter)
    return page_address(place, path).replace(quote(_NUMBER), _NUMBER)


def is_issue(config: Config) -> Callable[[str], bool]:
    """What tells whether a path below the site's root is that of an issue's page: mails name it before it is there."""
    names = [name for name, one in config.settings.newsletters.items() if one.archive]
    patterns = [re.escape(_filled(config, "issue", name).removesuffix(_INDEX)) for name in names]
    made = re.compile("|".join(f"{one.replace(re.escape(_NUMBER), '[0-9]+')}.*" for one in patterns) or "(?!)")
    return lambda path: made.fullmatch(path.lstrip("/")) is not None


def _filled(config: Config, word: str, newsletter: str) -> str:
    return str(config.settings.feeds.paths[f"newsletter_{word}"]).replace("{slug}", newsletter)
