"""What a hub was told, and what not, for people and programs."""

from datetime import datetime
from typing import Any

from publisher.core.announce import Standing
from publisher.core.words import counted
from publisher.struct import Struct


class Told(Struct, frozen=True):
    """How one topic stands; `next_at` is when it is tried again, None where it is not, or with the next round."""

    url: str
    standing: Standing
    reason: str = ""
    next_at: datetime | None = None


class Pinged(Struct, frozen=True):
    """What came of it: how all topics stand that the hub did not know of, which of them were `tried`, and whether the
    hub gave no answer at all."""

    hub: str
    told: tuple[Told, ...] = ()
    tried: frozenset[str] = frozenset()
    silent: bool = False

    @property
    def announced(self) -> int:
        """How many the hub took."""
        return sum(one.standing is Standing.ANNOUNCED for one in self.told)

    @property
    def next_at(self) -> datetime | None:
        """When there is something to do again, None where nothing is left."""
        return min((one.next_at for one in self.told if one.next_at is not None), default=None)

    def exit_code(self) -> int:
        """69 where the hub gave no answer or refused something now, 75 where something is left, else 0."""
        now = {one.standing for one in self.told if one.url in self.tried}
        if self.silent or now & {Standing.REFUSED, Standing.GIVEN_UP}:
            return 69
        left = {Standing.WAITING, Standing.CLAIMED, Standing.DEFERRED}
        return 75 if any(one.standing in left for one in self.told) else 0

    def lines(self, zone: str) -> list[str]:
        """A line for each topic, for people, in local time."""
        return [_line(one, zone) for one in self.told]

    def faults(self) -> list[str]:
        """What the hub does not know of and why, in words that stay the same for as long as it lasts."""
        alone = (Standing.DEFERRED, Standing.REFUSED, Standing.GIVEN_UP)
        return [f"{one.standing}: {one.url}: {one.reason}" for one in self.told if one.standing in alone] + self.waits()

    def waits(self) -> list[str]:
        """What all those wait for that nothing is wrong with."""
        reasons = dict.fromkeys(one.reason for one in self.told if one.standing is Standing.WAITING and one.reason)
        return [f"feeds wait to be announced: {reason}" for reason in reasons]

    def summary(self) -> str:
        """In a line, for people."""
        if not self.told:
            return f"{self.hub} has been told of all feeds"
        return f"{counted(self.announced, 'feed')} announced to {self.hub}"

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "hub": self.hub,
            "topics": [
                {"topic": one.url, "state": one.standing, "reason": one.reason, "next": _iso(one.next_at)}
                for one in self.told
            ],
        }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")


def _line(one: Told, zone: str) -> str:
    # Here, not above: only this needs to know of zones, by way of mail.
    from publisher.jobs.mailing import local

    until = f" until {local(one.next_at, zone)}" if one.next_at else ""
    # What all of them wait for is told once.
    reason = one.reason if one.standing is not Standing.WAITING else ""
    return f"{one.standing}{until}: {one.url}" + (f": {reason}" if reason else "")
