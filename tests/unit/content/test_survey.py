from typing import Any

import pytest

from publisher.content import Engine, survey
from publisher.model.post import Author


@pytest.mark.parametrize(
    ("files", "engine"),
    [
        ({"_config.yml": "title: x"}, Engine.JEKYLL),
        ({"_posts/2024-01-01-a.md": "あ"}, Engine.JEKYLL),
        ({"hugo.toml": ""}, Engine.HUGO),
        ({"hugo.yaml": ""}, Engine.HUGO),
        ({"config.toml": ""}, Engine.HUGO),
        ({"config/_default/hugo.toml": ""}, Engine.HUGO),
        ({"content/a.md": "", "archetypes/default.md": ""}, Engine.HUGO),
        ({"config.yaml": "baseURL: https://example.com/"}, Engine.HUGO),
        ({"config.yaml": "site: {title: ours}"}, Engine.PLAIN),
        ({"content/a.md": ""}, Engine.PLAIN),
        ({}, Engine.PLAIN),
    ],
)
def test_the_engine_is_known_by_its_files(site: Any, files: dict[str, str], engine: Engine) -> None:
    for file, text in files.items():
        site.write(file, text)
    assert survey(site.folder).engine is engine


def test_jekylls_configuration_is_read(site: Any) -> None:
    site.write(
        "_config.yml",
        """\
        title: 投資の日記
        url: https://example.com
        baseurl: /blog
        lang: ja
        timezone: Asia/Tokyo
        description: >
          毎日の
          記録
        author: {name: 山田, email: y@example.jp}
        permalink: pretty
        destination: ./docs
        """,
    )
    found = survey(site.folder)
    assert (found.title, found.url, found.language) == ("投資の日記", "https://example.com/blog/", "ja")
    assert (found.timezone, found.description, found.author) == (
        "Asia/Tokyo",
        "毎日の 記録",
        Author("山田", "y@example.jp"),
    )
    assert (found.permalink, found.output, found.content, found.problems) == ("pretty", "docs", ".", ())


def test_an_empty_jekyll_site_says_nothing(site: Any) -> None:
    site.write("_posts/2024-01-01-a.md", "あ")
    found = survey(site.folder)
    assert (found.title, found.url, found.permalink, found.output, found.content) == (None, None, None, "_site", ".")


def test_a_broken_configuration_is_a_problem_with_its_place(site: Any) -> None:
    site.write("_config.yml", "title: 題\nurl: a: b\n")
    assert [(fault.file, fault.line, fault.column) for fault in survey(site.folder).problems] == [("_config.yml", 2, 7)]


def test_a_zone_that_does_not_exist_is_a_problem(site: Any) -> None:
    site.write("_config.yml", "title: 題\ntimezone: Asia/Tokio\n")
    found = survey(site.folder)
    assert found.timezone is None
    assert [(fault.line, fault.code) for fault in found.problems] == [(2, "unknown-zone")]


def test_settings_that_change_addresses_and_are_not_followed_are_said(site: Any) -> None:
    site.write("_config.yml", "defaults:\n- scope: {path: ''}\n  values: {layout: post, permalink: /x/}\n")
    assert [(fault.line, fault.code) for fault in survey(site.folder).problems] == [(1, "setting-not-read")]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (
            "hugo.toml",
            'baseURL = "https://example.com/blog"\ntitle = "題"\nlanguageCode = "ja"\ntimeZone = "Asia/Tokyo"\n',
        ),
        ("config.yaml", "baseurl: https://example.com/blog\ntitle: 題\nlanguagecode: ja\ntimezone: Asia/Tokyo\n"),
        (
            "hugo.json",
            '{"baseURL": "https://example.com/blog", "title": "題", "languageCode": "ja", "timeZone": "Asia/Tokyo"}',
        ),
    ],
)
def test_hugos_configuration_is_read(site: Any, file: str, text: str) -> None:
    site.write(file, text)
    found = survey(site.folder)
    assert (found.engine, found.url, found.title) == (Engine.HUGO, "https://example.com/blog/", "題")
    assert (found.language, found.timezone, found.output, found.content) == ("ja", "Asia/Tokyo", "public", "content")
    assert found.problems == ()


def test_hugos_parameters_name_the_author(site: Any) -> None:
    site.write(
        "hugo.toml",
        'publishDir = "docs"\n[params]\ndescription = "説明"\n[params.author]\nname = "山田"\n[permalinks]\n'
        'posts = "/:year/"\n',
    )
    found = survey(site.folder)
    assert (found.author, found.description, found.output) == (Author("山田"), "説明", "docs")
    assert [(fault.line, fault.code) for fault in found.problems] == [(6, "setting-not-read")]


def test_an_engine_that_is_given_is_not_detected(site: Any) -> None:
    site.write("_config.yml", "title: 題\n")
    assert survey(site.folder, Engine.PLAIN).engine is Engine.PLAIN
