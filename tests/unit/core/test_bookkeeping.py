"""What follows from attempts, and what does not."""

from datetime import UTC, datetime

import pytest

from publisher.core.bookkeeping import Entry, Tried, fault
from publisher.model.mailing import DeliveryStatus as D
from publisher.struct import replace

NOW = datetime(2026, 12, 1, tzinfo=UTC)


def entry(status: D, *outcomes: D, attempts: int | None = None, **changes: object) -> Entry:
    """An entry after attempts with these outcomes, its other columns as they are where all is well."""
    number, tried = 0, []
    for outcome in outcomes:
        tried.append(Tried(number + 1, outcome, ended=True))
        number += outcome is not D.PLANNED
    busy = status is D.ATTEMPTING
    made = Entry(
        id=1,
        email="midori@midori.example",
        name="三浦 みどり",
        status=status,
        reason="理由" if status in (D.SUPPRESSED, D.CANCELLED) else "",
        attempts=number + busy if attempts is None else attempts,
        due_at=NOW if status is D.DEFERRED else None,
        attempted_at=NOW if busy else None,
        owner="host/1/2/3" if busy else None,
        lease_until=NOW if busy else None,
        settled_by=None,
        tried=tuple(tried),
    )
    return replace(made, **changes)


SOUND = {
    "not tried yet": entry(D.PLANNED),
    "waiting in somebody's hand": entry(D.PLANNED, owner="me", lease_until=NOW),
    "put off with its destination": entry(D.PLANNED, due_at=NOW),
    "after a session that was refused": entry(D.PLANNED, D.PLANNED),
    "under way": entry(D.ATTEMPTING),
    "under way again": entry(D.ATTEMPTING, D.DEFERRED, D.PLANNED),
    "taken": entry(D.SENT, D.SENT),
    "taken at last": entry(D.SENT, D.DEFERRED, D.PLANNED, D.DEFERRED, D.SENT),
    "settled by a person": entry(D.SENT, D.UNKNOWN, settled_by="hand"),
    "put off": entry(D.DEFERRED, D.DEFERRED, D.DEFERRED),
    "refused": entry(D.FAILED, D.FAILED),
    "undecided": entry(D.UNKNOWN, D.DEFERRED, D.UNKNOWN),
    "planned again by hand": entry(D.PLANNED, D.FAILED, attempts=0),
    "suppressed after that": entry(D.SUPPRESSED, D.FAILED, attempts=0),
    "and taken then": replace(
        entry(D.SENT), attempts=1, tried=(Tried(1, D.FAILED, ended=True), Tried(1, D.SENT, ended=True))
    ),
    "suppressed": entry(D.SUPPRESSED),
    "cancelled": entry(D.CANCELLED, D.DEFERRED),
    "cancelled in the middle": entry(D.CANCELLED, D.CANCELLED),
}

FAULTY = {
    "sent without an attempt": entry(D.SENT),
    "sent, and the last attempt was deferred": entry(D.SENT, D.DEFERRED),
    "failed, and the last attempt was sent": entry(D.FAILED, D.SENT),
    "unknown, and the last attempt was sent": entry(D.UNKNOWN, D.SENT),
    "failed without an attempt": entry(D.FAILED),
    "deferred without a time": entry(D.DEFERRED, D.DEFERRED, due_at=None),
    "attempting, and nobody has it in hand": entry(D.ATTEMPTING, owner=None),
    "attempting without an attempt": entry(D.ATTEMPTING, attempts=0),
    "planned, with an attempt under way": entry(D.PLANNED, attempted_at=NOW),
    "sent, with an attempt under way": entry(D.SENT, D.SENT, attempted_at=NOW),
    "unknown, and me has it in hand": entry(D.UNKNOWN, D.UNKNOWN, owner="me"),
    "cancelled without a reason": entry(D.CANCELLED, reason=""),
    "suppressed without a reason": entry(D.SUPPRESSED, reason=""),
    "2 attempts, and the last that ended is number 1": entry(D.SENT, D.SENT, attempts=2),
    "an attempt has no end": entry(D.SENT, tried=(Tried(1, D.SENT, ended=False),), attempts=1),
    "its attempts are numbered 1, 1, 3": replace(
        entry(D.SENT), attempts=3, tried=tuple(Tried(number, D.SENT, ended=True) for number in (1, 1, 3))
    ),
    "its attempts are numbered 2": replace(entry(D.SENT), attempts=2, tried=(Tried(2, D.SENT, ended=True),)),
}


@pytest.mark.parametrize("sound", SOUND.values(), ids=SOUND.keys())
def test_what_can_come_about_has_no_fault(sound: Entry) -> None:
    assert fault(sound) is None


@pytest.mark.parametrize(("why", "faulty"), FAULTY.items(), ids=FAULTY.keys())
def test_what_cannot_come_about_is_told(why: str, faulty: Entry) -> None:
    assert fault(faulty) == why


@pytest.mark.parametrize("sound", SOUND.values(), ids=SOUND.keys())
def test_a_sent_mail_whose_attempts_are_lost_never_holds(sound: Entry) -> None:
    lost = replace(sound, status=D.SENT, tried=(), settled_by=None, owner=None, attempted_at=None)

    assert fault(lost) is not None
