"""Readers from their first click to the last, in the system's Chromium, with mail over SMTP."""

import re
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from email.message import EmailMessage
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect, sync_playwright
from support.ahead import Ahead
from support.site import CONFIG, Site, days_ago
from support.smtp import Server, smtp_server

from publisher.mail.tokens import approval_token, leave_token, preferences_token
from publisher.store.engine import Store

KITCHEN = """\
    languages: [ja, en]
  kitchen:
    title: "台所だより <毎朝>"
    from: "tayori@midori.example"
    schedules: {daily: "7:00", weekly: "mon 07:00"}
"""
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
SCREENS = {"phone": PHONE, "desktop": DESKTOP}
LOCALES = {"ja": "ja-JP", "en": "en-GB"}
EMAIL, KNOWN = "input[name=email]", {"ja": "メールアドレス", "en": "Email address"}
TAKEN = {"ja": "メールをご確認ください", "en": "Check your mail"}
CONFIRMED = {"ja": "購読が始まりました", "en": "Your subscription has begun"}
SAVED = {"ja": "保存しました", "en": "Saved"}
LEFT = {"ja": "停止しました", "en": "You are unsubscribed"}
BACK = {"ja": "またお届けします", "en": "You are subscribed to みどりの便り again"}
_PATIENCE = 30.0


class Place:
    """The site, where it is served, its mail, and a site of another origin."""

    def __init__(self, site: Site, ahead: Ahead, smtp: Server, url: str, elsewhere: str) -> None:
        self.site, self.ahead, self.smtp, self.url, self.elsewhere = site, ahead, smtp, url, elsewhere

    def mail(self, email: str, words: str) -> EmailMessage:
        """The newest mail to somebody that leads to `words`, as soon as it is there."""
        return self.smtp.until(email, words)

    def expired(self, email: str) -> str:
        """A token to somebody's preferences that is good no more."""
        with closing(Store(f"sqlite:///{self.site.folder / 'publisher.db'}")) as store:
            return preferences_token(store.secret, email, days_ago(1))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("site")
    with smtp_server() as smtp, _static(folder / "elsewhere") as elsewhere:
        site = Site(folder, {"PUBLISHER_MAIL__TRANSPORT": smtp.url})
        url = f"http://127.0.0.1:{_free_port()}/mail/"
        web = f"web: {{url: '{url}', origins: ['{elsewhere}'], frames: ['{elsewhere}'], sign_up: {{per_ip: 1000}}}}\n"
        site.write("config.yaml", CONFIG + KITCHEN + web)
        site.post("味噌", days_ago(1), title="味噌を仕込む日", categories="庭, 台所")
        site.ok("build")
        ahead = Ahead(site, re.sub("http://|/mail/", "", url))
        yield Place(site, ahead, smtp, url, elsewhere)
        site.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        expect.set_options(timeout=1000 * _PATIENCE)
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.mark.parametrize("tongue", ["ja", "en"])
def test_a_reader_comes_chooses_reads_leaves_and_comes_back(chromium: Browser, place: Place, tongue: str) -> None:
    """On a phone and on a desktop, with JavaScript and without."""
    pages: dict[str, Page] = {}
    for screen, options in SCREENS.items():
        for script in (True, False):
            context = chromium.new_context(**options, locale=LOCALES[tongue], java_script_enabled=script)
            email = f"{tongue}-{screen}-{'script' if script else 'plain'}@example.jp"
            pages[email] = context.new_page()
            _subscribe(pages[email], place, email, tongue)
            _confirm(pages[email], place, email, tongue)
            _choose(pages[email], place, email, tongue)

    place.site.post(f"棚-{tongue}", days_ago(0), title=f"図書館の棚 {tongue}", categories="庭")
    # The web is on this machine, which lint refuses to mail.
    place.site.ok("digest", "weekly", "--yes", "--force")

    for email, page in pages.items():
        _leave_and_come_back(page, place, email, tongue)
        page.context.close()
    found = place.site.ok("subscriber", "list", "--json").json
    assert {one["status"] for one in found if one["email"] in pages and one["newsletter"] == "weekly"} == {"confirmed"}


def _subscribe(page: Page, place: Place, email: str, tongue: str) -> None:
    page.goto(f"{place.url}subscribe")
    page.get_by_label(KNOWN[tongue]).fill(email.replace("@", "＠"))
    page.get_by_label("みどりの便り").check()
    page.get_by_label("庭", exact=True).check()
    _press(page)
    # Quicker than a person can be.
    expect(page.locator(EMAIL)).to_have_value(email.replace("@", "＠"))
    place.ahead.later(3)
    _press(page)
    expect(page.locator("h1")).to_have_text(TAKEN[tongue])


