"""The servers that take our mail."""

from datetime import date

from publisher.struct import Struct


class WarmUp(Struct, frozen=True):
    """How a new sender makes itself known: `first` mails on the day it `begins`, each day `growth` times as many."""

    begins: date
    first: int
    growth: float


class Server(Struct, frozen=True):
    """One next server as configured.

    `name` is `main`, or its key in `mail.servers`; those of a newsletter's own stand behind its name, `weekly/main`.
    `weight` is its share of the mails, 0 for one that is used only while no other is healthy. `rate` is in mails a
    second, `daily` in mails of one day of the site's zone; None where there is no bound.
    """

    name: str
    weight: int = 1
    connections: int = 1
    rate: float | None = None
    daily: int | None = None
    warm_up: WarmUp | None = None
