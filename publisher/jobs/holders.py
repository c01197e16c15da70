"""Holders: which processes hold mails of issues that are being sent."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from publisher.core.words import counted
from publisher.jobs.mailing import local
from publisher.jobs.owner import dead_owners, process
from publisher.store import claims
from publisher.store.claims import Holding
from publisher.store.engine import Store


def senders(connection: sa.Connection, now: datetime) -> dict[int, tuple[str, ...]]:
    """The processes that hold mails of each issue and may live, none where only the dead do: of another machine's only
    a lease tells."""
    held = claims.holdings(connection)
    dead = set(dead_owners({one.owner for one in held}))
    found: defaultdict[int, list[str]] = defaultdict(list)
    for one in held:
        lives = one.owner not in dead and one.until >= now
        found[one.issue_id] += [process(one.owner)] if lives else []
    return {issue_id: tuple(dict.fromkeys(names)) for issue_id, names in found.items()}


def held_lines(store: Store, zone: str) -> list[str]:
    """For people: how many mails other processes hold, which do, and when they are free at the latest, in `zone`."""
    with store.read() as connection:
        held = claims.holdings(connection)
    by_owner: defaultdict[str, list[Holding]] = defaultdict(list)
    for one in held:
        by_owner[one.owner].append(one)
    return [_line(owner, theirs, zone) for owner, theirs in by_owner.items()]


def _line(owner: str, held: Sequence[Holding], zone: str) -> str:
    number = sum(one.number for one in held)
    until = local(max(one.until for one in held), zone)
    word = "is" if number == 1 else "are"
    return (
        f"{counted(number, 'mail')} {word} held by {process(owner)}"
        f"\n  if it stands still, 'publisher deliver' takes over at {until} at the latest"
    )
