"""What init writes."""

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from publisher.config import Config, load_config
from publisher.errors import ContentError, UsageError
from publisher.feeds import serialise
from publisher.jobs.ids import recall
from publisher.jobs.init import Made, init
from publisher.jobs.site import resolve
from publisher.model.feed import Entry, Feed, FeedFormat

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def made_in(folder: Path) -> Made:
    return init(folder, at=NOW)


def written(folder: Path) -> Config:
    return load_config(None, {}, folder)


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def rss(*links: str, title: str = "題", generator: str = "Hugo") -> str:
    items = "".join(f"<item><guid>guid:{link}</guid><link>https://x.example{link}</link></item>" for link in links)
    head = f"<title>{title}</title><link>https://x.example/</link><generator>{generator}</generator>"
    return f'<rss version="2.0"><channel>{head}{items}</channel></rss>'


def atom(*links: str) -> str:
    entries = "".join(
        f'<entry><id>id:{link}</id><title>t</title><link href="https://x.example{link}"/></entry>' for link in links
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>題</title><id>i</id>{entries}</feed>'


def plain_site(folder: Path) -> None:
    for name, categories in (("一", "本"), ("二", "本, 庭"), ("三", "")):
        write(
            folder, f"{name}.md", f"---\ntitle: {name}\ndate: 2026-01-05\ncategories: [{categories}]\n---\n\n本文。\n"
        )


def hugo_site(folder: Path, **posts: str) -> None:
    write(folder, "hugo.toml", 'baseURL = "https://x.example/"\n')
    for name, category in posts.items():
        head = f"---\ntitle: {name}\ndate: 2026-01-05\ncategories: ['{category}']\n---\n"
        write(folder, f"content/posts/{name}.md", f"{head}\n本文。\n")


def test_the_config_it_writes_is_valid_and_commented(tmp_path: Path) -> None:
    made = made_in(tmp_path)

    config = written(tmp_path)
    assert made.config == config.file
    assert list(config.settings.newsletters) == ["weekly"]
    assert config.settings.newsletters["weekly"].schedules == {"weekly": "mon 09:00"}
    assert config.settings.feeds.formats == ["rss", "atom"]
    assert made.config.read_text(encoding="utf-8").count("#") > 10
    assert not (tmp_path / "ids.json").exists()


@pytest.mark.parametrize("title", ['引用"符"', "コロン: と # 井桁", "\\逆斜線", "改 行", "改\u2028行", "@URL@ @NONE@"])
def test_a_title_of_any_kind_is_written_so_that_it_reads_back(tmp_path: Path, title: str) -> None:
    (tmp_path / "hugo.toml").write_text(f"title = {json.dumps(title)}\n", encoding="utf-8")

    file = made_in(tmp_path).config

    assert written(tmp_path).settings.site.title is None
    assert resolve(written(tmp_path)).site.title == title
    line = re.search(r"^  # (title: .*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    assert line
    assert yaml.safe_load(line[1]) == {"title": title}


def test_japanese_posts_make_a_japanese_site_mailed_in_tokyo(tmp_path: Path) -> None:
    write(tmp_path, "_posts/2026-01-05-a.md", "ひらがなの本文です。")
    (tmp_path / "_posts/2026-01-06-folder.md").mkdir()

    made_in(tmp_path)

    settings, site = written(tmp_path).settings, resolve(written(tmp_path)).site
    assert site.language == "ja"
    assert site.timezone == "UTC", "as Jekyll reads dates where _config.yml names no zone on a server"
    assert settings.newsletters["weekly"].timezone == "Asia/Tokyo"


def test_git_is_told_how_ids_merge_beside_what_it_was_told_before(tmp_path: Path) -> None:
    write(tmp_path, ".gitattributes", "*.png binary\n")

    made_in(tmp_path)

    assert (tmp_path / ".gitattributes").read_text(encoding="utf-8") == "*.png binary\nids.json merge=union\n"


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("_config.yml", "title: 庭\nurl: [x\n", "_config.yml:2:6: "),
        ("_config.yml", "title: 庭\ntimezone: Mars/Base\n", "_config.yml:2:1: "),
        ("hugo.toml", "title = 庭\n", "hugo.toml:1:9: "),
        ("config.toml", "base_url = https\n", "config.toml:1:12: "),
        ("config.yml", "baseURL: [x\n", "config.yml:1:10: "),
        ("config.yaml", "baseURL: [x\n", "config.yaml:1:10: "),
        ("zola.toml", "base_url = https\n", "zola.toml:1:12: "),
        ("pelicanconf.py", "SITENAME = 'a'\ndef (\n", "pelicanconf.py:2:5: "),
    ],
)
def test_where_the_engines_settings_cannot_be_read_nothing_is_written(
    tmp_path: Path, name: str, text: str, place: str
) -> None:
    write(tmp_path, name, text)
    (tmp_path / "content").mkdir()

    with pytest.raises(ContentError) as refusal:
        made_in(tmp_path)

    assert str(refusal.value).startswith(place)
    assert sorted(path.name for path in tmp_path.rglob("*")) == sorted(["content", name])


