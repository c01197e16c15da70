"""From `mail.transport` to a transport."""

from pathlib import Path

import pytest

from publisher.errors import UsageError
from publisher.transport import Transport, make_transport
from publisher.transport.maildir import MaildirTransport


def make(url: str, home: Path) -> Transport:
    return make_transport(url, user=None, password=None, auth=None, tls=None, home=home)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("smtp://127.0.0.1:2525", "smtp://127.0.0.1:2525"),
        ("smtp://[::1]:2525", "smtp://::1:2525"),
        ("smtp://mail.example.jp", "smtp://mail.example.jp:25"),
        ("smtps://mail.example.jp", "smtps://mail.example.jp:465"),
        ("smtps://mail.example.jp:2465/", "smtps://mail.example.jp:2465"),
        ("console:", "console:"),
    ],
)
def test_a_url_names_its_transport(tmp_path: Path, url: str, name: str) -> None:
    assert make(url, tmp_path).name == name


def test_a_maildir_is_relative_to_home(tmp_path: Path) -> None:
    transport = make("maildir:送信/箱", tmp_path)
    assert isinstance(transport, MaildirTransport)
    assert transport.folder == tmp_path / "送信" / "箱"


@pytest.mark.parametrize(
    "url", ["", "ftp://a", "smtp://", "smtp://a:port", "smtp://u:p@a", "maildir:", "console:x", "smtp:a"]
)
def test_what_names_no_transport_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageError) as caught:
        make(url, tmp_path)
    assert caught.value.hint
