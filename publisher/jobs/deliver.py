"""Deliver: take what is due, check consent once more, hand it to the transport, record what it answered."""

import asyncio
import contextlib
import gc
from collections.abc import Callable, Iterator
from datetime import datetime

from publisher.jobs.hall import Hall
from publisher.jobs.lane import Lane
from publisher.jobs.office import PostOffice
from publisher.jobs.owner import dead_owners, run_name
from publisher.jobs.scribe_process import Helper, begin
from publisher.jobs.tally import Tally
from publisher.model.mailing import DeliveryStatus
from publisher.store import claims, holdups, waiting
from publisher.store.engine import Store
from publisher.store.finish import finish

__all__ = ["PostOffice", "deliver", "tidy"]


def deliver(office: PostOffice, *, at_once: bool = False) -> Tally:
    """Send every delivery that is due, until none is left or `stopped` says so.

    With `at_once` issues that were held up and would go on by themselves do so now: a person says so.

    What a dead process was attempting is unknown. An issue whose servers are all down is paused, and goes on by itself
    where that may pass; a mail that cannot be composed fails alone, and says why. Raises PublisherError where the
    ledger cannot be written: every mail in hand is finished before.
    """
    tally = Tally(office.progress)
    tally.add(DeliveryStatus.UNKNOWN, tidy(office.store, office.clock(), at_once=at_once))
    helper = begin(office)
    try:
        with run_name() as name, _patient_collector(), asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_run(office, tally, name, helper))
    finally:
        if helper:
            helper.end()
        with office.store.write() as connection:
            finish(connection, office.clock())
            holdups.went_on(connection, tally.went)
    return tally


def tidy(store: Store, now: datetime, *, at_once: bool = False) -> int:
    """Take back what dead processes hold, close issues that are done, let those go on that were held up or waited until
    now; how many deliveries are unknown thereby."""
    with store.read() as connection:
        dead = dead_owners(claims.owners(connection))
    with store.write() as connection:
        unknown = claims.reap(connection, dead, now)
        finish(connection, now)
        holdups.go_on(connection, None if at_once else now)
        waiting.start_due(connection, now)
    return unknown


async def _run(office: PostOffice, tally: Tally, name: str, helper: Helper | None) -> None:
    hall = Hall(office, tally, name)
    if helper is not None:
        await hall.scribe.open(helper)
    lanes = [Lane(hall, server.name) for server in office.ways.servers.values() for _ in range(server.connections)]
    ended = await asyncio.gather(*(lane.run() for lane in lanes), return_exceptions=True)
    try:
        try:
            hall.close()
        finally:
            await hall.scribe.close()
    finally:
        # Every lane has finished what it had in hand; only now may the first fault end the run.
        for fault in (*(one for one in ended if one is not None), hall.error):
            if fault is not None:
                raise fault


@contextlib.contextmanager
def _patient_collector() -> Iterator[None]:
    """Mails leave no cycles behind, and looking for some after every few took a tenth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, *before[1:])
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop
    return uvloop.new_event_loop
