"""Ping: tell the site's hub of the feeds whose bytes have changed, each once.

A topic is claimed on disk before its hub is asked and the answer is kept before the next one, so that a death loses
nothing and two of these ask once. What changes meanwhile is told anew.
"""

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Protocol

from publisher.cache import Cache
from publisher.config import Config, refusal
from publisher.core.announce import (
    Answer,
    Standing,
    Trial,
    claim,
    form,
    is_due,
    is_of_hub,
    is_reachable,
    judge,
    wait_of,
)
from publisher.errors import FetchError
from publisher.jobs.announced import Pinged, Told
from publisher.jobs.owner import dead_owners, owner_name
from publisher.jobs.site import Place, resolve
from publisher.jobs.topics import Topic, glance, key_of, locked, put_trial, settle, signs, stands, topics, trial_of
from publisher.struct import Struct, replace

if TYPE_CHECKING:
    from publisher.http import Response

TIMEOUT_SECONDS = 20.0
LEASE = timedelta(minutes=2)
"""Longer than any answer takes; where the claimant has died, it ends at once on its own machine."""

_LARGEST = 1_000_000
_PATIENCE = 600.0  # how long an answer waits to be kept while a build runs, in seconds
_HUB = key_of("")


class PostForm(Protocol):
    """What http.post is."""

    def __call__(
        self, url: str, fields: Sequence[tuple[str, str]], *, limit_bytes: int, timeout: float
    ) -> "Response": ...


class Round(Struct, frozen=True):
    """What one round is made with; `stop` says whether to begin no more."""

    config: Config
    place: Place
    hub: str
    post: PostForm
    clock: Callable[[], datetime]
    stop: Callable[[], bool]


def require_hub(config: Config) -> None:
    """ConfigError where no hub is named, or none could fetch the feeds."""
    if not config.settings.feeds.hub:
        hint = "write the address of a hub, such as https://pubsubhubbub.appspot.com/"
        raise refusal(config, "feeds.hub", "names no hub, so there is nobody to tell", hint=hint)
    url = resolve(config).site.url
    if not is_reachable(url):
        hint = "set site.url to the address your site is served from"
        raise refusal(config, "site.url", f"no hub can fetch feeds from {url}, so none is told", hint=hint)


def due(config: Config, now: datetime) -> Pinged:
    """How all topics stand that the hub does not know of; nothing is asked or written."""
    place, hub = resolve(config), config.settings.feeds.hub or ""
    found = topics(config, place)
    trials = glance(config, (_HUB, *(topic.key for topic in found)))
    held = _held(trials.get(_HUB), hub, now)
    return Pinged(hub, tuple(_told(topic, trials.get(topic.key), held, now, place) for topic in found))


def ping(config: Config, *, post: PostForm, clock: Callable[[], datetime], stop: Callable[[], bool]) -> Pinged:
    """Tell the hub of all that is due, one topic after the other; a hub that does not answer is left alone for a while.

    StoreBusy where a build holds the cache for too long; what was told by then is kept.
    """
    this = Round(config, resolve(config), config.settings.feeds.hub or "", post, clock, stop)
    queue = _Queue(this)
    if queue.is_empty():
        return Pinged(this.hub)
    tried: list[Topic] = []
    answer: Answer | None = None
    while not (this.stop() or (answer and is_of_hub(answer))) and (taken := locked(config, queue.take)) is not None:
        answer = _asked(this, taken.topic)
        locked(config, partial(_keep, this, taken, answer), busy_seconds=_PATIENCE)
        tried.append(taken.topic)
    told = locked(config, partial(_end, this, tried), busy_seconds=_PATIENCE)
    silent = answer is not None and answer.status is None
    return Pinged(this.hub, tuple(told), frozenset(topic.url for topic in tried), silent)


class _Taken(Struct, frozen=True):
    """A topic that is claimed, and what was kept of it before."""

    topic: Topic
    before: Trial | None
    claimed: Trial


