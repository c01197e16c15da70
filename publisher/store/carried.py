"""Which posts were carried to whom, looked up for a stretch of addresses at a time."""

from collections import defaultdict
from collections.abc import Collection
from functools import lru_cache
from itertools import chain

import sqlalchemy as sa

from publisher.core.lifecycle import CARRIED
from publisher.store.streams import batches
from publisher.store.tables import deliveries, issues, variant_posts, variants

_REMEMBERED = 4096
"""Unions of variants: readers who wish the same have mostly had the same issues."""


class Carried:
    """What a newsletter, and one-offs to addresses, have carried of `post_ids` in the issues there are by now.

    Nothing is asked of the ledger's deliveries where no earlier issue holds any of them.
    """

    def __init__(self, connection: sa.Connection, newsletter: str, post_ids: Collection[str]) -> None:
        self._connection = connection
        self._issues = _issues(newsletter)
        self._posts = _posts(connection, self._issues, frozenset(post_ids))
        self._union = lru_cache(_REMEMBERED)(self._unite)

    def between(self, first: str, last: str) -> dict[str, frozenset[str]]:
        """The posts that were carried to each address key from `first` to `last`, in the ledger's order."""
        if not self._posts:
            return {}
        query = sa.select(deliveries.c.address_key, deliveries.c.variant_id).where(
            deliveries.c.address_key.between(first, last),
            # Not the bare column: SQLite would go by the index of issues, through all deliveries for each stretch.
            (deliveries.c.issue_id + 0).in_(self._issues),
            deliveries.c.status.in_(CARRIED),
        )
        found: dict[str, list[int]] = defaultdict(list)
        with batches(self._connection, query) as some:
            for address_key, variant_id in chain.from_iterable(some):
                if variant_id in self._posts:
                    found[address_key].append(variant_id)
        return {address_key: self._union(tuple(ids)) for address_key, ids in found.items()}

    def _unite(self, variant_ids: tuple[int, ...]) -> frozenset[str]:
        return frozenset[str]().union(*(self._posts[one] for one in variant_ids))


def _issues(newsletter: str) -> sa.Select[tuple[int]]:
    return sa.select(issues.c.id).where(sa.or_(issues.c.newsletter == newsletter, issues.c.newsletter.is_(None)))


def _posts(
    connection: sa.Connection, of_issues: sa.Select[tuple[int]], wanted: frozenset[str]
) -> dict[int, frozenset[str]]:
    """The variants that hold wanted posts, and which."""
    query = (
        sa.select(variant_posts.c.variant_id, variant_posts.c.post_id)
        .join(variants, variants.c.id == variant_posts.c.variant_id)
        .where(variants.c.issue_id.in_(of_issues))
    )
    found: dict[int, set[str]] = defaultdict(set)
    for variant_id, post_id in connection.execute(query):
        if post_id in wanted:
            found[variant_id].add(post_id)
    return {variant_id: frozenset(posts) for variant_id, posts in found.items()}
