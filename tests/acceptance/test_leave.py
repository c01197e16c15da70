"""Readers leave by the address in a mail: over HTTP, from a real server, out of a real ledger."""

import asyncio
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from support.browser import browser
from support.servers import caddy, nginx, running
from support.serving import Served, asking, serve, serve_impatiently
from support.site import CONFIG, Site
from support.smtp import Server

from publisher.jobs.leave import exits
from publisher.mail import parse_address
from publisher.mail.tokens import leave_token

DAILY = """\
  daily:
    title: "台所だより <毎朝>"
    from: "tayori@midori.example"
    schedules: {daily: "7:00"}
"""
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
URLENCODED = {"content-type": "application/x-www-form-urlencoded"}
HANAKO, TARO = "hanako@example.jp", "taro@example.jp"
PAGES = Path(__file__).parents[2] / "docs/how-to/let-readers-leave.md"


@pytest.fixture
def readers(site: Site) -> Site:
    """Two readers of two newsletters."""
    site.write("config.yaml", CONFIG + DAILY + 'web: {url: "https://midori.example/mail/"}\n')
    for email in (HANAKO, TARO):
        site.ok("subscriber", "add", email)
    return site


@pytest.fixture
def served(readers: Site) -> Served:
    return serve(readers)


@pytest.fixture
def client(served: Served) -> Iterator[httpx.Client]:
    with asking(served) as client:
        yield client


def ways_out(site: Site, newsletter: str | None = "weekly", email: str = HANAKO) -> tuple[str, str]:
    """The paths of the page and of the one-click address, as they stand in a mail."""
    with closing(sqlite3.connect(site.folder / "publisher.db")) as ledger:
        secret = bytes.fromhex(ledger.execute("SELECT value FROM meta WHERE key = 'secret'").fetchone()[0])
    page, post = exits("https://midori.example/mail/", secret, newsletter, parse_address(email).email)
    assert post
    return urlsplit(page).path, urlsplit(post).path


def reads(site: Site, email: str = HANAKO) -> list[str]:
    """The newsletters that an address reads."""
    found = site.ok("subscriber", "list", "--json").json
    return [one["newsletter"] for one in found if one["email"] == email and one["status"] == "confirmed"]


def test_looking_changes_nothing_and_a_post_without_a_page_ends_it(
    readers: Site, client: httpx.Client, smtp: Server
) -> None:
    page, post = ways_out(readers)

    for path in (page, post, page.removeprefix("/mail")):
        assert client.get(path).status_code == client.head(path).status_code == 200
    assert reads(readers) == ["daily", "weekly"]

    answers = [client.post(post, data=ONE_CLICK) for _ in range(3)]

    assert {(one.status_code, one.text) for one in answers} == {(200, "You have left. Nothing more will be sent.\n")}
    assert all("set-cookie" not in one.headers and "location" not in one.headers for one in answers)
    assert reads(readers) == ["daily"]
    with closing(sqlite3.connect(readers.folder / "publisher.db")) as ledger:
        rows = ledger.execute("SELECT left_by FROM subscriptions WHERE unsubscribed_at IS NOT NULL").fetchall()
    assert rows == [("one-click",)]
    readers.ok("digest", "weekly", "--yes")
    assert smtp.recipients == [TARO]


def test_the_addresses_in_a_mail_lead_there(readers: Site, client: httpx.Client, smtp: Server) -> None:
    readers.ok("digest", "weekly", "--yes")
    message = smtp.message(HANAKO)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text
    assert html
    page, post = (f"https://midori.example{path}" for path in ways_out(readers))

    assert f"<{post}>" in message["List-Unsubscribe"]
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert page in text.get_content()
    assert f'href="{page}"' in html.get_content()
    assert ways_out(readers, email=TARO)[0] in str(smtp.message(TARO)["List-Unsubscribe"])
    assert client.post(urlsplit(post).path, data=ONE_CLICK).status_code == 200
    assert (reads(readers), reads(readers, TARO)) == (["daily"], ["daily", "weekly"])


def test_the_form_may_come_in_parts(readers: Site, client: httpx.Client) -> None:
    answer = client.post(ways_out(readers)[1], files={"List-Unsubscribe": (None, "One-Click")})

    assert answer.request.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert (answer.status_code, reads(readers)) == (200, ["daily"])


