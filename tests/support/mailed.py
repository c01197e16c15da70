"""Mails that were sent, without a server."""

from datetime import datetime

from publisher.model.mailing import Delivery, DeliveryStatus, Recipient, Rendered, Variant
from publisher.store import deliveries, issues
from publisher.store.deliveries import Addressed
from publisher.store.engine import Store
from publisher.store.tables import attempts
from publisher.store.tables import deliveries as table
from publisher.store.tables import issues as issues_table
from support.rows import draft


def mailed(
    store: Store, *emails: str, at: datetime, status: DeliveryStatus = DeliveryStatus.SENT, uid: str = "u1"
) -> list[Delivery]:
    """The deliveries, by address, of an issue that is being sent, each in this state after one attempt."""
    with store.write() as connection:
        issue = issues.insert(connection, draft(uid, at), at)
        rendered = Rendered("件名", "<p>本文</p>", "本文", "m4rk3r")
        variant = issues.insert_variant(connection, issue.id, Variant("k" * 64, ("tag:投稿",), "ja", rendered))
        rows = [Addressed(Recipient(email, email), variant, f"<{uid}.{email}>") for email in emails]
        deliveries.insert(connection, issue.id, rows)
        recipients = issues_table.update().where(issues_table.c.id == issue.id)
        connection.execute(recipients.values(recipients=len(emails)))
        connection.execute(table.update().where(table.c.issue_id == issue.id).values(status=status, attempts=1))
        made = list(deliveries.listed(connection, issue.id))
        ended = {"number": 1, "started_at": at, "ended_at": at, "outcome": status, "reply": "250 OK"}
        connection.execute(attempts.insert(), [{"delivery_id": one.id, **ended} for one in made])
    return made
