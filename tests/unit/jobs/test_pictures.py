"""Where the site's own pictures are found, and what is known of them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from support.pictures import painted
from support.site import Site

from publisher.config import load_config
from publisher.jobs.library import open_library
from publisher.jobs.pictures import finder
from publisher.mail.images import Find, Found

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
PNG = painted("PNG", 60, 20)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site(tmp_path / "庭")
    site.write("_config.yml", "title: 庭\nurl: https://midori.example\nbaseurl: /日記\n")
    site.write("_posts/2026-01-05-記事.md", "---\ntitle: 題\n---\n本文。\n")
    site.write("_publisher/config.yaml", "site: {title: 庭}\n")
    return site


@contextmanager
def finding(site: Site) -> Iterator[Find]:
    with open_library(load_config(None, {}, site.folder), at=NOW) as library:
        yield finder(library)


def put(site: Site, name: str, data: bytes = PNG) -> Path:
    path = site.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def at(below: str) -> str:
    return quote(f"https://midori.example/日記/{below}", safe=":/")


@pytest.mark.parametrize("folder", ["", "_site/", "assets/", "static/"])
def test_a_picture_is_found_where_engines_take_it_from_and_where_they_put_it(site: Site, folder: str) -> None:
    path = put(site, f"{folder}画像/図 一.png")
    with finding(site) as find:
        found = find(at("画像/図 一.png") + "?v=2#top")

    assert found == Found(path, "image/png", 60, 20, len(PNG))


def test_what_is_served_comes_before_what_it_was_made_from(site: Site) -> None:
    put(site, "図.png", painted("PNG", 4000, 3000))
    served = put(site, "_site/図.png")
    with finding(site) as find:
        assert find(at("図.png")) == Found(served, "image/png", 60, 20, len(PNG))


def test_a_site_may_be_served_from_a_folder_outside_its_own(site: Site) -> None:
    site.write("_publisher/config.yaml", "feeds: {output: ../公開}\n")
    path = put(site, "../公開/図.png").resolve()
    with finding(site) as find:
        found = find(at("図.png"))

    assert found is not None
    assert found.path == path


def test_the_other_spelling_of_a_name_and_http_are_the_same_to_it(site: Site) -> None:
    path = put(site, "が.png")
    with finding(site) as find:
        found = find(at("か\u3099.png").replace("https:", "http:"))

    assert found is not None
    assert found.path == path


def test_what_lies_beside_a_post_with_its_own_folder_is_found_by_the_posts_address(tmp_path: Path) -> None:
    site = Site(tmp_path / "庭")
    site.write("hugo.toml", "baseURL = 'https://midori.example/'\n[permalinks]\nposts = '/:year/:slug/'\n")
    site.write("content/posts/梅/index.md", "---\ntitle: 梅\ndate: 2026-01-05\nslug: ume\n---\n本文。\n")
    site.write("_publisher/config.yaml", "site: {title: 庭}\n")
    path = put(site, "content/posts/梅/写真/花.png")
    with finding(site) as find:
        found = find("https://midori.example/2026/ume/%E5%86%99%E7%9C%9F/%E8%8A%B1.png")

    assert found is not None
    assert found.path == path


@pytest.mark.parametrize(
    "url",
    [
        "https://midori.example/図.png",
        "https://other.example/%E6%97%A5%E8%A8%98/%E5%9B%B3.png",
        at("図.png").replace("%", "%25"),
        at("ない.png"),
        at("../日記の外/図.png"),
        at("../図.png"),
        at("..%2f図.png"),
        at("図.png/"),
        at("図.png/図.png"),
        at("\0.png"),
        at("x" * 5000),
        at("/" * 5000),
        at(""),
        "data:image/png;base64,AAAA",
        "cid:a@b",
        "//",
        "http://[",
        "",
    ],
)
def test_what_is_elsewhere_or_not_there_is_not_found(site: Site, url: str) -> None:
    put(site, "図.png")
    put(site, "../図.png")
    put(site, "../日記の外/図.png")
    with finding(site) as find:
        assert find(url) is None


def test_only_a_regular_file_within_the_site_is_found(site: Site) -> None:
    outside = put(site, "../秘密.png")
    put(site, "本物.png")
    (site.folder / "外へ.png").symlink_to(outside)
    (site.folder / "内へ.png").symlink_to("本物.png")
    (site.folder / "輪.png").symlink_to("輪.png")
    (site.folder / "庫.png").mkdir()
    os.mkfifo(site.folder / "管.png")
    with finding(site) as find:
        found = {name: find(at(f"{name}.png")) for name in ("外へ", "内へ", "輪", "庫", "管")}

    assert [name for name, one in found.items() if one] == ["内へ"]


def test_what_git_lfs_has_not_fetched_is_not_there(site: Site) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 123456\n"
    put(site, "図.png", pointer)
    with finding(site) as find:
        assert find(at("図.png")) is None


def test_an_empty_file_is_found_as_what_it_is(site: Site) -> None:
    path = put(site, "図.png", b"")
    with finding(site) as find:
        assert find(at("図.png")) == Found(path, "application/octet-stream", 0, 0, 0)


def test_each_picture_is_looked_at_once(site: Site) -> None:
    path = put(site, "図.png")
    with finding(site) as find:
        first = find(at("図.png"))
        path.unlink()

        assert find(at("図.png")) == first is not None
