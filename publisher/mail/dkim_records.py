"""What DNS has to say of a key (RFC 6376 section 3.6)."""

from base64 import b64encode

from publisher.mail.dkim import DkimKey
from publisher.struct import Struct

_MOST = 255
"""RFC 1035 section 3.3: a string of a TXT record has at most so many octets; verifiers join them without blanks."""


class DkimRecord(Struct, frozen=True):
    """A TXT record: `name` without a dot at its end, `value` in one piece, as the forms of DNS providers take it."""

    name: str
    value: str

    @property
    def zone(self) -> str:
        """The record as a line of a zone file, its value in strings of at most 255 octets."""
        strings = [f'"{self.value[at : at + _MOST]}"' for at in range(0, len(self.value), _MOST)]
        return f"{self.name}. IN TXT ( {' '.join(strings)} )"


def dkim_record(domain: str, selector: str, key: DkimKey) -> DkimRecord:
    """The record of a key that signs as `domain`."""
    value = f"v=DKIM1; k={key.type}; p={b64encode(key.public).decode()}"
    return DkimRecord(f"{selector}._domainkey.{domain}", value)
