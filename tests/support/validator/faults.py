"""What a validator says of a feed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """A broken rule, the place in the document, and what stands there."""

    rule: str
    place: str
    said: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.rule}: {self.said[:200]!r}"


Check = Callable[[str], Iterable[str]]
"""From a value to the names of the rules that it breaks."""


def told(checks: Iterable[Check], value: str, place: str) -> Iterator[Fault]:
    """What the checks say of a value at a place."""
    for check in checks:
        for rule in check(value):
            yield Fault(rule, place, value)


def words(text: str) -> frozenset[str]:
    """The words of a list."""
    return frozenset(text.split())
