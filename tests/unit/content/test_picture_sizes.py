"""Kind and size of pictures, by their bytes alone; where it matters, as Chromium shows them."""

import subprocess
import sys
from pathlib import Path

import imagesize
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.browser import browser
from support.pictures import animated, painted

from publisher.content.picture_sizes import NO_PICTURE, measured


def svg(attributes: str, before: str = "") -> bytes:
    return f'{before}<svg xmlns="http://www.w3.org/2000/svg" {attributes}><rect width="7" height="7"/></svg>'.encode()


PAINTED = {
    "写真.png": ("image/png", 60, 20, painted("PNG", 60, 20)),
    "写真.jpg": ("image/jpeg", 60, 20, painted("JPEG", 60, 20)),
    "写真.gif": ("image/gif", 60, 20, painted("GIF", 60, 20)),
    "動く.gif": ("image/gif", 60, 20, animated(60, 20)),
    "写真.webp": ("image/webp", 60, 20, painted("WEBP", 60, 20)),
    "可逆.webp": ("image/webp", 60, 20, painted("WEBP", 60, 20, lossless=True)),
    "写真.avif": ("image/avif", 60, 20, painted("AVIF", 60, 20)),
    "写真.bmp": ("image/bmp", 60, 20, painted("BMP", 60, 20)),
    "点.png": ("image/png", 1, 1, painted("PNG", 1, 1)),
    "帯.png": ("image/png", 10_000, 3, painted("PNG", 10_000, 3)),
    "縦の写真.jpg": ("image/jpeg", 20, 60, painted("JPEG", 60, 20, turned=True)),
    "縦の写真.webp": ("image/webp", 60, 20, painted("WEBP", 60, 20, turned=True)),
    "長さ.svg": ("image/svg+xml", 80, 40, svg('width="80" height="40"')),
    "幅だけ.svg": ("image/svg+xml", 80, 40, svg('width="80" viewBox="0 0 40 20"')),
    "高さだけ.svg": ("image/svg+xml", 160, 80, svg('height="80" viewBox="0,0 40,20"')),
    "字.svg": ("image/svg+xml", 160, 80, svg('width="10em" height="5em"')),
    "紙.svg": ("image/svg+xml", 96, 48, svg("width='1in' height='36pt'")),
}


@pytest.mark.parametrize("name", PAINTED)
def test_a_picture_is_known_by_its_bytes(tmp_path: Path, name: str) -> None:
    type_, width, height, data = PAINTED[name]
    path = tmp_path / "名前は嘘.txt"
    path.write_bytes(data)

    assert measured(path) == (type_, width, height)


def test_sizes_are_those_that_a_browser_shows(tmp_path: Path) -> None:
    for name, (_, _, _, data) in PAINTED.items():
        (tmp_path / name).write_bytes(data)
    page = tmp_path / "頁.html"
    page.write_text("<meta charset=utf-8>" + "".join(f'<img src="{name}">' for name in PAINTED), encoding="utf-8")
    with browser(tmp_path / "profile") as tab:
        tab.open(page.as_uri())
        shown = tab.tell("[...document.images].map(one => [one.naturalWidth, one.naturalHeight])")

    assert dict(zip(PAINTED, shown, strict=True)) == {
        name: [width, height] for name, (_, width, height, _) in PAINTED.items()
    }


def test_a_drawing_without_lengths_is_as_large_as_its_view_box_says(tmp_path: Path) -> None:
    path = tmp_path / "図.svg"
    path.write_bytes(svg('width="100%" height="100%" viewBox="-10 -10 120 40.4"'))

    assert measured(path) == ("image/svg+xml", 120, 40)


@pytest.mark.parametrize(
    "before",
    [
        "\ufeff",
        "\n <?xml version='1.0' encoding='UTF-8'?>\n<!-- 図 <svg width='1'> -->\n",
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">',
        '<?xml version="1.0"?><!DOCTYPE svg [\n<!ENTITY ns "http://ns.adobe.com/x/">\n]>',
    ],
)
def test_a_drawing_may_begin_as_programs_write_it(tmp_path: Path, before: str) -> None:
    path = tmp_path / "図"
    path.write_bytes(svg('width="80" height="40"', before))

    assert measured(path) == ("image/svg+xml", 80, 40)


@pytest.mark.parametrize(
    "attributes",
    [
        "",
        'width="80"',
        'width="0" height="0"',
        'width="-3" height="2"',
        'viewBox="0 0"',
        'viewBox="0 0 a b"',
        'viewBox="0 0 0.2 0.1"',
        'width="999999" height="1"',
    ],
)
def test_a_drawing_of_no_size_is_one_all_the_same(tmp_path: Path, attributes: str) -> None:
    path = tmp_path / "図.svg"
    path.write_bytes(svg(attributes))

    assert measured(path) == ("image/svg+xml", 0, 0)


@pytest.mark.parametrize(
    "data",
    [b"", b"<", b"\x89PN", "本文".encode(), b"<html><svg width='1' height='1'></svg>", b"<?xml version='1.0'?><feed/>"],
)
def test_what_is_no_picture_is_none_whatever_its_name(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "写真.png"
    path.write_bytes(data)

    assert measured(path) == (NO_PICTURE, 0, 0)


@pytest.mark.parametrize(
    ("data", "type_"),
    [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (painted("JPEG", 60, 20)[:40], "image/jpeg"),
        (painted("PNG", 60, 20).replace(b"\0\0\0\x3c", b"\xff\xff\xff\xff"), "image/png"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heic"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", "image/avif"),
        (b"BM" + bytes(60), "image/bmp"),
        (b"\0\0\1\0\1\0\x10\x10", "image/x-icon"),
    ],
)
def test_of_a_broken_picture_no_size_is_known(tmp_path: Path, data: bytes, type_: str) -> None:
    path = tmp_path / "写真"
    path.write_bytes(data)

    assert measured(path) == (type_, 0, 0)


def test_imagesize_still_stumbles_over_an_avif_that_is_turned(tmp_path: Path) -> None:
    """Once this fails, upstream has mended it: the docstring of `measured` says otherwise then."""
    path = tmp_path / "縦.avif"
    path.write_bytes(painted("AVIF", 60, 20, turned=True))

    assert imagesize.get(path) == (-1, -1)
    assert measured(path) == ("image/avif", 0, 0)


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        measured(tmp_path / "ない.png")


@given(
    start=st.sampled_from([data for _, _, _, data in PAINTED.values()]),
    cut=st.integers(0, 200),
    rest=st.binary(max_size=200),
)
def test_no_bytes_break_it(tmp_path_factory: pytest.TempPathFactory, start: bytes, cut: int, rest: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "壊れた"
    path.write_bytes(start[:cut] + rest)
    _, width, height = measured(path)

    assert (width > 0) == (height > 0)
    assert 0 <= width <= 65_535


def test_a_build_does_not_import_imagesize() -> None:
    code = "import sys; import publisher.content, publisher.jobs.build; assert 'imagesize' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
