"""An issue as planning leaves it."""

from datetime import datetime

import sqlalchemy as sa

from publisher.model.mailing import DeliveryStatus, Issue, Recipient, Rendered, Variant
from publisher.store import deliveries, issues, tables
from publisher.store.deliveries import Addressed
from publisher.store.engine import Store
from support.rows import draft


def planned(
    store: Store,
    now: datetime,
    *emails: str,
    uid: str = "u1",
    post: str = "tag:example.jp,2026:/投稿",
    **changes: object,
) -> Issue:
    """An issue with one variant of one post, and a delivery to each address."""
    with store.write() as connection:
        issue = issues.insert(connection, draft(uid, now, **changes), now)
        rendered = Rendered("件名", "<p>本文</p>", "本文", "m4rk3r")
        variant = issues.insert_variant(connection, issue.id, Variant("k" * 64, (post,), "ja", rendered))
        rows = [Addressed(Recipient(email, email), variant, f"<{uid}.{email}>") for email in emails]
        return issues.record_recipients(connection, issue.id, deliveries.insert(connection, issue.id, rows))


def ended(store: Store, issue: Issue, status: DeliveryStatus, now: datetime, *emails: str, **values: object) -> None:
    """Let the first attempts at these addresses have ended so."""
    table = tables.deliveries
    these = sa.and_(table.c.issue_id == issue.id, table.c.email.in_(emails))
    with store.write() as connection:
        connection.execute(table.update().where(these).values(status=status, attempts=1, **values))
        made = {"number": 1, "started_at": now, "ended_at": now, "outcome": status, "reply": ""}
        ids = connection.scalars(sa.select(table.c.id).where(these).order_by(table.c.id))
        connection.execute(tables.attempts.insert(), [{"delivery_id": one, **made} for one in ids])
