"""A plan made in this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

from publisher.jobs.letter import Outgoing
from publisher.jobs.mailing import Desk
from publisher.jobs.occasions import Surroundings
from publisher.jobs.plan import PlannedIssue, plan_issues
from publisher.model.server import Server
from publisher.schedule import calendar, next_fire
from publisher.store.engine import Store
from publisher.struct import replace
from publisher.templating import Templates
from support.desk import desk
from support.site import Site


@contextmanager
def own_desk(site: Site, at: datetime, **changes: object) -> Iterator[Desk]:
    """The desk of `weekly` with the site's own templates, its newsletter changed as asked."""
    with desk(site, at) as place:
        newsletter = replace(place.newsletter, **changes)
        yield Desk(place.library, Templates(site.folder / "templates"), newsletter)


def around(store: Store | None, now: datetime, *servers: Server) -> Surroundings:
    """What planning looks into at `now`."""
    return Surroundings(
        store=store,
        now=now.astimezone(ZoneInfo("Asia/Tokyo")),
        prev_fire=calendar(),
        next_fire=next_fire,
        servers_of=lambda _name: servers,
        outgoing_of=lambda _name: Outgoing(),
    )


def planned(site: Site, store: Store | None, now: datetime, *servers: Server, **changes: object) -> list[PlannedIssue]:
    """What would go out of `weekly`."""
    with own_desk(site, now, **changes) as place:
        return plan_issues([place], around(store, now, *servers))
