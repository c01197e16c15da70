"""What must be there."""

from typing import TypeVar

T = TypeVar("T")


def sure(value: T | None) -> T:
    """`value`, which the test needs to be there."""
    assert value is not None
    return value
