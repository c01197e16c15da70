"""Whether what many connections write is gathered into one transaction, or each is written at once."""

_WINDOW = 0.1
"""Seconds after which it is judged anew."""
_TRANSACTION = 5
"""Mails that cost as much to write as the transaction around them."""
_BUSY = 0.3
"""The share of the time that transactions may take where each mail has its own."""


class Rhythm:
    """Watches how much there is to write.

    To gather is cheaper, but brings connections into step: then all wait for their servers at the same time, and all
    are worked for at the same time. Where servers are slow, and there is time enough, each goes by itself.
    """

    def __init__(self, now: float) -> None:
        self.gathers = True
        self._since = now
        self._mails = self._transactions = 0
        self._seconds = 0.0

    def wrote(self, mails: int, seconds: float, now: float) -> None:
        """One transaction with so many mails took so many seconds; `now` is of any one clock, in seconds."""
        self._mails += mails
        self._transactions += 1
        self._seconds += seconds
        passed = now - self._since
        if passed >= _WINDOW:
            alone = self._seconds * (1 + _TRANSACTION) / (self._mails + _TRANSACTION * self._transactions)
            self.gathers = self._mails * alone > _BUSY * passed
            self._since = now
            self._mails = self._transactions = 0
            self._seconds = 0.0