class _Queue:
    """The topics that a round has still to look at; a class because builds change them in its course."""

    def __init__(self, this: Round) -> None:
        self._this = this
        self._signs = signs(this.config)
        self._left = deque(topics(this.config, this.place))
        self._seen: set[tuple[str, str]] = set()

    def is_empty(self) -> bool:
        """Whether there was nothing to look at from the start."""
        return not self._left

    def take(self, cache: Cache) -> _Taken | None:
        """Claim the next topic that is due; None where none is, or the hub is to be left alone."""
        now = self._this.clock()
        if _held(trial_of(cache, _HUB), self._this.hub, now):
            return None
        self._renew()
        while self._left:
            topic = self._left.popleft()
            self._seen.add((topic.url, topic.what))
            kept = trial_of(cache, topic.key)
            if _is_open(kept, topic, now) and stands(topic, self._this.place):
                claimed = claim(kept, topic.what, now, owner=owner_name(0), lease=LEASE)
                put_trial(cache, topic.key, claimed)
                return _Taken(topic, kept, claimed)
        return None

    def _renew(self) -> None:
        """Only while no build can change them: then they hold until the topic is claimed."""
        if self._signs != (now := signs(self._this.config)):
            self._signs = now
            found = topics(self._this.config, self._this.place)
            self._left = deque(topic for topic in found if (topic.url, topic.what) not in self._seen)


def _held(kept: Trial | None, hub: str, now: datetime) -> Trial | None:
    """The trial of the hub itself, where it is to be left alone."""
    return kept if kept is not None and not is_due(kept, hub, now) else None


def _is_open(kept: Trial | None, topic: Topic, now: datetime) -> bool:
    is_abandoned = kept is not None and kept.standing is Standing.CLAIMED and bool(dead_owners([kept.owner]))
    return is_abandoned or is_due(kept, topic.what, now)


def _asked(this: Round, topic: Topic) -> Answer:
    try:
        found = this.post(this.hub, form(topic.url), limit_bytes=_LARGEST, timeout=TIMEOUT_SECONDS)
    except FetchError as error:
        return Answer(None, error.message)
    # A page for people says nothing that its status does not.
    is_page = "html" in found.headers.get("content-type", "").lower()
    return Answer(
        found.status,
        "" if is_page else found.body.decode(errors="replace"),
        wait_of(found.headers.get("retry-after"), this.clock()),
        found.headers.get("location", "") if 300 <= found.status < 400 else "",
    )


def _keep(this: Round, taken: _Taken, answer: Answer, cache: Cache) -> None:
    """Keep what follows from an answer: for the topic, or for the hub, whose trouble is none of the topic's."""
    now = this.clock()
    if not is_of_hub(answer):
        put_trial(cache, taken.topic.key, judge(answer, taken.claimed, now))
        put_trial(cache, _HUB, None)
        return
    put_trial(cache, taken.topic.key, taken.before)
    hold = judge(answer, claim(trial_of(cache, _HUB), this.hub, now, owner="", lease=timedelta(0)), now)
    put_trial(cache, _HUB, hold)
    if hold.standing is Standing.GIVEN_UP:
        _give_up(this, hold, cache)


def _give_up(this: Round, hold: Trial, cache: Cache) -> None:
    """Nothing more is done for what waits now; what changes later begins anew."""
    for topic in topics(this.config, this.place):
        if _is_open(trial_of(cache, topic.key), topic, hold.at):
            put_trial(cache, topic.key, replace(hold, what=topic.what))
    put_trial(cache, _HUB, None)


def _end(this: Round, tried: Sequence[Topic], cache: Cache) -> list[Told]:
    """Have `ids.json` know what was announced, and tell how all topics stand."""
    now = this.clock()
    kept = {topic.url: trial_of(cache, topic.key) for topic in tried}
    done = [Told(url, Standing.ANNOUNCED) for url, one in kept.items() if one and one.standing is Standing.ANNOUNCED]
    left = settle(this.config, this.place, cache)
    held = _held(trial_of(cache, _HUB), this.hub, now)
    return [*done, *(_told(topic, trial_of(cache, topic.key), held, now, this.place) for topic in left)]


def _told(topic: Topic, kept: Trial | None, held: Trial | None, now: datetime, place: Place) -> Told:
    if kept is not None and not _is_open(kept, topic, now):
        is_left = kept.standing in (Standing.DEFERRED, Standing.CLAIMED)
        return Told(topic.url, kept.standing, kept.reason, kept.next_at if is_left else None)
    if held is not None:
        return Told(topic.url, Standing.WAITING, held.reason, held.next_at)
    reason = "" if stands(topic, place) else "its file is another than ids.json says: publisher build writes it anew"
    return Told(topic.url, Standing.WAITING, reason)
