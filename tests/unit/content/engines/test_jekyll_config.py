"""What a Jekyll site's files say of its feeds, its people and its defaults."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content import Engine, survey
from publisher.content.engines.jekyll_defaults import fields_for
from publisher.content.engines.jekyll_filter import is_left_out
from publisher.content.engines.jekyll_names import absolute_id, label_of, path_slot
from publisher.content.engines.jekyll_settings import Collection, Default, JekyllSettings
from publisher.content.nouns import Served
from publisher.model.feed import FeedFormat
from publisher.model.post import Author

ATOM, RSS = FeedFormat.ATOM, FeedFormat.RSS


@pytest.mark.parametrize(
    ("files", "served"),
    [
        ({"_config.yml": "title: 題"}, ()),
        ({"_config.yml": "feed: {path: /atom.xml}"}, ()),
        ({"_config.yml": "plugins: [jekyll-feed]"}, (Served(ATOM, "feed.xml"),)),
        ({"_config.yml": "gems: [jekyll-feed]\nfeed: {path: /atom.xml}"}, (Served(ATOM, "atom.xml"),)),
        ({"_config.yml": "theme: minima"}, (Served(ATOM, "feed.xml"),)),
        (
            {"_config.yml": "", "Gemfile": "group :jekyll_plugins do\n  gem 'jekyll-feed', '~> 0.17'\nend\n"},
            (Served(ATOM, "feed.xml"),),
        ),
        ({"_config.yml": "", "Gemfile": "# gem 'jekyll-feed'\ngem 'github-pages'\n"}, ()),
        (
            {"_config.yml": "plugins: [jekyll-feed]\nfeed: {categories: [投資]}"},
            (Served(ATOM, "feed.xml"), Served(ATOM, "feed/{slug}.xml", by_category=True)),
        ),
        (
            {"_config.yml": "plugins: [jekyll-feed]\nfeed: {collections: {posts: {path: /p.xml, categories: [投資]}}}"},
            (Served(ATOM, "p.xml"), Served(ATOM, "feed/{slug}.xml", by_category=True)),
        ),
        # Where a file of that name is there, jekyll-feed leaves it alone.
        (
            {"_config.yml": "plugins: [jekyll-feed]", "feed.xml": "---\nlayout: null\n---\n<rss></rss>"},
            (Served(RSS, "feed.xml"),),
        ),
        (
            {"_config.yml": "", "atom.xml": "---\npermalink: /blog/atom.xml\n---\n<feed></feed>", "rss.xml": "x"},
            (Served(ATOM, "blog/atom.xml"),),
        ),
        ({"_config.yml": "source: src", "src/feed.xml": "---\n---\n<rss></rss>"}, (Served(RSS, "feed.xml"),)),
    ],
)
def test_the_feeds_that_the_site_serves_are_known(site: Any, files: dict[str, str], served: tuple[Served, ...]) -> None:
    for file, text in files.items():
        site.write(file, text)
    assert survey(site.folder).served == served


@pytest.mark.parametrize(("file", "text"), [("_config.yaml", "name: 題"), ("_config.toml", 'name = "題"')])
def test_jekyll_is_known_by_any_of_its_configurations(site: Any, file: str, text: str) -> None:
    site.write(file, text)
    assert (survey(site.folder).engine, survey(site.folder).title) == (Engine.JEKYLL, "題")


def test_settings_that_choose_posts_and_are_not_followed_are_said(site: Any) -> None:
    site.write("_config.yml", "limit_posts: 10\nencoding: cp932\n")
    problems = survey(site.folder).problems
    assert [(fault.line, fault.code) for fault in problems] == [(1, "setting-not-read"), (2, "setting-not-read")]


def test_a_configuration_in_toml_and_another_source_folder_are_read(site: Any) -> None:
    site.write("_config.toml", 'name = "題"\nauthor = "yamada"\nsource = "./src"\ncollections_dir = "書庫"\n')
    site.write("src/_data/authors.yml", "yamada: {name: 山田, email: y@example.jp}\n")
    site.write("src/書庫/_posts/2024-01-01-a.md", "あ")
    found = survey(site.folder)
    assert (found.title, found.author, found.content) == ("題", Author("山田", "y@example.jp"), "src/書庫")
    site.content = found.content
    assert site.post().source == "src/書庫/_posts/2024-01-01-a.md"


def test_a_broken_data_file_is_a_problem_of_the_survey(site: Any) -> None:
    site.write("_config.yml", "title: 題\n")
    site.write("_data/authors.yml", "a: b: c\n")
    assert [(fault.file, fault.line) for fault in survey(site.folder).problems] == [("_data/authors.yml", 1)]


@pytest.mark.parametrize(
    ("style", "template"),
    [
        ("date", "/:collection/:path:output_ext"),
        ("none", "/:collection/:path:output_ext"),
        ("pretty", "/:collection/:path/"),
        ("weekdate", "/:collection/:path"),
        ("/:title", "/:collection/:path"),
        ("/:title/", "/:collection/:path/"),
        ("/:title:output_ext", "/:collection/:path:output_ext"),
    ],
)
def test_a_collection_in_the_feeds_ends_as_the_sites_style_does(site: Any, style: str, template: str) -> None:
    site.write(
        "_config.yml",
        f"permalink: {style}\ncollections: {{recipes: {{output: true}}, notes: {{output: true}}, off: {{}}}}\n"
        "feed: {collections: [recipes, off]}\n",
    )
    settings = survey(site.folder).settings
    assert isinstance(settings, JekyllSettings)
    assert settings.collections == (Collection("recipes", template),)


def test_a_document_without_a_date_is_no_post_and_said_so(site: Any) -> None:
    site.write("_config.yml", "collections: {recipes: {output: true}}\nfeed: {collections: [recipes]}\n")
    site.write("_recipes/味噌.md", "---\ntitle: 味噌\n---\n")
    site.write("_recipes/豆腐.md", "---\ndate: 2024-01-05\n---\n")
    assert site.post().path == "/recipes/豆腐.html"
    assert site.places() == [("_recipes/味噌.md", 1, 1, "no-date")]


def test_a_change_of_the_settings_changes_their_repr_and_nothing_else_does(site: Any) -> None:
    site.write("_config.yml", "defaults: [{scope: {path: ''}, values: {lang: ja, image: {path: x}}}]\n")
    first = repr(survey(site.folder).settings)
    assert first == repr(survey(site.folder).settings)
    site.write("_config.yml", "defaults: [{scope: {path: ''}, values: {lang: ja, image: {path: y}}}]\n")
    assert repr(survey(site.folder).settings) != first


def lang(path: str, pattern: str, collections_dir: str = "") -> bool:
    settings = JekyllSettings(
        collections_dir=collections_dir, defaults=(Default(pattern, None, '{"lang": ["ja", true]}'),)
    )
    return "lang" in fields_for(settings, path, "posts")


@pytest.mark.parametrize(
    ("path", "pattern", "applies"),
    [
        ("_posts/図鑑/a.md", "_posts/図", True),
        ("_posts/a.md", "/_posts", False),
        ("ja/_posts/a.md", "*/_posts", True),
        ("ja/x/_posts/a.md", "*/_posts", False),
        ("ja/x/_posts/a.md", "**/_posts", True),
        ("_posts/a.md", "**/_posts", True),
        ("_posts/a.md", "_posts/*.md", True),
        ("_posts/a.md", "_posts/[!b]*", True),
        ("_posts/a.md", "_posts/{b,a}.*", True),
        ("_posts/.a.md", "_posts/*", False),
        ("_posts/a.md", "/abs/*", False),
    ],
)
def test_a_default_applies_where_its_path_or_pattern_leads(path: str, pattern: str, applies: bool) -> None:
    assert lang(path, pattern) is applies


def test_a_defaults_path_may_name_the_collections_folder() -> None:
    assert lang("_posts/a.md", "書庫/_posts", "書庫/")
    assert lang("_posts/a.md", "書庫/*", "書庫/")
    assert not lang("_posts/a.md", "書*", "書庫/")


GLOBS = st.text("ab*?[]{},/!^.", max_size=40)


@given(GLOBS, GLOBS)
def test_any_pattern_is_asked_in_no_time(pattern: str, path: str) -> None:
    assert lang(f"_posts/{path}", f"{pattern}*") in (True, False)
    settings = JekyllSettings(include=(pattern,), exclude=(path,))
    assert is_left_out(settings, f"_posts/{path}a", f"{path}a") in (True, False)


def test_a_pattern_of_many_stars_does_not_hang() -> None:
    stars = "*a" * 40 + "b"
    assert not lang(f"_posts/{'a' * 250}", f"_posts/{stars}")
    assert not is_left_out(JekyllSettings(exclude=(stars,)), "a" * 250, "a" * 250)
    assert not lang("_posts/a", "{a,b}" * 30 + "*")


PARTS = ["_posts", "_drafts", "ja", "2024-01-01-a.md", "_x", "..", "か\u3099", "_recipes"]


@given(st.lists(st.sampled_from(PARTS), min_size=1))
def test_any_place_has_a_path_slot_and_a_collection(parts: list[str]) -> None:
    below = "/".join(parts)
    label = label_of(JekyllSettings(show_drafts=True, collections=(Collection("recipes", "/:path"),)), below)
    assert label in ("posts", "recipes")
    assert not path_slot(label, below).endswith(".")


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXTS, TEXTS, st.booleans())
def test_any_slug_has_an_ascii_id(path: str, slug: str, nfkc: bool) -> None:
    found = absolute_id("https://例え.jp:443/ブログ/", f"/{path}", slug, nfkc=nfkc)
    assert found.isascii()
    assert found.startswith("https://xn--r8jz45g.jp/%E3%83%96%E3%83%AD%E3%82%B0/")
    assert " " not in found
