"""How a mail server may misbehave, and with what words real ones refuse."""

import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import IntEnum, StrEnum
from itertools import pairwise


class Phase(StrEnum):
    """Where in the dialogue; `BODY` is inside of a message, `END` between its final dot and the answer."""

    GREETING = "greeting"
    EHLO = "ehlo"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"
    END = "end"
    AFTER = "after"


class Fault(StrEnum):
    """What the server does instead of answering as it should.

    `TWICE` gives its answer two times, `SPLIT` its right one in odd pieces, `HALF` a piece of it and hangs up.
    `TEMPORARY`, `PERMANENT` and `CLOSING` are replies: 4xx, 5xx, 421.
    """

    CLOSE = "close"
    RESET = "reset"
    STALL = "stall"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    CLOSING = "closing"
    GARBAGE = "garbage"
    NULS = "nuls"
    ENDLESS = "endless"
    HALF = "half"
    TWICE = "twice"
    SPLIT = "split"


class Moment(IntEnum):
    """When the server kills its client, once the client has come there so many times; `NEVER` leaves it alone."""

    NEVER = 0
    BEFORE_DATA = 1
    IN_DATA = 2
    AT_END = 3
    AFTER_ANSWER = 4


_IN_A_BODY = (Fault.CLOSE, Fault.RESET, Fault.CLOSING, Fault.STALL)
_FAULTS: Mapping[Phase, tuple[Fault, ...]] = {
    **dict.fromkeys(Phase, tuple(Fault)),
    Phase.BODY: _IN_A_BODY,
    Phase.AFTER: (Fault.CLOSE, Fault.RESET, Fault.CLOSING),
}

REFUSALS: Mapping[Phase, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Phase.GREETING: (
        ("450 4.3.2 Service currently unavailable", "421 4.7.0 Too many connections from your host"),
        ("554 5.7.1 Service unavailable; Client host blocked", "521 5.3.2 host does not accept mail"),
    ),
    Phase.EHLO: (
        ("450 4.7.1 Client host rejected: cannot find your hostname", "451 4.3.0 Temporary lookup failure"),
        ("550 5.7.1 Helo command rejected: need fully-qualified hostname", "501 5.5.4 Invalid domain name"),
    ),
    Phase.MAIL: (
        ("452 4.3.1 Insufficient system storage", "451 4.1.8 Domain of sender address does not resolve"),
        ("550 5.1.8 Sender address rejected: Domain not found", "530 5.7.0 Authentication required"),
    ),
    Phase.RCPT: (
        (
            "450 4.2.0 Recipient address rejected: Greylisted, see http://postgrey.example/",
            "450 4.2.1 The user you are trying to contact is receiving mail too quickly",
            "451 4.7.1 Try again later",
            "452 4.2.2 Mailbox full",
        ),
        (
            "550 5.1.1 Recipient address rejected: User unknown in virtual mailbox table",
            "554 5.7.1 Relay access denied",
            "552 5.2.2 メールボックスが一杯です",
            "550 No such user here",
        ),
    ),
    Phase.DATA: (
        ("451 4.3.5 Server configuration problem", "454 4.7.0 Throttling failure: Maximum sending rate exceeded"),
        ("554 5.5.1 Error: no valid recipients", "550 5.7.1 Command rejected"),
    ),
    Phase.END: (
        (
            "451 4.3.0 Error: queue file write error",
            "450 4.7.0 迷惑メール対策のため一時的に拒否しました",
            "452 out of space",
        ),
        ("550 5.7.1 Message rejected as spam", "552 5.3.4 Message size exceeds fixed limit", "554 Transaction failed"),
    ),
}
"""Temporary and permanent ones, for each phase that has an answer."""

CLOSINGS = ("421 4.3.2 Service shutting down", "421 4.7.0 Try again later, closing connection", "421 Bye")


@dataclass(frozen=True)
class Script:
    """A server's behaviour: what `seed` makes of it.

    `rate` is the part of phases that go wrong. `pipelining` is the part of connections that are offered it (RFC 2920).
    An answer to a message takes `pace` seconds at the most.
    """

    seed: int
    rate: float = 0.03
    pipelining: float = 0.7
    pace: float = 0.004

    def as_dict(self) -> dict[str, float]:
        """For the server's process."""
        return asdict(self)


class Chance:
    """What goes wrong next; a class because the random numbers go on."""

    def __init__(self, script: Script) -> None:
        self._script, self._random = script, random.Random(script.seed)

    def fault(self, phase: Phase) -> Fault | None:
        """What the server does in `phase` instead of answering, None where it answers."""
        if self._random.random() >= self._script.rate:
            return None
        return self._random.choice(_FAULTS[phase])

    def refusal(self, phase: Phase, fault: Fault) -> str:
        """A reply that refuses, as `fault` has it."""
        if fault is Fault.CLOSING:
            return self._random.choice(CLOSINGS)
        return self._random.choice(REFUSALS[phase][fault is Fault.PERMANENT])

    def pipelining(self) -> bool:
        """Whether the next connection is offered it."""
        return self._random.random() < self._script.pipelining

    def evenly(self) -> bool:
        """One of two."""
        return self._random.random() < 0.5

    def pace(self) -> float:
        """Seconds until the next message is answered; most at once."""
        return self._random.random() * self._script.pace if self._random.random() < 0.4 else 0.0

    def below(self, end: int) -> int:
        """From 0 up to `end`, without it."""
        return self._random.randrange(end)

    def noise(self) -> bytes:
        """Bytes that are no reply, with line ends among them."""
        return b"\xff\xfe\x00" + self._random.randbytes(40).replace(b"\n", b"\r\n") + b"\r\n"

    def pieces(self, data: bytes) -> list[bytes]:
        """`data` cut at odd places."""
        cuts = sorted({0, len(data), *(self._random.randrange(len(data) + 1) for _ in range(3))})
        return [data[begin:end] for begin, end in pairwise(cuts)]
