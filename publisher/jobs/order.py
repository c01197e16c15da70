"""Order: a program asks for a one-off. However often it asks, there is one issue."""

import hashlib
from datetime import datetime

from publisher.core.mac import maker
from publisher.errors import NotFound
from publisher.jobs.audience import Whom
from publisher.jobs.mailing import Desk
from publisher.jobs.send import Order, make_one_off
from publisher.model.mailing import Issue
from publisher.model.post import Post
from publisher.store import issues
from publisher.store.engine import Store

_PURPOSE = b"publisher: order, 1\0"


def order_of(store: Store, key_id: int, idempotency_key: str, request: bytes) -> Order:
    """The issue that this is about: derived, so that another process makes it of the same, and nobody guesses it."""
    asked = f"{key_id}\0{idempotency_key}".encode()
    return Order(maker(store.secret, _PURPOSE)(asked)[:32], hashlib.sha256(request).hexdigest())


def known(store: Store, order: Order) -> Issue | None:
    """The issue where it was made before, of whatever request."""
    with store.read() as connection:
        return issues.of_uid(connection, order.uid)


def post_of(desk: Desk, name: str) -> Post:
    """The post whose id, file or address this is; NotFound."""
    if name in desk.by_id:
        return desk.by_id[name]
    found = [post for post in desk.library.posts if name in (post.source, post.url)]
    if len(found) != 1:
        raise NotFound("post", name)
    return found[0]


def place(
    desk: Desk, store: Store, post: Post, whom: Whom, order: Order, *, now: datetime, starts_at: datetime | None
) -> Issue | None:
    """Make the issue, None where nobody is left to send to; see `make_one_off`. Where the newsletter's issues are
    approved, one to its readers waits for the editor."""
    awaits = desk.newsletter.approve and not whom.to
    return make_one_off(desk, store, post, whom, now=now, starts_at=starts_at, order=order, awaits=awaits)