def test_what_of_the_engines_settings_is_not_followed_is_told(tmp_path: Path) -> None:
    write(tmp_path, "pelicanconf.py", "SITEURL = input()\n")

    assert any(note.startswith("pelicanconf.py:1:1: warning setting-not-read: ") for note in made_in(tmp_path).notes)


def test_what_the_engine_says_later_counts(tmp_path: Path) -> None:
    write(tmp_path, "_config.yml", "title: 庭\nurl: https://a.example\ntimezone: Asia/Tokyo\nlang: ja\n")
    made_in(tmp_path)
    later = "title: 畑\nurl: https://b.example\ntimezone: Europe/Paris\nlang: fr\nauthor: 花子\ndestination: docs\n"
    write(tmp_path, "_config.yml", later)

    place = resolve(written(tmp_path))

    site, author = place.site, place.site.author
    assert (site.title, site.url, site.timezone, site.language) == ("畑", "https://b.example/", "Europe/Paris", "fr")
    assert author is not None
    assert author.name == "花子"
    assert place.output == tmp_path / "docs"
    assert written(tmp_path).settings.newsletters["weekly"].timezone is None, "that of the site"


@pytest.mark.parametrize("engine", ["_posts/2026-01-05-a.md", "hugo.toml"])
def test_what_the_engine_did_not_say_at_first_may_be_said_there_later(tmp_path: Path, engine: str) -> None:
    write(tmp_path, engine, "")
    made_in(tmp_path)
    assert resolve(written(tmp_path)).site.url == "https://your-site.invalid/"
    write(tmp_path, "_config.yml", "url: https://a.example\ntimezone: Asia/Tokyo\n")
    write(tmp_path, "hugo.toml", 'baseURL = "https://a.example/"\ntimeZone = "Asia/Tokyo"\n')

    site = resolve(written(tmp_path)).site

    assert (site.url, site.timezone) == ("https://a.example/", "Asia/Tokyo")


def test_a_config_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    made_in(tmp_path)
    before = (tmp_path / "config.yaml").read_bytes()

    with pytest.raises(UsageError, match=r"config\.yaml is there already"):
        made_in(tmp_path)

    assert (tmp_path / "config.yaml").read_bytes() == before


def test_feeds_that_lie_in_the_output_keep_their_formats_paths_and_ids(tmp_path: Path) -> None:
    plain_site(tmp_path)
    write(tmp_path, "public/rss.xml", rss("/一/"))
    write(tmp_path, "public/feed.xml", atom("/一/", "/二/"))
    write(tmp_path, "public/index.xml", rss("/三/"))

    made = made_in(tmp_path)

    settings = written(tmp_path).settings
    assert settings.feeds.formats == ["rss", "atom"]
    assert (settings.feeds.paths["rss"], settings.feeds.paths["atom"]) == ("index.xml", "feed.xml")
    assert made.kept == ("index.xml", "feed.xml")
    ids = {record.source: record.id for record in recall(tmp_path).records}
    assert (ids["一.md"], ids["二.md"], ids["三.md"]) == ("id:/一/", "id:/二/", "guid:/三/")
    assert any("3 posts keep the id of a feed: 3 by link" in note for note in made.notes)


def test_a_json_feed_alone_is_all_that_is_written(tmp_path: Path) -> None:
    plain_site(tmp_path)
    items = [{"id": "1", "url": "https://x.example/一/"}]
    write(tmp_path, "public/feed.json", json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}))

    made_in(tmp_path)

    assert written(tmp_path).settings.feeds.formats == ["json"]
    assert {record.source: record.id for record in recall(tmp_path).records}["一.md"] == "1"


