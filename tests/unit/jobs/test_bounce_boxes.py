"""Reports are taken out of real boxes: a Maildir, and the inbox of a real IMAP server."""

import os
import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from support.dovecot import CERTIFICATE, PASSWORD, Dovecot, dovecot
from support.ledgers import fresh_ledger
from support.mailed import mailed
from support.returned import LETTER, VACATION, dsn, return_path

from publisher.config import Config, load_config
from publisher.errors import ConfigError, FetchError
from publisher.jobs.bounce import Intake
from publisher.jobs.bounce_boxes import read_box
from publisher.jobs.requests_taken import Outcome, Taken
from publisher.mail.request import RequestKind
from publisher.store import suppressions
from publisher.store.engine import Store
from publisher.store.reader_tables import mailboxes

READERS = tuple(f"reader{number:02}@example.com" for number in range(45))

CONFIG = """\
site: {title: 便り, url: https://example.jp/, language: ja, timezone: Asia/Tokyo}
mail:
  bounces: BOX
"""


ASKS = b"From: a@example.jp\r\nSubject: unsubscribe\r\n\r\n"
TAKEN = Taken(RequestKind.UNSUBSCRIBE, Outcome.DONE, "a\u2026@example.jp")


def taking(asked: list[bytes]) -> Callable[[bytes], Taken | None]:
    """Who takes one request and knows no other; keeps what it was shown."""

    def take(mail: bytes) -> Taken | None:
        asked.append(mail)
        return TAKEN if b"unsubscribe" in mail else None

    return take


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with fresh_ledger(tmp_path / "publisher.db") as ledger:
        yield ledger


@pytest.fixture
def configured(tmp_path: Path) -> Callable[[str], Config]:
    """The settings of a site with this box."""

    def load(box: str) -> Config:
        (tmp_path / "config.yaml").write_text(CONFIG.replace("BOX", box), encoding="utf-8")
        (tmp_path / "password").write_text(PASSWORD + "\n", encoding="utf-8")
        return load_config(tmp_path / "config.yaml", {}, tmp_path)

    return load


