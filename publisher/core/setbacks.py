"""When an issue goes on that its servers held up."""

from datetime import datetime, timedelta

FIRST_REST = timedelta(minutes=5)
LONGEST_REST = timedelta(hours=1)
_DOUBLINGS = 6


def goes_on_at(now: datetime, setbacks: int, give_up: timedelta) -> datetime | None:
    """When an issue that was held up `setbacks` times in a row before is tried again: later each time.

    None where it has been tried for `give_up` in all: then a person must see to it.
    """
    if sum((_rest(number) for number in range(setbacks)), timedelta()) >= give_up:
        return None
    return now + _rest(setbacks)


def _rest(setbacks: int) -> timedelta:
    return min(FIRST_REST * (1 << min(setbacks, _DOUBLINGS)), LONGEST_REST)
