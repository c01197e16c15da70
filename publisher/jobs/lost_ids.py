"""Whether `ids.json` is lost while feeds stand whose readers know posts by what was in it."""

from collections.abc import Iterable, Mapping
from itertools import chain

from publisher.content import has_records
from publisher.core.identity import is_provisional
from publisher.core.words import counted
from publisher.errors import ConfigError, Problem, Severity
from publisher.jobs.entries import standing_feeds
from publisher.jobs.ids import FILE_NAME
from publisher.jobs.library import Library
from publisher.jobs.site import shown_path
from publisher.model.feed import Entry, FeedFormat
from publisher.struct import replace


def require_no_lost_ids(library: Library) -> None:
    """ConfigError where posts would get other ids than they have in our own feeds, because `ids.json` is lost."""
    lost = _lost(library)
    if lost:
        raise ConfigError([_problem(library, lost)], hint=_way_out(library, lost))


def lost_ids(library: Library) -> list[Problem]:
    """The same as a problem, with the way out; none where nothing is lost."""
    lost = _lost(library)
    if not lost:
        return []
    told = _problem(library, lost)
    return [replace(told, message=f"{told.message}; {_way_out(library, lost)}")]


def _lost(library: Library) -> dict[str, list[str]]:
    """The ids that would be given up, by our feed that shows them: each in the first feed that does.

    Feeds are read only where nothing is remembered, which is once in a site's life.
    """
    if has_records(library.index):
        return {}
    feeds = {shown_path(library.config, path): entries for path, entries in standing_feeds(library)}
    standing = dict(chain.from_iterable(entries.items() for entries in feeds.values()))
    lost = _given_up(library, standing)
    shown: dict[str, list[str]] = {}
    for path, entries in feeds.items():
        ids = lost.intersection(entries)
        lost -= ids
        if ids:
            shown[path] = sorted(ids)
    return shown


def _given_up(library: Library, standing: Mapping[str, Entry]) -> set[str]:
    """The ids of entries that are posts of the folder still, and would be given to none of them.

    Those of the placeholder's days are meant to go. A title alone does not tell: it may be another post's.
    """
    present = set(library.known.ids.values())
    strangers = [entry for id_, entry in standing.items() if id_ not in present and not is_provisional(id_)]
    if not strangers:
        return set()
    # Only this needs it, and it takes a while to import.
    from publisher.core.adoption import Mark, adopt
    from publisher.model.foreign import ForeignEntry, ForeignFeed

    site = library.place.site
    entries = tuple(ForeignEntry(one.id, one.url, one.title, one.published, one.updated) for one in strangers)
    posts = [post for post in library.posts if library.id_of(post.source) not in standing]
    matches = adopt([ForeignFeed(site.title, site.url, "", FeedFormat.ATOM, entries)], posts, {}, site.timezone).matches
    return {match.id for match in matches.values() if match.mark is not Mark.TITLE}


def _problem(library: Library, lost: Mapping[str, list[str]]) -> Problem:
    number = sum(map(len, lost.values()))
    verb = "stands" if number == 1 else "stand"
    message = (
        f"is gone, or has no post in it, and {counted(number, 'post')} {verb} in the feeds under another id than would"
        " be given now: readers would see each once more"
    )
    file = shown_path(library.config, library.config.home / FILE_NAME)
    return Problem(file, 0, 0, Severity.ERROR, "lost-ids", message)


def _way_out(library: Library, lost: Iterable[str]) -> str:
    from shlex import quote

    file = quote(shown_path(library.config, library.config.home / FILE_NAME))
    feeds = " ".join(map(quote, lost))
    return f"restore it (git checkout -- {file}), or take the ids from the feeds: publisher ids adopt {feeds}"
