"""A site without a server: one mailbox, and run --once. A Japanese Jekyll site, a real IMAP and a real SMTP server."""

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from threading import Event
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from support.dovecot import PASSWORD, Dovecot, dovecot
from support.site import Site
from support.smtp import Server

from publisher.app import App, open_app
from publisher.daemon import run_once
from publisher.store import subscribers
from publisher.struct import replace

BOX, HANAKO = "tayori@niwa.example", "hanako.a@docomo.ne.jp"
CONFIG = """\
newsletters:
  weekly:
    title: 庭の便り
    from: 庭 <news@niwa.example>
    schedules: {weekly: "mon 09:00", daily: "07:00"}
mail:
  bounces: {address: tayori@niwa.example, imap: "IMAP", user: USER, password_file: imap-password}
"""
START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


@dataclass
class World:
    """The site, its box, its readers' mail programs, and a clock that is set by hand."""

    folder: Path
    server: Dovecot
    smtp: Server
    user: str
    now: datetime = START
    said: list[str] = field(default_factory=list)

    def app(self) -> App:
        environ = {"PUBLISHER_MAIL__TRANSPORT": self.smtp.url}
        return replace(open_app(self.folder / "_publisher", environ, self.folder), clock=lambda: self.now)

    def run(self, **later: float) -> list[EmailMessage]:
        """So much later once; the mails that went out, oldest first."""
        self.now += timedelta(**later)
        before = len(self.smtp.mails)
        assert run_once(self.app(), stop=Event(), say=self.said.append) == 0, self.said
        return [self.smtp.parsed(place) for place in range(before, len(self.smtp.mails))]

    def write(self, subject: str, body: str = "", *fields: str, sender: str = HANAKO, charset: str = "utf-8") -> None:
        """As a phone writes it."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, BOX, subject
        mail["Message-ID"] = f"<{len(self.said)}.{self.now:%H%M%S%f}@phone.example>"
        for one in fields:
            name, _, value = one.partition(": ")
            mail[name] = value
        mail.set_content(body or "\n", charset=charset)
        self.server.deliver(self.user, mail.as_bytes())

    def press(self, url: str, edit: Callable[[str], str] = lambda text: text) -> None:
        """What a mail program does with a mailto: of ours, and its owner, who sends it."""
        parts = urlsplit(url)
        assert (parts.scheme, unquote(parts.path)) == ("mailto", BOX)
        asked = parse_qs(parts.query)
        self.write(asked["subject"][0], edit(asked.get("body", [""])[0]) + "\n\niPhoneから送信")

    def status(self) -> dict[str, str]:
        with self.app().existing() as store, store.read() as connection:
            return {one.subscriber.email: one.status.value for one in subscribers.listed(connection)}

    def categories(self) -> tuple[str, ...] | None:
        with self.app().existing() as store, store.read() as connection:
            (one,) = subscribers.listed(connection)
            return one.categories


@pytest.fixture
def world(tmp_path: Path, server: Dovecot, smtp: Server) -> World:
    folder = tmp_path / "niwa"
    site = Site(folder)
    site.write("_config.yml", "title: 庭\nurl: https://niwa.example\nlang: ja\ntimezone: Asia/Tokyo\n")
    for day, title, category in ((23, "霜の朝", "庭"), (25, "冬の本棚", "本"), (26, "落ち葉のたい肥", "庭")):
        head = f"title: {title}\ndate: 2026-11-{day} 08:00:00 +0900\ncategories: [{category}]\n"
        site.write(f"_posts/2026-11-{day}-post{day}.md", f"---\n{head}---\n\n{title}の本文です。\n")
    user = f"tayori{abs(hash(str(tmp_path))) % 10**8}"
    settings = CONFIG.replace("IMAP", f"imap://localhost:{server.plain}").replace("USER", user)
    site.write("_publisher/config.yaml", settings)
    site.write("_publisher/imap-password", PASSWORD)
    return World(folder, server, smtp, user)


def text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    content: str = part.get_content()
    return content


def link(mail: EmailMessage, word: str) -> str:
    """The address in a mail's text whose mail asks for this."""
    addresses: list[str] = re.findall(r"mailto:\S+", text(mail))
    (found,) = {one for one in addresses if f"subject={word}" in one}
    return found


