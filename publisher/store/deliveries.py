"""Deliveries: who gets what, and what became of it."""

from collections.abc import Iterable, Sequence
from itertools import islice

import sqlalchemy as sa

from publisher.core.fields import kept
from publisher.core.lifecycle import CARRIED, READY, check_delivery
from publisher.model.mailing import Delivery, DeliveryStatus, Recipient, SettledBy
from publisher.model.reader import FORGOTTEN
from publisher.store.carried import counts_for
from publisher.store.prepared import Row, prepared
from publisher.store.tables import deliveries, issues, unsent, variant_posts
from publisher.struct import Struct

_PLAIN = (
    *("id", "issue_id", "variant_id", "reason", "message_id", "attempts", "last_reply"),
    *("due_at", "attempted_at", "dated_at"),
)

_AT_ONCE = 250
"""Rows that are written in one go."""

_PLANNED, _SUPPRESSED = DeliveryStatus.PLANNED.value, DeliveryStatus.SUPPRESSED.value
_ADDRESSED = (
    *("issue_id", "variant_id", "subscriber_id", "email", "address_key", "name", "language"),
    *("message_id", "status", "reason", "attempts", "last_reply", "fields"),
)
_insert = prepared(
    deliveries.insert().values(**{name: sa.bindparam(f"its_{name}") for name in _ADDRESSED}),
    *(f"its_{name}" for name in _ADDRESSED),
)


class Addressed(Struct, frozen=True, gc=False):
    """A delivery to be made: a recipient, the row of their variant, and the Message-ID of all its attempts.

    `suppressed` is why it will not be: recorded all the same, so that it can be said who did not get it. The reader's
    own fields are kept with it where it `asks` for them, so that each attempt says the same.
    """

    recipient: Recipient
    variant_id: int
    message_id: str
    suppressed: str | None = None
    asks: bool = False


def insert(connection: sa.Connection, issue_id: int, addressed: Iterable[Addressed]) -> int:
    """Write the deliveries of an issue, planned or suppressed, as they come; how many."""
    coming, written = iter(addressed), 0
    while batch := list(islice(coming, _AT_ONCE)):
        _insert(connection).run_all(connection, (_row(issue_id, one) for one in batch))
        written += len(batch)
    return written


def _row(issue_id: int, one: Addressed) -> Row:
    """In the order of `_ADDRESSED`."""
    to, suppressed = one.recipient, one.suppressed
    address = (to.subscriber_id, to.email, to.address_key, to.name, to.language)
    status = _PLANNED if suppressed is None else _SUPPRESSED
    own = to.fields if one.asks else None
    return (issue_id, one.variant_id, *address, one.message_id, status, suppressed or "", 0, "", own)


def ids_of(connection: sa.Connection, issue_id: int) -> dict[str, int]:
    """The deliveries of a small issue, by address."""
    query = sa.select(deliveries.c.address_key, deliveries.c.id).where(deliveries.c.issue_id == issue_id)
    return {row.address_key: row.id for row in connection.execute(query)}


def listed(
    connection: sa.Connection,
    issue_id: int,
    *,
    status: DeliveryStatus | None = None,
    after: int = 0,
    most: int | None = None,
) -> Sequence[Delivery]:
    """The deliveries of an issue, in one state or all, in the order they were planned: a digest's by address.

    Those whose id is greater than `after`, `most` at once: of a million nobody wants to hold all.
    """
    query = sa.select(deliveries).where(deliveries.c.issue_id == issue_id, deliveries.c.id > after)
    if status is not None:
        query = query.where(deliveries.c.status == status)
    return [delivery_of(row) for row in connection.execute(query.order_by(deliveries.c.id).limit(most))]


def to_address(connection: sa.Connection, issue_id: int, address_key: str) -> tuple[Delivery, int | None] | None:
    """An issue's delivery to an address, with the row of the settings that it was last taken in hand under; None where
    there is none."""
    this = sa.and_(deliveries.c.address_key == address_key, deliveries.c.issue_id == issue_id)
    row = connection.execute(sa.select(deliveries).where(this)).first()
    return None if row is None else (delivery_of(row), row.outgoing_id)


