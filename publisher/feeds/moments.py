"""Times as they stand in our own feeds."""

from datetime import datetime


def moment(value: str) -> datetime:
    """Aware; ValueError where it is none, or names no zone."""
    return aware(datetime.fromisoformat(value))


def aware(value: datetime) -> datetime:
    """The same; ValueError where it names no zone."""
    if value.tzinfo is None:
        raise ValueError(f"{value} names no zone")
    return value
