"""How many mails a server may be given on a day."""

from datetime import date
from math import log

from publisher.model.server import Server, WarmUp

NO_LONGER_WARMING = 10_000_000
"""Mails of one day at which nobody takes a sender for new."""


def cap(server: Server, day: date) -> int | None:
    """Mails of `day`, a day of the site's zone: the lower of daily cap and warm-up, None where there is neither."""
    warm = None if server.warm_up is None else _warmed(server.warm_up, day)
    return min((bound for bound in (server.daily, warm) if bound is not None), default=None)


def _warmed(warm_up: WarmUp, day: date) -> int | None:
    """As on the first day before it begins: who mails earlier is no better known."""
    days = max((day - warm_up.begins).days, 0)
    # By logarithms first: 1.5 to the power of ten years is no float.
    if log(max(warm_up.first, 1)) + days * log(warm_up.growth) >= log(NO_LONGER_WARMING):
        return None
    return int(warm_up.first * warm_up.growth**days)
