"""Refusals one after the other that may be no fault of the readers'."""

from collections.abc import Mapping

from publisher.struct import Struct


class Streak(Struct, frozen=True):
    """Troubles (`retry.is_trouble`) since the last mail that was taken: `there`, by destination, since one was taken
    there; `anywhere`, by destination too, since one was taken at all.
    """

    there: Mapping[str, int] = {}
    anywhere: Mapping[str, int] = {}


NONE = Streak()


def troubled(streak: Streak, destination: str) -> Streak:
    """With one trouble more."""
    return Streak(_more(streak.there, destination), _more(streak.anywhere, destination))


def taken(streak: Streak, destination: str) -> Streak:
    """After a mail was taken at `destination`."""
    if not streak.there:
        return streak
    return Streak(_without(streak.there, destination))


def stopped(streak: Streak, destination: str) -> Streak:
    """After `destination` was stopped: its troubles are dealt with and say nothing more of the others."""
    return Streak(streak.there, _without(streak.anywhere, destination))


def _more(counts: Mapping[str, int], destination: str) -> dict[str, int]:
    return {**counts, destination: counts.get(destination, 0) + 1}


def _without(counts: Mapping[str, int], destination: str) -> dict[str, int]:
    return {name: count for name, count in counts.items() if name != destination}
