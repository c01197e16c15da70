from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from publisher.content import Rules, inside, names_at, path_below
from publisher.model.post import Post
from publisher.struct import replace


def rules(site: Any, url: str = "https://example.com/") -> Rules:
    found: Rules = site.rules
    return replace(found, url=url, content="_posts", output="_site")


def post(source: str, url: str) -> Post:
    return Post(source, "/", url, "題", datetime(2026, 1, 5, tzinfo=UTC), "")


@pytest.mark.parametrize(
    ("root", "url", "below"),
    [
        ("https://example.com/", "https://example.com/a/b.png", "a/b.png"),
        ("https://example.com/", "https://example.com/%E5%9B%B3.png?v=1#%E4%B8%8A", "図.png"),
        ("https://example.com/", "http://example.com/a.png", "a.png"),
        ("https://example.com/", "https://example.com/%2545.png", "%45.png"),
        ("https://example.com/", "https://example.com.evil.example/a.png", None),
        ("https://example.com/", "https://other.example/a.png", None),
        ("https://example.com/", "data:image/png;base64,AAAA", None),
        ("https://example.com/", "/a.png", None),
        ("https://example.com/", "", None),
        ("https://example.com/", "https://example.com/a/../b.png", None),
        ("https://example.com/", "https://example.com/%2e%2e%2fb.png", None),
        ("https://example.com/blog/", "https://example.com/blog/a.png", "a.png"),
        ("https://example.com/blog/", "https://example.com/blog/blog/a.png", "blog/a.png"),
        ("https://example.com/blog/", "https://example.com/blogs/a.png", None),
        ("https://example.com/blog/", "https://example.com/a.png", None),
        ("https://example.com/日記/", "https://example.com/%E6%97%A5%E8%A8%98/a.png", "a.png"),
        ("https://例え.jp/", "https://xn--r8jz45g.jp/a.png", "a.png"),
    ],
)
def test_what_lies_below_the_site_is_told_from_what_lies_elsewhere(root: str, url: str, below: str | None) -> None:
    assert path_below(root, url) == below


def test_files_are_looked_for_where_engines_take_them_from_and_last_where_they_put_them(site: Any) -> None:
    names = list(names_at(rules(site), "https://example.com/images/a.png"))

    assert names[:2] == ["images/a.png", "static/images/a.png"]
    assert names[-2:] == ["_posts/images/a.png", "_site/images/a.png"]
    assert list(names_at(rules(site), "https://other.example/images/a.png")) == []


def test_both_spellings_of_a_name_are_looked_for(site: Any) -> None:
    composed = list(names_at(rules(site), "https://example.com/%E3%81%8C.png"))
    decomposed = list(names_at(rules(site), "https://example.com/%E3%81%8B%E3%82%99.png"))

    assert {"が.png", "か\u3099.png"} <= {*composed}
    assert {*composed} == {*decomposed}


def test_what_lies_beside_a_post_with_its_own_folder_is_looked_for_there_first(site: Any) -> None:
    own = post("content/記事/index.md", "https://example.com/2026/kiji/")
    url = "https://example.com/2026/kiji/%E5%9B%B3.png"

    assert next(names_at(rules(site), url, own)) == "content/記事/図.png"
    assert next(names_at(rules(site), url.replace("https", "http"), own)) == "content/記事/図.png"
    assert next(names_at(rules(site), url, post("content/記事.md", own.url))) == "2026/kiji/図.png"


def test_nothing_outside_a_folder_is_inside(tmp_path: Path) -> None:
    root, other = tmp_path / "庭", tmp_path / "庭の外"
    root.mkdir()
    other.mkdir()
    (root / "抜け道").symlink_to(other)
    (root / "近道").symlink_to(root)

    assert inside(root, "a/b.png") == root / "a/b.png"
    assert inside(root, "近道/b.png") == root / "b.png"
    (root / "輪").symlink_to(root / "輪")
    for name in ("../庭の外/b.png", "抜け道/b.png", "a/../../b.png", "/etc/hosts", "a\0b", "輪", "輪/b.png"):
        assert inside(root, name) is None