def test_a_reader_comes_changes_and_leaves_by_mail_alone(world: World) -> None:
    assert world.run() == []
    world.write("購読　庭の便り", "よろしくお願いします。", charset="iso-2022-jp")
    (asked,) = world.run(minutes=5)

    assert (asked["To"], asked["Reply-To"]) == (HANAKO, BOX)
    assert "庭の便り" in asked["Subject"]
    assert "そのまま送信すると、登録が完了します" in "".join(text(asked).split())
    assert "/confirm/" not in text(asked)
    assert world.status() == {HANAKO: "unconfirmed"}

    # An autoresponder quotes all of it.
    token = parse_qs(urlsplit(link(asked, "confirm")).query)["subject"][0]
    world.write(f"Re: {token}", "休暇中です。", "Auto-Submitted: auto-replied")
    quoted = "\n".join(f"> {line}" for line in text(asked).splitlines())
    world.write("Re: " + asked["Subject"], f"夏季休業中です。\n\n{quoted}", f"In-Reply-To: {asked['Message-ID']}")
    assert world.run(minutes=5) == []
    assert world.status() == {HANAKO: "unconfirmed"}

    world.press(link(asked, "confirm"))
    (welcome,) = world.run(minutes=5)
    assert "ようこそ" in welcome["Subject"]
    assert world.status() == {HANAKO: "confirmed"}

    world.now = datetime(2026, 11, 30, 0, 5, tzinfo=UTC)
    (digest,) = world.run()
    assert "冬の本棚" in text(digest)
    assert "落ち葉のたい肥" in text(digest)

    world.press(link(digest, "preferences"))
    (choices,) = world.run(minutes=5)
    assert "[weekly] 庭の便り" in text(choices)
    assert "カテゴリー = すべて" in text(choices)
    world.press(
        link(choices, "change"), lambda lines: lines.replace("カテゴリー = すべて", "カテゴリー ＝ 本\r\n曜日 = 金")
    )
    assert world.run(minutes=5) == []
    assert world.categories() == ("本",)
    (changed,) = world.run(hours=1)
    assert "カテゴリー = 本" in text(changed)
    assert "曜日 = 金" in text(changed)

    (way,) = re.findall(r"<(mailto:[^>]+)>", digest["List-Unsubscribe"])
    world.press(way)
    (goodbye,) = world.run(hours=1)
    assert "停止" in goodbye["Subject"]
    assert link(goodbye, "subscribe")
    assert world.status() == {HANAKO: "unsubscribed"}
    assert world.run(days=7) == []
    assert world.server.flags(world.user) == [True, False, False, True, True, True, True]
    assert [line for line in world.said if "by mail" in line] == [
        "asked by mail: 1 to subscribe",
        "asked by mail: 1 confirmed",
        "asked by mail: 1 for their preferences",
        "asked by mail: 1 to change something (unclear)",
        "asked by mail: 1 to leave",
    ]


def test_yes_is_answered_and_a_plea_in_words_ends_it(world: World) -> None:
    world.write("登録", "")
    (asked,) = world.run()
    answer = f"In-Reply-To: {asked['Message-ID']}"
    world.write("Re: " + asked["Subject"], "はい\n\n> ご登録の確認", answer)
    (welcome,) = world.run(minutes=1)
    assert world.status() == {HANAKO: "confirmed"}

    world.write("Re: " + welcome["Subject"], "配信停止", f"In-Reply-To: {welcome['Message-ID']}")
    (goodbye,) = world.run(hours=2)
    assert "停止" in goodbye["Subject"]
    assert world.status() == {HANAKO: "unsubscribed"}


def test_a_flood_is_answered_up_to_the_limit_and_told(world: World) -> None:
    for number in range(104):
        world.write("subscribe weekly", sender=f"r{number}@example{number}.com")

    sent = world.run()

    assert len({one["To"] for one in sent if "登録の確認" in one["Subject"]}) == 100
    assert "asked by mail: 100 to subscribe, 4 to subscribe (limited)" in world.said
    assert world.server.flags(world.user).count(False) == 4


@pytest.mark.slow
def test_killed_at_any_moment_each_request_is_done_once(world: World) -> None:
    site = Site(world.folder, {"PUBLISHER_MAIL__TRANSPORT": world.smtp.url})
    for number in range(20):
        world.write("subscribe weekly", sender=f"r{number}@example.jp")
    for moment in range(8):
        process = site.start("run", "--once")
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.6 + moment * 0.3)
        process.kill()
        process.communicate()
    site.run("run", "--once")

    assert set(world.status().values()) == {"unconfirmed"}
    assert len(world.status()) == 20
    assert sorted(set(world.smtp.recipients)) == sorted(world.smtp.recipients)
