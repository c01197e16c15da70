"""Hooks as the ledger knows them, and what is to be posted to them."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from publisher.core.hooks import GIVE_UP_AFTER, Verdict
from publisher.model.event import Health, Hook, HookStanding, PostStatus
from publisher.store.reader_tables import events, hook_posts, hooks
from publisher.struct import Struct, asdict

_HEALTH = tuple(hooks.c[name] for name in Health.__struct_fields__)
_GONE = "the hook was taken out of the settings"
_LONG = "given up: the hook had taken nothing for three days"


class Post(Struct, frozen=True):
    """An event that is to be posted, and how often that was tried."""

    id: int
    event_id: int
    attempts: int
    due_at: datetime


def sync(connection: sa.Connection, wanted: Sequence[Hook]) -> None:
    """Know the hooks that the settings have, and no others; events from now on make posts to them.

    One at a new address begins anew. What waited for one that is gone is given up.
    """
    there = {row.name: row for row in connection.execute(sa.select(hooks))}
    for hook in wanted:
        values = {"url": hook.url, "kinds": f" {' '.join(hook.kinds)} "}
        this = hooks.c.name == hook.name
        if hook.name not in there:
            connection.execute(hooks.insert().values(name=hook.name, **values, **asdict(Health())))
        elif there[hook.name].url != hook.url:
            connection.execute(hooks.update().where(this).values(**values, **asdict(Health())))
        elif there[hook.name].kinds != values["kinds"]:
            connection.execute(hooks.update().where(this).values(**values))
    gone = set(there) - {hook.name for hook in wanted}
    connection.execute(hooks.delete().where(hooks.c.name.in_(gone)))
    _give_up(connection, hook_posts.c.hook.in_(gone), _GONE)


def differs(connection: sa.Connection, wanted: Sequence[Hook]) -> bool:
    """Whether `sync` would change anything: to look costs no lock."""
    known = {(row.name, row.url, row.kinds) for row in connection.execute(sa.select(hooks))}
    return known != {(hook.name, hook.url, f" {' '.join(hook.kinds)} ") for hook in wanted}


def due(connection: sa.Connection, name: str, now: datetime, most: int) -> list[Post]:
    """What may be posted to a hook now, the oldest events first; nothing while it is left alone or has ended."""
    health = health_of(connection, name)
    if health is None or health.ended_at or (health.rests_until and health.rests_until > now):
        return []
    its = hook_posts.c
    query = sa.select(its.id, its.event_id, its.attempts, its.due_at).where(its.hook == name, its.due_at <= now)
    return [Post(*row) for row in connection.execute(query.order_by(its.event_id).limit(most))]


def next_due(connection: sa.Connection, name: str) -> datetime | None:
    """When a hook is to be posted to again; None where nothing waits."""
    health = health_of(connection, name)
    if health is None or health.ended_at:
        return None
    query = sa.select(sa.func.min(hook_posts.c.due_at)).where(hook_posts.c.hook == name)
    moment: datetime | None = connection.scalar(query.where(hook_posts.c.due_at.is_not(None)))
    return moment if moment is None or health.rests_until is None else max(moment, health.rests_until)


def claim(connection: sa.Connection, post: Post, until: datetime) -> bool:
    """Take a post in hand, so that nobody else does before `until`; False where somebody has."""
    this = sa.and_(hook_posts.c.id == post.id, hook_posts.c.due_at == post.due_at)
    change = hook_posts.update().where(this).values(due_at=until, attempts=hook_posts.c.attempts + 1)
    return connection.execute(change).rowcount > 0


def settle(connection: sa.Connection, name: str, post: Post, verdict: Verdict, now: datetime) -> None:
    """Write down what became of a post, and how its hook fares."""
    values = {"status": verdict.status, "due_at": verdict.due_at, "last_reply": verdict.words}
    connection.execute(hook_posts.update().where(hook_posts.c.id == post.id).values(**values))
    connection.execute(hooks.update().where(hooks.c.name == name).values(**asdict(verdict.health)))
    if verdict.health.ended_at is not None:
        _give_up(connection, hook_posts.c.hook == name, verdict.words)
    if verdict.abandons:
        old = sa.select(events.c.id).where(events.c.at <= now - GIVE_UP_AFTER)
        _give_up(connection, sa.and_(hook_posts.c.hook == name, hook_posts.c.event_id.in_(old)), _LONG)


def health_of(connection: sa.Connection, name: str) -> Health | None:
    """How a hook fares; None where the ledger knows none of this name."""
    row = connection.execute(sa.select(*_HEALTH).where(hooks.c.name == name)).first()
    return None if row is None else Health(*row)


def standing(connection: sa.Connection, since: datetime) -> list[HookStanding]:
    """Every hook by name, with how many posts wait, and how many of events from `since` on were given up."""
    its = hook_posts.c
    waiting = _counted(connection, sa.select(its.hook).where(its.due_at.is_not(None)))
    recent = sa.select(its.hook).join(events, events.c.id == its.event_id)
    failed = _counted(connection, recent.where(sa.text("hook_posts.status = 'failed'"), events.c.at >= since))
    found = connection.execute(sa.select(hooks.c.name, hooks.c.url, *_HEALTH).order_by(hooks.c.name))
    return [
        HookStanding(name, url, Health(*health), waiting.get(name, 0), failed.get(name, 0))
        for name, url, *health in found
    ]


def _counted(connection: sa.Connection, query: sa.Select[str]) -> dict[str, int]:
    counting = query.add_columns(sa.func.count().label("number")).group_by(hook_posts.c.hook)
    return {row.hook: row.number for row in connection.execute(counting)}


def _give_up(connection: sa.Connection, which: sa.ColumnElement[bool], why: str) -> None:
    waiting = sa.and_(which, hook_posts.c.due_at.is_not(None))
    values = {"status": PostStatus.FAILED, "due_at": None, "last_reply": why}
    connection.execute(hook_posts.update().where(waiting).values(**values))
