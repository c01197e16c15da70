"""An issue read with its attempts, on both databases."""

from collections.abc import Callable
from datetime import datetime

from publisher.core.bookkeeping import Tried
from publisher.model.mailing import DeliveryStatus, Issue
from publisher.store import entries, tables
from publisher.store.engine import Store

MakeIssue = Callable[..., Issue]


def test_every_delivery_comes_once_with_its_attempts_however_many_there_are(
    store: Store, make_issue: MakeIssue, now: datetime
) -> None:
    emails = [f"{number:04}@x.jp" for number in range(2500)]
    issue = make_issue(*emails)
    make_issue("other@x.jp", uid="u2")
    rows = [
        {"delivery_id": 1, "number": number, "started_at": now, "ended_at": now, "outcome": outcome, "reply": ""}
        for number, outcome in ((1, DeliveryStatus.DEFERRED), (2, DeliveryStatus.SENT))
    ]
    with store.write() as connection:
        connection.execute(tables.attempts.insert(), rows)

    with store.read() as connection:
        found = list(entries.of_issue(connection, issue.id))

    assert [one.email for one in found] == emails
    assert found[0].tried == (Tried(1, DeliveryStatus.DEFERRED, ended=True), Tried(2, DeliveryStatus.SENT, ended=True))
    assert all(one.tried == () for one in found[1:])
