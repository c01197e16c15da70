"""What becomes of a delivery whose message was not taken."""

from datetime import datetime, timedelta

from publisher.errors import Scope, TransportError
from publisher.model.mailing import DeliveryStatus
from publisher.struct import Struct

GIVE_UP_AFTER = timedelta(hours=72)
"""RFC 5321 section 4.5.4.1 asks a sender to try for four to five days; a digest is stale after three."""

FIRST_DELAY = timedelta(minutes=5)
LONGEST_DELAY = timedelta(hours=4)


class Verdict(Struct, frozen=True):
    """The state that follows, when it is due again (aware, deferred only), and whether the issue pauses."""

    status: DeliveryStatus
    reason: str
    due_at: datetime | None = None
    pause: bool = False


MOST_IN_A_ROW = 3
"""Troubles one after the other before the issue pauses: one may be the reader's, three are ours or the server's."""


def is_trouble(error: TransportError) -> bool:
    """Whether this may be no fault of the reader's: a connection lost, or policy (RFC 3463 X.7.X) against us."""
    lost = error.scope is Scope.SESSION and error.code is None
    return lost or (error.enhanced or "").startswith("5.7.")


class Try(Struct, frozen=True):
    """One attempt, its `number` from 1, moments aware.

    `connected`: the session was there already. `taken`: mails it had taken before. `in_a_row`: troubles
    (`is_trouble`) up to this one.
    """

    number: int
    first_at: datetime
    now: datetime
    connected: bool
    taken: int
    in_a_row: int


def judge(error: TransportError, this: Try) -> Verdict:
    """What follows from `error`.

    A session that was refused, with words or before it began, says nothing of the reader: the delivery is
    planned again, its attempt not counted, and the issue pauses; but where the session had taken mails, the
    server only limits them per session (listmonk #1629) and the next one goes on. A connection lost in the
    middle defers the one delivery it carried, or leaves it unknown where the message had ended. Troubles in
    a row, such as "relay access denied" for one reader after another, pause before they fail everybody.
    """
    pause = this.in_a_row >= MOST_IN_A_ROW
    if error.undecided:
        return Verdict(DeliveryStatus.UNKNOWN, f"no answer after the end of the message: {error.reply}", pause=pause)
    if error.scope is Scope.SESSION and (error.code is not None or not this.connected):
        return Verdict(DeliveryStatus.PLANNED, error.reply, pause=error.permanent or not this.taken)
    if error.permanent and error.scope is not Scope.SESSION:
        return Verdict(DeliveryStatus.PLANNED if pause else DeliveryStatus.FAILED, error.reply, pause=pause)
    due = this.now + min(FIRST_DELAY * 2 ** (this.number - 1), LONGEST_DELAY)
    if due - this.first_at > GIVE_UP_AFTER:
        return Verdict(DeliveryStatus.FAILED, f"given up after {this.number} attempts: {error.reply}", pause=pause)
    return Verdict(DeliveryStatus.DEFERRED, error.reply, due_at=due, pause=pause)
