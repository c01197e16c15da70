"""What a server means by a refusal for now: too fast, come back later, or this one mailbox."""

import re
from datetime import timedelta

from publisher.errors import TransportError

_GREYLIST = re.compile(r"gr[ae]y-?\s?list", re.IGNORECASE)

_ONE_SESSION = re.compile(r"\b(session|connection|セッション|接続)", re.IGNORECASE)

_THROTTLED = ("4.7.", "4.3.1", "4.3.2", "4.2.1", "4.4.5", "4.5.3")
"""RFC 3463: security or policy, system full, system not accepting, mailbox disabled (Gmail's 4.2.1: this reader is
getting mail too fast), congestion, too many recipients."""

_ONE_MAILBOX = ("4.2.", "4.1.")
"""RFC 3463 X.1 and X.2: the address and its mailbox, full ones too. They say nothing of our speed."""

_SPEED_CODES = (421, 450, 451, 452, 454)

_UNITS = {"s": 1, "m": 60, "h": 3600, "秒": 1, "分": 60, "時": 3600}

_NAMED = re.compile(
    r"(?:\bin|\bfor|\bafter|\bwait|\bwithin|\bleast|\bagain|:)\s+(?:about\s+)?(\d{1,6})\s*(s|m|h)(?:[a-z]*)\b"
    r"|(\d{1,6})\s*(秒|分|時)間?後",
    re.IGNORECASE,
)
# milter-greylist's own: "Greylisting in action, please come back in 00:04:59".
_CLOCK = re.compile(r"\bin (\d{1,2}):(\d{2}):(\d{2})\b")


def is_greylisting(error: TransportError) -> bool:
    """Whether it only wants to see the mail once more (RFC 6647): known by its words, the codes are anybody's."""
    return not error.permanent and bool(_GREYLIST.search(error.reply))


def is_session_limit(error: TransportError) -> bool:
    """Whether it only limits what one session, or connection, may bring (listmonk #1629): the next one may go on."""
    return error.code == 421 and bool(_ONE_SESSION.search(error.reply))


def is_throttle(error: TransportError) -> bool:
    """Whether the server finds us too fast, or is too busy: 421, or 45x to a recipient or a message."""
    if error.permanent or error.undecided or error.code is None or is_greylisting(error):
        return False
    status = error.enhanced or ""
    if error.code == 421 or status.startswith(_THROTTLED):
        return True
    return error.code in _SPEED_CODES and not status.startswith(_ONE_MAILBOX)


def named_delay(reply: str) -> timedelta | None:
    """How long the server's words ask us to wait, None where they do not: "try again in 300 seconds", 「60秒後」."""
    clock = _CLOCK.search(reply)
    if clock is not None:
        hours, minutes, seconds = map(int, clock.groups())
        return timedelta(hours=hours, minutes=minutes, seconds=seconds)
    named = _NAMED.search(reply)
    if named is None:
        return None
    number, unit = (named[1], named[2]) if named[1] else (named[3], named[4])
    return timedelta(seconds=int(number) * _UNITS[unit.lower()])