def test_the_page_asks_with_buttons_and_says_what_was_done(readers: Site, client: httpx.Client) -> None:
    page, _ = ways_out(readers)

    asked = client.get(page)
    left = client.post(page, data={"leave": "this"})
    again = client.get(page)
    all_left = client.post(page, data={"leave": "all"})

    assert "「みどりの便り」のメールを停止しますか" in asked.text
    assert "h…@example.jp" in asked.text
    assert HANAKO not in asked.text
    assert re.findall(r'name="leave" value="(\w+)"', asked.text) == ["this", "all"]
    assert "<script" not in asked.text
    assert left.status_code == 200
    assert "「みどりの便り」のメールを停止しました" in left.text
    assert re.findall(r'name="leave" value="(\w+)"', left.text) == ["all"]
    assert "「みどりの便り」のメールを停止しました" in again.text
    # Whoever has the link may look, and only who has just left may take it back.
    assert ('name="back"' in left.text, 'name="back"' in again.text) == (True, False)
    assert "すべてのメールマガジンを停止しました" in all_left.text
    assert (reads(readers), reads(readers, TARO)) == ([], ["daily", "weekly"])


def test_titles_are_text_on_the_page(readers: Site, client: httpx.Client) -> None:
    page = client.get(ways_out(readers, "daily")[0])

    assert page.text.count("「台所だより &lt;毎朝&gt;」のメールを停止しますか") == 2
    assert "<毎朝>" not in page.text


def test_where_there_is_one_newsletter_one_button_is_enough(site: Site) -> None:
    site.ok("subscriber", "add", HANAKO)
    with asking(serve(site)) as client:
        page = client.get(ways_out(site)[0].removeprefix("/mail"))

    assert re.findall(r'name="leave" value="(\w+)"', page.text) == ["this"]


def test_who_never_subscribed_gets_no_mail_any_more(readers: Site, client: httpx.Client, smtp: Server) -> None:
    readers.ok("send", "図書館の棚", "--newsletter", "weekly", "--to", "yoso@example.com", "--yes")
    page, post = ways_out(readers, None, "yoso@example.com")

    asked = client.get(page)
    assert "「みどりの庭」のメールを停止しますか" in asked.text
    assert re.findall(r'name="leave" value="(\w+)"', asked.text) == ["this"]
    assert client.post(post, data=ONE_CLICK).status_code == 200

    readers.run("send", "味噌を仕込む", "--newsletter", "weekly", "--to", "yoso@example.com", "--yes")
    assert smtp.recipients == ["yoso@example.com"]
    assert readers.ok("suppress", "list", "--json").json[0]["reason"] == "left by the link in a mail"


def test_who_leaves_while_an_issue_is_sent_does_not_get_it(readers: Site, client: httpx.Client, smtp: Server) -> None:
    late = [f"reader{number}@example.jp" for number in range(6)]
    readers.write("readers.csv", "\n".join(["email", *late]))
    readers.ok("subscriber", "import", "readers.csv")
    smtp.hold_after = 2
    sending = readers.start("digest", "weekly", "--yes")
    assert smtp.held.wait(30)

    assert client.post(ways_out(readers, email=late[-1])[1], data=ONE_CLICK).status_code == 200
    smtp.hold_after = None
    smtp.let_go.set()
    sending.communicate(timeout=60)

    assert sorted(smtp.recipients) == sorted([HANAKO, TARO, *late[:-1]])
    shown = readers.ok("issue", "show", "1", "--json").json
    assert {one["email"]: one["status"] for one in shown["deliveries"]}[late[-1]] == "suppressed"


@pytest.mark.parametrize(
    ("accepted", "subscribed", "language", "words"),
    [
        ("en-GB,en;q=0.9", None, "en", "Unsubscribe from みどりの便り?"),
        ("fr, ja;q=0.5, en;q=0.4", None, "ja", "停止しますか"),
        ("fr", None, "ja", "停止しますか"),
        ("en", "ja", "ja", "停止しますか"),
        ("ja", "en", "en", "Unsubscribe from"),
    ],
)
def test_the_page_speaks_the_readers_language(
    readers: Site, client: httpx.Client, accepted: str, subscribed: str | None, language: str, words: str
) -> None:
    if subscribed:
        readers.ok("subscriber", "add", HANAKO, "--language", subscribed)

    answer = client.get(ways_out(readers)[0], headers={"accept-language": accepted})

    assert f'<html lang="{language}">' in answer.text
    assert answer.headers["content-language"] == language
    assert words in answer.text


def test_every_answer_says_that_it_is_nobodys_to_keep_frame_or_find(readers: Site, client: httpx.Client) -> None:
    page, post = ways_out(readers)
    answers = [
        client.get(page),
        client.head(post),
        client.options(page),
        client.get("/unsubscribe/nothing"),
        client.post(post, content=b"x"),
        client.post(post, data=ONE_CLICK),
        client.post(page, data={"leave": "all"}),
    ]

    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"
        if answer.content:
            assert (
                "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
                in (answer.headers["content-security-policy"])
            )


