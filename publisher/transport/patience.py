"""How long a server may keep us waiting."""

from publisher.struct import Struct


class Patience(Struct, frozen=True):
    """Seconds without a sign of life after which a server is given up, one for each phase.

    All but the first are the least that RFC 5321 section 4.5.3.2 allows. `connect` bounds each step until a session
    stands: reaching the server, its greeting, EHLO, TLS, the login; a person may be waiting there, so it has less than
    the five minutes of section 4.5.3.2.1. `block` is for a message of which the server reads nothing more; one that
    goes on reading, however slowly, is never cut. What is not answered within `end` counts as undecided, so nothing
    is sent twice for it.
    """

    connect: float = 60.0
    mail: float = 300.0
    rcpt: float = 300.0
    data: float = 120.0
    block: float = 180.0
    end: float = 600.0

    @property
    def coarse(self) -> float:
        """How often a session looks at its deadline: a quarter of the shortest."""
        return min(self.connect, self.mail, self.rcpt, self.data, self.block, self.end) / 4
