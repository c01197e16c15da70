from typing import Any

import pytest

from publisher.content import Engine, Served, survey
from publisher.model.feed import FeedFormat
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
        ({"zola.toml": ""}, Engine.ZOLA),
        ({"config.toml": 'base_url = "https://example.com"', "content/a.md": ""}, Engine.ZOLA),
        ({"config.toml": 'baseURL = "https://example.com"', "content/a.md": ""}, Engine.HUGO),
        ({".eleventy.js": ""}, Engine.ELEVENTY),
        ({"eleventy.config.mjs": ""}, Engine.ELEVENTY),
        (
            {"package.json": '{"devDependencies": {"@11ty/eleventy": "^3"}}', "_posts/2024-01-01-a.md": ""},
            Engine.ELEVENTY,
        ),
        ({"package.json": '{"devDependencies": {"vite": "^6"}}'}, Engine.PLAIN),
        ({"package.json": "{"}, Engine.PLAIN),
        ({"_config.yml": "", "package.json": '{"devDependencies": {"@11ty/eleventy": "^3"}}'}, Engine.JEKYLL),
        ({"pelicanconf.py": "SITENAME = '題'"}, Engine.PELICAN),
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


def test_a_permalink_of_the_site_that_names_what_is_not_is_told_once_at_its_place(site: Any) -> None:
    site.write("_config.yml", "title: 題\npermalink: /:categories/:ti\n")
    assert [fault.told() for fault in survey(site.folder).problems] == [
        "_config.yml:2:12: error bad-permalink: permalink: there is no placeholder ':ti'"
    ]
    site.write("_config.yml", "title: 題\npermalink: weekdate\n")
    assert survey(site.folder).problems == ()


def test_settings_that_are_followed_are_no_problem(site: Any) -> None:
    site.write("_config.yml", "defaults:\n- scope: {path: ''}\n  values: {layout: post, permalink: /x/}\n")
    assert survey(site.folder).problems == ()


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
    assert found.problems == ()


def test_an_engine_that_is_given_is_not_detected(site: Any) -> None:
    site.write("_config.yml", "title: 題\n")
    assert survey(site.folder, Engine.PLAIN).engine is Engine.PLAIN


def test_eleventys_configuration_is_read_without_running_it(site: Any) -> None:
    site.write(
        "eleventy.config.js",
        """\
        import { feedPlugin } from "@11ty/eleventy-plugin-rss"; // `)
        throw new Error("must not run");
        export default async function (eleventyConfig) {
          eleventyConfig.addPreprocessor("drafts", "*", (data) => { data.title = `${data.title} (draft)`; });
          eleventyConfig.addPlugin(feedPlugin, {
            type: "atom", // or "rss", "json"
            outputPath: "/feed/feed.xml",
            collection: { name: "posts", limit: 10 },
            metadata: {
              language: "ja", title: "題", subtitle: "説明", base: "https://例え.jp/", author: { name: "山田" }
            },
          });
        }
        export const config = {
          dir: { input: "content", includes: "../_includes", data: "../_data", output: "dist" },
          pathPrefix: "/b/",
        };
        """,
    )
    site.write("content/rss.njk", '---json\n{"permalink": "/rss.xml"}\n---\n<?xml version="1.0"?>\n<rss version="2.0">')
    found = survey(site.folder)
    assert (found.title, found.description, found.language) == ("題", "説明", "ja")
    assert (found.url, found.author) == ("https://例え.jp/b/", Author("山田"))
    assert (found.output, found.content, found.problems) == ("dist", "content", ())
    assert found.served == (Served(FeedFormat.ATOM, "feed/feed.xml"), Served(FeedFormat.RSS, "rss.xml"))
    assert found.ignore == (".eleventyignore", "_publisher/")


