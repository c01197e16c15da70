"""Mail into a Maildir."""

import mailbox
from pathlib import Path

import pytest

from publisher.errors import Scope, TransportError
from publisher.model.mailing import Envelope
from publisher.transport.maildir import MaildirTransport

DATA = "Message-ID: <1@example.jp>\r\nSubject: x\r\n\r\n投資\r\n.点\r\n".encode()
ENVELOPE = Envelope("news@example.jp", "taro@example.jp", DATA)


def nothing() -> None:
    """Nobody to tell."""


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_mail_is_read_back_by_the_standard_library(tmp_path: Path) -> None:
    session = MaildirTransport(tmp_path / "便り").connect()
    reply = session.send(ENVELOPE, nothing)
    session.close()
    (message,) = mailbox.Maildir(tmp_path / "便り", create=False)
    assert message["Message-ID"] == "<1@example.jp>"
    assert message.get_payload(decode=True) == "投資\n.点\n".encode()
    assert reply.code == 250


def test_before_end_comes_when_all_is_written_and_nothing_shows(tmp_path: Path) -> None:
    seen: list[list[str]] = []
    session = MaildirTransport(tmp_path).connect()
    session.send(ENVELOPE, lambda: seen.append([path.parent.name for path in files(tmp_path)]))
    assert seen == [["tmp"]]
    assert [path.parent.name for path in files(tmp_path)] == ["new"]


def test_where_before_end_raises_nothing_shows(tmp_path: Path) -> None:
    def full_disk() -> None:
        raise OSError("空きがありません")

    with pytest.raises(OSError, match="空き"):
        MaildirTransport(tmp_path).connect().send(ENVELOPE, full_disk)
    assert not files(tmp_path / "new")


def test_a_retry_replaces_and_does_not_double(tmp_path: Path) -> None:
    session = MaildirTransport(tmp_path).connect()
    for data in (DATA, DATA + b"again\r\n", DATA.replace(b"<1@", b"<2@")):
        session.send(Envelope("", "taro@example.jp", data), nothing)
    assert len(files(tmp_path)) == 2
    assert len([path for path in files(tmp_path) if b"again" in path.read_bytes()]) == 1


def test_mails_without_a_message_id_are_told_apart_by_their_bytes(tmp_path: Path) -> None:
    session = MaildirTransport(tmp_path).connect()
    for data in (b"\r\n1\r\n", b"\r\n2\r\n", b"\r\n1\r\n"):
        session.send(Envelope("", "taro@example.jp", data), nothing)
    assert len(files(tmp_path)) == 2


def test_a_folder_that_cannot_be_made_is_about_the_session(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("邪魔", encoding="utf-8")
    with pytest.raises(TransportError) as caught:
        MaildirTransport(tmp_path / "file").connect()
    assert (caught.value.scope, caught.value.permanent, caught.value.undecided) == (Scope.SESSION, False, False)
    assert caught.value.hint


@pytest.mark.parametrize("lost", ["tmp", "new"])
def test_a_folder_that_is_lost_in_between_is_about_the_session(tmp_path: Path, lost: str) -> None:
    session = MaildirTransport(tmp_path).connect()
    (tmp_path / lost).rmdir()
    with pytest.raises(TransportError) as caught:
        session.send(ENVELOPE, nothing)
    assert (caught.value.scope, caught.value.undecided) == (Scope.SESSION, False)
