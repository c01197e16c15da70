"""What a delivery run came to."""

from collections import Counter
from collections.abc import Callable

from publisher.model.mailing import DeliveryStatus


class Tally:
    """How many deliveries ended in which state, which issues were paused, and of which mails `went` out."""

    def __init__(self, progress: Callable[[int], None]) -> None:
        self.ended: Counter[DeliveryStatus] = Counter()
        self.paused: set[int] = set()
        self.went: set[int] = set()
        self.misconfigured = False
        self._progress = progress

    def add(self, status: DeliveryStatus, number: int) -> None:
        """Count `number` deliveries that ended in `status`."""
        if number:
            self.ended[status] += number
            self._progress(number)

    @property
    def exit_code(self) -> int:
        """78 where settings keep an issue from being sent, 69 where the server refused the session or every mail, 75
        where some are to be tried again, else 0."""
        if self.misconfigured:
            return 78
        if self.paused or (self.ended[DeliveryStatus.FAILED] and not self.ended[DeliveryStatus.SENT]):
            return 69
        return 75 if self.ended[DeliveryStatus.DEFERRED] or self.ended[DeliveryStatus.UNKNOWN] else 0

    def line(self) -> str:
        """How it went, for people."""
        words = [f"{number} {status}" for status, number in sorted(self.ended.items()) if number]
        return ", ".join(words) or "nothing was sent"
