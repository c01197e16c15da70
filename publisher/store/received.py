"""What an address was sent: its deliveries with the issues they are of."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.store.tables import deliveries, issues, variants
from publisher.struct import Struct


class Received(Struct, frozen=True):
    """A mail to an address, as far as it came; `at` is when its issue was made."""

    issue_id: int
    newsletter: str | None
    number: int | None
    kind: str
    at: datetime
    subject: str
    status: str
    reason: str


def latest(connection: sa.Connection, address_key: str, most: int) -> list[Received]:
    """The latest mails to an address, newest first."""
    subject = sa.func.coalesce(variants.c.subject, "").label("subject")
    of_issue = (issues.c.id.label("issue_id"), issues.c.newsletter, issues.c.number, issues.c.kind)
    query = (
        sa.select(*of_issue, issues.c.created_at.label("at"), subject, deliveries.c.status, deliveries.c.reason)
        .select_from(deliveries.join(issues).join(variants, variants.c.id == deliveries.c.variant_id))
        .where(deliveries.c.address_key == address_key)
        .order_by(deliveries.c.id.desc())
        .limit(most)
    )
    return [Received(**row._mapping) for row in connection.execute(query)]


def by_delivery(connection: sa.Connection, address_key: str) -> dict[int, dict[str, Any]]:
    """Of each delivery to an address what its mail was: issue, newsletter, number, kind, subject."""
    columns = (issues.c.newsletter, issues.c.number, issues.c.kind, variants.c.subject)
    query = (
        sa.select(deliveries.c.id, *columns)
        .select_from(deliveries.join(issues).join(variants, variants.c.id == deliveries.c.variant_id))
        .where(deliveries.c.address_key == address_key)
    )
    return {row.id: {column.name: row._mapping[column.name] for column in columns} for row in connection.execute(query)}
