"""Filters on numbers: Ruby Liquid's, which turns anything into a number, and a division by nothing into an error."""

import math
import operator
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from publisher.content.liquid.filters_text import to_integer

_DECIMAL = re.compile(r"-?\d{1,300}\.\d{1,300}$", re.ASCII)


def number(value: object) -> int | Decimal:
    """Ruby Liquid's Utils.to_number."""
    if isinstance(value, bool) or value is None:
        return 0
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, str):
        return Decimal(value.strip()) if _DECIMAL.match(value.strip()) else to_integer(value)
    return 0


def _plain(value: int | Decimal) -> int | float:
    return value if isinstance(value, int) else float(value)


def _on_two(compute: Callable[..., int | Decimal]) -> Callable[[object, object], int | float]:
    return lambda left, right: _plain(compute(number(left), number(right)))


def _divided(left: int | Decimal, right: int | Decimal) -> int | Decimal:
    return left // right if isinstance(left, int) and isinstance(right, int) else Decimal(left) / Decimal(right)


def _modulo(left: int | Decimal, right: int | Decimal) -> int | Decimal:
    if isinstance(left, int) and isinstance(right, int):
        return left % right
    # Decimal's own % has the sign of the left side, Ruby's that of the right.
    return Decimal(left) - Decimal(right) * math.floor(Decimal(left) / Decimal(right))


def _rounded(value: object, places: object = 0) -> int | float:
    digits = to_integer(number(places) if not isinstance(places, int) else places)
    if abs(digits) > 300:
        raise ValueError("too many places")
    exact = Decimal(number(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return int(exact) if digits <= 0 else float(exact)


def _absolute(value: object) -> int | float:
    exact = number(value)
    return _plain(exact if exact >= 0 else -exact)


NUMBER_FILTERS: dict[str, Callable[..., object]] = {
    "plus": _on_two(operator.add),
    "minus": _on_two(operator.sub),
    "times": _on_two(operator.mul),
    "divided_by": _on_two(_divided),
    "modulo": _on_two(_modulo),
    "at_least": _on_two(max),
    "at_most": _on_two(min),
    "abs": _absolute,
    "ceil": lambda value: math.ceil(number(value)),
    "floor": lambda value: math.floor(number(value)),
    "round": _rounded,
}
