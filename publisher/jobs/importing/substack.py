"""Substack: the list in its export, `email_list.NAME.csv`.

`email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at`; downloaded from the page of
subscribers, the same with `Email`, `Active Subscription`, `Expiration Date`, `Email Disabled`, `Created At`. Somebody
who pays nothing has no active subscription and is a reader all the same; who wants no mail has `email_disabled`, of
which the file names no date. Who has left altogether is not in it.
"""

from pathlib import Path

from publisher.jobs.importing.cells import truth
from publisher.jobs.importing.nouns import Cells, Places, Program, Reading, Said, Standing
from publisher.jobs.importing.sheet import tidied


def _knows(places: Places) -> bool:
    return "email" in places and bool({"active_subscription", "email_disabled"} & places.keys())


def _reading(places: Places, file: Path) -> Reading:  # noqa: ARG001
    email, name, disabled, created = (places.get(one, -1) for one in ("email", "name", "email_disabled", "created_at"))

    def read(cells: Cells) -> Said:
        row = tidied(cells)
        standing = Standing.LEFT if truth(row[disabled]) else Standing.SUBSCRIBED
        return Said(row[email], row[name], standing=standing, confirmed=row[created])

    return read


SUBSTACK = Program(
    "substack",
    _knows,
    _reading,
    frozenset({"email", "name", "email_disabled", "created_at"}),
    frozenset({"active_subscription", "expiry", "expiration_date", "plan", "first_payment_at"}),
)
