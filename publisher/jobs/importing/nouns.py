"""What importing is made of."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from publisher.errors import ContentError, Problem, Severity
from publisher.model.bounce import SuppressionKind
from publisher.struct import Struct

Cells = Sequence[str]
Places = Mapping[str, int]
"""Where each column is, by its name as `plain` makes it."""


class Standing(StrEnum):
    """How somebody stands to what they get, in the program they come from."""

    SUBSCRIBED = "subscribed"
    UNCONFIRMED = "unconfirmed"
    LEFT = "left"
    SUPPRESSED = "suppressed"


class Outcome(StrEnum):
    """What became of a row. Of several newsletters the first in this order counts."""

    ADDED = "added"
    LEFT = "left"
    UPDATED = "updated"
    PRESENT = "present"
    UNSUBSCRIBED = "unsubscribed"
    BLOCKED = "blocked"
    SUPPRESSED = "suppressed"
    UNCONFIRMED = "unconfirmed"
    DUPLICATE = "duplicate"


class Said(Struct, frozen=True, gc=False):
    """What a row says, in our words and as it is written. Dates are texts; `kind` is that of a suppression."""

    email: str
    name: str = ""
    newsletters: str = ""
    categories: str = ""
    language: str = ""
    frequency: str = ""
    timezone: str = ""
    standing: Standing = Standing.SUBSCRIBED
    confirmed: str = ""
    created: str = ""
    left: str = ""
    paused: str = ""
    evidence: str = ""
    left_by: str = ""
    kind: SuppressionKind = SuppressionKind.HARD
    reason: str = ""


Reading = Callable[[Cells], Said]
"""What makes of a row's cells what it says; ValueError where it says what cannot be."""


class Program(Struct, frozen=True):
    """A program whose files are read. `taken` are the columns that it understands and `dropped` those that are of no
    use here or must not be kept, all as `plain` makes them; every other one is somebody's own field.

    `note` is what its files do not tell and an operator has to know.
    """

    name: str
    knows: Callable[[Places], bool]
    reading: Callable[[Places, Path], Reading]
    taken: frozenset[str]
    dropped: frozenset[str] = frozenset()
    note: str = ""


class Choice(Struct, frozen=True):
    """What a row wants of one newsletter; None is what it does not say."""

    newsletter: str
    default_frequency: str
    frequency: str | None
    language: str | None
    categories: str | None
    timezone: str | None


class Entry(Struct, frozen=True, gc=False):
    """A row that is understood; `categories` of its choices are JSON, as the ledger keeps them."""

    line: int
    email: str
    address_key: str
    name: str
    standing: Standing
    choices: tuple[Choice, ...]
    evidence: str
    confirmed_at: datetime | None
    created_at: datetime | None
    left_at: datetime | None
    paused_until: datetime | None
    left_by: str
    kind: SuppressionKind
    reason: str
    fields: str | None


def plain(name: str) -> str:
    """A column's name without what differs between exports of one program: `Email Disabled` is `email_disabled`."""
    return "_".join(name.strip().lower().split())


def unreadable(file: Path, line: int, message: str) -> ContentError:
    """The whole file is refused."""
    return ContentError([problem(file, line, message)])


def problem(file: Path, line: int, message: str, severity: Severity = Severity.ERROR) -> Problem:
    """What is wrong with a row."""
    return Problem(file.name, line, 1 if line else 0, severity, "import", message)
