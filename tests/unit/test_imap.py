"""Mail is fetched from a real IMAP server, and a server that breaks off or talks nonsense is told as a fault."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from support.dovecot import CERTIFICATE, PASSWORD, Dovecot, dovecot

from publisher import imap
from publisher.errors import FetchError
from publisher.imap import Mailbox, opened


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))


def mailbox(server: Dovecot, user: str, *, folder: str = "INBOX", password: str = PASSWORD) -> Mailbox:
    return Mailbox(f"imaps://localhost:{server.tls}", user, lambda: password, folder)


def letter(text: str) -> bytes:
    return f"From: <tayori@midori.example>\r\nSubject: tayori\r\n\r\n{text}\r\n".encode()


@pytest.mark.usefixtures("trusted")
def test_mails_are_fetched_in_order_and_stay_unread(server: Dovecot) -> None:
    server.deliver("order", letter("一"), letter("二"), letter("三"))

    with opened(mailbox(server, "order")) as session:
        uids = session.uids(0)
        messages = session.fetch(uids)

    assert [message.uid for message in messages] == uids
    assert [message.data.decode().splitlines()[-1] for message in messages] == ["一", "二", "三"]
    assert server.flags("order") == [False, False, False]


@pytest.mark.usefixtures("trusted")
def test_only_what_came_after_is_new(server: Dovecot) -> None:
    server.deliver("after", letter("一"), letter("二"))
    with opened(mailbox(server, "after")) as session:
        first, last = session.uids(0)

        assert session.uids(first) == [last]
        assert session.uids(last) == [], "a range with * holds the last mail always"


@pytest.mark.usefixtures("trusted")
def test_what_is_marked_is_marked_and_no_other(server: Dovecot) -> None:
    server.deliver("marked", letter("一"), letter("二"), letter("三"))
    with opened(mailbox(server, "marked")) as session:
        session.mark_seen([session.uids(0)[1]])

    assert server.flags("marked") == [False, True, False]


@pytest.mark.usefixtures("trusted")
def test_of_a_large_mail_the_beginning_is_fetched(server: Dovecot) -> None:
    server.deliver("large", letter("あ" * 1_000_000), letter("次"))

    with opened(mailbox(server, "large")) as session:
        large, small = session.fetch(session.uids(0))

    assert len(large.data) == imap.LIMIT_BYTES
    assert small.data.decode().splitlines()[-1] == "次"


@pytest.mark.usefixtures("trusted")
def test_a_mail_that_is_gone_meanwhile_is_left_out(server: Dovecot) -> None:
    server.deliver("gone", letter("一"), letter("二"))
    with opened(mailbox(server, "gone")) as session:
        first, last = session.uids(0)
        with server.as_person("gone") as person:
            person.select()
            person.store("1", "+FLAGS", r"(\Deleted)")
            person.expunge()

    with opened(mailbox(server, "gone")) as session:
        assert [message.uid for message in session.fetch([first, last])] == [last]


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("folder", ["不達メール", 'A & "B"', "Bounces 2026/戻り"])
def test_a_folder_may_have_any_name(server: Dovecot, folder: str) -> None:
    user = f"folder{len(folder)}"
    coded = f'"{imap._in_modified_utf7(folder)}"'
    with server.as_person(user) as person:
        assert person.create(coded.replace("/", "."))[0] == "OK"
    server.deliver(user, letter("戻り"), folder=coded.replace("/", "."))

    with opened(mailbox(server, user, folder=folder.replace("/", "."))) as session:
        assert len(session.uids(0)) == 1


def test_names_are_written_as_rfc_3501_has_them() -> None:
    assert imap._in_modified_utf7("~peter/mail/台北/日本語") == "~peter/mail/&U,BTFw-/&ZeVnLIqe-"


@pytest.mark.usefixtures("trusted")
def test_a_folder_that_is_missing_and_a_wrong_password_are_told(server: Dovecot) -> None:
    for wrong in (mailbox(server, "wrong", folder="ありません"), mailbox(server, "wrong", password="ちがう")):
        with pytest.raises(FetchError, match=f"localhost:{server.tls}"), opened(wrong):
            pass


def test_a_certificate_that_nobody_vouches_for_is_refused(server: Dovecot) -> None:
    asked: list[str] = []

    def password() -> str:
        asked.append("asked")
        return PASSWORD

    box = Mailbox(f"imaps://localhost:{server.tls}", "tls", password)
    with pytest.raises(FetchError, match="certificate verify failed"), opened(box):
        pass
    assert asked == []


def test_on_loopback_there_may_be_no_encryption(server: Dovecot) -> None:
    with opened(Mailbox(f"imap://127.0.0.1:{server.plain}", "plain", lambda: PASSWORD)) as session:
        assert session.uids(0) == []


@contextmanager
def scripted(*answers: Callable[[str], bytes]) -> Iterator[str]:
    """A server that greets, and says to the n-th command what the n-th of `answers` makes of its tag; then hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)

    def serve() -> None:
        with listener.accept()[0] as client, client.makefile("rwb") as file:
            file.write(b"* OK IMAP4rev1 ready\r\n")
            file.flush()
            for answer in answers:
                line = file.readline()
                if not line:
                    return
                file.write(answer(line.split()[0].decode()))
                file.flush()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"imap://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        thread.join(10)
        listener.close()


