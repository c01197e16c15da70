"""What the torture tortures: the real jobs on a real ledger, each behind one function."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from publisher.errors import UsageError
from publisher.jobs import issue as hand
from publisher.jobs.deliver import PostOffice, deliver
from publisher.jobs.digest import make_digest
from publisher.jobs.letter import Outgoing
from publisher.jobs.verify import verify
from publisher.jobs.ways import Way, Ways
from publisher.model.server import Server
from publisher.schedule import prev_fire
from publisher.store import subscribers
from publisher.store.engine import Store
from publisher.transport.patience import Patience
from publisher.transport.smtp import SmtpTransport
from support.desk import desk
from support.rows import wish
from support.site import CONFIG, JST, Site

BEGIN = datetime(2026, 11, 23, 9, 0, tzinfo=JST)
"""When the issue is made: a Monday at nine in Tokyo."""


@dataclass(frozen=True)
class Errand:
    """One process's work; `wait_seconds` is how long it waits for another program to let go of the ledger.

    `patience_seconds` is for the server in each phase: short, as every stall costs as much.
    """

    ledger: Path
    port: int
    connections: int
    wait_seconds: float = 10.0
    patience_seconds: float = 0.4


def prepare(folder: Path, readers: Sequence[str]) -> Path:
    """A ledger with one digest planned for `readers`, in one file that may be copied."""
    site = Site(folder / "site")
    site.write("config.yaml", CONFIG)
    site.post(
        "味噌を仕込む", BEGIN - timedelta(days=2), title="味噌を仕込む日：大豆1kg", body="味噌を仕込んだ。\n\n" * 40
    )
    ledger = folder / "prepared.db"
    store = Store(url(ledger))
    with store.write() as connection:
        for email in readers:
            subscribers.subscribe(connection, wish(email), BEGIN - timedelta(days=90), revive=True)
    with desk(site, BEGIN) as place:
        assert make_digest(place, store, at=BEGIN, now=BEGIN, prev_fire=prev_fire) is not None
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    return ledger


def send_out(errand: Errand, clock: Callable[[], datetime]) -> None:
    """Deliver what is due, until nothing is left."""
    store = Store(url(errand.ledger), errand.wait_seconds)
    patience = Patience(*[errand.patience_seconds] * len(Patience.__struct_fields__))
    transport = SmtpTransport("127.0.0.1", errand.port, patience=patience)
    servers = {"main": Server("main", connections=errand.connections)}
    ways = Ways(servers, lambda _server: transport, lambda _newsletter: Way(("main",), Outgoing()))
    deliver(PostOffice(store, ways, clock))


def resume(ledger: Path, now: datetime) -> None:
    """The one command that a person gives where an issue, or a destination, stands still; nothing where none does."""
    store = Store(url(ledger))
    with contextlib.suppress(UsageError):
        hand.resume(store, 1, now)
    store.close()


def retry_unknown(ledger: Path) -> int:
    """Plan what is unknown anew; how many."""
    store = Store(url(ledger))
    count = hand.retry(store, 1, unknown=True).planned
    store.close()
    return count


def faults(ledger: Path) -> list[str]:
    """What `publisher issue verify` has against the ledger."""
    store = Store(url(ledger))
    found = verify(store, 1)
    store.close()
    return [] if found.holds else found.lines()


def url(ledger: Path) -> str:
    """As the settings write it."""
    return f"sqlite:///{ledger}"
