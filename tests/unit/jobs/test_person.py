"""All that is held of a person, and the end of it, on both databases."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from support.planned import ended, planned
from support.rows import wish

from publisher.core.bounce_policy import Limits
from publisher.errors import NotFound, StoreBusy, UsageError
from publisher.jobs.bounce import take_in
from publisher.jobs.eml import eml
from publisher.jobs.issue import readers, retry
from publisher.jobs.person import forget, held, person
from publisher.jobs.verify import verify
from publisher.mail.report import Action, Report
from publisher.mail.verp import delivery_tokens
from publisher.model.mailing import DeliveryStatus, Issue
from publisher.model.reader import FORGOTTEN
from publisher.store import suppressions
from publisher.store.engine import Store
from publisher.store.instant import Instant
from publisher.store.reader_tables import events, hook_posts, letters, limits, sign_ups
from publisher.store.subscribers import subscribe
from publisher.store.tables import attempts, bounces, deliveries, issues, metadata, subscribers, variants
from publisher.store.traces import NOBODYS, THEIRS

WHO = "wasureta.hito@example.jp"
NAME = "忘 れた子"
OTHER = "hoka@example.jp"
MARK = "wasureta"


def fill(store: Store, now: datetime) -> Issue:
    """A person of whom every table holds something, with their address in every text, beside somebody else."""
    issue = planned(store, now, WHO, OTHER)
    ended(store, issue, DeliveryStatus.FAILED, now, WHO, reason=f"550 <{WHO}> 不明", last_reply=f"550 <{WHO}>")
    waiting = planned(store, now, WHO, OTHER, uid="u2", audience=f"where email: {WHO}")
    with store.write() as connection:
        for email in (WHO, OTHER):
            subscribe(connection, wish(email, name=NAME if email == WHO else "他"), now, revive=True)
        ids = dict(connection.execute(sa.select(subscribers.c.email, subscribers.c.id)).all())
        for key, name in ((WHO, NAME), (OTHER, "他")):
            of, fields = deliveries.c.address_key == key, {"町": f"{key}の町"}
            connection.execute(subscribers.update().where(subscribers.c.email == key).values(fields=fields))
            values = {"subscriber_id": ids[key], "name": name, "fields": fields}
            connection.execute(deliveries.update().where(of).values(**values))
        # As planning makes them: hashes.
        hashes = "<" + sa.cast(deliveries.c.id, sa.String) + "@example.jp>"
        connection.execute(deliveries.update().values(message_id=hashes))
        connection.execute(attempts.update().values(reply=f"550 <{WHO}>"))
        failed = connection.scalar(sa.select(attempts.c.delivery_id))
        bounce = {"status": "5.1.1", "diagnostic": f"<{WHO}>", "source": "smtp", "at": now, "kind": "hard"}
        connection.execute(bounces.insert().values(key="b" * 64, delivery_id=failed, address_key=WHO, **bounce))
        suppressions.add(connection, store.secret, WHO, f"bounced: <{WHO}>", now)
        connection.execute(sign_ups.insert().values(row(sign_ups, now, id=1)))
        connection.execute(letters.insert().values(row(letters, now, sign_up_id=1)))
        connection.execute(limits.insert().values(row(limits, now)))
        connection.execute(events.insert().values(row(events, now, id=99, subscriber_id=ids[WHO])))
        connection.execute(hook_posts.insert().values(row(hook_posts, now, event_id=99)))
    return waiting


def row(table: sa.Table, now: datetime, **given: Any) -> dict[str, Any]:
    """A row of what must be there, with the address in every text that has room for it."""
    needed = [one for one in table.columns if not one.nullable and one.server_default is None and one.name != "id"]
    return {one.name: _something(one.type, now) for one in needed} | given


def _something(kind: sa.types.TypeEngine[Any], now: datetime) -> Any:
    if isinstance(kind, sa.JSON):
        return {"email": WHO}
    if isinstance(kind, sa.Integer | sa.Boolean):
        return 1
    if isinstance(kind, Instant):
        return now
    return WHO if getattr(kind, "length", None) is None or kind.length > len(WHO) else "x"  # type: ignore[attr-defined]


def rows(store: Store) -> Iterator[tuple[str, dict[str, Any]]]:
    with store.read() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(sa.select(table)):
                yield table.name, dict(row._mapping)


def test_no_table_that_says_something_of_a_person_is_missing(store: Store, now: datetime) -> None:
    assert set(metadata.tables.values()) == NOBODYS | set(THEIRS), "a new table is nobody's, or somebody's"
    naming = {"email", "address_key", "subscriber_id", "delivery_id", "sign_up_id", "event_id"}
    for table in NOBODYS:
        assert not naming & {column.name for column in table.columns}, table.name
        assert not {key.column.table for key in table.foreign_keys} & set(THEIRS), table.name

    fill(store, now)
    found = held(store, WHO)

    assert {name: bool(some) for name, some in found.items()} == {table.name: True for table in THEIRS}
    for table in THEIRS:
        for row in found[table.name]:
            assert set(row) >= {column.name for column in table.columns}
    assert [row["issue"]["subject"] for row in found["deliveries"]] == ["件名", "件名"]
    told = {name for name, row in rows(store) if MARK in repr(row)} - {"issues"}
    assert told <= set(found), "a row with the address is of a table that is told"


def test_somebody_unknown_is_said_so(store: Store) -> None:
    with pytest.raises(NotFound, match="dare"):
        person(store, "dare@example.jp")
    with pytest.raises(NotFound, match="dare"):
        held(store, "dare@example.jp")


def test_who_is_forgotten_is_in_no_row_and_the_sums_are_kept(store: Store, now: datetime) -> None:
    waiting = fill(store, now)

    assert forget(store, WHO.upper(), now).rows

    assert [one for one in rows(store) if MARK in repr(one) or NAME in repr(one)] == []
    counts = {status: number for status, number in verify(store, waiting.id).counts.items() if number}
    assert counts == {DeliveryStatus.PLANNED: 1, DeliveryStatus.SUPPRESSED: 1}
    assert verify(store, waiting.id).holds
    assert verify(store, waiting.id - 1).holds
    assert [one.delivery.recipient.email for one in readers(store, waiting.id)] == [FORGOTTEN, OTHER]
    assert person(store, OTHER).mails[0].subject == "件名"
    with pytest.raises(UsageError, match="forgotten"):
        eml(store, waiting.id, WHO)


def test_who_is_forgotten_gets_no_mail_by_any_way_and_once_is_enough(store: Store, now: datetime) -> None:
    waiting = fill(store, now)
    forget(store, WHO, now)

    assert forget(store, WHO, now).rows == 0
    assert person(store, WHO).suppressed == "asked to be forgotten"
    assert retry(store, waiting.id - 1).planned == 0
    with store.write() as connection:
        assert suppressions.remove(connection, store.secret, WHO)
    assert retry(store, waiting.id - 1).planned == 0, "nobody is mailed whose address is no more"


def test_a_report_that_comes_late_does_not_bring_the_address_back(store: Store, now: datetime) -> None:
    fill(store, now)
    with store.read() as connection:
        delivery = connection.scalar(sa.select(attempts.c.delivery_id))
    forget(store, WHO, now)
    assert delivery is not None
    to = (f"news+{delivery_tokens(store.secret)(delivery)}@example.jp",)
    back = Report(WHO, Action.FAILED, "5.1.1", f"550 <{WHO}> 不明", f"To: {WHO}\n", to)

    assert take_in(store, [back], now=now, limits=Limits()).bounces
    assert [one for one in rows(store) if MARK in repr(one)] == []


def test_nobody_is_forgotten_while_their_mail_is_handed_over(store: Store, now: datetime) -> None:
    waiting = fill(store, now)
    under_way = {"status": "attempting", "owner": "x", "lease_until": now + timedelta(minutes=1), "attempted_at": now}
    with store.write() as connection:
        theirs = sa.and_(deliveries.c.issue_id == waiting.id, deliveries.c.address_key == WHO)
        connection.execute(deliveries.update().where(theirs).values(attempts=1, **under_way))
        attempt = {"number": 1, "started_at": now, "outcome": "unknown", "reply": ""}
        which = connection.scalar(sa.select(deliveries.c.id).where(theirs))
        connection.execute(attempts.insert().values(delivery_id=which, **attempt))

    with pytest.raises(StoreBusy, match="handed over"):
        forget(store, WHO, now)
    forget(store, WHO, now + timedelta(hours=1))

    assert verify(store, waiting.id).holds


def test_the_file_holds_no_trace(tmp_path: Path, now: datetime) -> None:
    file = tmp_path / "publisher.db"
    store = Store(f"sqlite:///{file}")
    fill(store, now)
    with store.write() as connection:
        connection.execute(variants.update().values(html="長い" * 20_000))
        connection.execute(issues.update().values(list_title="別の名"))
    assert MARK in everything(file)

    done = forget(store, WHO, now)

    assert done.clean
    assert MARK not in everything(file)
    assert NAME not in everything(file)
    store.close()
    assert MARK not in everything(file)


def everything(file: Path) -> str:
    return "".join(one.read_bytes().decode(errors="replace") for one in file.parent.glob(f"{file.name}*"))
