"""The page of preview --watch in Chromium: it shows the mail from all sides, and follows what is written."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from support.browser import Tab, browser
from support.serving import Served, asking
from support.site import CONFIG, JST, Site, days_ago

TEMPLATE = """\
{% extends "mail/layout.html.j2" %}
{% block content %}<p id="own">WORD</p>{% endblock %}
"""
SHOWN = """({
  desktop: innerWidthOf("desktop-light"), phone: innerWidthOf("phone-dark"),
  light: ground("desktop-light"), dark: ground("phone-dark"), text: document.getElementById("text-part").innerText,
})"""
TOOLS = """
const framed = name => document.getElementById(name).contentWindow;
const innerWidthOf = name => framed(name).innerWidth;
const ground = name => framed(name).getComputedStyle(framed(name).document.body).backgroundColor;
"""


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with browser(tmp_path_factory.mktemp("profile")) as tab:
        yield tab


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A Japanese folder with a Japanese post, in it a picture that is on no server yet."""
    made = Site(tmp_path / "私の 庭")
    made.write("config.yaml", CONFIG)
    body = "庭の一日。\n\n![梅の木](/images/梅.png)\n\n" + "本文が続きます。\n\n" * 60
    made.post("梅を干す", days_ago(1), title="梅を干す日：塩分18％", body=body)
    (made.folder / "images").mkdir()
    Image.new("RGB", (320, 200), "#206040").save(made.folder / "images" / "梅.png")
    yield made
    made.stop()


@pytest.fixture
def url(site: Site, chromium: Tab) -> Iterator[str]:
    """Where the preview is served, its watch standing."""
    served = Served(site, "-m", "publisher", "preview", "weekly", "--watch")
    with asking(served) as client:
        assert client.get("/changes?since=1").text == "2"
    yield served.url
    # The page would go on asking, and the next test's would be told that nobody answers.
    chromium.open("about:blank")


def brightness(colour: str) -> int:
    return sum(map(int, colour.removeprefix("rgb(").removesuffix(")").split(", ")))


def test_the_mail_is_shown_wide_and_narrow_light_and_dark(chromium: Tab, url: str) -> None:
    for likes_dark in (False, True):
        chromium.look(width=1400, height=900, dark=likes_dark)
        chromium.open(url)

        assert "みどりの便り" in chromium.tell("document.title")
        shown = chromium.tell(f"(() => {{ {TOOLS} return {SHOWN}; }})()")
        assert (shown["desktop"], shown["phone"]) == (800, 375)
        assert brightness(shown["light"]) > 3 * 200, "whatever the viewer's system likes"
        assert brightness(shown["dark"]) < 3 * 60
        assert "梅を干す日：塩分18％" in shown["text"]
        assert chromium.complaints == []


def test_pictures_that_are_on_no_server_yet_are_shown(chromium: Tab, url: str) -> None:
    chromium.open(f"{url}one_off/ja/")

    image = "document.getElementById('desktop-dark').contentDocument.querySelector(\"img[alt='梅の木']\")"
    assert chromium.tell(f"[{image}.naturalWidth, {image}.naturalHeight]") == [320, 200]
    assert chromium.complaints == []


def test_an_edited_template_a_new_post_and_a_changed_setting_show_by_themselves(
    chromium: Tab, site: Site, url: str
) -> None:
    chromium.open(url)
    own = "document.getElementById('phone-light').contentDocument.getElementById('own').innerText"

    for word in ("一つ目", "二つ目"):
        site.write("templates/mail/digest.html.j2", TEMPLATE.replace("WORD", word))
        chromium.reloaded()
        assert chromium.tell(own) == word

    (site.folder / "templates/mail/digest.html.j2").unlink()
    chromium.reloaded()
    site.post("新しい", datetime.now(JST) - timedelta(minutes=1), title="いま書いた記事")
    chromium.reloaded()
    assert "いま書いた記事" in chromium.tell("document.getElementById('text-part').innerText")
    site.write("config.yaml", CONFIG.replace('title: "みどりの便り"', 'title: "あおい便り"'))
    chromium.reloaded()
    assert "あおい便り" in chromium.tell("document.querySelector('.subject').innerText")
    assert chromium.complaints == []


def test_a_broken_template_is_shown_with_its_line_and_mended_is_gone(chromium: Tab, site: Site, url: str) -> None:
    chromium.open(url)
    site.write("templates/mail/digest.html.j2", TEMPLATE.replace("WORD", "{{ newsletter.titel }}"))
    chromium.reloaded()

    assert "mail/digest.html.j2:2" in chromium.tell("document.querySelector('[role=alert] .message').innerText")
    assert "newsletter.titel" in chromium.tell("document.querySelector('.here').innerText")

    site.write("templates/mail/digest.html.j2", TEMPLATE.replace("WORD", "{{ newsletter.title }}"))
    chromium.reloaded()
    assert chromium.tell("document.querySelector('[role=alert]')") is None
    assert chromium.tell("document.getElementById('desktop-light').contentDocument.getElementById('own').innerText")
    assert chromium.complaints == []


def test_a_mail_stays_scrolled_to_where_it_was_when_it_is_shown_anew(chromium: Tab, site: Site, url: str) -> None:
    chromium.open(f"{url}one_off/ja/")
    chromium.tell("document.getElementById('phone-light').contentWindow.scrollTo(0, 400)")
    chromium.tell("(document.getElementById('html').open = true, document.getElementById('html-part').scrollTop = 90)")
    site.write("config.yaml", CONFIG.replace("みどりの便り", "あおい便り"))
    chromium.reloaded()

    assert chromium.tell("document.getElementById('phone-light').contentWindow.scrollY") == 400
    assert chromium.tell("document.getElementById('desktop-light').contentWindow.scrollY") == 0
    assert chromium.tell("document.getElementById('html-part').scrollTop") == 90


def test_a_script_in_a_mail_does_not_run(chromium: Tab, site: Site, url: str) -> None:
    script = "<script>document.title = parent.document.title = '乗っ取り'</script>"
    site.write("templates/mail/digest.html.j2", TEMPLATE.replace("WORD", f"言葉</p>{script}<p>"))
    chromium.open(url)

    assert "乗っ取り" not in chromium.tell("document.title")
    assert any("Blocked script execution" in line for line in chromium.complaints)


def test_the_keyboard_reaches_every_tab_frame_and_text(chromium: Tab, url: str) -> None:
    chromium.open(url)
    reached = chromium.tell("""[...document.querySelectorAll("a, iframe, pre, summary")].filter(
        one => one.tabIndex >= 0 && one.checkVisibility()).map(one => one.localName)""")

    assert {"a", "iframe", "pre", "summary"} == set(reached)
    names = chromium.tell("[...document.querySelectorAll('iframe')].map(frame => frame.title)")
    assert len(names) == len(set(names)) == 4


def test_the_page_says_when_the_preview_has_ended(chromium: Tab, site: Site, url: str) -> None:
    chromium.open(url)
    said = """new Promise(kept => new MutationObserver(seen => kept(seen[0].target.innerText)).observe(
        document.getElementById("live"), {childList: true}))"""
    site.started[0].terminate()

    assert chromium.tell(said) == "プレビューは終了しています。"
