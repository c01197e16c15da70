"""Other people's programs that verify DKIM signatures: what each says of every one in a message, in order."""

import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import dkim

from publisher.mail.dkim_records import DkimRecord

Verify = Callable[[bytes, Sequence[DkimRecord]], list[bool]]


def by_dkimpy(message: bytes, records: Sequence[DkimRecord]) -> list[bool]:
    """dkimpy, in this process."""
    zone = {f"{record.name}.".encode(): record.value.encode() for record in records}

    def ask(name: bytes, timeout: int = 5) -> bytes | None:  # noqa: ARG001 - so dkimpy calls it
        return zone.get(name)

    def verdict(index: int) -> bool:
        try:
            # A fresh one for each: it keeps what it learnt of the first.
            return bool(dkim.DKIM(message).verify(index, dnsfunc=ask))
        except dkim.ValidationError:
            return False

    header = message.partition(b"\r\n\r\n")[0]
    return [verdict(index) for index in range(len(re.findall(rb"(?mi)^dkim-signature:", header)))]


def by_opendkim(message: bytes, records: Sequence[DkimRecord]) -> list[bool]:
    """OpenDKIM, the filter of many mail servers."""
    program = shutil.which("opendkim", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    assert program, "opendkim is not installed: run scripts/system-packages"
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "message").write_bytes(message)
        (folder / "keys").write_text("".join(f"{record.name} {record.value}\n" for record in records))
        (folder / "conf").write_text(f"Mode v\nTestPublicKeys {folder / 'keys'}\n")
        words = [program, "-x", str(folder / "conf"), "-t", str(folder / "message"), "-vv"]
        told = subprocess.run(words, capture_output=True, text=True, timeout=30, check=True).stdout
    return [word == "pass" for word in re.findall(r"\bdkim=(\w+)", told)]


def by_perl(message: bytes, records: Sequence[DkimRecord]) -> list[bool]:
    """Perl's Mail::DKIM, as SpamAssassin uses it; it is given the records as lines of a zone. It knows only RSA."""
    words = ["perl", str(Path(__file__).with_name("verify_dkim.pl")), *(record.zone for record in records)]
    told = subprocess.run(words, input=message, capture_output=True, timeout=30, check=True).stdout
    return [word == b"pass" for word in told.split()]
