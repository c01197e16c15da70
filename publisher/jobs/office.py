"""What a delivery run works with, and a mail on its way."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from publisher.core.bounce_policy import Limits
from publisher.core.retry import GIVE_UP_AFTER
from publisher.jobs.ways import Way, Ways
from publisher.model.mailing import Delivery, Envelope
from publisher.store.claims import Sending
from publisher.store.engine import Store
from publisher.struct import Struct

LEASE = timedelta(minutes=15)
"""Longer than an answer may take: RFC 5321 section 4.5.3.2.6 lets a server think ten minutes after a message's end."""


class PostOffice(Struct, frozen=True):
    """Where mail is handed over: the ledger, the ways out, the clock, whether to stop, and who watches.

    `zone` is the site's, whose days caps are counted by. `chance` gives random numbers from 0 to 1. With `urgent_only`
    newsletters stay where they are.
    """

    store: Store
    ways: Ways
    clock: Callable[[], datetime]
    stopped: Callable[[], bool] = lambda: False
    progress: Callable[[int], None] = lambda _number: None
    zone: ZoneInfo = ZoneInfo("UTC")
    give_up: timedelta = GIVE_UP_AFTER
    limits: Limits = Limits()
    chance: Callable[[], float] = random.random
    urgent_only: bool = False


class Ticket(Struct, frozen=True):
    """A delivery that this process holds, with the way it leaves by and what its address is grouped under."""

    delivery: Delivery
    issue: Sending
    way: Way
    destination: str


class Letter(Struct, frozen=True):
    """A ticket with its message."""

    ticket: Ticket
    envelope: Envelope
