"""What `build` writes for people, and `show links`."""

from datetime import datetime

import pytest
from support.site import JST, Site


@pytest.fixture
def garden(site: Site) -> Site:
    site.post("miso", datetime(2026, 11, 22, 9, tzinfo=JST), title="味噌を仕込む", categories="庭, 台所")
    return site


def test_show_links_prints_what_a_head_needs(garden: Site) -> None:
    lines = garden.ok("show", "links").out.splitlines()

    assert lines == [
        '<link rel="alternate" type="application/rss+xml" title="みどりの庭 (RSS)" href="https://midori.example/feed.xml">',
        '<link rel="alternate" type="application/atom+xml" title="みどりの庭 (Atom)" href="https://midori.example/atom.xml">',
    ]


def test_show_links_names_all_feeds_when_asked(garden: Site) -> None:
    links = garden.ok("show", "links", "--all", "--json").json["links"]

    assert [link["title"] for link in links[2:]] == [f"{name} – みどりの庭" for name in ("台所", "庭", "本")]


def test_the_page_offers_mail_from_the_first_newsletter(garden: Site) -> None:
    garden.ok("build")

    assert 'href="mailto:midori@midori.example?subject=' in (garden.folder / "public/feeds/index.html").read_text(
        "utf-8"
    )


def test_a_word_of_ones_own_changes_the_page_and_nothing_else(garden: Site) -> None:
    garden.ok("build")
    garden.write("templates/feed/ja.json", '{"intro": "お気軽にどうぞ。"}')
    done = garden.ok("build", "--json")

    assert done.json["written"] == ["public/feeds/index.html"]
    assert "お気軽にどうぞ。" in (garden.folder / "public/feeds/index.html").read_text("utf-8")


def test_broken_words_stop_the_page_with_their_place(garden: Site) -> None:
    garden.write("templates/feed/ja.json", '{\n"intro": お気軽に}')
    done = garden.run("build")

    assert done.code == 78
    assert "feed/ja.json:2: " in done.err
