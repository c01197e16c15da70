"""A real IMAP server: Dovecot, on loopback, whose users are whoever knows the password."""

import grp
import imaplib
import os
import pwd
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

CERTIFICATE = Path(__file__).parents[1] / "unit" / "transport" / "localhost.pem"
PASSWORD = "ひみつ"

_CONFIG = """\
base_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{certificate}
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%u
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@dataclass(frozen=True)
class Dovecot:
    """Where it listens: encrypted from the start, and not."""

    tls: int
    plain: int

    @contextmanager
    def as_person(self, user: str) -> Iterator[imaplib.IMAP4]:
        """Somebody's mail program, beside ours."""
        context = ssl.create_default_context(cafile=str(CERTIFICATE))
        with imaplib.IMAP4_SSL("localhost", self.tls, ssl_context=context) as connection:
            connection.authenticate("PLAIN", lambda _: f"\0{user}\0{PASSWORD}".encode())
            yield connection

    def deliver(self, user: str, *mails: bytes, folder: str = "INBOX") -> None:
        """Put mails into a folder."""
        with self.as_person(user) as connection:
            for mail in mails:
                kind, said = connection.append(folder, "", "", mail)
                assert kind == "OK", said

    def flags(self, user: str) -> list[bool]:
        """Of the mails of an inbox, in order, whether each is marked as read."""
        with self.as_person(user) as connection:
            connection.select(readonly=True)
            found = connection.fetch("1:*", "(FLAGS)")[1]
        return [b"\\Seen" in line for line in found if isinstance(line, bytes)]


@contextmanager
def dovecot() -> Iterator[Dovecot]:
    """Runs while the block does."""
    program = shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "Dovecot is not installed: run scripts/system-packages"
    folder = Path(tempfile.mkdtemp(prefix="publisher-imap-"))
    owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    server = Dovecot(_free_port(), _free_port())
    names = {"user": owner.pw_name, "group": grp.getgrgid(owner.pw_gid).gr_name}
    places = {"folder": folder, "certificate": CERTIFICATE, "tls": server.tls, "plain": server.plain}
    (folder / "dovecot.conf").write_text(_CONFIG.format(**names, **places, password=PASSWORD))
    (folder / "mail").mkdir()
    for place in (folder, folder / "mail"):
        os.chown(place, owner.pw_uid, owner.pw_gid)
        place.chmod(0o755)
    process = subprocess.Popen([program, "-F", "-c", folder / "dovecot.conf"], stderr=subprocess.DEVNULL)
    try:
        _wait_for(server.tls, folder / "log")
        yield server
    finally:
        process.terminate()
        process.wait(timeout=10)
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_for(port: int, log: Path) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError(f"Dovecot does not listen: {log.read_text() if log.exists() else 'no log'}")
