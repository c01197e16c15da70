"""Undecided: what the ledger holds as unknown, whoever found it, and how it goes on."""

from collections.abc import Iterable

from publisher.core.words import counted
from publisher.model.mailing import Issue, IssueStatus
from publisher.store import issues
from publisher.store.engine import Store
from publisher.struct import Struct


class Undecided(Struct, frozen=True):
    """An issue and how many of its deliveries are unknown."""

    issue: Issue
    number: int

    def lines(self) -> list[str]:
        """For people, with what settles them."""
        own = self.issue.id
        held = f"issue {own} holds {counted(self.number, 'unknown mail')}: the server may have taken"
        names = f"'publisher issue verify {own} --who unknown' names"
        them = "it" if self.number == 1 else "them"
        settle = f"publisher issue resolve {own} ADDR sent|failed"
        if self.issue.status is IssueStatus.CANCELLED:
            return [f"{held} {them}; {names} {them}", f"  to settle: {settle}"]
        return [
            f"{held} {them}; {names} {them}",
            f"  to send again: publisher issue retry {own} --unknown; to settle: {settle}",
        ]


class Standing(Struct, frozen=True):
    """How it stood when a command began: the issues under way, and how many unknown deliveries each issue held."""

    under_way: frozenset[int]
    unknown: dict[int, int]


def standing(store: Store) -> Standing:
    """How it stands now."""
    with store.read() as connection:
        running = issues.listed(connection, statuses=(IssueStatus.SENDING, IssueStatus.PAUSED))
        return Standing(frozenset(one.id for one in running), issues.unknown(connection))


def undecided(store: Store) -> list[Undecided]:
    """The issues that hold unknown deliveries, oldest first."""
    with store.read() as connection:
        return [Undecided(issues.get(connection, own), number) for own, number in issues.unknown(connection).items()]


def at_hand(held: Iterable[Undecided], before: Standing) -> list[Undecided]:
    """Those of issues that were under way `before`, or hold more since: what was told and left weeks ago is not."""
    return [one for one in held if one.issue.id in before.under_way or one.number > before.unknown.get(one.issue.id, 0)]


def undecided_lines(held: Iterable[Undecided]) -> list[str]:
    """For people, a fault and its way out in each."""
    return ["\n".join(one.lines()) for one in held]
