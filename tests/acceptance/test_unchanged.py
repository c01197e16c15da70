"""An unchanged build looks at names and times alone, and misses nothing."""

from pathlib import Path

import pytest
from support.site import Site

POST = "---\ntitle: {title}\ndate: 2026-01-05 09:00:00 +0900\n---\n\n{body}\n"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site(tmp_path / "blog")
    site.write("_config.yml", "title: 日誌\nurl: https://blog.example\ntimezone: Asia/Tokyo\n")
    site.write("_includes/挨拶.html", "こんにちは")
    site.write("_data/人.yml", "名: 花子\n")
    body = "{% include 挨拶.html %}、{{ site.data.人.名 }}。"
    site.write("_posts/2026-01-05-一.md", POST.format(title="一", body=body))
    site.write("_posts/2026-01-06-二.md", "---\ntitle: 二\n---\n\n本文です。\n")
    site.ok("init")
    return site


def feed(site: Site) -> str:
    return (site.folder / "_site/feed.xml").read_text(encoding="utf-8")


def test_whatever_a_feed_depends_on_is_seen_when_it_changes(site: Site) -> None:
    site.ok("build")
    changes = {
        "_includes/挨拶.html": ("こんばんは", "こんばんは"),
        "_data/人.yml": ("名: 太郎\n", "太郎"),
        "_config.yml": ("url: https://blog.example\ntimezone: Asia/Tokyo\npermalink: /abc/:title/\n", "/abc/"),
        "_posts/2026-01-06-二.md": ("---\ntitle: 改題\n---\n\n本文です。\n", "改題"),
        "_posts/2026-01-07-三.md": ("---\ntitle: 追加\n---\n\n本文です。\n", "追加"),
    }
    for name, (text, expected) in changes.items():
        assert site.ok("build", "--json").json["written"] == []
        site.write(name, text)
        assert expected not in feed(site)
        assert "_site/feed.xml" in site.ok("build", "--json").json["written"], name
        assert expected in feed(site)


def test_a_feed_that_was_deleted_or_changed_by_another_is_written_again(site: Site) -> None:
    site.ok("build")
    whole = feed(site)
    (site.folder / "_site/feed.xml").unlink()
    assert site.ok("build", "--json").json["written"] == ["_site/feed.xml"]
    (site.folder / "_site/feed.xml").write_text("別のもの", encoding="utf-8")
    assert site.ok("build", "--json").json["written"] == ["_site/feed.xml"]
    assert feed(site) == whole


def test_a_removed_post_leaves_and_a_renamed_one_keeps_its_id(site: Site) -> None:
    site.ok("build")
    before = feed(site)
    path = site.folder / "_posts/2026-01-06-二.md"
    path.rename(path.with_name("2026-01-06-弐.md"))
    site.ok("build")
    ids = [line for line in before.splitlines() if "<guid" in line]
    assert [line for line in feed(site).splitlines() if "<guid" in line] == ids
    (site.folder / "_posts/2026-01-06-弐.md").unlink()
    site.ok("build")
    assert "二" not in feed(site)


def test_settings_from_the_environment_and_the_hour_count(site: Site) -> None:
    site.ok("build")
    assert site.ok("build", "--json", PUBLISHER_FEEDS__LIMIT="1").json["written"] != []
    assert site.ok("build", "--json", PUBLISHER_FEEDS__LIMIT="1").json["written"] == []
    assert site.ok("build", "--json", "--at", "2026-01-05T12:00").json["posts"] == 1
    assert site.ok("build", "--json", "--at", "2026-01-06T12:00").json["posts"] == 2


def test_what_is_told_of_an_unchanged_site_is_what_was_told_before(site: Site) -> None:
    site.write("_posts/2026-01-08-悪い.md", "---\ntitle：全角\n---\n")
    first = site.ok("build", "--json").json
    again = site.ok("build", "--json").json

    assert first["problems"] == again["problems"] != []
    assert again["unchanged"] == len(first["written"]) + first["unchanged"]


def test_a_list_of_posts_tells_of_one_to_come_when_its_moment_has_come(site: Site) -> None:
    title = "{% for post in site.posts %}{{ post.title }}、{% endfor %}{{ page.next.title }}"
    site.write("_posts/2026-01-07-一覧.md", POST.format(title="一覧", body=title).replace("01-05", "01-07"))
    site.write("_posts/2026-02-01-極秘.md", "---\ntitle: 極秘\n---\n\n本文です。\n")

    site.ok("build", "--at", "2026-01-31T09:00")
    assert "一覧、二、" in feed(site)
    assert "極秘" not in feed(site)

    site.ok("build", "--at", "2026-02-02T09:00")
    assert "極秘、一覧、二、" in feed(site)


def test_an_address_and_a_zone_that_the_engine_is_told_after_init_count(site: Site) -> None:
    site.ok("build")
    assert "<pubDate>Mon, 05 Jan 2026 15:00:00 +0000</pubDate>" in feed(site)
    site.write("_config.yml", "title: 日誌\nurl: https://moved.example\ntimezone: America/New_York\n")

    site.ok("build")

    assert "<link>https://moved.example/2026/01/06/" in feed(site)
    assert "<pubDate>Tue, 06 Jan 2026 05:00:00 +0000</pubDate>" in feed(site)


def test_an_engines_broken_configuration_stops_the_build_and_leaves_the_feeds(site: Site) -> None:
    site.ok("build")
    before = feed(site)
    site.write("_config.yml", "title: [破れた\npermalink: /x/:title/\n")

    done = site.run("build")

    assert done.code == 65
    assert "_config.yml" in done.err
    assert feed(site) == before


@pytest.mark.parametrize("text", ["", "title: 日誌\n", None])
def test_an_engines_configuration_that_is_cut_short_does_not_take_the_address_from_the_feeds(
    site: Site, text: str | None
) -> None:
    site.ok("build")
    before = feed(site)
    (site.folder / "_config.yml").unlink() if text is None else site.write("_config.yml", text)

    done = site.run("build")

    assert done.code == 78
    assert "site.url: is not known any more; the posts were at https://blog.example/" in done.err
    assert feed(site) == before


def test_a_site_without_an_address_yet_is_built_again_and_again(site: Site) -> None:
    site.write("_config.yml", "title: 日誌\n")
    site.ok("build")
    site.write("_posts/2026-01-07-三.md", POST.format(title="三", body="本文です。"))
    site.ok("build")
    site.write("_config.yml", "title: 日誌\nurl: https://blog.example\n")
    site.ok("build")

    assert "<link>https://blog.example/2026/01/05/" in feed(site)
