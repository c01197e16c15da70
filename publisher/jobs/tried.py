"""One try to hand a mail over, as what follows from it is judged by."""

from contextlib import suppress
from datetime import datetime

from publisher.core.retry import Try
from publisher.core.streak import Streak
from publisher.errors import StoreError
from publisher.jobs.office import PostOffice, Ticket
from publisher.store import attempts
from publisher.store.destinations import Stop
from publisher.struct import Struct


class Tried(Struct, frozen=True):
    """Where an attempt was made: by which server, since when, whether its message had ended, whether the session stood,
    and how many mails that had taken before."""

    server: str
    since: datetime
    begun: bool
    connected: bool
    taken: int


def a_try(office: PostOffice, ticket: Ticket, tried: Tried, streak: Streak, stop: Stop | None) -> Try:
    """With what was before it: the mail's own attempts, how others fared of late, how often its destination stopped."""
    number, now = ticket.delivery.attempts, office.clock()
    first_at = None
    # An answer is in hand: a ledger that cannot be read just now must not be the loss of it.
    with suppress(StoreError):
        if number:
            with office.store.read() as connection:
                first_at = attempts.first_attempt_at(connection, ticket.delivery.id)
    return Try(
        number=number + 1,
        first_at=first_at or now,
        now=now,
        connected=tried.connected,
        taken=tried.taken,
        destination=ticket.destination,
        streak=streak,
        stops=stop.stops if stop else 0,
        jitter=office.chance(),
        give_up=office.give_up,
    )
