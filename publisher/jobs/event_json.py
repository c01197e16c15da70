"""An event as JSON tells it to other programs: to hooks, and to who reads the feed of events."""

import json
from datetime import UTC
from typing import Any

from publisher.model.event import Event


def as_json(event: Event) -> dict[str, Any]:
    """What docs/reference/events.md says: `type`, `timestamp` in UTC, and `data`.

    The reader is as they are now; null where they are forgotten, or where it is about none.
    """
    reader = None
    if event.subscriber_id is not None:
        fields = dict(event.fields or {})
        reader = {"id": event.subscriber_id, "email": event.email, "name": event.name, "fields": fields}
    about = {"newsletter": event.newsletter, "issue": event.issue_id, "subscriber": reader}
    moment = event.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"type": event.kind, "timestamp": moment, "data": {**about, **event.data}}


def as_body(event: Event) -> bytes:
    """The same as the text that is posted and signed."""
    return json.dumps(as_json(event), ensure_ascii=False, separators=(",", ":")).encode()
