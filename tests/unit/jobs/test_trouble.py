"""Errors with the lines that are to be mended."""

from pathlib import Path

import pytest

from publisher.config import Config, load_config
from publisher.errors import ContentError, NotFound, Problem, Severity, TemplateError
from publisher.jobs.trouble import trouble


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "config.yaml").write_text("site:\n  url: https://e.jp/\n", encoding="utf-8")
    return load_config(None, {}, tmp_path)


def write(config: Config, name: str, text: str | bytes) -> None:
    path = config.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)


def test_a_template_of_the_sites_own_is_shown_around_its_line(config: Config) -> None:
    write(config, "templates/mail/ja/digest.html.j2", "".join(f"行{number}\n" for number in range(1, 10)))

    told = trouble(TemplateError("mail/ja/digest.html.j2", 5, "だめ"), config)

    (excerpt,) = told.excerpts
    assert told.message == "mail/ja/digest.html.j2:5: だめ"
    assert (excerpt.place, excerpt.line) == ("mail/ja/digest.html.j2:5", 5)
    assert excerpt.lines == tuple((number, f"行{number}") for number in range(2, 9))


def test_a_packaged_template_is_shown_where_the_site_has_none(config: Config) -> None:
    (excerpt,) = trouble(TemplateError("mail/layout.html.j2", 1, "x"), config).excerpts

    assert excerpt.lines[0][1].lower().startswith("<!doctype")


def test_every_faulty_line_of_settings_and_posts_is_shown(config: Config) -> None:
    write(config, "posts/梅.md", b"\xef\xbb\xbf---\r\ndate: \xff\r\n---\r\n")
    problems = [
        Problem("config.yaml", 2, 3, Severity.ERROR, "config", "x"),
        Problem("posts/梅.md", 2, 0, Severity.ERROR, "bad-date", "x"),
    ]

    told = trouble(ContentError(problems, hint="直す"), config)

    assert told.hint == "直す"
    assert [(one.place, dict(one.lines)[one.line]) for one in told.excerpts] == [
        ("config.yaml:2", "  url: https://e.jp/"),
        ("posts/梅.md:2", "date: \ufffd"),
    ]


@pytest.mark.parametrize(
    "error",
    [
        NotFound("post", "梅"),
        TemplateError("mail/ja/digest.html.j2", 0, "no such template"),
        TemplateError("config.yaml\0", 3, "x"),
        ContentError([Problem("posts", 1, 0, Severity.ERROR, "no-posts", "x")]),
    ],
)
def test_what_has_no_lines_is_only_told(config: Config, error: NotFound | TemplateError | ContentError) -> None:
    (config.folder / "posts").mkdir()

    assert trouble(error, config).excerpts == ()
