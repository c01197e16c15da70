"""Topics: the feeds a hub is to be told of, and what is kept of each telling.

Which bytes a hub knows of stands in `ids.json`. What is under way is kept in notes of `cache.db`: losing them means
that a hub is asked again sooner than it would have been.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from publisher.cache import BUSY_SECONDS, Cache, peek
from publisher.cache import FILE_NAME as CACHE_NAME
from publisher.config import Config
from publisher.core.announce import Standing, Trial, is_reachable
from publisher.errors import CacheDamaged
from publisher.feeds import replace
from publisher.jobs.feed_plan import address
from publisher.jobs.feed_records import FeedRecord
from publisher.jobs.ids import FILE_NAME, NOTE, amend, feeds_in, ids_bytes, mark_of, parse
from publisher.jobs.site import Place, resolve
from publisher.model.feed import FeedFormat, FeedKind
from publisher.struct import Struct, astuple

_T = TypeVar("_T")
_BATCH = 500
_OVER = (Standing.ANNOUNCED, Standing.REFUSED, Standing.GIVEN_UP)


class Topic(Struct, frozen=True):
    """A feed in one format whose bytes its hub does not know of; `what` is the hub with these bytes' digest."""

    record: FeedRecord
    url: str
    what: str

    @property
    def key(self) -> str:
        """The name of its note."""
        return key_of(self.record.path)


def key_of(path: str) -> str:
    """The name of the note of the feed at `path`; of the hub's own where that is ""."""
    return f"hub {path}"


def signs(config: Config) -> tuple[int, int, int] | None:
    """What shows that `ids.json` is another; None where there is none."""
    with suppress(OSError):
        status = (config.home / FILE_NAME).stat()
        return (status.st_ino, status.st_mtime_ns, status.st_size)
    return None


def topics(config: Config, place: Place) -> list[Topic]:
    """What the hub is still to be told of, the whole site's feeds first; ConfigError where `ids.json` is damaged."""
    return _topics(config, place, feeds_in(ids_bytes(config.home)))


def _topics(config: Config, place: Place, feeds: Iterable[FeedRecord]) -> list[Topic]:
    hub = config.settings.feeds.hub
    kinds, formats = {str(kind) for kind in FeedKind}, {str(one) for one in FeedFormat}
    found = [
        Topic(record, address(place, record.path), f"{hub} {record.digest}")
        for record in feeds
        if record.digest != record.pinged and not record.gone and record.kind in kinds and record.format in formats
    ]
    return sorted(found, key=lambda topic: (topic.record.kind != FeedKind.SITE, topic.record.path))


def waiting(config: Config) -> int:
    """How many topics a hub is still to be told of; 0 where there is no hub, or none that could fetch them."""
    if not config.settings.feeds.hub:
        return 0
    place = resolve(config)
    if not is_reachable(place.site.url):
        return 0
    found = topics(config, place)
    trials = glance(config, (topic.key for topic in found))
    return sum(not is_over(trials.get(topic.key), topic.what) for topic in found)


def is_over(kept: Trial | None, what: str) -> bool:
    """Whether nothing more is to be done for these bytes."""
    return kept is not None and kept.what == what and kept.standing in _OVER


def locked(config: Config, work: Callable[[Cache], _T], *, busy_seconds: float = BUSY_SECONDS) -> _T:
    """What `work` makes of the notes while no other process of this site builds; begun once more where these are
    damaged. StoreBusy where a build takes longer."""

    def once() -> _T:
        # Without the tables of a build, which makes them where they are missing.
        with Cache(config.home / CACHE_NAME, "", busy_seconds=busy_seconds) as cache:
            return work(cache)

    try:
        return once()
    except CacheDamaged:
        return once()


def glance(config: Config, keys: Iterable[str]) -> Mapping[str, Trial]:
    """The trials of some notes, as far as they can be read without waiting."""
    wanted = list(keys)
    found: dict[str, Trial] = {}
    for start in range(0, len(wanted), _BATCH):
        told = peek(config.home / CACHE_NAME, *wanted[start : start + _BATCH])
        found |= {key: trial for key, text in told.items() if (trial := _trial(text)) is not None}
    return found


def trial_of(cache: Cache, key: str) -> Trial | None:
    """What is kept under a note's name."""
    return _trial(cache.note(key) or "")


def put_trial(cache: Cache, key: str, trial: Trial | None) -> None:
    """Keep a trial, or nothing any more."""
    if trial is None:
        cache.write("DELETE FROM notes WHERE key = ?", key)
    else:
        told = [one.isoformat() if isinstance(one, datetime) else one for one in astuple(trial)]
        cache.put_note(key, json.dumps(told, ensure_ascii=False))


def _trial(text: str) -> Trial | None:
    with suppress(ValueError, TypeError):
        what, standing, number, *moments, reason, owner = json.loads(text)
        first_at, at, next_at = map(datetime.fromisoformat, moments)
        return Trial(what, Standing(standing), number, first_at, at, next_at, reason, owner)
    return None


def stands(topic: Topic, place: Place) -> bool:
    """Whether the bytes lie where they are served from, as far as that is here.

    `ids.json` is written first: after a build that was killed in between a hub would fetch the old ones, and never
    hear of the new.
    """
    try:
        data = (place.output / topic.record.path).read_bytes()
    except OSError:
        # Deployed from a folder that is not there any more.
        return True
    return topic.record.is_of(data)


def settle(config: Config, place: Place, cache: Cache) -> list[Topic]:
    """Have `ids.json` know of all that was announced; the topics that are left."""
    before = ids_bytes(config.home)
    feeds = {record.path: record for record in feeds_in(before)}
    found = _topics(config, place, feeds.values())
    done = [topic for topic in found if _is_announced(trial_of(cache, topic.key), topic.what)]
    if done:
        feeds |= {topic.record.path: topic.record._replace(pinged=topic.record.digest) for topic in done}
        _write(config, place, cache, before, feeds.values())
        for topic in done:
            put_trial(cache, topic.key, None)
    told = {topic.url for topic in done}
    return [topic for topic in found if topic.url not in told]


def _is_announced(kept: Trial | None, what: str) -> bool:
    return kept is not None and kept.what == what and kept.standing is Standing.ANNOUNCED


def _write(config: Config, place: Place, cache: Cache, before: bytes | None, feeds: Iterable[FeedRecord]) -> None:
    memory = parse(before)
    data = amend(before, {}, memory.witness, provisional=True, feeds=feeds)
    replace(config.home / FILE_NAME, data)
    # What the index has of the file's posts stays true.
    if cache.note(NOTE) == mark_of(before, place.site.url):
        cache.put_note(NOTE, mark_of(data, place.site.url))