@contextmanager
def cutting(port: int, limit: int) -> Iterator[int]:
    """What comes from a server at `port` goes on as far as `limit` bytes, then the line is cut."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)

        def relay() -> None:
            with listener.accept()[0] as client, socket.create_connection(("127.0.0.1", port)) as upstream:
                left = limit
                while left > 0:
                    for ready in select.select([client, upstream], [], [], 10)[0]:
                        data = ready.recv(min(left, 65536) if ready is upstream else 65536)
                        if not data:
                            return
                        left -= len(data) if ready is upstream else 0
                        (client if ready is upstream else upstream).sendall(data)

        thread = threading.Thread(target=relay)
        thread.start()
        yield int(listener.getsockname()[1])
        thread.join(10)


def reports(store: Store, now: datetime, count: int) -> list[bytes]:
    """Of as many mails that were sent."""
    made = mailed(store, *READERS[:count], at=now)
    return [dsn(one.recipient.email, to=return_path(store.secret, one.id), name=str(one.id)) for one in made]


def whole(intake: Intake) -> Intake:
    """FetchError where the box was not read to its end."""
    for one in intake.unread:
        raise FetchError(one.file, one.reason)
    return intake


def suppressed(store: Store) -> set[str]:
    with store.read() as connection:
        return {one.address_key for one in suppressions.listed(connection)}


class TestMaildir:
    @pytest.fixture
    def box(self, tmp_path: Path) -> Path:
        folder = tmp_path / "Maildir"
        for name in ("new", "cur", "tmp"):
            (folder / name).mkdir(parents=True)
        return folder

    @pytest.fixture
    def read(self, store: Store, now: datetime, configured: Callable[[str], Config]) -> Callable[[], Intake]:
        config = configured("{maildir: Maildir}")
        return lambda: read_box(config, store, now=now)

    @staticmethod
    def put(box: Path, name: str, mail: bytes, folder: str = "new") -> Path:
        path = box / folder / name
        path.write_bytes(mail)
        return path

    def names(self, box: Path) -> set[str]:
        return {path.relative_to(box).as_posix() for path in box.rglob("*") if path.is_file()}

    def test_reports_are_taken_in_and_marked_and_all_else_is_left_alone(
        self, store: Store, now: datetime, box: Path, read: Callable[[], Intake]
    ) -> None:
        """listmonk #1334."""
        one, other = reports(store, now, 2)
        self.put(box, "1.report.mx", one)
        self.put(box, "2.report.mx:2,F", other, "cur")
        letter = self.put(box, "3.letter.mx", LETTER.encode())
        away = self.put(box, "4.away.mx", VACATION.format(to="bounces@example.jp").encode())
        strangers = self.put(box, "5.other.mx", dsn("x@example.net", to="noreply@example.jp"))

        done = read()

        assert suppressed(store) == set(READERS[:2])
        assert len(done.unmatched) == 1
        assert letter.exists()
        assert away.exists()
        assert strangers.exists()
        assert {"cur/1.report.mx:2,S", "cur/2.report.mx:2,FS"} < self.names(box)

    def test_requests_are_taken_and_marked_and_a_report_is_none(
        self, store: Store, now: datetime, box: Path, configured: Callable[[str], Config]
    ) -> None:
        (report,) = reports(store, now, 1)
        self.put(box, "1.report.mx", report.replace(b"Subject: weekly", b"Subject: unsubscribe"))
        self.put(box, "2.asks.mx", ASKS)
        letter = self.put(box, "3.letter.mx", LETTER.encode())
        asked: list[bytes] = []

        done = read_box(configured("{maildir: Maildir}"), store, now=now, take=taking(asked))

        assert (done.requests, asked) == ((TAKEN,), [ASKS, LETTER.encode()])
        assert "asked by mail: 1 to leave" in done.lines()
        assert letter.exists()
        assert {"cur/1.report.mx:2,S", "cur/2.asks.mx:2,S"} <= self.names(box)

    def test_no_mail_is_read_twice_wherever_a_mail_program_puts_it(
        self, store: Store, now: datetime, box: Path, read: Callable[[], Intake]
    ) -> None:
        (report,) = reports(store, now, 1)
        self.put(box, "1.report.mx", report)
        letter = self.put(box, "2.letter.mx", LETTER.encode())
        read()
        letter.rename(box / "cur" / "2.letter.mx:2,S")
        # What stands in them now would count if they were read.
        for path in (box / "cur").iterdir():
            path.write_bytes(dsn("x@example.net", to="noreply@example.jp"))

        assert read() == Intake()

    def test_what_is_removed_is_forgotten(self, store: Store, box: Path, read: Callable[[], Intake]) -> None:
        for number in range(3):
            self.put(box, f"{number}.letter.mx", LETTER.encode())
        read()
        (box / "new" / "1.letter.mx").unlink()
        read()

        with store.read() as connection:
            assert connection.scalar(sa.select(sa.func.count()).select_from(mailboxes)) == 2

    def test_a_mail_that_is_read_by_a_person_first_is_still_taken_in(
        self, store: Store, now: datetime, box: Path, read: Callable[[], Intake]
    ) -> None:
        (report,) = reports(store, now, 1)
        self.put(box, "1.report.mx:2,S", report, "cur")

        assert read().suppressed == (READERS[0],)

    def test_a_mail_that_is_gone_or_a_dangling_link_is_no_fault(self, box: Path, read: Callable[[], Intake]) -> None:
        (box / "new" / "1.gone.mx").symlink_to(box / "nothing")

        assert read() == Intake()

    def test_folders_and_pipes_in_it_are_passed_over(
        self, store: Store, now: datetime, box: Path, read: Callable[[], Intake]
    ) -> None:
        """A pipe that is opened waits for a writer, who may never come."""
        (report,) = reports(store, now, 1)
        (box / "new" / "1.folder.mx").mkdir()
        (box / "new" / "2.link.mx").symlink_to(box / "tmp")
        os.mkfifo(box / "new" / "3.pipe.mx")
        (box / "new" / "4.link.mx").symlink_to(box / "new" / "3.pipe.mx")
        self.put(box, "5.report.mx", report)

        done = read()

        assert (done.suppressed, done.unread) == ((READERS[0],), ())

    def test_a_mail_that_cannot_be_read_is_named_and_the_others_are_read(
        self, store: Store, now: datetime, box: Path, read: Callable[[], Intake]
    ) -> None:
        one, other = reports(store, now, 2)
        self.put(box, "1.report.mx", one)
        endless = box / "new" / "2.endless.mx"
        endless.symlink_to(endless)
        self.put(box, "3.report.mx", other)

        done = read()

        assert suppressed(store) == set(READERS[:2])
        (told,) = done.unread
        assert (told.file, told.reason) == (str(endless), "cannot be read: Too many levels of symbolic links")
        assert done.lines()[-1].startswith(f"{endless}: cannot be read")
        assert read().unread == (told,), "it is tried again"
        endless.unlink()
        assert read() == Intake()

    def test_a_report_that_cannot_be_marked_is_taken_in_and_named(
        self, store: Store, now: datetime, box: Path, read: Callable[[], Intake]
    ) -> None:
        one, other = reports(store, now, 2)
        self.put(box, "1.report.mx", one)
        (box / "cur" / "1.report.mx:2,S" / "in the way").mkdir(parents=True)
        self.put(box, "2.report.mx", other)

        done = read()

        assert suppressed(store) == set(READERS[:2])
        assert [(one.file, one.reason) for one in done.unread] == [
            (str(box / "new" / "1.report.mx"), "cannot be marked as read: Is a directory")
        ]
        (box / "cur" / "1.report.mx:2,S" / "in the way").rmdir()
        (box / "cur" / "1.report.mx:2,S").rmdir()
        assert read() == Intake(known=1)
        assert "cur/1.report.mx:2,S" in self.names(box)

    def test_what_is_no_maildir_is_told(self, box: Path, read: Callable[[], Intake]) -> None:
        (box / "new").rmdir()

        with pytest.raises(FetchError, match="no Maildir"):
            read()


