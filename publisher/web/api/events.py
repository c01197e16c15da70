"""What has happened, for programs that ask instead of being told."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from publisher.jobs.happened import happened
from publisher.model.event import EventKind
from publisher.web.api.callers import EventsReader, Site
from publisher.web.api.gate import ledger
from publisher.web.api.shapes import MOST_IDS, Asked, Limit, Moment, Shape, examples

router = APIRouter(tags=["events"])


class EventShape(Shape):
    """Something that has happened. `email` and `name` are the reader's as they are now, null once they are
    forgotten."""

    model_config = examples(
        {
            "id": 4211,
            "uid": "5a1c0d7e0f5b4f0a9a3a6f1e2d3c4b5a",
            "kind": "subscriber.confirmed",
            "at": "2026-11-30T09:00:00Z",
            "subscriber_id": 17,
            "email": "hanako@example.jp",
            "name": "山田 花子",
            "newsletter": "weekly",
            "issue_id": None,
            "data": {"source": "page"},
        }
    )

    id: int
    uid: Annotated[str, Field(description="The same in a webhook.")]
    kind: EventKind
    at: Moment
    subscriber_id: int | None
    email: str | None
    name: str | None
    newsletter: str | None
    issue_id: int | None
    data: dict[str, Any]


class EventPage(Shape):
    """Some events, and what to ask for `after` next time."""

    data: list[EventShape]
    after: int


class EventsAsked(Asked):
    """Which events."""

    after: Annotated[int, Field(ge=0, le=MOST_IDS, description="Those since: `after` of the answer before.")] = 0
    limit: Limit = 50


@router.get("/events", operation_id="listEvents", summary="Events, oldest first")
def list_events(asked: Annotated[EventsAsked, Query()], site: Site, _key: EventsReader) -> EventPage:
    """Where none is new the list is empty, and `after` what was asked."""
    with ledger(site) as store:
        found = happened(store, asked.after, asked.limit)
    names = EventShape.model_fields
    data = [EventShape(**{name: getattr(one, name) for name in names}) for one in found]
    return EventPage(data=data, after=found[-1].id if found else asked.after)
