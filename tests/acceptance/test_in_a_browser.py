"""The page of all feeds, and feeds themselves, in the system's Chromium."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from support.browser import Tab, browser
from support.site import JST, Site

BODY = "本文の**はじめ**です。 <b>太字</b> & 記号。"
SHOWN = """
[...document.querySelectorAll("*")]
  .filter(one => !one.children.length && one.checkVisibility() && one.textContent.trim())
  .map(one => one.localName + ": " + one.textContent.trim())
"""


class Served(SimpleHTTPRequestHandler):
    """As static hosts do it: by the end of a file's name."""

    extensions_map = {".html": "text/html; charset=utf-8", ".xml": "application/xml", ".css": "text/css"}  # noqa: RUF012

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a built site with two posts is served."""
    site = Site(tmp_path_factory.mktemp("site"))
    config = "site: {title: みどりの庭, url: https://midori.example/, language: ja, timezone: Asia/Tokyo}\n"
    site.write("config.yaml", config + "content: {path: posts}\n")
    site.post("miso", datetime(2026, 11, 22, 9, tzinfo=JST), title="味噌を仕込む <b>", body=BODY)
    site.post("ume", datetime(2026, 11, 23, 9, tzinfo=JST), title="梅を干す", categories="庭, 台所")
    site.ok("build")
    handler = partial(Served, directory=str(site.folder / "public"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with browser(tmp_path_factory.mktemp("profile")) as tab:
        yield tab


def test_a_click_copies_the_address_and_says_so(chromium: Tab, root: str) -> None:
    chromium.open(f"{root}/feeds/index.html")
    said = """new Promise(kept => {
      const button = document.querySelector("button");
      new MutationObserver(() => kept(button.textContent)).observe(button, {childList: true});
      button.click();
    })"""

    assert chromium.tell("document.querySelectorAll('button:not([hidden])').length") == 3
    assert chromium.tell(said) == "コピーしました"


def test_a_page_without_tls_copies_too(chromium: Tab, root: str) -> None:
    chromium.open(f"{root}/feeds/index.html")
    copied = """new Promise(kept => {
      document.addEventListener("copy", () => kept(getSelection().toString()));
      Object.defineProperty(navigator, "clipboard", {value: undefined});
      document.querySelector("button").click();
    })"""

    assert chromium.tell(copied) == "https://midori.example/feed.xml"


def test_the_page_keeps_its_own_policy(chromium: Tab, root: str) -> None:
    chromium.open(f"{root}/feeds/index.html")

    assert [line for line in chromium.complaints if "favicon.ico" not in line] == []


def test_a_title_or_address_too_long_for_a_phone_does_not_widen_the_page(chromium: Tab, root: str) -> None:
    chromium.look(width=320, height=640, phone=True)
    chromium.open(f"{root}/feeds/index.html")

    assert chromium.tell("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("path", ["/feeds/index.html", "/feed.xml", "/atom.xml"])
def test_light_and_dark_follow_the_reader(chromium: Tab, root: str, path: str) -> None:
    ink = """(() => {
      const ground = document.body ?? document.documentElement;
      return [getComputedStyle(ground).backgroundColor, getComputedStyle(ground).color];
    })()"""
    seen = []
    for dark in (False, True):
        chromium.look(width=1000, height=800, dark=dark)
        chromium.open(root + path)
        seen.append(chromium.tell(ink))

    assert seen == [["rgb(244, 243, 239)", "rgb(38, 36, 31)"], ["rgb(22, 22, 20)", "rgb(233, 230, 222)"]]


def test_a_feed_in_rss_reads_as_a_page(chromium: Tab, root: str) -> None:
    chromium.open(f"{root}/feed.xml")
    shown = chromium.tell(SHOWN)

    assert [line for line in shown if line.startswith("title:")] == [
        "title: みどりの庭",
        "title: 梅を干す",
        "title: 味噌を仕込む",
    ]
    assert {line.partition(":")[0] for line in shown} == {"title", "description", "pubDate", "link"}


def test_a_feed_in_atom_reads_as_a_page(chromium: Tab, root: str) -> None:
    chromium.open(f"{root}/atom.xml")
    shown = chromium.tell(SHOWN)

    assert {line.partition(":")[0] for line in shown} <= {"title", "subtitle", "published", "summary"}
    assert "title: 梅を干す" in shown
    address = "getComputedStyle(document.querySelector('entry > link[rel=alternate]'), '::before').content"
    assert "https://midori.example/" in chromium.tell(address)


@pytest.mark.parametrize(("path", "element"), [("/feed.xml", "channel"), ("/atom.xml", "feed")])
def test_a_feed_says_what_it_is_and_where_all_feeds_are(chromium: Tab, root: str, path: str, element: str) -> None:
    chromium.open(root + path)
    notice = chromium.tell(f"getComputedStyle(document.querySelector('{element}'), '::before').content")

    assert notice.startswith('"これはフィードです。')
    assert notice.endswith('https://midori.example/feeds/index.html"')


def test_a_feed_can_be_read_on_a_phone(chromium: Tab, root: str) -> None:
    chromium.look(width=390, height=844, phone=True)
    chromium.open(f"{root}/feed.xml")
    # What Chromium makes of a document without a viewport.
    assert chromium.tell("innerWidth") == 980

    size = chromium.tell("parseFloat(getComputedStyle(document.querySelector('item > description')).fontSize)")
    assert size * 390 / 980 > 15
