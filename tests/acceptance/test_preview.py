"""publisher preview on the screen: what --open opens, and what --watch serves, through the real command."""

import signal
import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import httpx
import pytest
from support.serving import Served, asking
from support.site import Site
from support.smtp import Server

from publisher.config import load_config
from publisher.jobs.proof import MailKind


def watching(site: Site, *words: str) -> Served:
    return Served(site, "-m", "publisher", "preview", *words, "--watch")


@pytest.fixture
def client(site: Site) -> Iterator[httpx.Client]:
    with asking(watching(site, "weekly")) as made:
        yield made


def opener(folder: Path) -> tuple[str, Path]:
    """A browser that writes down what it is to open."""
    folder.mkdir()
    program, told = folder / "browser", folder / "opened"
    program.write_text(f'#!/bin/sh\necho "$1" >> "{told}"\n', encoding="utf-8")
    program.chmod(0o755)
    return f"{program} %s", told


def test_the_written_page_is_opened_from_a_japanese_folder(site: Site, tmp_path: Path) -> None:
    browser, told = opener(tmp_path / "bin")

    done = site.ok("preview", "weekly", "--output", "見本 一", "--open", BROWSER=browser)

    page = site.folder / "見本 一" / "weekly.html"
    assert done.out.splitlines()[0] == "見本 一/weekly.html"
    assert told.read_text("utf-8") == f"{page.as_uri()}\n"


def test_without_a_browser_the_address_is_told(site: Site) -> None:
    done = site.ok("preview", "weekly", "--open", BROWSER="/bin/false %s")

    assert "no browser was found; open file:///" in done.err


def test_the_served_page_is_opened_and_ends_with_ctrl_c(site: Site, tmp_path: Path) -> None:
    browser, told = opener(tmp_path / "bin")
    site.environ["BROWSER"] = browser

    served = Served(site, "-m", "publisher", "preview", "weekly", "--watch", "--open")
    with asking(served) as client:
        assert client.get("/digest/ja/").status_code == 200
        assert client.get("/changes", params={"since": "0"}).text.isdecimal()
    served.process.send_signal(signal.SIGINT)

    assert served.process.wait(10) == 0
    assert told.read_text("utf-8") == f"{served.url}\n"


def test_who_waits_for_a_change_is_let_go_at_the_end(site: Site) -> None:
    served = watching(site, "weekly")
    with asking(served) as client, socket.create_connection((served.host, served.port), 20) as waiting:
        assert client.get("/changes?since=1").text == "2", "the watch stands"
        waiting.sendall(f"GET /changes?since=2 HTTP/1.1\r\nhost: {served.host}\r\n\r\n".encode())
        # The server has read what came before these.
        assert client.get("/preview.css").status_code == client.get("/preview.js").status_code == 200
        served.process.send_signal(signal.SIGTERM)
        answer = b"".join(iter(lambda: waiting.recv(4096), b""))

    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert answer.endswith(b"\r\n\r\n2")
    assert served.process.wait(10) == 0


def test_watching_writes_and_mails_nothing(site: Site) -> None:
    done = site.run("preview", "weekly", "--watch", "--to", "me@example.com", "--yes")

    assert done.code == 2
    assert "--watch writes and mails nothing" in done.err
    assert not (site.folder / "preview").exists()


def test_a_moment_that_is_none_is_told_before_anything_is_served(site: Site) -> None:
    assert site.run("preview", "weekly", "--watch", "--at", "いつか").code == 2


@pytest.mark.parametrize("kind", list(MailKind))
def test_every_mail_of_the_newsletter_has_its_page(client: httpx.Client, kind: MailKind) -> None:
    page = client.get(f"/{kind}/ja/")

    message = message_from_bytes(client.get(f"/{kind}/ja/mail.eml").content, policy=policy.default)
    assert message["Subject"] in page.text
    html, text = message.get_body(("html",)), message.get_body(("plain",))
    assert html is not None
    assert text is not None
    assert "みどりの" in text.get_content()
    assert client.get(f"/{kind}/ja/light.html").text.count("<p") == html.get_content().count("<p")


