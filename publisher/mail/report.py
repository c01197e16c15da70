"""What comes back about a mail, whoever tells it: the noun."""

from enum import StrEnum

from publisher.struct import Struct


class Action(StrEnum):
    """What became of a mail to one recipient: the words of RFC 3464 section 2.3.3, and the complaint of RFC 5965."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"
    EXPANDED = "expanded"
    COMPLAINT = "complaint"


class Report(Struct, frozen=True):
    """What one report says of one recipient.

    `recipient` is the address as reported, the one we had written to where the report tells both; None where it names
    none. `status` is an RFC 3463 code such as "5.1.1" or empty, `diagnostic` the server's own words on one line.
    `returned` is the header of the mail that came back, as text with LF line ends, empty where it did not. `to` are the
    addresses that the report itself was sent to, the signed return path among them. `envid` is our name of the delivery
    (RFC 3461 section 4.4), empty where the server did not give it back. `source` is how it was told: `dsn`, `arf`, or
    the name of the provider whose event it is.
    """

    recipient: str | None
    action: Action
    status: str = ""
    diagnostic: str = ""
    returned: str = ""
    to: tuple[str, ...] = ()
    envid: str = ""
    source: str = "dsn"
