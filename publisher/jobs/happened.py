"""What has happened, for who asks."""

from publisher.model.event import Event
from publisher.store import events
from publisher.store.engine import Store


def happened(store: Store, after: int, most: int) -> list[Event]:
    """So many events with an id above `after`, oldest first."""
    with store.read() as connection:
        return events.after(connection, after, most)
