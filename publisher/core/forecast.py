"""When an issue will be through."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

FARTHEST = timedelta(days=366)


def finish(
    left: int, per_second: float, cap: Callable[[date], int | None], sent_today: int, now: datetime
) -> datetime | None:
    """The moment, in the zone of `now`, at which `left` mails have gone at `per_second`, and at no more than `cap` of a
    day, counted from midnight to midnight in that zone; None where nothing goes, or it takes more than a year.
    """
    moment, sent = now, sent_today
    while per_second > 0 and moment - now <= FARTHEST:
        midnight = datetime.combine(moment.date() + timedelta(days=1), time(), now.tzinfo)
        # Through UTC: the day on which the clocks change has 23 hours or 25.
        seconds = (midnight.astimezone(UTC) - moment.astimezone(UTC)).total_seconds()
        bound = cap(moment.date())
        possible = per_second * seconds if bound is None else min(per_second * seconds, max(bound - sent, 0))
        if left <= possible:
            return (moment.astimezone(UTC) + timedelta(seconds=left / per_second)).astimezone(now.tzinfo)
        moment, sent, left = midnight, 0, left - int(possible)
    return None
