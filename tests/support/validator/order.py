"""Our own rules on time, beyond the W3C's: a reader trusts the first entry and the feed's own time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from support.validator.faults import Fault


@dataclass(frozen=True)
class Dated:
    """When an entry came out and was last changed, as written; "" where it is not said."""

    published: str
    updated: str = ""


def order_faults(entries: Sequence[Dated], updated: str) -> Iterator[Fault]:
    """Newest first, no entry changed before it came out, and the feed as new as its newest change."""
    published = [_moment(one.published) for one in entries]
    changed = [_moment(one.updated) or when for one, when in zip(entries, published, strict=True)]
    known = [one for one in published if one]
    if known != sorted(known, reverse=True):
        yield Fault("NewestNotFirst", "feed")
    for number, (came, moved) in enumerate(zip(published, changed, strict=True), 1):
        if came and moved and moved < came:
            yield Fault("UpdatedBeforePublished", f"entry[{number}]", entries[number - 1].updated)
    own = _moment(updated)
    if own and any(one and one > own for one in changed):
        yield Fault("StaleUpdated", "feed", updated)


def _moment(value: str) -> datetime | None:
    """Aware, from either of the two ways to write a date; None where it is neither."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(value)
        except ValueError:
            continue
        return moment if moment.tzinfo else None
    return None
