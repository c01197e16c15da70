"""Announce: when a hub is told that a feed has changed (WebSub), and what follows from its answer.

How a publisher tells its hub WebSub leaves open (W3C Recommendation, section 6). Hubs take what PubSubHubbub 0.3 said
in section 7.1; see `form`.
"""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from publisher.core.words import counted
from publisher.model.site import PLACEHOLDER_HOST
from publisher.struct import Struct, replace

FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=6)
GIVE_UP_AFTER = timedelta(days=3)
"""Whoever reads a feed asks for it at least daily: after three days there is nobody left to surprise."""

_LONGEST_WORDS = 200
_LONGEST_WAIT = timedelta(days=365)
_OF_HUB = frozenset({408, 429, 502, 503, 504})
_OF_MOMENT = frozenset({408, 425, 429})


class Standing(StrEnum):
    """How a topic stands with its hub. `waiting` is never kept: it is due, or waits with all others for the hub."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    ANNOUNCED = "announced"
    DEFERRED = "deferred"
    REFUSED = "refused"
    GIVEN_UP = "given-up"


class Answer(Struct, frozen=True):
    """What a hub said: its HTTP status, None where there was no answer; its own words, or why there was none.

    `wait` is what it asked to be left alone for, `moved_to` where a redirect leads that a form does not follow.
    """

    status: int | None
    words: str = ""
    wait: timedelta | None = None
    moved_to: str = ""


class Trial(Struct, frozen=True):
    """What was tried: `what` is the hub with the digest of the topic's bytes, or the hub alone.

    `number` counts the answers since `first_at`. It is tried again from `next_at` on where it is deferred; a claim
    lasts until then, or as long as its `owner` lives. `at` is when it came to stand so. Moments are aware.
    """

    what: str
    standing: Standing
    number: int
    first_at: datetime
    at: datetime
    next_at: datetime
    reason: str = ""
    owner: str = ""


def form(topic: str) -> list[tuple[str, str]]:
    """What is posted to a hub.

    Google's and Superfeedr's look for `hub.url`, Switchboard for `hub.topic` (w3c-social/social-web-protocols #47);
    hubs that know both take them for one (thylacine/websub-hub).
    """
    return [("hub.mode", "publish"), ("hub.url", topic), ("hub.topic", topic)]


def is_reachable(url: str) -> bool:
    """Whether a hub could fetch what lies at `url`: not the placeholder, no name of this machine or its network."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and host != PLACEHOLDER_HOST and not host.endswith((".localhost", ".local"))


def is_due(kept: Trial | None, what: str, now: datetime) -> bool:
    """Whether `what` may be tried; claims of the dead are for the caller to take away."""
    if kept is None or kept.what != what:
        return True
    # Before it came to stand so: the clock had been wrong, and may have been so by years.
    is_over = now >= kept.next_at or now < kept.at
    return kept.standing in (Standing.DEFERRED, Standing.CLAIMED) and is_over


def claim(kept: Trial | None, what: str, now: datetime, *, owner: str, lease: timedelta) -> Trial:
    """That `owner` is about to ask, so that nobody else does."""
    before = kept if kept is not None and kept.what == what and kept.number else None
    started = before.first_at if before else now
    return Trial(
        what=what,
        standing=Standing.CLAIMED,
        number=before.number if before else 0,
        first_at=min(started, now),
        at=now,
        next_at=now + lease,
        owner=owner,
    )


def is_of_hub(answer: Answer) -> bool:
    """Whether an answer, or none, is about all topics: a hub that is down, or has had too much."""
    return answer.status is None or answer.status in _OF_HUB


def judge(answer: Answer, claimed: Trial, now: datetime) -> Trial:
    """What follows from an answer: to what was claimed, or to what would have been.

    A 4xx or a redirect is for a person to look at, and asking again changes nothing. Everything else is asked again,
    after a minute at first and twice as long each time, never sooner than the hub says (RFC 9110 section 10.2.3).
    """
    number = claimed.number + 1
    told = replace(claimed, number=number, at=now, next_at=now, owner="", reason=_reason(answer))
    if answer.status is not None and 200 <= answer.status < 300:
        return replace(told, standing=Standing.ANNOUNCED, reason="")
    if answer.status is not None and answer.status < 500 and answer.status not in _OF_MOMENT:
        return replace(told, standing=Standing.REFUSED)
    delay = min(FIRST_DELAY * 2 ** min(number - 1, 20), LONGEST_DELAY)
    next_at = now + max(delay, answer.wait or timedelta(0))
    if next_at - claimed.first_at > GIVE_UP_AFTER:
        reason = f"given up after {counted(number, 'attempt')}: {told.reason}"
        return replace(told, standing=Standing.GIVEN_UP, reason=reason)
    return replace(told, standing=Standing.DEFERRED, next_at=next_at)


def _reason(answer: Answer) -> str:
    words = _in_one_line(answer.words)
    if answer.status is None:
        return words
    if answer.moved_to:
        return f"the hub answered {answer.status}: it has moved to {_in_one_line(answer.moved_to)}"
    return f"the hub answered {answer.status}" + (f": {words}" if words else "")


def _in_one_line(text: str) -> str:
    """A stranger's words for a terminal: one line, no more of it than helps, and nothing that a terminal obeys."""
    words = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return words if len(words) <= _LONGEST_WORDS else f"{words[:_LONGEST_WORDS]}…"


def wait_of(header: str | None, now: datetime) -> timedelta | None:
    """What a Retry-After header asks for (RFC 9110 section 10.2.3): seconds or a date; None where it says neither."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), _LONGEST_WAIT)
    try:
        return min(max(parsedate_to_datetime(text) - now, timedelta(0)), _LONGEST_WAIT)
    except (ValueError, TypeError, OverflowError):
        return None
