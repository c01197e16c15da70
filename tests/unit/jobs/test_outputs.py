"""Where feeds may be written, and which folders are refused."""

from pathlib import Path

import pytest

from publisher.config import load_config
from publisher.errors import ConfigError
from publisher.jobs.site import resolve

ENGINES = {"jekyll": "_config.yml", "hugo": "hugo.toml", "eleventy": ".eleventy.js", "zola": "zola.toml"}


def site(folder: Path, engine: str, output: str, content: str = "") -> Path:
    home = folder if engine == "plain" else folder / "_publisher"
    home.mkdir(exist_ok=True)
    if engine in ENGINES:
        (folder / ENGINES[engine]).touch()
    path = f"content: {{path: {content}}}\n" if content else ""
    text = f"site: {{url: 'https://x.example/'}}\n{path}feeds:\n  output: {output}\n"
    (home / "config.yaml").write_text(text, encoding="utf-8")
    return folder


def fault(folder: Path, **environ: str) -> ConfigError:
    with pytest.raises(ConfigError) as refusal:
        resolve(load_config(None, environ, folder))
    return refusal.value


@pytest.mark.parametrize(
    ("engine", "output", "words"),
    [
        ("jekyll", "_posts", "jekyll reads '_posts'"),
        ("jekyll", "./_posts/", "jekyll reads '_posts'"),
        ("jekyll", "_site/../_drafts", "jekyll reads '_drafts'"),
        ("jekyll", "blog/_posts/2026", "jekyll reads '_posts'"),
        ("jekyll", "_includes", "jekyll reads '_includes'"),
        ("jekyll", "_data/feeds", "jekyll reads '_data'"),
        ("jekyll", "_publisher", "where Publisher's own files are"),
        ("jekyll", "_publisher/feeds", "where Publisher's own files are"),
        ("hugo", "content", "where the posts are"),
        ("hugo", "content/posts", "where the posts are"),
        ("hugo", "layouts", "hugo reads 'layouts'"),
        ("zola", "templates", "zola reads 'templates'"),
        ("eleventy", "_includes", "eleventy reads '_includes'"),
        ("plain", "templates", "where Publisher's own files are"),
    ],
)
def test_a_folder_that_is_not_served_is_refused_at_its_line(
    tmp_path: Path, engine: str, output: str, words: str
) -> None:
    found = fault(site(tmp_path, engine, output))

    assert "config.yaml:3:11: feeds.output: " in str(found)
    assert words in str(found)
    assert "leave the key out" in (found.hint or "")


def test_the_whole_path_of_such_a_folder_is_refused_as_well(tmp_path: Path) -> None:
    assert "jekyll reads '_posts'" in str(fault(site(tmp_path, "jekyll", str(tmp_path / "_posts"))))


def test_what_a_variable_says_is_refused_by_the_variables_name(tmp_path: Path) -> None:
    site(tmp_path, "jekyll", "_site")

    assert str(fault(tmp_path, PUBLISHER_FEEDS__OUTPUT="_posts")).startswith("PUBLISHER_FEEDS__OUTPUT: feeds.output: ")


def test_an_engine_that_writes_where_its_posts_are_is_told_without_a_line(tmp_path: Path) -> None:
    (tmp_path / "pelicanconf.py").write_text("PATH = 'x'\nOUTPUT_PATH = 'x'\n", encoding="utf-8")
    (tmp_path / "_publisher").mkdir()
    (tmp_path / "_publisher/config.yaml").touch()

    assert "config.yaml: feeds.output: 'x' is where the posts are" in str(fault(tmp_path))


@pytest.mark.parametrize(
    ("engine", "output", "content"),
    [
        ("jekyll", "_site", ""),
        ("jekyll", "_site/blog", ""),
        ("jekyll", "docs", ""),
        ("jekyll", ".", ""),
        ("hugo", "static", ""),
        ("hugo", "public/data", ""),
        ("zola", "public/content", ""),
        ("plain", "posts/public", "posts"),
        ("plain", ".", "posts"),
        ("plain", "_posts", ""),
    ],
)
def test_any_other_folder_is_taken(tmp_path: Path, engine: str, output: str, content: str) -> None:
    place = resolve(load_config(None, {}, site(tmp_path, engine, output, content)))

    assert place.output == tmp_path / output
    assert place.problems == ()


def test_a_folder_outside_the_site_is_taken(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folder.mkdir()

    assert resolve(load_config(None, {}, site(folder, "jekyll", "../_posts"))).output == folder / "../_posts"