@pytest.mark.parametrize("text", ["", "<p>no feed", "<rss", rss("/一/", generator="Publisher"), "\x00" * 10])
def test_what_is_no_foreign_feed_is_left_alone(tmp_path: Path, text: str) -> None:
    plain_site(tmp_path)
    write(tmp_path, "public/index.xml", text)

    made = made_in(tmp_path)

    assert made.kept == ()
    assert written(tmp_path).settings.feeds.formats == ["rss", "atom"]
    assert recall(tmp_path).records == ()


def test_our_own_feed_of_before_gives_no_ids(tmp_path: Path) -> None:
    plain_site(tmp_path)
    entry = Entry("other:id", "https://x.example/一/", "一", NOW, NOW)
    ours = Feed("i", "題", "d", "https://x.example/", "https://x.example/feed.xml", "ja", NOW, (entry,))
    (tmp_path / "public").mkdir()
    (tmp_path / "public/feed.xml").write_bytes(serialise(ours, FeedFormat.ATOM))

    assert made_in(tmp_path).kept == ()


def test_ids_that_are_recorded_stay_when_the_config_is_made_anew(tmp_path: Path) -> None:
    plain_site(tmp_path)
    write(tmp_path, "public/index.xml", rss("/一/"))
    made_in(tmp_path)
    before = (tmp_path / "ids.json").read_bytes()
    (tmp_path / "config.yaml").unlink()
    write(tmp_path, "public/index.xml", rss("/一/").replace("guid:", "other:"))

    made = made_in(tmp_path)

    assert (tmp_path / "ids.json").read_bytes() == before
    assert any("ids.json is there already" in note for note in made.notes)


def test_feeds_of_categories_keep_the_names_that_the_engine_gave_them(tmp_path: Path) -> None:
    hugo_site(tmp_path, a="投資分析", b="Market News", c="C++", d="C")
    paths = {"投資分析": "a", "market-news": "b", "c++": "c", "c": "d"}
    for slug, name in paths.items():
        write(tmp_path, f"public/categories/{slug}/index.xml", rss(f"/posts/{name}/"))
    write(tmp_path, "public/index.xml", rss(*(f"/posts/{name}/" for name in paths.values())))

    made = made_in(tmp_path)

    config = written(tmp_path)
    assert made.kept == ("index.xml", "categories/{slug}/index.xml")
    assert config.settings.feeds.paths["category_rss"] == "categories/{slug}/index.xml"
    assert config.settings.categories == {"C++": "c++"}
    assert {record.id for record in recall(config.home).records} == {f"guid:/posts/{name}/" for name in "abcd"}


def test_a_category_whose_name_is_in_another_script_is_told_by_its_posts(tmp_path: Path) -> None:
    hugo_site(tmp_path, a="投資分析", b="投資分析", c="料理")
    write(tmp_path, "public/index.xml", rss("/posts/a/"))
    write(tmp_path, "public/categories/tou-zi-fen-xi/index.xml", rss("/posts/a/", "/posts/b/"))
    write(tmp_path, "public/categories/empty/index.xml", rss())
    write(tmp_path, "public/categories/all/index.xml", rss("/posts/a/", "/posts/c/"))

    made_in(tmp_path)

    assert written(tmp_path).settings.categories == {"投資分析": "tou-zi-fen-xi"}


def test_two_posts_of_one_id_are_told_of_and_keep_their_own(tmp_path: Path) -> None:
    plain_site(tmp_path)
    write(tmp_path, "public/index.xml", rss("/一/", "/二/").replace("guid:/一/", "1").replace("guid:/二/", "1"))

    made = made_in(tmp_path)

    assert any("一.md and 二.md would both have the id 1" in note for note in made.notes)
    assert "1" not in {record.id for record in recall(tmp_path).records}


def test_an_engine_that_would_read_our_home_is_told_to_ignore_it(tmp_path: Path) -> None:
    write(tmp_path, ".eleventy.js", "module.exports = function (config) { return { dir: { input: '.' } }; };\n")
    ignored = tmp_path / ".eleventyignore"
    ignored.write_bytes(b"README.md\nd\xe9j\xe0\n")

    made_in(tmp_path)
    (tmp_path / "_publisher/config.yaml").unlink()
    made_in(tmp_path)

    assert ignored.read_bytes() == b"README.md\nd\xe9j\xe0\n_publisher/\n"


def test_a_folder_whose_name_is_no_utf_8_is_a_site_like_any_other(tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/d\xe9j\xe0"))
    folder.mkdir()

    made = made_in(folder)

    assert made.config.read_text(encoding="utf-8").count("d?j?") == 2
