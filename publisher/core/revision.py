"""Whether a post's text is another than readers have seen, and since when."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from publisher.core.identity import Record, moment_text
from publisher.struct import Struct

_SIGNS = 12


class Looked(Struct, frozen=True):
    """A post as it is to be told now: the start of its file's digest, and what stands for its visible text."""

    record: Record
    digest: str
    text: str


def is_known(record: Record, digest: str) -> bool:
    """Whether the text of the file with this digest is what is remembered: it need not be looked at."""
    return record.text.startswith(f"{digest[:_SIGNS]}-")


def revised(looked: Iterable[Looked], now: datetime) -> Iterator[Record]:
    """The records of posts whose file is another than when their text was last looked at.

    `updated` moves where the visible text is another too (RFC 4287 section 4.2.15 leaves it to the publisher what a
    significant change is). Where the file is the same and only what we make of it differs, nothing was changed by the
    writer: a new version of this program must not mark every post as updated.
    """
    for one in looked:
        record, text = one.record, f"{one.digest[:_SIGNS]}-{one.text}"
        if is_known(record, one.digest):
            continue
        is_other = record.text and record.text.partition("-")[2] != one.text
        yield record._replace(updated=_after(record, now) if is_other else record.updated, text=text)


def _after(record: Record, now: datetime) -> str:
    """Now, but later than the last time, also where the clock went back: readers compare the two."""
    if not record.updated:
        return moment_text(now)
    return moment_text(max(now, datetime.fromisoformat(record.updated) + timedelta(seconds=1)))
