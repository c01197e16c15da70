"""Events: what a provider tells by webhook of the mails that it took from us."""

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

import sqlalchemy as sa

from publisher.core.bounce_policy import Limits
from publisher.jobs.bounce import Intake, take_in
from publisher.jobs.bounce_match import find_delivery
from publisher.jobs.leave import leave
from publisher.mail.report import Report
from publisher.mail.tokens import Leave
from publisher.model.reader import FORGOTTEN
from publisher.store.engine import Store
from publisher.store.tables import issues
from publisher.struct import Struct

if TYPE_CHECKING:
    from publisher.http import Response


class Fetch(Protocol):
    """A GET to an address of the public net; see http.fetch."""

    def __call__(self, url: str, *, limit_bytes: int, timeout: float) -> "Response":
        """What the server answered; FetchError where there is no whole answer."""


class Events(Struct, frozen=True):
    """What one post tells: `reports`, and in `left` those whose readers have left by means of the provider's own."""

    reports: tuple[Report, ...] = ()
    left: tuple[Report, ...] = ()


class Taken(Struct, frozen=True):
    """What became of events; `strangers` counts those about no mail of this ledger."""

    intake: Intake
    strangers: int


def take_in_events(store: Store, events: Events, *, now: datetime, limits: Limits) -> Taken:
    """Write down what a provider tells; the same once more changes nothing. StoreError where it cannot be written.

    Who has left by a link of the provider's leaves the newsletter of that mail, as by the link of ours.
    """
    leaving = [_reader(store, report) for report in events.left]
    for who in leaving:
        if who is not None:
            leave(store, who, now, everything=False, by="provider")
    intake = take_in(store, (*events.reports, *events.left), now=now, limits=limits)
    return Taken(intake, len(intake.unmatched) + leaving.count(None))


def _reader(store: Store, report: Report) -> Leave | None:
    """Who got the mail, and of which newsletter it was; None where it is no mail of this ledger."""
    with store.read() as connection:
        delivery = find_delivery(connection, store.secret, report)
        if delivery is None or delivery.recipient.email == FORGOTTEN:
            return None
        query = sa.select(issues.c.newsletter).where(issues.c.id == delivery.issue_id)
        return Leave(connection.scalar(query), delivery.recipient.email)
