"""Which posts were carried to whom, looked up for a stretch of addresses at a time."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain

import sqlalchemy as sa

from publisher.core.lifecycle import CARRIED
from publisher.model.mailing import DeliveryStatus
from publisher.store.streams import batches
from publisher.store.tables import deliveries, issues, variant_posts, variants

_REMEMBERED = 1 << 16
"""Unions of variants: readers who wish the same have mostly had the same issues."""

_TRIED = frozenset(DeliveryStatus) - {DeliveryStatus.SUPPRESSED}

_AT_ONCE = 5000
"""Posts in a query: SQLite takes 32,766 values."""


def counts_for(issue: sa.FromClause, newsletter: str | sa.ScalarSelect[str]) -> sa.ColumnElement[bool]:
    """Whether what an issue, a row of the table, carried was carried for a newsletter.

    One-offs to addresses count for every newsletter. A welcome does not: it shows a post by its title alone, and who
    was greeted in a weekly lost what a monthly was to bring them.
    """
    to_addresses = sa.and_(issue.c.newsletter.is_(None), issue.c.greets.is_(None))
    return sa.or_(to_addresses, issue.c.newsletter == newsletter, issue.c.greets == newsletter)


class Carried:
    """What a newsletter, its welcomes and one-offs to addresses have carried of `posts` in the issues there are now.

    The posts come by their ids, in order, each with the word for which it is sent again, or an empty one; with a word
    it counts as carried only where it was for that. Each is a bit, the first the lowest. Of the ledger's deliveries
    only those are looked at whose issues hold one of them.
    """

    def __init__(self, connection: sa.Connection, newsletter: str, posts: Mapping[str, str]) -> None:
        self._connection = connection
        self._posts, issue_ids = _held(connection, newsletter, posts)
        self._width = len(posts)
        self._issues = sorted(issue_ids)
        self._union = lru_cache(_REMEMBERED)(self._unite)

    def between(self, first: str, last: str) -> dict[str, int]:
        """The posts that were carried to each address key from `first` to `last`, in the ledger's order."""
        return self._found(first, last, CARRIED)

    def _found(self, first: str, last: str, statuses: Collection[DeliveryStatus]) -> dict[str, int]:
        if not self._posts:
            return {}
        # By address in the database: a row for each mail of weeks would cost as much as all else of a reader together.
        query = (
            sa.select(
                deliveries.c.address_key, sa.func.aggregate_strings(sa.cast(deliveries.c.variant_id, sa.Text), ",")
            )
            .where(
                deliveries.c.address_key.between(first, last),
                # Not the bare column: SQLite would go by the index of issues, through all deliveries for each stretch.
                (deliveries.c.issue_id + 0).in_(self._issues),
                deliveries.c.status.in_(statuses),
            )
            .group_by(deliveries.c.address_key)
        )
        with batches(self._connection, query) as some:
            return {key: had for key, ids in chain.from_iterable(some) if (had := self._union(ids))}

    def _unite(self, variant_ids: str) -> int:
        union = 0
        for one in variant_ids.split(","):
            union |= self._posts.get(int(one), 0)
        return union


class Tried(Carried):
    """The same, and above those bits as many again for what a mail was to bring, whatever became of it."""

    def between(self, first: str, last: str) -> dict[str, int]:
        """Both for each address key from `first` to `last`; who was suppressed at the time was not tried."""
        carried, tried = self._found(first, last, CARRIED), self._found(first, last, _TRIED)
        return {key: carried.get(key, 0) | had << self._width for key, had in tried.items()}

    def apart(self, both: int) -> tuple[int, int]:
        """What was carried, and what was tried."""
        return both & ~(-1 << self._width), both >> self._width


def _held(connection: sa.Connection, newsletter: str, posts: Mapping[str, str]) -> tuple[Mapping[int, int], set[int]]:
    """The variants that hold some of the posts, and which; and the issues they are of."""
    bits = {post_id: 1 << place for place, post_id in enumerate(posts)}
    found: dict[int, int] = defaultdict(int)
    issue_ids: set[int] = set()
    for variant_id, issue_id, post_id, resent in _carriers(connection, newsletter, list(posts)):
        if posts[post_id] in ("", resent):
            found[variant_id] |= bits[post_id]
            issue_ids.add(issue_id)
    return found, issue_ids


def _carriers(
    connection: sa.Connection, newsletter: str, post_ids: Sequence[str]
) -> Iterator[tuple[int, int, str, str]]:
    held = variant_posts.c
    query = (
        sa.select(held.variant_id, variants.c.issue_id, held.post_id, held.resend)
        .join(variants, variants.c.id == held.variant_id)
        .join(issues, issues.c.id == variants.c.issue_id)
        .where(counts_for(issues, newsletter))
    )
    for some in (post_ids[start : start + _AT_ONCE] for start in range(0, len(post_ids), _AT_ONCE)):
        with batches(connection, query.where(held.post_id.in_(some))) as rows:
            yield from chain.from_iterable(rows)