def test_eleventys_metadata_are_the_sites_own_data(site: Any) -> None:
    site.write(".eleventy.js", "module.exports = () => ({ pathPrefix: '/b/' })")
    site.write(
        "_data/site.js",
        "module.exports = { name: '題', url: process.env.URL || 'https://example.com/b', lang: 'ja_JP' }",
    )
    found = survey(site.folder)
    assert (found.title, found.url, found.language) == ("題", "https://example.com/b/", "ja-JP")
    assert (found.output, found.content, found.served) == ("_site", ".", ())


def test_eleventy_obeys_its_command_line_first(site: Any) -> None:
    site.write(
        "package.json", '{"scripts": {"build": "npx @11ty/eleventy --input=src --output dist --pathprefix=/x/"}}'
    )
    site.write("eleventy.config.js", 'export default c => { c.setInputDirectory("a"); c.setOutputDirectory("b") }')
    site.write("src/_data/metadata.json", '{"url": "https://example.com"}')
    found = survey(site.folder)
    assert (found.content, found.output, found.url) == ("src", "dist", "https://example.com/x/")


def test_what_only_running_eleventys_configuration_would_tell_is_said(site: Any) -> None:
    site.write(
        "eleventy.config.js",
        """\
        export default function (c) {
          c.addUrlTransform(page => page.url);
          c.addGlobalData("permalink", () => data => data.x);
          return { dir: { input: process.env.IN, output: "../out" } };
        }
        """,
    )
    found = survey(site.folder)
    assert [(fault.line, fault.code) for fault in found.problems] == [
        (line, "setting-not-read") for line in (2, 3, 4, 4)
    ]
    assert (found.content, found.output) == (".", "_site")


def test_a_script_that_cannot_be_read_is_a_problem(site: Any) -> None:
    site.write("eleventy.config.js", b"export default { a: '\x93\xfa' }")
    assert [fault.code for fault in survey(site.folder).problems] == ["invalid-utf8"]
    site.write("eleventy.config.js", "// " + "x" * 300_000)
    assert [fault.code for fault in survey(site.folder).problems] == ["setting-not-read"]


def test_zolas_configuration_is_read(site: Any) -> None:
    site.write(
        "config.toml",
        """\
        base_url = "https://example.com/blog"
        title = "題"
        description = "説明"
        default_language = "ja"
        author = "y@example.jp (山田)"
        output_dir = "docs"
        generate_feeds = true
        feed_filenames = ["atom.xml", "rss.xml", "x.txt"]
        taxonomies = [{ name = "categories", feed = true }, { name = "tags", feed = true }, { name = "category" }]
        [languages.en]
        generate_feeds = true
        """,
    )
    found = survey(site.folder)
    assert (found.engine, found.url, found.title) == (Engine.ZOLA, "https://example.com/blog/", "題")
    assert (found.language, found.description, found.output, found.content) == ("ja", "説明", "docs", "content")
    assert found.served == (
        Served(FeedFormat.ATOM, "atom.xml"),
        Served(FeedFormat.RSS, "rss.xml"),
        Served(FeedFormat.ATOM, "categories/{slug}/atom.xml", by_category=True),
        Served(FeedFormat.RSS, "categories/{slug}/rss.xml", by_category=True),
    )
    assert (found.author, found.ignore, found.problems) == (Author("山田", "y@example.jp"), None, ())


def test_zolas_older_words_and_its_languages_own_are_read_too(site: Any) -> None:
    site.write(
        "zola.toml",
        'base_url = "https://example.com"\nfeed_filename = "rss.xml"\n'
        '[languages.en]\ntitle = "T"\ngenerate_feed = true\n',
    )
    found = survey(site.folder)
    assert (found.title, found.served) == ("T", (Served(FeedFormat.RSS, "rss.xml"),))


def test_a_broken_configuration_of_zola_is_a_problem_with_its_place(site: Any) -> None:
    site.write("zola.toml", 'base_url = "https://example.com"\ntitle = \n')
    assert [(fault.file, fault.line) for fault in survey(site.folder).problems] == [("zola.toml", 2)]
    site.write("zola.toml", '[slugify]\npaths = "maybe"\n')
    assert [fault.code for fault in survey(site.folder).problems] == ["setting-not-read"]