def test_a_post_is_shown_as_it_would_be_sent_by_hand(site: Site) -> None:
    with asking(watching(site, "図書館の棚")) as client:
        assert client.get("/").headers["location"] == "/one_off/ja/"
        assert "図書館の棚の本文です。" in client.get("/one_off/ja/").text


def test_the_number_is_that_of_the_next_issue(site: Site) -> None:
    site.ok("subscriber", "add", "hanako@example.jp")
    site.ok("digest", "weekly", "--yes")

    with asking(watching(site, "weekly")) as client:
        assert "第2号" in client.get("/digest/ja/").text


def test_each_language_of_the_newsletter_has_its_own_page(site: Site) -> None:
    config = (site.folder / "config.yaml").read_text("utf-8")
    site.write("config.yaml", config.replace("    reply_to:", "    languages: [ja, en]\n    reply_to:"))

    with asking(watching(site, "weekly")) as client:
        client.get("/welcome/ja/")
        english = client.get("/welcome/en/")

    assert 'href="/welcome/en/" lang="en" aria-current="page"' in english.text
    assert 'href="/welcome/ja/" lang="ja"' in english.text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "midori.example:80", ""])
def test_a_page_of_somebody_elses_cannot_read_it_under_its_own_name(client: httpx.Client, host: str) -> None:
    assert client.get("/digest/ja/", headers={"host": host}).status_code == 400
    assert client.get("/digest/ja/", headers={"host": f"localhost:{client.base_url.port}"}).status_code == 200


def test_nothing_may_be_framed_or_loaded_from_elsewhere(client: httpx.Client) -> None:
    page, frame = client.get("/digest/ja/"), client.get("/digest/ja/dark.html")

    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "script-src" not in frame.headers["content-security-policy"], "default-src 'none' forbids all"
    assert "allow-scripts" not in page.text + frame.headers["content-security-policy"]
    assert all(answer.headers["cache-control"] == "no-store" for answer in (page, frame))


@pytest.mark.parametrize(
    "path",
    ["/fax/ja/", "/digest/%2e%2e/", "/digest/ja/grey.html", "/digest/ja/picture/0", "/config.yaml", "/digest/日本/"],
)
def test_what_is_not_there_is_not_found(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_broken_config_is_shown_with_its_line_and_the_settings_are_left_alone(site: Site) -> None:
    config = (site.folder / "config.yaml").read_text("utf-8")
    with asking(watching(site, "weekly")) as client:
        assert "メールは作れません" not in client.get("/digest/ja/").text
        version = client.get("/changes?since=1").text
        site.write("config.yaml", config.replace("timezone: Asia/Tokyo", "timezone: Asia/Tokio"))
        following = client.get("/changes", params={"since": version}).text
        broken = client.get("/digest/ja/").text
        assert client.get("/digest/ja/light.html").status_code == 404
        site.write("config.yaml", config)
        client.get("/changes", params={"since": following})
        mended = client.get("/digest/ja/").text

    assert "メールは作れません" in broken
    assert "config.yaml:5" in broken
    assert 'class="here"' in broken
    assert "味噌を仕込む日" in mended
    assert load_config(None, {}, site.folder).settings.site.timezone == "Asia/Tokyo"


def test_what_is_wrong_with_a_mail_and_with_posts_is_told_and_shown(site: Site) -> None:
    site.write("posts/壊れた.md", "---\ndate: いつか\n---\n本文\n")

    told = site.ok("preview", "weekly").err
    with asking(watching(site, "weekly")) as client:
        page = client.get("/digest/ja/").text

    for place in ("壊れた.md:2", "no-postal-address"):
        assert place in told
        assert place in page


def test_who_only_looks_needs_no_key(site: Site, smtp: Server) -> None:
    config = (site.folder / "config.yaml").read_text("utf-8")
    site.write("config.yaml", f"{config}mail:\n  dkim: {{keys: {{s1: nowhere.pem}}}}\n")

    site.ok("preview", "weekly")
    with asking(watching(site, "weekly")) as client:
        assert "味噌を仕込む日" in client.get("/digest/ja/").text
    assert site.run("preview", "weekly", "--to", "me@example.com", "--yes").code == 78
    assert smtp.mails == []
