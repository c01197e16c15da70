"""What a delivery run came to."""

from collections import Counter
from collections.abc import Callable
from threading import Lock

from publisher.model.mailing import DeliveryStatus


class Tally:
    """How many deliveries ended in which state, and which issues were paused; several workers count at once."""

    def __init__(self, progress: Callable[[int], None]) -> None:
        self.ended: Counter[DeliveryStatus] = Counter()
        self.paused: set[int] = set()
        self._progress = progress
        self._lock = Lock()

    def add(self, status: DeliveryStatus, number: int) -> None:
        """Count `number` deliveries that ended in `status`."""
        if number:
            with self._lock:
                self.ended[status] += number
                self._progress(number)

    @property
    def exit_code(self) -> int:
        """69 where the server refused the session or every mail, 75 where some are to be tried again, else 0."""
        if self.paused or (self.ended[DeliveryStatus.FAILED] and not self.ended[DeliveryStatus.SENT]):
            return 69
        return 75 if self.ended[DeliveryStatus.DEFERRED] or self.ended[DeliveryStatus.UNKNOWN] else 0

    def lines(self) -> list[str]:
        """How it went, for people, and what to do where it did not go well."""
        words = [f"{number} {status}" for status, number in sorted(self.ended.items()) if number]
        lines = [", ".join(words) or "nothing was sent"]
        if self.ended[DeliveryStatus.UNKNOWN]:
            lines.append("  unknown: the server may have taken them; 'publisher issue show ISSUE' names them")
        return lines