def _confirm(page: Page, place: Place, email: str, tongue: str) -> None:
    page.goto(_link(place.mail(email, "/confirm/"), "confirm"))
    expect(page.locator("dl")).to_contain_text(f"{email[0]}…@example.jp")
    expect(page.locator("dl")).to_contain_text("庭")
    _press(page)
    expect(page.locator("h1")).to_have_text(CONFIRMED[tongue])


def _choose(page: Page, place: Place, email: str, tongue: str) -> None:
    page.goto(_link(place.mail(email, "/preferences/"), "preferences"))
    expect(page.get_by_label("庭", exact=True).first).to_be_checked()
    page.get_by_label("台所", exact=True).first.check()
    # Posts in Japanese alone would have the page where they leave speak it, too.
    language = "ja" if tongue == "ja" else ""
    page.locator("#weekly-language").select_option(language)
    page.locator("button[value=save]").click()
    expect(page.get_by_role("status")).to_contain_text(SAVED[tongue])
    expect(page.locator("#weekly-language")).to_have_value(language)
    expect(page.locator("input[name=weekly-category]:checked")).to_have_count(2)


def _leave_and_come_back(page: Page, place: Place, email: str, tongue: str) -> None:
    digest = place.mail(email, "/unsubscribe/")
    assert f"図書館の棚 {tongue}" in _text(digest)
    page.goto(_link(digest, "unsubscribe"))
    page.locator("button[value=this]").click()
    expect(page.locator("h1")).to_contain_text(LEFT[tongue])
    page.locator("button[name=back]").click()
    expect(page.locator("h1")).to_contain_text(BACK[tongue])


@pytest.mark.parametrize("screen", ["phone", pytest.param("desktop", marks=pytest.mark.slow)])
def test_axe_finds_nothing_on_any_page_in_light_and_dark(chromium: Browser, place: Place, screen: str) -> None:
    email = f"axe-{screen}@example.jp"
    with _context(chromium, screen) as page:
        page.goto(f"{place.url}subscribe")
        _sound(page)
        page.get_by_label("メールアドレス").fill("taro＠")
        page.get_by_label("みどりの便り").check()
        place.ahead.later(3)
        _press(page)
        expect(page.locator(EMAIL)).to_be_focused()
        expect(page.locator(EMAIL)).to_have_accessible_description(re.compile("taro@example.com"))
        _sound(page)
        page.get_by_label("メールアドレス").fill(email)
        _press(page)
        expect(page.locator("h1")).to_have_text(TAKEN["ja"])
        _sound(page)
        confirm = _link(place.mail(email, "/confirm/"), "confirm")
        page.goto(confirm)
        _sound(page)
        _press(page)
        _sound(page)
        page.goto(confirm)
        expect(page.locator("h1")).to_have_text("このリンクは一度使われています")
        _sound(page)
        page.goto(_link(place.mail(email, "/preferences/"), "preferences"))
        _sound(page)
        page.locator("#weekly-pause").fill("2020-01-01")
        page.locator("button[value=save]").click()
        expect(page.locator("#weekly-pause")).to_have_accessible_description(re.compile("これから先の日"))
        _sound(page)
        page.goto(_link(place.mail(email, "/unsubscribe/"), "unsubscribe"))
        page.locator("button[value=this]").click()
        expect(page.locator("h1")).to_contain_text(LEFT["ja"])
        _sound(page)
        page.locator("button[name=back]").click()
        _sound(page)
        for lost in ("confirm/x", "preferences/x", "unsubscribe/x"):
            page.goto(place.url + lost)
            _sound(page)
        page.goto(f"{place.url}preferences/{place.expired(email)}")
        _sound(page)
        page.locator("button[value=mail]").click()
        _sound(page)


