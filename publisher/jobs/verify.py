"""Verify: whether an issue's sum holds, and whether every state follows from what was done."""

from collections import Counter

from publisher.core.bookkeeping import fault
from publisher.model.mailing import DeliveryStatus, Issue
from publisher.store import entries, issues, manifests
from publisher.store.engine import Store
from publisher.struct import Struct

SHOWN = 100
"""Faults that are named."""


class Fault(Struct, frozen=True):
    """What does not hold together of one delivery."""

    email: str
    why: str


class Verified(Struct, frozen=True):
    """What was found in an issue: its deliveries by state, and how many have a fault, the first of them named; the
    variants, by key, that are not what was planned, each with the part that is not."""

    issue: Issue
    counts: dict[DeliveryStatus, int]
    faulty: int
    faults: tuple[Fault, ...]
    altered: tuple[tuple[str, str], ...] = ()

    @property
    def deliveries(self) -> int:
        """How many there are."""
        return sum(self.counts.values())

    @property
    def holds(self) -> bool:
        """Whether all is as it must be."""
        return self.deliveries == self.issue.recipients and not self.faulty and not self.altered

    def lines(self) -> list[str]:
        """For people: the sum, then what does not hold."""
        terms = " + ".join(f"{self.counts.get(status, 0)} {status}" for status in DeliveryStatus)
        lines = [f"issue {self.issue.id}: {self.deliveries} deliveries = {terms}"]
        if self.deliveries != self.issue.recipients:
            lines.append(f"it was planned for {self.issue.recipients}")
        lines += [f"variant {key}: its {part} is not what was planned" for key, part in self.altered]
        lines += [f"  {one.email}: {one.why}" for one in self.faults]
        if self.faulty > len(self.faults):
            lines.append(f"  and {self.faulty - len(self.faults)} more")
        return lines


def verify(store: Store, issue_id: int) -> Verified:
    """Look through all deliveries of an issue, their attempts and its variants as they are at one moment, a million in
    the memory of a thousand. NotFound where there is no such issue."""
    counts: Counter[DeliveryStatus] = Counter()
    faulty, faults = 0, []
    with store.read() as connection:
        issue = issues.get(connection, issue_id)
        for entry in entries.of_issue(connection, issue_id):
            counts[entry.status] += 1
            if (why := fault(entry)) is not None:
                faulty += 1
                if faulty <= SHOWN:
                    faults.append(Fault(entry.email, why))
        altered = tuple(manifests.altered(connection, issue_id))
    return Verified(issue, dict(counts), faulty, tuple(faults), altered)