def test_methods_that_are_none_of_its_are_refused(readers: Site, client: httpx.Client) -> None:
    page, _ = ways_out(readers)
    allowed = {"GET", "HEAD", "OPTIONS", "POST"}

    options, get, head = client.options(page), client.get(page), client.head(page)
    others = [client.request(method, page) for method in ("PUT", "DELETE", "PATCH", "TRACE")]

    assert (options.status_code, set(options.headers["allow"].split(", "))) == (204, allowed)
    assert {(one.status_code, frozenset(one.headers["allow"].split(", "))) for one in others} == {
        (405, frozenset(allowed))
    }
    assert head.content == b""
    assert {**head.headers, "date": ""} == {**get.headers, "date": ""}
    assert reads(readers) == ["daily", "weekly"]


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        (URLENCODED, b"", 400),
        (URLENCODED, b"List-Unsubscribe=", 400),
        (URLENCODED, b"leave=nothing", 400),
        (URLENCODED, b"&".join([b"a=1"] * 50), 400),
        ({"content-type": "multipart/form-data"}, b"List-Unsubscribe=One-Click", 400),
        ({"content-type": "multipart/form-data; boundary=x"}, b"--x\r\n\xff\xfe", 400),
        ({"content-type": "application/json"}, b'{"List-Unsubscribe": "One-Click"}', 415),
        ({"content-type": "text/plain"}, b"List-Unsubscribe=One-Click", 415),
        ({}, b"List-Unsubscribe=One-Click", 415),
        (URLENCODED, b"List-Unsubscribe=One-Click&x=" + b"x" * 10_000, 413),
    ],
)
def test_what_is_no_form_of_ours_is_refused_in_words_and_changes_nothing(
    readers: Site, client: httpx.Client, headers: dict[str, str], body: bytes, status: int
) -> None:
    for sent in (body, iter([body[:7], body[7:]])):
        answer = client.post(ways_out(readers)[1], headers=headers, content=sent)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/plain; charset=utf-8")
        assert len(answer.text) > 20
    assert reads(readers) == ["daily", "weekly"]


def test_a_token_that_is_not_ours_meets_a_page_that_helps(readers: Site, client: httpx.Client) -> None:
    page, _ = ways_out(readers)
    foreign = leave_token(b"x" * 32, "weekly", HANAKO)

    for path in (f"/unsubscribe/{foreign}", page[:-9], "/unsubscribe/", "/mail/unsubscribe/%ff%00/日本語", f"{page}/x"):
        for answer in (client.get(path), client.post(path, data={"leave": "this"})):
            assert answer.status_code == 404
            assert "このリンクでは停止できません" in answer.text
            assert "返信" in answer.text
        told = client.post(path, data=ONE_CLICK)
        assert (told.status_code, told.headers["content-type"]) == (404, "text/plain; charset=utf-8")
    assert reads(readers) == ["daily", "weekly"]


def test_without_a_ledger_nobody_is_known_and_none_is_made(site: Site) -> None:
    with asking(serve(site)) as client:
        assert client.get(f"/unsubscribe/{leave_token(b'x', 'weekly', HANAKO)}").status_code == 404

    assert not (site.folder / "publisher.db").exists()