def test_axe_finds_nothing_on_pages_for_all_and_for_the_editor(chromium: Browser, place: Place) -> None:
    """Those of feeds and issues, that of approval, and in English those where readers sign up and leave."""
    place.site.ok("subscriber", "add", "axe@example.jp", "--newsletter", "kitchen")
    place.site.post("鍋", days_ago(0), title="鍋を磨く", categories="台所")
    place.site.ok("digest", "kitchen", "--yes", "--force")
    place.site.ok("build")
    with closing(Store(f"sqlite:///{place.site.folder / 'publisher.db'}")) as store:
        with store.read() as connection:
            uid = connection.exec_driver_sql("SELECT uid FROM issues WHERE newsletter = 'kitchen'").scalar_one()
        approval = approval_token(store.secret, uid, days_ago(-1))
        leave = leave_token(store.secret, "kitchen", "axe@example.jp")
        choose = preferences_token(store.secret, "axe@example.jp", days_ago(-1))
    root = place.url.removesuffix("mail/")

    with _context(chromium, "phone") as page:
        for shown in ("feeds/", "newsletters/kitchen/", "newsletters/kitchen/1/", f"mail/approve/{approval}"):
            answer = page.goto(root + shown)
            assert answer
            assert answer.status == 200, shown
            _sound(page)
    with _context(chromium, "phone", locale="en-GB") as page:
        for shown in ("subscribe", f"preferences/{choose}", f"unsubscribe/{leave}", "confirm/x"):
            page.goto(place.url + shown)
            expect(page.locator("html")).to_have_attribute("lang", "en")
            _sound(page)


def test_a_form_on_another_site_is_answered_in_place_and_without_scripts_on_our_page(
    chromium: Browser, place: Place
) -> None:
    snippet = place.site.ok("show", "snippet", "--newsletter", "weekly", "--script").out
    head = '<!DOCTYPE html><html lang="ja"><meta charset="utf-8"><title>今日の庭</title><main><h1>今日の庭</h1>'
    folder = place.site.folder / "elsewhere"
    (folder / "index.html").write_text(f"{head}{snippet}</main>", "utf-8")
    (folder / "frame.html").write_text(
        f'{head}<iframe title="購読" src="{place.url}subscribe"></iframe></main>', "utf-8"
    )

    with _context(chromium, "phone") as page:
        page.goto(f"{place.elsewhere}/index.html")
        expect(page.locator("input[name=website]")).to_be_hidden()
        with page.expect_response("**/subscribe*"):
            page.locator(EMAIL).focus()
        page.locator(EMAIL).fill("soko@example.jp")
        place.ahead.later(3)
        _press(page)
        expect(page.get_by_role("status")).to_contain_text("soko@example.jp にメールをお送りします")
        assert page.url.startswith(place.elsewhere)
        _sound(page)
        page.locator(EMAIL).fill("soko@kara")
        _press(page)
        expect(page.get_by_role("status")).to_contain_text("メールアドレスの形になっていない")
        page.route(
            "**/subscribe*",
            lambda route: route.abort() if route.request.resource_type == "fetch" else route.continue_(),
        )
        page.locator(EMAIL).fill("koko@example.jp")
        _press(page)
        expect(page.locator("h1")).to_have_text("「みどりの便り」を購読する")
        expect(page.locator(EMAIL)).to_have_value("koko@example.jp")
        page.goto(f"{place.elsewhere}/frame.html")
        expect(page.frame_locator("iframe").locator(EMAIL)).to_be_visible()
    assert place.mail("soko@example.jp", "/confirm/")

    with _context(chromium, "desktop", java_script_enabled=False) as page:
        page.goto(f"{place.elsewhere}/index.html")
        page.locator(EMAIL).fill("doko@example.jp")
        _press(page)
        expect(page.get_by_role("status")).to_contain_text("もう一度ボタンを押してください")
        place.ahead.later(3)
        _press(page)
        expect(page.locator("h1")).to_have_text(TAKEN["ja"])
    assert place.mail("doko@example.jp", "/confirm/")


@contextmanager
def _context(chromium: Browser, screen: str, **options: Any) -> Iterator[Page]:
    """A Japanese reader's; axe is a script that our pages would not let in."""
    context = chromium.new_context(**{"locale": "ja-JP", "bypass_csp": True, **SCREENS[screen], **options})
    try:
        yield context.new_page()
    finally:
        context.close()


def _press(page: Page) -> None:
    page.locator("main button, form button").first.click()


def _sound(page: Page) -> None:
    """No violation, and nothing that is wider than the screen, in either light."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page)
        assert found.violations_count == 0, (page.url, scheme, found.generate_report())
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def _link(message: EmailMessage, door: str) -> str:
    found = re.search(rf"http://127\.0\.0\.1:\d+/mail/{door}/\S+", _text(message))
    assert found, _text(message)
    return found[0]


def _text(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    return body.get_content() if body else ""


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def _static(folder: Path) -> Iterator[str]:
    """A site of another origin."""
    folder.mkdir()
    handler = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
