"""The posts that issues have carried, by their ids."""

from collections.abc import Collection, Iterable, Mapping

import sqlalchemy as sa

from publisher.core.lifecycle import CARRIED
from publisher.store.periods import batched
from publisher.store.tables import deliveries, issues, variant_posts, variants

_BATCH = 500


def rename(connection: sa.Connection, ids: Mapping[str, str]) -> int:
    """Give carried posts their new ids, by the old ones; how many entries of issues that are.

    Two posts may change places. Without it a digest would bring a post once more that readers had under its old id.
    """
    old = sorted(ids)
    rows = [row for start in range(0, len(old), _BATCH) for row in _carried(connection, old[start : start + _BATCH])]
    changes = [{"v": row.variant_id, "p": row.position, "new": ids[row.post_id]} for row in rows]
    if changes:
        place = (variant_posts.c.variant_id == sa.bindparam("v")) & (variant_posts.c.position == sa.bindparam("p"))
        connection.execute(variant_posts.update().where(place).values(post_id=sa.bindparam("new")), changes)
    return len(changes)


def had(connection: sa.Connection, post_id: str, resend: str, address_keys: Collection[str]) -> set[str]:
    """To which of these addresses a post was carried, by whatever newsletter or by hand; where it is sent again for the
    word `resend`, for that."""
    query = (
        sa.select(deliveries.c.address_key)
        .join(variant_posts, variant_posts.c.variant_id == deliveries.c.variant_id)
        .where(variant_posts.c.post_id == post_id, deliveries.c.status.in_([*CARRIED]))
        .where(deliveries.c.address_key.in_(address_keys))
    )
    return set(connection.scalars(query.where(variant_posts.c.resend == resend) if resend else query))


def shown(connection: sa.Connection, newsletter: str, post_ids: Iterable[str]) -> set[str]:
    """Those of the posts that an issue of the newsletter has held, carried or not."""
    of_newsletter = (
        sa.select(variants.c.id)
        .join(issues, issues.c.id == variants.c.issue_id)
        .where(issues.c.newsletter == newsletter)
    )
    held, found = variant_posts.c, set[str]()
    for some in batched(post_ids):
        query = sa.select(held.post_id).where(held.post_id.in_(some), held.variant_id.in_(of_newsletter))
        found.update(connection.scalars(query.distinct()))
    return found


def _carried(connection: sa.Connection, ids: list[str]) -> list[sa.Row[tuple[int, int, str]]]:
    return list(connection.execute(sa.select(variant_posts).where(variant_posts.c.post_id.in_(ids))))