def test_a_ledger_that_is_held_or_lost_is_said_and_the_reader_comes_again(readers: Site, served: Served) -> None:
    page, post = ways_out(readers)
    many = 60

    async def ask() -> list[httpx.Response]:
        async with httpx.AsyncClient(base_url=served.url, trust_env=False, timeout=40) as client:
            return await asyncio.gather(*(client.post(post, data=ONE_CLICK) for _ in range(many)))

    with closing(sqlite3.connect(readers.folder / "publisher.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answers = asyncio.run(ask())
        other.execute("ROLLBACK")

    assert {(one.status_code, one.headers["retry-after"]) for one in answers} == {(503, "30")}
    assert max(one.elapsed.total_seconds() for one in answers) < 25
    served.lines.until("was told to come again: the ledger is held by another program")
    with asking(served) as client:
        assert client.post(post, data=ONE_CLICK).status_code == 200
        assert reads(readers) == ["daily"]
        readers.ok("digest", "weekly", "--yes")
        (readers.folder / "publisher.db").rename(readers.folder / "elsewhere.db")
        answer = client.post(page, data={"leave": "this"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert "手続きはまだ済んでいません" in answer.text


def test_all_leave_who_come_at_once(site: Site) -> None:
    emails = [f"reader{number}@example.jp" for number in range(50)]
    site.write("readers.csv", "\n".join(["email", *emails]))
    site.ok("subscriber", "import", "readers.csv")
    served, paths = serve(site), [ways_out(site, email=email)[1].removeprefix("/mail") for email in emails]

    async def come() -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=200)
        async with httpx.AsyncClient(base_url=served.url, trust_env=False, timeout=60, limits=limits) as client:
            return await asyncio.gather(*(client.post(path, data=ONE_CLICK) for path in paths * 4))

    answers = asyncio.run(come())

    assert {(one.status_code, one.text) for one in answers} == {(200, "You have left. Nothing more will be sent.\n")}
    assert {one["status"] for one in site.ok("subscriber", "list", "--json").json} == {"unsubscribed"}
    assert len(answers) == 200


def test_a_form_that_does_not_come_to_its_end_is_not_waited_for(readers: Site) -> None:
    served = serve_impatiently(readers, 1, 1, 2)
    head = f"POST {ways_out(readers)[1]} HTTP/1.1\r\nHost: x\r\nContent-Type: {URLENCODED['content-type']}\r\n"

    with socket.create_connection((served.host, served.port)) as slow:
        slow.settimeout(30)
        slow.sendall(f"{head}Content-Length: 26\r\n\r\nList-Unsubscribe=".encode())
        with suppress(ConnectionError):
            assert slow.recv(100) == b""
    with asking(served) as client:
        assert client.get("/healthz").status_code == 200
    assert reads(readers) == ["daily", "weekly"]


def test_the_sites_own_words_are_used_and_a_broken_template_keeps_nobody(
    readers: Site, served: Served, client: httpx.Client
) -> None:
    page, _ = ways_out(readers)
    own = '{% extends "web/leave.html.j2" %}{% block title %}またお会いしましょう{% endblock %}'
    readers.write("templates/web/leave.ja.html.j2", own)
    readers.write("templates/web/leave.fr.html.j2", own.replace("またお会いしましょう", "Au revoir"))

    assert "<h1>またお会いしましょう</h1>" in client.get(page).text
    assert "<h1>Au revoir</h1>" in client.get(page, headers={"accept-language": "fr-CA"}).text

    readers.write("templates/web/leave.ja.html.j2", "{{ nothing }}")
    answer = client.post(page, data={"leave": "this"})

    assert answer.status_code == 200
    assert "メールを停止しました" in answer.text
    assert reads(readers) == ["daily"]
    assert "web/leave.ja.html.j2:1: 'nothing' is not known here" in served.lines.until("a page for readers who leave")


def test_a_button_works_in_a_browser_whose_scripts_and_foreign_styles_are_shut_out(
    readers: Site, served: Served, tmp_path: Path
) -> None:
    with browser(tmp_path / "profile") as tab:
        tab.look(width=375, height=700, phone=True)
        tab.open(f"{served.url.rstrip('/')}{ways_out(readers)[0]}")
        styled = tab.tell("getComputedStyle(document.querySelector('main')).borderRadius")
        high = tab.tell("document.querySelector('button').getBoundingClientRect().height")
        wide = tab.tell("document.documentElement.scrollWidth")
        complaints = tab.complaints
        tab.follow("document.querySelector('button').click()")
        said = tab.tell("document.querySelector('h1').textContent")

    assert (styled, complaints) == ("12px", [])
    assert high >= 44, "a finger needs room"
    assert wide <= 375
    assert said == "You are unsubscribed from みどりの便り"
    assert reads(readers) == ["daily"]


def test_the_server_needs_no_database_until_somebody_leaves(readers: Site) -> None:
    probe = (
        "import sys; from publisher.app import open_app; from publisher.web.app import create_app;"
        " import publisher.web.server; create_app(open_app(None), print);"
        " print({'sqlalchemy', 'alembic', 'jinja2', 'premailer', 'itsdangerous', 'fastapi'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", probe], cwd=readers.folder, capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "set()"


@pytest.mark.parametrize(
    "name",
    ["nginx", pytest.param("caddy", marks=pytest.mark.skipif(shutil.which("caddy") is None, reason="no caddy here"))],
)
@pytest.mark.parametrize("kept", [True, False], ids=["path kept", "path taken off"])
def test_behind_another_server_as_the_how_to_has_it(
    readers: Site, served: Served, tmp_path: Path, unused_port: int, name: str, kept: bool
) -> None:
    told = re.findall(rf"```{name}\n(.*?)```", PAGES.read_text(encoding="utf-8"), re.DOTALL)[0 if kept else 1]
    told = told.replace("127.0.0.1:8080", f"{served.host}:{served.port}")
    start = nginx if name == "nginx" else caddy
    page, post = ways_out(readers)
    (tmp_path / "home").mkdir()

    words = start(tmp_path / "home", tmp_path, f"# Into server\n{told}" if name == "nginx" else told, unused_port)
    with (
        running(words, unused_port, tmp_path / "home") as address,
        httpx.Client(base_url=address, trust_env=False, timeout=20) as client,
    ):
        asked = client.get(page)
        left = client.post(post, data=ONE_CLICK)

    assert (asked.status_code, left.status_code) == (200, 200)
    assert "停止しますか" in asked.text
    assert reads(readers) == ["daily"]
