"""What is posted to a hook, how it is signed, and what follows from its answer.

After the Standard Webhooks specification, version 1.0.0 (github.com/standard-webhooks/standard-webhooks, spec/
standard-webhooks.md): its headers, its signature, its schedule of retries, and that 410 ends a hook.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from publisher.errors import UsageError
from publisher.model.event import Health, PostStatus
from publisher.struct import Struct

WAITS = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1800, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
"""How long is waited after the first failure, the second, and so on; after one more it is given up."""

GIVE_UP_AFTER = sum(WAITS, timedelta(0))
"""Three days and some hours."""

_PREFIX = "whsec_"
_FEWEST, _MOST = 24, 64
_GONE = 410
_OF_POST = frozenset({400, 413, 415, 422})
"""Statuses that are about this one post: others may be taken all the same."""
_LONGEST_WORDS = 200


class Reply(Struct, frozen=True):
    """What a hook answered: its HTTP status, None where there was no answer; its own words, or why there was none.

    `wait` is how long it asks to be left alone (Retry-After).
    """

    status: int | None
    words: str = ""
    wait: timedelta | None = None


class Verdict(Struct, frozen=True):
    """What becomes of a post, when it is `due_at` again, and how its hook fares from now on.

    With `abandons` other posts of its events are given up, too, that have waited for as long.
    """

    status: PostStatus
    due_at: datetime | None
    words: str
    health: Health
    abandons: bool = False


def is_own_machine(url: str) -> bool:
    """Whether a URL names this machine in so many words: then no resolver can lead it elsewhere in the house."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def judge(reply: Reply, health: Health, *, attempts: int, told_at: datetime, now: datetime) -> Verdict:
    """What follows from the answer to a post that is tried for the `attempts`th time, of an event of `told_at`.

    Anything but 2xx is a failure, a redirect, too. One that is about this post lets the others go before it; after any
    other the hook is left alone, longer each time. A post is given up after as many attempts as the specification has,
    or when its hook has taken nothing for as long as those take.
    """
    words = _words(reply)
    if reply.status is not None and 200 <= reply.status < 300:
        return Verdict(PostStatus.DELIVERED, None, "", Health())
    if reply.status == _GONE:
        ended = Health(health.failures + 1, health.failing_since or now, None, now, words)
        return Verdict(PostStatus.FAILED, None, words, ended)
    if reply.status in _OF_POST:
        return _again(words, Health(), attempts, now, _wait(attempts, reply))
    rest = _wait(health.failures + 1, reply)
    since = min(health.failing_since or now, now)
    fares = Health(health.failures + 1, since, now + rest, None, words)
    if now - max(told_at, since) >= GIVE_UP_AFTER:
        return Verdict(PostStatus.FAILED, None, words, fares, abandons=True)
    return _again(words, fares, attempts, now, max(rest, _wait(attempts, reply)))


def _again(words: str, health: Health, attempts: int, now: datetime, wait: timedelta) -> Verdict:
    if attempts > len(WAITS):
        return Verdict(PostStatus.FAILED, None, words, health)
    return Verdict(PostStatus.WAITING, now + wait, words, health)


def _wait(failures: int, reply: Reply) -> timedelta:
    own = WAITS[min(failures, len(WAITS)) - 1]
    return max(own, min(reply.wait or timedelta(0), WAITS[-1]))


def _words(reply: Reply) -> str:
    """A stranger's words for a terminal: one line, no more of it than helps, and nothing that a terminal obeys."""
    plain = "".join(letter if letter.isprintable() else " " for letter in reply.words)
    words = " ".join(plain.split())[:_LONGEST_WORDS]
    if reply.status is None:
        return words
    return f"answered {reply.status}" + (f": {words}" if words else "")


def keys_of(text: str) -> tuple[bytes, ...]:
    """The keys in a text of `whsec_…` secrets with spaces between, the newest first; UsageError where one is none.

    Several while a hook changes over: each post is signed with all of them.
    """
    keys = tuple(_key(word) for word in text.split())
    if not keys:
        raise UsageError("holds no secret")
    return keys


def _key(word: str) -> bytes:
    way = f"'echo {_PREFIX}$(openssl rand -base64 32)' makes one"
    hint = f"write {_PREFIX} and {_FEWEST} to {_MOST} bytes in base64; {way}"
    try:
        key = base64.b64decode(word.removeprefix(_PREFIX), validate=True) if word.startswith(_PREFIX) else b""
    except ValueError as error:
        raise UsageError("holds a secret that is not base64", hint=hint) from error
    if not _FEWEST <= len(key) <= _MOST:
        raise UsageError(f"holds no secret of {_FEWEST} to {_MOST} bytes", hint=hint)
    return key


def headers(event_uid: str, body: bytes, keys: Sequence[bytes], now: datetime) -> dict[str, str]:
    """What stands beside a body: the same `webhook-id` at each attempt, the moment of this one, and a signature over
    both and the body with each of the keys."""
    stamp = str(int(now.timestamp()))
    signed = b".".join((event_uid.encode(), stamp.encode(), body))
    each = (base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode() for key in keys)
    return {
        "webhook-id": event_uid,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{one}" for one in each),
    }
