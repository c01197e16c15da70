"""Which state may follow which."""

from publisher.errors import IllegalTransition
from publisher.model.mailing import DeliveryStatus as D
from publisher.model.mailing import IssueStatus as I

DELIVERY: dict[D, frozenset[D]] = {
    D.PLANNED: frozenset({D.ATTEMPTING, D.DEFERRED, D.FAILED, D.SUPPRESSED, D.CANCELLED}),
    D.ATTEMPTING: frozenset({D.PLANNED, D.SENT, D.DEFERRED, D.FAILED, D.CANCELLED, D.UNKNOWN}),
    D.DEFERRED: frozenset({D.PLANNED, D.ATTEMPTING, D.DEFERRED, D.FAILED, D.SUPPRESSED, D.CANCELLED}),
    D.UNKNOWN: frozenset({D.PLANNED, D.SENT, D.DEFERRED, D.FAILED}),
    D.FAILED: frozenset({D.PLANNED}),
    D.SENT: frozenset(),
    D.SUPPRESSED: frozenset(),
    D.CANCELLED: frozenset({D.PLANNED}),
}
"""From each delivery state, those that may follow; a retry by hand goes back to planned. An unknown one is settled also
by the answer itself, where it comes after all: a process that was frozen had asked."""

ISSUE: dict[I, frozenset[I]] = {
    I.AWAITING: frozenset({I.SENDING, I.CANCELLED}),
    I.SENDING: frozenset({I.PAUSED, I.DONE, I.CANCELLED}),
    I.PAUSED: frozenset({I.SENDING, I.DONE, I.CANCELLED}),
    I.DONE: frozenset({I.SENDING}),
    I.CANCELLED: frozenset({I.SENDING}),
    I.SKIPPED: frozenset(),
}
"""From each issue state, those that may follow; a retry reopens a done issue, and takes up a cancelled one."""

READY = frozenset({D.PLANNED, D.DEFERRED})
"""Deliveries that may be attempted, now or when they are due."""

OPEN = READY | {D.ATTEMPTING}
"""Deliveries that still have work to come: while one is left, its issue is not done."""

CARRIED = frozenset({D.PLANNED, D.ATTEMPTING, D.SENT, D.DEFERRED, D.UNKNOWN})
"""Deliveries whose posts count as the reader's: those on their way (planned) included, lest they go twice."""


def check_delivery(before: D, after: D) -> None:
    """IllegalTransition unless a delivery in `before` may become `after`."""
    if after not in DELIVERY[before]:
        raise IllegalTransition("delivery", before, after)


def check_issue(before: I, after: I) -> None:
    """IllegalTransition unless an issue in `before` may become `after`."""
    if after not in ISSUE[before]:
        raise IllegalTransition("issue", before, after)
