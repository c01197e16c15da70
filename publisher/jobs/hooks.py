"""Hooks: post each event to the programs that want to hear of it, signed, again and again until it is taken.

A post is claimed before it leaves and its answer is kept before the next one leaves: a death repeats one post at most,
under the same `webhook-id`, and loses none.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from publisher.core.announce import wait_of
from publisher.core.hooks import Reply, Verdict, headers, is_own_machine, judge
from publisher.core.words import counted
from publisher.errors import FetchError
from publisher.jobs.event_json import as_body
from publisher.jobs.mailing import local
from publisher.model.event import Event, Health, Hook, HookStanding, PostStatus
from publisher.store import events, hooks
from publisher.store.engine import Store
from publisher.store.hooks import Post
from publisher.struct import Struct, replace

if TYPE_CHECKING:
    from publisher.http import Response

TIMEOUT_SECONDS = 15.0
LEASE = timedelta(minutes=2)
"""Longer than any answer takes, and than one is kept waiting to be written down."""

_AT_ONCE = 50
_LARGEST = 10_000
_REMEMBERED = timedelta(days=7)
_ANEW = "to begin anew, give it another url, or take it out of the settings for a while"


class PostJson(Protocol):
    """What http.post_json is."""

    def __call__(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        limit_bytes: int,
        timeout: float,
        allow_private: bool,
    ) -> "Response": ...


class Messenger(Struct, frozen=True):
    """What posts to one hook are made with; `stop` says whether to begin no more."""

    store: Store
    hook: Hook
    keys: Sequence[bytes]
    post: PostJson
    clock: Callable[[], datetime]
    stop: Callable[[], bool]


class Told(Struct, frozen=True):
    """What was posted: how many events were taken, and why others were given up."""

    taken: int = 0
    given_up: tuple[str, ...] = ()

    def plus(self, verdict: Verdict | None) -> "Told":
        """And one more; None is none."""
        match verdict and verdict.status:
            case PostStatus.DELIVERED:
                return replace(self, taken=self.taken + 1)
            case PostStatus.FAILED if verdict is not None:
                return replace(self, given_up=(*self.given_up, verdict.words))
        return self


def know(store: Store, wanted: Sequence[Hook]) -> None:
    """From now on events are told to the hooks that the settings have, and to no others."""
    with store.read() as connection:
        differs = hooks.differs(connection, wanted)
    if differs:
        with store.write() as connection:
            hooks.sync(connection, wanted)


def tell(messenger: Messenger) -> Told:
    """Post what is due to one hook, the oldest events first, until nothing is or the hook is to be left alone.

    Raises PublisherError where the ledger cannot be written.
    """
    told = Told()
    while not messenger.stop():
        with messenger.store.read() as connection:
            some = hooks.due(connection, messenger.hook.name, messenger.clock(), _AT_ONCE)
        if not some:
            break
        for one in some:
            verdict = None if messenger.stop() else _tell_one(messenger, one)
            told = told.plus(verdict)
            if verdict is not None and (verdict.health.rests_until or verdict.health.ended_at):
                return told
    return told


def _tell_one(messenger: Messenger, post: Post) -> Verdict | None:
    """What became of a post, None where somebody else has it in hand."""
    store, name = messenger.store, messenger.hook.name
    with store.write() as connection:
        if not hooks.claim(connection, post, messenger.clock() + LEASE):
            return None
        event = events.get(connection, post.event_id)
    reply = _reply(messenger, event)
    now = messenger.clock()
    with store.write() as connection:
        verdict = _verdict(hooks.health_of(connection, name), reply, post, event, now)
        hooks.settle(connection, name, post, verdict, now)
    return verdict


def _verdict(health: Health | None, reply: Reply, post: Post, event: Event, now: datetime) -> Verdict:
    return judge(reply, health or Health(), attempts=post.attempts + 1, told_at=event.at, now=now)


def _reply(messenger: Messenger, event: Event) -> Reply:
    now, url, body = messenger.clock(), messenger.hook.url, as_body(event)
    about = headers(event.uid, body, messenger.keys, now)
    private = is_own_machine(url)
    try:
        found = messenger.post(url, body, about, limit_bytes=_LARGEST, timeout=TIMEOUT_SECONDS, allow_private=private)
    except FetchError as error:
        return Reply(None, error.message.replace(url, messenger.hook.name))
    words = found.body.decode(errors="replace")
    return Reply(found.status, words, wait_of(found.headers.get("retry-after"), now))


def standing(store: Store, now: datetime) -> list[HookStanding]:
    """Every hook with what waits for it, and what of the last days was given up."""
    with store.read() as connection:
        return hooks.standing(connection, now - _REMEMBERED)


def faults(found: Sequence[HookStanding]) -> list[str]:
    """For people: which hooks take nothing, in words that stay the same while it lasts."""
    return [
        f"hook {one.name} has ended: {one.health.words}; {_ANEW}"
        if one.health.ended_at
        else f"hook {one.name} takes nothing: {one.health.words}; it is tried again for three days"
        for one in found
        if one.health.failing_since
    ]


def lines(found: Sequence[HookStanding], zone: str) -> list[str]:
    """For people, in local time: what is wrong with hooks; nothing where all is well."""
    return [line for one in found if (line := _line(one, zone))]


def _line(one: HookStanding, zone: str) -> str:
    health, given_up = one.health, f"{counted(one.failed, 'event')} of the last week given up" if one.failed else ""
    if health.ended_at:
        return f"hook {one.name} has ended {local(health.ended_at, zone)}: {health.words}\n  {_ANEW}"
    if health.failing_since is None:
        return f"hook {one.name}: {given_up}" if given_up else ""
    again = f", tried again {local(health.rests_until, zone)}" if health.rests_until else ""
    waiting = f"{counted(one.waiting, 'event')} waiting{again}"
    told = "; ".join(filter(None, [waiting, given_up]))
    return f"hook {one.name} has taken nothing since {local(health.failing_since, zone)}: {health.words}; {told}"
