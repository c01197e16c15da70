"""What came of requests that readers made by mail."""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from publisher.mail.request import RequestKind
from publisher.struct import Struct


class Outcome(StrEnum):
    """How a request ended: it was done; there was nothing to do any more; its token was too old; something in it was
    not understood; or too many came at once, and it waits in the box for a person."""

    DONE = "done"
    NOTHING = "nothing"
    EXPIRED = "expired"
    UNCLEAR = "unclear"
    LIMITED = "limited"


class Taken(Struct, frozen=True):
    """A request that was taken: for whom, masked, and of which newsletters, none where it was about all."""

    kind: RequestKind
    outcome: Outcome
    address: str
    newsletters: tuple[str, ...] = ()


_TOLD = {
    RequestKind.SUBSCRIBE: "to subscribe",
    RequestKind.CONFIRM: "confirmed",
    RequestKind.PREFERENCES: "for their preferences",
    RequestKind.CHANGE: "to change something",
    RequestKind.UNSUBSCRIBE: "to leave",
    RequestKind.HELP: "for help",
    RequestKind.UNCLEAR: "something unclear",
}


def taken_lines(taken: Sequence[Taken]) -> list[str]:
    """For people: how many asked for what."""
    if not taken:
        return []
    numbers = Counter((one.kind, one.outcome) for one in taken)
    told = [
        f"{number} {_TOLD[kind]}{'' if outcome is Outcome.DONE else f' ({outcome})'}"
        for (kind, outcome), number in sorted(numbers.items())
    ]
    return [f"asked by mail: {', '.join(told)}"]
