"""A ledger with one issue planned, filled directly: what planning costs is measured elsewhere."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from publisher.mail import message_ids
from publisher.model.mailing import IssueKind, IssueStatus, Recipient, Rendered, Variant
from publisher.store import deliveries, issues, tables
from publisher.store.deliveries import Addressed
from publisher.store.engine import Store

AT = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
DOMAINS = ("docomo.example", "ezweb.example", "gmail.example", "midori.example", "yahoo.example")
WORDS = "霜が降りた朝、庭は何もしていないように見えます。けれど堆肥の山に手を入れると、まだほんのり温かい。"
_MARKER = "later0123456789abcdef0123456789abcdef"
_AT_ONCE = 5000


def rendered(filler: int) -> Rendered:
    """A mail that calls its reader by name and has their own way out, with so many characters beside."""
    name, out = (f"{_MARKER}[[ subscriber.{place} ]]{_MARKER}" for place in ("name", "unsubscribe_url"))
    words = (WORDS * (filler // len(WORDS) + 1))[:filler]
    html = f"<!DOCTYPE html><html><body><p>{name}様</p><p>{words}</p><p><a href='{out}'>解除</a></p></body></html>"
    return Rendered("味噌を仕込む日：大豆1kg", html, f"{name}様\n\n{WORDS}\n\n解除: {out}\n", _MARKER)


def make(file: Path, readers: int, filler: int) -> Path:
    """The ledger, in one file."""
    store = Store(f"sqlite:///{file}?synchronous=NORMAL")
    with store.write() as connection:
        for batch in _batches(readers):
            people = [_subscriber(number, email) for number, email in batch]
            connection.execute(tables.subscribers.insert(), people)
            connection.execute(tables.subscriptions.insert(), [_subscription(number) for number, _ in batch])
        made = issues.insert(connection, _DRAFT, AT)
        variant = Variant("0" * 64, ("tag:midori.example,2026:miso",), "ja", rendered(filler))
        variant_id = issues.insert_variant(connection, made.id, variant)
        message_id = message_ids(store.secret, made.uid, "midori.example")
        addressed = (
            Addressed(Recipient(email, email, f"山田 {number}", "ja", number), variant_id, message_id(email))
            for batch in _batches(readers)
            for number, email in batch
        )
        count = deliveries.insert(connection, made.id, addressed)
        connection.execute(tables.issues.update().values(recipients=count))
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    return file


_DRAFT = issues.Draft(
    uid="0123456789abcdef0123456789abcdef",
    newsletter="weekly",
    kind=IssueKind.DIGEST,
    status=IssueStatus.SENDING,
    reason="",
    period=None,
    sender="みどりの庭 <tayori@midori.example>",
    reply_to=None,
    list_title="みどりの便り",
    archive_url="https://midori.example/",
    page_url=None,
    at=AT,
    since=AT - timedelta(days=7),
)


def _batches(readers: int) -> Iterator[list[tuple[int, str]]]:
    """Numbers from 1 with their addresses, in the order of addresses, as an issue is planned."""
    numbered = ((number, f"reader{number:07}@{DOMAINS[number % len(DOMAINS)]}") for number in range(1, readers + 1))
    while batch := list(islice(numbered, _AT_ONCE)):
        yield batch


def _subscriber(number: int, email: str) -> dict[str, object]:
    return {"id": number, "email": email, "address_key": email, "name": f"山田 {number}", "created_at": AT}


def _subscription(number: int) -> dict[str, object]:
    return {
        "subscriber_id": number,
        "newsletter": "weekly",
        "status": "confirmed",
        "frequency": "weekly",
        "confirmed_at": AT,
        "wished_at": AT,
        "created_at": AT,
        "evidence": "benchmark",
    }
