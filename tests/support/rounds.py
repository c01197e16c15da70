"""What the daemon makes by schedule, in this process."""

from datetime import datetime
from typing import Any

from publisher.jobs.due import look, make_due
from publisher.model.mailing import Issue
from publisher.schedule import prev_fire
from publisher.store import subscribers
from publisher.store.engine import Store
from support.desk import desk
from support.rows import wish
from support.site import Site


def subscribe(store: Store, email: str, when: datetime, **changes: Any) -> None:
    """Let somebody be a confirmed reader since `when`."""
    with store.write() as connection:
        subscribers.subscribe(connection, wish(email, **changes), when, revive=True)


def round_at(site: Site, store: Store, now: datetime) -> list[Issue]:
    """The issues of the periods that are due at `now`, skipped ones among them; nothing fails."""
    with desk(site, now) as place:
        due = look(store, [place.newsletter], now, prev_fire).due
        made, errors = make_due(place.library, store, place.templates, due, now=now, prev_fire=prev_fire)
    assert errors == []
    return made
