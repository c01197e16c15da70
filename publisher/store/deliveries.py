"""Deliveries: who gets what, and what became of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

import sqlalchemy as sa

from publisher.core.lifecycle import CARRIED, READY, check_delivery
from publisher.model.mailing import Delivery, DeliveryStatus, Recipient
from publisher.store.tables import deliveries, issues, variant_posts
from publisher.struct import Struct


class Addressed(Struct, frozen=True):
    """A delivery to be made: a recipient, the row of their variant, and the Message-ID of all its attempts.

    `suppressed` is why it will not be: recorded all the same, so that it can be said who did not get it.
    """

    recipient: Recipient
    variant_id: int
    message_id: str
    suppressed: str | None = None


def insert(connection: sa.Connection, issue_id: int, addressed: Iterable[Addressed]) -> int:
    """Write the deliveries of an issue, planned or suppressed; how many."""
    rows = [
        {
            "issue_id": issue_id,
            "variant_id": one.variant_id,
            "subscriber_id": one.recipient.subscriber_id,
            "email": one.recipient.email,
            "address_key": one.recipient.address_key,
            "name": one.recipient.name,
            "language": one.recipient.language,
            "message_id": one.message_id,
            "status": DeliveryStatus.PLANNED if one.suppressed is None else DeliveryStatus.SUPPRESSED,
            "reason": one.suppressed or "",
            "attempts": 0,
            "last_reply": "",
        }
        for one in addressed
    ]
    if rows:
        connection.execute(deliveries.insert(), rows)
    return len(rows)


def carried(connection: sa.Connection, newsletter: str | None) -> dict[str, set[str]]:
    """For each address key, the posts that this newsletter, or a one-off to that address, has carried to it.

    Without a newsletter: what one-offs to addresses have.
    """
    query = (
        sa.select(deliveries.c.address_key, variant_posts.c.post_id)
        .join(variant_posts, variant_posts.c.variant_id == deliveries.c.variant_id)
        .join(issues, issues.c.id == deliveries.c.issue_id)
        .where(deliveries.c.status.in_(CARRIED))
        .where(sa.or_(issues.c.newsletter == newsletter, issues.c.newsletter.is_(None)))
    )
    found: dict[str, set[str]] = defaultdict(set)
    for address_key, post_id in connection.execute(query):
        found[address_key].add(post_id)
    return found


def listed(connection: sa.Connection, issue_id: int) -> Sequence[Delivery]:
    """The deliveries of an issue, by address."""
    query = sa.select(deliveries).where(deliveries.c.issue_id == issue_id)
    return [delivery_of(row) for row in connection.execute(query.order_by(deliveries.c.address_key))]


def plan_again(connection: sa.Connection, delivery: Delivery, *, reason: str) -> None:
    """Plan a delivery anew, its attempts counted from nothing."""
    check_delivery(delivery.status, DeliveryStatus.PLANNED)
    same = sa.and_(deliveries.c.id == delivery.id, deliveries.c.status == delivery.status)
    values = {"status": DeliveryStatus.PLANNED, "reason": reason, "attempts": 0, "due_at": None}
    connection.execute(deliveries.update().where(same).values(**values))


def settle(connection: sa.Connection, issue_id: int, address_key: str, after: DeliveryStatus, *, reason: str) -> int:
    """Turn an address's unknown delivery into `after`; how many there were."""
    check_delivery(DeliveryStatus.UNKNOWN, after)
    return _change(connection, issue_id, (DeliveryStatus.UNKNOWN,), {"status": after, "reason": reason}, address_key)


def cancel(connection: sa.Connection, issue_id: int, *, reason: str) -> int:
    """Cancel what an issue has not sent, also what somebody holds: no final dot leaves for it; how many."""
    values = {"status": DeliveryStatus.CANCELLED, "reason": reason, "due_at": None, "owner": None, "lease_until": None}
    return _change(connection, issue_id, READY, values, None)


def _change(
    connection: sa.Connection,
    issue_id: int,
    before: Collection[DeliveryStatus],
    values: Mapping[str, object],
    address_key: str | None,
) -> int:
    where = [deliveries.c.issue_id == issue_id, deliveries.c.status.in_(before)]
    if address_key is not None:
        where.append(deliveries.c.address_key == address_key)
    return connection.execute(deliveries.update().where(*where).values(**values)).rowcount


def delivery_of(row: sa.Row[tuple[object, ...]]) -> Delivery:
    """The noun of a row."""
    values = row._mapping
    recipient = Recipient(
        values["email"], values["address_key"], values["name"], values["language"], values["subscriber_id"]
    )
    names = ("id", "issue_id", "variant_id", "reason", "message_id", "attempts", "last_reply", "due_at")
    return Delivery(
        **{name: values[name] for name in names}, recipient=recipient, status=DeliveryStatus(values["status"])
    )