def plan_again(connection: sa.Connection, issue_id: int, before: DeliveryStatus, *, reason: str) -> int:
    """Plan the deliveries in the state `before` anew, their attempts counted from nothing; how many.

    A failed or cancelled one is left out whose posts have all come to its reader otherwise: each post once, ever. Not
    so in an issue for those who had them before.
    """
    check_delivery(before, DeliveryStatus.PLANNED)
    these = sa.and_(unsent, deliveries.c.issue_id == issue_id, deliveries.c.status == before)
    anyway = sa.select(issues.c.again).where(issues.c.id == issue_id).scalar_subquery()
    wanted = sa.true() if before is DeliveryStatus.UNKNOWN else sa.or_(anyway, _lacks_a_post(issue_id))
    values = {"status": DeliveryStatus.PLANNED, "reason": reason, "attempts": 0, "due_at": None, "settled_by": None}
    # Nobody can be mailed again whose address is no more, not even where they are let go.
    known = deliveries.c.email != FORGOTTEN
    return connection.execute(deliveries.update().where(these, known, wanted).values(**values)).rowcount


def _lacks_a_post(issue_id: int) -> sa.ColumnElement[bool]:
    """Whether a post of a delivery of this issue was carried to its address by no delivery of its newsletter, and by no
    one-off."""
    other, of_other, its_issue = deliveries.alias(), variant_posts.alias(), issues.alias()
    its_own = sa.func.coalesce(issues.c.newsletter, issues.c.greets)
    newsletter = sa.select(its_own).where(issues.c.id == issue_id).scalar_subquery()
    came = (
        sa.select(sa.literal(1))
        .select_from(
            other.join(of_other, of_other.c.variant_id == other.c.variant_id).join(
                its_issue, its_issue.c.id == other.c.issue_id
            )
        )
        .where(other.c.address_key == deliveries.c.address_key, other.c.status.in_([*CARRIED]))
        .where(counts_for(its_issue, newsletter))
        .where(of_other.c.post_id == variant_posts.c.post_id)
        .where(sa.or_(variant_posts.c.resend == "", variant_posts.c.resend == of_other.c.resend))
        .correlate(deliveries, variant_posts)
    )
    posts = sa.select(sa.literal(1)).where(variant_posts.c.variant_id == deliveries.c.variant_id)
    return sa.exists(posts.where(~sa.exists(came)).correlate(deliveries))


def settle(connection: sa.Connection, issue_id: int, address_key: str, after: DeliveryStatus, *, reason: str) -> int:
    """Turn an address's unknown delivery into `after`, as a person says; how many there were."""
    check_delivery(DeliveryStatus.UNKNOWN, after)
    this = sa.and_(deliveries.c.issue_id == issue_id, deliveries.c.address_key == address_key)
    change = deliveries.update().where(this, deliveries.c.status == DeliveryStatus.UNKNOWN)
    values = {"status": after, "reason": reason, "settled_by": SettledBy.HAND}
    return connection.execute(change.values(**values)).rowcount


def cancel(connection: sa.Connection, issue_id: int, *, reason: str) -> int:
    """Cancel what an issue has not sent, also what somebody holds: no final dot leaves for it; how many.

    One whose final dot has left is left to its answer.
    """
    values = {"status": DeliveryStatus.CANCELLED, "reason": reason, "due_at": None, "owner": None, "lease_until": None}
    these = sa.and_(unsent, deliveries.c.issue_id == issue_id, deliveries.c.status.in_([*READY]))
    return connection.execute(deliveries.update().where(these).values(**values)).rowcount


def by_variant(connection: sa.Connection, issue_id: int) -> dict[int, int]:
    """How many readers each variant of an issue has, suppressed ones among them."""
    query = sa.select(deliveries.c.variant_id, sa.func.count()).where(deliveries.c.issue_id == issue_id)
    return {row.variant_id: row[1] for row in connection.execute(query.group_by(deliveries.c.variant_id))}


def delivery_of(row: sa.Row[tuple[object, ...]]) -> Delivery:
    """The noun of a row."""
    values = row._mapping
    address = (values["email"], values["address_key"], values["name"], values["language"])
    recipient = Recipient(*address, values["subscriber_id"], kept(values["fields"]))
    settled_by = values["settled_by"]
    return Delivery(
        **{name: values[name] for name in _PLAIN},
        recipient=recipient,
        status=DeliveryStatus(values["status"]),
        settled_by=None if settled_by is None else SettledBy(settled_by),
    )
