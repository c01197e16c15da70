"""The limits of an issue while it is sent: too many bounces, and destinations that were stopped."""

from collections.abc import Iterable

from publisher.jobs.bounce import pause_reasons
from publisher.jobs.gate import Gate, Pausing, Stopping
from publisher.jobs.office import PostOffice
from publisher.store import destinations

_EVERY = 1.0
_AT_ONCE = 20_000


class Limiter:
    """Looks about once a second, where there is anything to look at. Moments are seconds of the loop's clock."""

    def __init__(self, office: PostOffice, gate: Gate) -> None:
        self._office, self._gate = office, gate
        self._issues: set[int] = set()
        self._stops: list[Stopping] = []
        self._looked_at = float("-inf")

    def noted(self, issue_id: int) -> None:
        """A bounce of this issue was recorded."""
        self._issues.add(issue_id)

    def hold(self, stopping: Stopping) -> None:
        """This destination was stopped: what else there is for it waits, too."""
        self._stops.append(stopping)

    def due(self, now: float) -> bool:
        """Whether it is time to look."""
        if not (self._issues or self._stops) or now - self._looked_at < _EVERY:
            return False
        self._looked_at = now
        return True

    def over(self) -> list[Pausing]:
        """The issues that are to be paused; what stopped destinations still have is put off."""
        stops, self._stops = self._stops, []
        self._hold_all(stops)
        ids, self._issues = self._issues, set()
        if not ids:
            return []
        reasons = self._gate.insist(lambda connection: pause_reasons(connection, ids, self._office.limits))
        return [Pausing(issue_id, reason) for issue_id, reason in reasons.items()]

    def _hold_all(self, stops: Iterable[Stopping]) -> None:
        for stop in stops:
            held = _AT_ONCE
            while held == _AT_ONCE:
                held = self._gate.insist(
                    lambda connection, stop=stop: destinations.hold(  # type: ignore[misc]
                        connection, stop.destination, stop.until, _AT_ONCE
                    )
                )
