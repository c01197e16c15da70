"""The posts that issues have carried, by their ids."""

from collections.abc import Mapping

import sqlalchemy as sa

from publisher.store.tables import variant_posts

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


def _carried(connection: sa.Connection, ids: list[str]) -> list[sa.Row[tuple[int, int, str]]]:
    return list(connection.execute(sa.select(variant_posts).where(variant_posts.c.post_id.in_(ids))))
