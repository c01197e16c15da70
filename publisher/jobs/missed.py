"""Missed: a period that ended too long ago to be sent; it is recorded, and the editor told."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from publisher.core import words
from publisher.core.periods import PrevFire
from publisher.jobs.mailing import Desk, draft, require_known_ledger, require_sender, testify
from publisher.jobs.notice import notify, of_missed
from publisher.jobs.picking import Span, counted, first_look
from publisher.jobs.planned import mailed
from publisher.model.mailing import Issue, IssueKind
from publisher.model.newsletter import Period
from publisher.store import issues, periods
from publisher.store.engine import Store

_UNITS = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))


def record_missed(desk: Desk, store: Store, period: Period, *, now: datetime, prev_fire: PrevFire) -> Issue:
    """Record `period` as skipped, its posts left to the next; the editor is told in the same transaction.

    One that would have mailed nobody is recorded as any other that is empty. Conflict where the period, or a later one,
    has its issue; ConfigError where the sender is missing, WrongLedger, TemplateError.
    """
    require_sender(desk.library.config, desk.newsletter)
    require_known_ledger(store, desk.library.config.home)
    testify(desk.library, store)
    with store.write(trusted=True) as connection:
        periods.require_next(connection, period, now)
        made = _record(connection, store.secret, desk, Span(period.end, prev_fire, period), period, now)
    testify(desk.library, store)
    return made


def _record(connection: sa.Connection, secret: bytes, desk: Desk, span: Span, period: Period, now: datetime) -> Issue:
    is_missed = mailed(counted(connection, secret, desk, span).picks) > 0
    reason = f"missed by {_roughly(now - period.end)}: too old to send (max_age)" if is_missed else "nothing new"
    skipped = draft(
        desk,
        IssueKind.DIGEST,
        newsletter=desk.newsletter.name,
        at=period.end,
        period=period,
        since=first_look(connection, desk, span),
        skipped=reason,
    )
    made = issues.insert(connection, skipped, now)
    if is_missed:
        notify(connection, secret, desk, of_missed(desk, period.end, now), now)
    return made


def _roughly(span: timedelta) -> str:
    """In the largest unit of which it has one: `4 days`."""
    unit, length = next((one for one in _UNITS if span >= one[1]), _UNITS[-1])
    return words.counted(span // length, unit)
