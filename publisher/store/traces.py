"""Where one person stands in the ledger: which rows of which tables are theirs.

A test goes through all tables: one that names addresses, or rows of those that do, and is not here, is one that
`subscriber show` keeps quiet about and `subscriber forget` forgets to forget.
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from publisher.store import reader_tables, tables
from publisher.store.reader_tables import events, hook_posts, letters, limits, sign_ups
from publisher.store.tables import attempts, bounces, deliveries, subscribers, subscriptions, suppressions

Row = dict[str, Any]
Whose = Callable[[str, str], sa.ColumnElement[bool]]
"""What a row has to be, to be of an address key; its hash, as the suppressions keep it, counts there alone."""


def _ids(table: sa.Table, address_key: str) -> sa.Select[int]:
    return sa.select(table.c.id).where(table.c.address_key == address_key)


def _keyed(table: sa.Table) -> Whose:
    return lambda key, _hash: table.c.address_key == key


def _event(key: str, _hash: str) -> sa.ColumnElement[bool]:
    return events.c.subscriber_id.in_(_ids(subscribers, key))


def _letter(key: str, _hash: str) -> sa.ColumnElement[bool]:
    return sa.or_(
        letters.c.address_key == key,
        letters.c.sign_up_id.in_(_ids(sign_ups, key)),
        letters.c.delivery_id.in_(_ids(deliveries, key)),
    )


THEIRS: dict[sa.Table, Whose] = {
    subscribers: _keyed(subscribers),
    subscriptions: lambda key, _hash: subscriptions.c.subscriber_id.in_(_ids(subscribers, key)),
    sign_ups: _keyed(sign_ups),
    letters: _letter,
    limits: lambda key, _hash: limits.c.key.contains(key, autoescape=True),
    suppressions: lambda key, hashed: suppressions.c.address_key.in_([key, hashed]),
    deliveries: _keyed(deliveries),
    attempts: lambda key, _hash: attempts.c.delivery_id.in_(_ids(deliveries, key)),
    bounces: lambda key, _hash: sa.or_(bounces.c.address_key == key, bounces.c.delivery_id.in_(_ids(deliveries, key))),
    events: _event,
    hook_posts: lambda key, hashed: hook_posts.c.event_id.in_(sa.select(events.c.id).where(_event(key, hashed))),
}
"""Every table that has rows of somebody, in the order in which a person would ask for them."""

NOBODYS = frozenset(
    {
        *(tables.meta, tables.issues, tables.variants, tables.pictures, tables.variant_pictures),
        *(tables.variant_posts, tables.manifests, tables.introductions, tables.pages, tables.outgoings),
        *(tables.destinations, tables.usage, tables.paces, reader_tables.mailboxes),
        *(reader_tables.keys, reader_tables.imports, reader_tables.hooks),
    }
)
"""Tables that say nothing of one reader."""


def held(connection: sa.Connection, address_key: str, hashed: str) -> dict[str, list[Row]]:
    """All rows of an address with all their columns, by the table's name; moments are aware, in UTC."""
    return {table.name: _rows(connection, table, whose(address_key, hashed)) for table, whose in THEIRS.items()}


def _rows(connection: sa.Connection, table: sa.Table, where: sa.ColumnElement[bool]) -> list[Row]:
    query = sa.select(table).where(where).order_by(*table.primary_key.columns)
    return [dict(row._mapping) for row in connection.execute(query)]
