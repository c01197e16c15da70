"""Files of our own: what a person writes, and what `subscriber export` writes."""

from pathlib import Path

from publisher.jobs.importing.nouns import Cells, Places, Program, Reading, Said, Standing
from publisher.jobs.importing.sheet import tidied
from publisher.model.bounce import SuppressionKind

BY_HAND = ("email", "name", "newsletter", "categories", "language", "frequency", "timezone")
"""What a person writes."""
EXPORTED = (
    *("email", "name", "newsletter", "status", "categories", "language", "frequency", "timezone"),
    *("confirmed_at", "created_at", "unsubscribed_at", "paused_until", "evidence", "left_by", "kind", "reason"),
)
"""What an export writes, before the readers' own fields."""
FIELD = "fields."
"""What stands before the name of such a field: one may be called `status`."""

_STANDINGS = {
    "": Standing.SUBSCRIBED,
    "confirmed": Standing.SUBSCRIBED,
    "unconfirmed": Standing.UNCONFIRMED,
    "unsubscribed": Standing.LEFT,
    "suppressed": Standing.SUPPRESSED,
}


def reading(places: Places, file: Path) -> Reading:  # noqa: ARG001
    """What a row says."""
    if len(places) == len(places.keys() & {*BY_HAND}):
        return _by_hand(places)
    return _exported(places)


def _by_hand(places: Places) -> Reading:
    """The same for files without a state, which are the longest, for half of the time."""
    order = [places.get(name, -1) for name in BY_HAND]
    email, name, newsletter, categories, language, frequency, timezone = order

    def read(cells: Cells) -> Said:
        row = tidied(cells)
        return Said(
            row[email], row[name], row[newsletter], row[categories], row[language], row[frequency], row[timezone]
        )

    return read


def _exported(places: Places) -> Reading:
    order = [places.get(name, -1) for name in EXPORTED]

    def read(cells: Cells) -> Said:
        row = tidied(cells)
        said = [row[place] for place in order]
        email, name, newsletter, status, categories, language, frequency, timezone, *rest = said
        confirmed, created, left, paused, evidence, left_by, kind, reason = rest
        if status not in _STANDINGS:
            raise ValueError(f"{status!r} is no state; there are {', '.join(filter(None, _STANDINGS))}")
        return Said(
            *(email, name, newsletter, categories, language, frequency, timezone, _STANDINGS[status]),
            *(confirmed, created, left, paused, evidence, left_by),
            SuppressionKind(kind) if kind else SuppressionKind.HAND,
            reason,
        )

    return read


PUBLISHER = Program("publisher", lambda places: "email" in places, reading, frozenset(EXPORTED))
