"""Left out: the posts that a planned issue brings to nobody, and why."""

from datetime import datetime

from publisher.core.selection import Why, newest_first
from publisher.jobs.digest import Plan
from publisher.jobs.mailing import Desk
from publisher.model.post import Post
from publisher.store import issues, posts
from publisher.store.engine import Store
from publisher.struct import Struct


class TooOld(Struct, frozen=True):
    """How many posts came out too long ago, before the moment `before`.

    `missed` are those of them, by id, newest first, that came out after the newsletter's first issue and were in none:
    written late, or with a wrong date.
    """

    number: int
    before: datetime
    missed: tuple[tuple[str, Post], ...] = ()


def left_out(desk: Desk, plan: Plan, since: datetime) -> list[tuple[str, Post, Why]]:
    """What came out at `since` or later, newest first, and goes to nobody."""
    recent = newest_first(post for post in desk.library.posts if post.published >= since)
    found = [(desk.library.ids[post.source], post) for post in recent]
    return [(post_id, post, plan.passed_over[post_id]) for post_id, post in found if post_id in plan.passed_over]


def too_old(desk: Desk, store: Store | None, plan: Plan, before: datetime) -> TooOld:
    """What of the newsletter's posts is out of its reach."""
    old = {post_id for post_id, why in plan.passed_over.items() if why is Why.TOO_OLD}
    return TooOld(len(old), before, () if store is None else _missed(desk, store, old))


def _missed(desk: Desk, store: Store, old: set[str]) -> tuple[tuple[str, Post], ...]:
    name, ids = desk.newsletter.name, desk.library.ids
    with store.read() as connection:
        first = issues.first(connection, name)
        if first is None:
            return ()
        late = newest_first(
            post for post in desk.library.posts if post.published > first.at and ids[post.source] in old
        )
        held = posts.shown(connection, name, [ids[post.source] for post in late])
    return tuple((post_id, post) for post in late if (post_id := ids[post.source]) not in held)