class TestImap:
    @pytest.fixture
    def config(
        self, server: Dovecot, configured: Callable[[str], Config], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> Config:
        """Each test has an inbox of its own."""
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        user = tmp_path.name
        return configured(f'{{imap: "imaps://localhost:{server.tls}", user: {user}, password_file: password}}')

    def test_reports_are_taken_in_and_marked_and_all_else_is_left_alone(
        self, store: Store, now: datetime, server: Dovecot, config: Config, tmp_path: Path
    ) -> None:
        """listmonk #1334."""
        one, other = reports(store, now, 2)
        strangers = dsn("x@example.net", to="noreply@example.jp")
        server.deliver(tmp_path.name, LETTER.encode(), one, strangers, other)

        done = read_box(config, store, now=now)

        assert suppressed(store) == set(READERS[:2])
        assert len(done.unmatched) == 1
        assert server.flags(tmp_path.name) == [False, True, False, True]
        assert read_box(config, store, now=now) == Intake()

    def test_requests_are_taken_and_marked(
        self, server: Dovecot, store: Store, now: datetime, configured: Callable[[str], Config]
    ) -> None:
        server.deliver("asked", LETTER.encode(), ASKS, VACATION.format(to="a@b.jp").encode())
        config = configured(f"{{imap: 'imap://localhost:{server.plain}', user: asked, password_file: password}}")

        done = [read_box(config, store, now=now, take=taking([])) for _ in range(2)]

        assert [one.requests for one in done] == [(TAKEN,), ()]
        assert server.flags("asked") == [False, True, False]

    def test_only_what_came_since_is_read(
        self, store: Store, now: datetime, server: Dovecot, config: Config, tmp_path: Path
    ) -> None:
        first, second = reports(store, now, 2)
        server.deliver(tmp_path.name, first)
        read_box(config, store, now=now)
        server.deliver(tmp_path.name, second)

        assert read_box(config, store, now=now).suppressed == (READERS[1],)

    def test_a_box_that_numbers_its_mails_anew_is_read_anew_and_nothing_counts_twice(
        self, store: Store, now: datetime, server: Dovecot, config: Config, tmp_path: Path
    ) -> None:
        (report,) = reports(store, now, 1)
        server.deliver(tmp_path.name, report)
        read_box(config, store, now=now)
        with store.write() as connection:
            connection.execute(mailboxes.update().values(validity="1"))

        assert read_box(config, store, now=now) == Intake(known=1)

    def test_a_connection_that_is_cut_anywhere_loses_nothing(
        self,
        store: Store,
        now: datetime,
        server: Dovecot,
        configured: Callable[[str], Config],
        config: Config,
        tmp_path: Path,
    ) -> None:
        server.deliver(tmp_path.name, *reports(store, now, 45))
        for limit in (100, 700, 1500, 4000, 27000, 31000, 32000, 33000, 35000, 40000):
            with cutting(server.plain, limit) as port:
                url = f"imap://127.0.0.1:{port}"
                cut = configured(f'{{imap: "{url}", user: {tmp_path.name}, password_file: password}}')
                with pytest.raises(FetchError):
                    whole(read_box(cut, store, now=now))
        done = read_box(config, store, now=now)

        assert suppressed(store) == set(READERS)
        assert server.flags(tmp_path.name) == [True] * 45
        assert len(done.bounces) + done.known == 45, "another address of the server's is another box, and counts anew"

    def test_what_came_before_a_connection_was_cut_is_told(
        self, store: Store, now: datetime, server: Dovecot, configured: Callable[[str], Config], tmp_path: Path
    ) -> None:
        server.deliver(tmp_path.name, *reports(store, now, 45))
        with cutting(server.plain, 35_000) as port:
            box = f"imap://127.0.0.1:{port}"
            done = read_box(
                configured(f'{{imap: "{box}", user: {tmp_path.name}, password_file: password}}'), store, now=now
            )

        (rest,) = done.unread
        assert rest.file == f"{box}/{tmp_path.name}/INBOX"
        assert set(done.suppressed) == suppressed(store)
        assert 0 < len(done.suppressed) < 45
        assert done.lines()[-1].startswith(f"{rest.file}: ")

    def test_a_password_that_cannot_be_read_is_a_fault_of_the_settings(
        self, store: Store, now: datetime, config: Config
    ) -> None:
        (config.home / "password").unlink()

        with pytest.raises(ConfigError, match="password"):
            read_box(config, store, now=now)


def test_a_site_without_a_box_has_nothing_to_read(store: Store, now: datetime, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(CONFIG.partition("mail:")[0], encoding="utf-8")

    assert read_box(load_config(tmp_path / "config.yaml", {}, tmp_path), store, now=now) == Intake()