def said(*lines: str) -> Callable[[str], bytes]:
    return lambda tag: "".join(f"{line}\r\n" for line in lines).replace("TAG", tag).encode()


CAPABLE = said("* CAPABILITY IMAP4rev1", "TAG OK done")
OK = said("TAG OK done")
SELECTED = said("* 2 EXISTS", "* OK [UIDVALIDITY 7] valid", "TAG OK [READ-WRITE] done")


@pytest.mark.parametrize(
    "answers",
    [
        [],
        [CAPABLE],
        [CAPABLE, OK],
        [CAPABLE, OK, SELECTED],
        [CAPABLE, OK, SELECTED, said("* 1 FETCH (UID 5)")],
        [CAPABLE, OK, SELECTED, said("なに？")],
        [CAPABLE, OK, SELECTED, said("TAG NO [UNAVAILABLE] later")],
        [CAPABLE, said("TAG NO [AUTHENTICATIONFAILED] no")],
        [said("TAG BAD what?")],
    ],
)
def test_a_server_that_breaks_off_or_refuses_is_a_fault_that_is_told(answers: list[Callable[[str], bytes]]) -> None:
    with scripted(*answers) as url, pytest.raises(FetchError) as caught, opened(Mailbox(url, "u", str)) as session:
        session.uids(0)

    assert caught.value.url == url


def test_a_uid_behind_the_mail_and_news_of_flags_between_are_understood() -> None:
    fetched = said("* 3 FETCH (FLAGS (\\Seen))", "* 1 FETCH (BODY[]<0> {3}", "abc UID 9)", "TAG OK done")
    with (
        scripted(CAPABLE, OK, SELECTED, fetched, OK) as url,
        opened(Mailbox(url, "u", str)) as session,
    ):
        (message,) = session.fetch([9])

    assert (message.uid, message.data) == (9, b"abc")
    assert session.validity == "7"


def test_without_encryption_no_password_leaves_the_machine(server: Dovecot) -> None:
    def password() -> str:
        raise AssertionError("the password was asked for")

    # No name of this machine as it calls itself, though it answers there.
    with scripted(CAPABLE) as url:
        plain = url.replace("127.0.0.1", "0.0.0.0")
        with pytest.raises(FetchError, match="TLS"), opened(Mailbox(plain, "u", password)):
            pass
    box = Mailbox(f"imap://0.0.0.0:{server.plain}", "u", password)
    with pytest.raises(FetchError, match="certificate"), opened(box):
        pass
