"""Pictures as mail programs show them, and those that travel in the mail."""

import hashlib
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.pictures import animated, noise, painted

from publisher.content.picture_sizes import measured
from publisher.content.safe import make_safe
from publisher.core.tags import TOKEN, attributes
from publisher.mail.images import COLUMN, MOST, MOST_EACH, Find, Found, MailImage, fit_images, picture
from publisher.model.mailing import Picture

BASE = "https://midori.example/"
PHOTO = f"{BASE}photo.jpg"


@pytest.fixture
def files(tmp_path: Path) -> Callable[[str, bytes], str]:
    """Writes a file of the site; its address."""

    def write(name: str, data: bytes) -> str:
        (tmp_path / name).write_bytes(data)
        return BASE + name

    return write


@pytest.fixture
def find(tmp_path: Path) -> Find:
    def look(url: str) -> Found | None:
        path = tmp_path / url.removeprefix(BASE)
        return Found(path, *measured(path), path.stat().st_size) if url.startswith(BASE) and path.is_file() else None

    return look


def nowhere(_url: str) -> None:
    return None


def sized(width: int, height: int) -> Find:
    """As if every address had a picture of that size."""
    return lambda _url: Found(Path("photo.jpg"), "image/jpeg", width, height, 1000)


def fitted(html: str, find: Find) -> str:
    text, pictures = fit_images(html, find, attached=False)
    assert pictures == ()
    return text


@pytest.mark.parametrize(
    ("natural", "written", "shown"),
    [
        ((4000, 3000), "", 'width="528" height="396"'),
        ((300, 200), "", 'width="300" height="200"'),
        ((528, 100), "", 'width="528" height="100"'),
        ((1, 1), "", 'width="1" height="1"'),
        ((10_000, 3), "", 'width="528" height="1"'),
        ((3, 10_000), "", 'width="3" height="10000"'),
        ((4000, 3000), 'width="200"', 'width="200" height="150"'),
        ((4000, 3000), 'width="200px"', 'width="200" height="150"'),
        ((4000, 3000), 'width="1200"', 'width="528" height="396"'),
        ((4000, 3000), 'width="50%"', 'width="264" height="198"'),
        ((4000, 3000), 'width="100%" height="50%"', 'width="528" height="396"'),
        ((4000, 3000), 'height="150"', 'height="150" width="200"'),
        ((4000, 3000), 'width="auto" height="auto"', 'width="528" height="396"'),
        ((300, 400), 'width="400" height="300"', 'width="400" height="533"'),
        ((100, 50), 'width="300"', 'width="300" height="150"'),
        ((4000, 3000), 'width="0" height="0"', 'width="0" height="0"'),
        ((4000, 3000), f'width="{"9" * 400}"', 'width="528" height="396"'),
        ((0, 0), "", ""),
        ((0, 0), 'width="1200" height="600"', 'width="528" height="264"'),
        ((0, 0), 'width="1200"', 'width="528"'),
        ((0, 0), 'width="1200" height="50%"', 'width="528"'),
        ((0, 0), 'width="100%"', 'width="528"'),
        ((0, 0), 'width="300" height="200"', 'width="300" height="200"'),
        ((0, 0), 'height="200"', 'height="200"'),
        ((0, 0), 'width="広い"', 'width="広い"'),
    ],
)
def test_a_picture_has_the_size_it_is_shown_at(natural: tuple[int, int], written: str, shown: str) -> None:
    html = f'<p><img src="{PHOTO}" alt="写真" {written}></p>'

    told = fitted(html, sized(*natural))

    assert re.sub(" +>", ">", told) == re.sub(" +>", ">", f'<p><img src="{PHOTO}" alt="写真" {shown}></p>')


def test_the_files_own_size_counts_as_it_is_shown(files: Callable[[str, bytes], str], find: Find) -> None:
    url = files("縦の写真.jpg", painted("JPEG", 4000, 3000, turned=True))

    assert picture(url, "梅", find, attached=False) == (MailImage(url, "梅", 528, 704), ())


@pytest.mark.parametrize(
    "html",
    [
        "",
        "本文 & < 3",
        '<p>本文。<br><img src="https://other.example/a.png" alt=""></p>',
        "<IMG SRC='https://other.example/a.png'>",
        "<img alt=写真 src=https://other.example/a.png/>",
        '<img src="https://midori.example/photo.jpg" alt="" width="300" height="200">',
        '<img alt="住所のない絵">',
        '<img src="data:image/png;base64,AAAA" alt="">',
        "<pre>&lt;img src=x&gt; <code>&lt;picture&gt;</code></pre><!-- <img src=x srcset=y> -->",
        '<video poster="https://midori.example/photo.jpg"><source src="https://midori.example/a.mp4"></video>',
        "<img",
        '<img src="',
    ],
)
def test_what_needs_nothing_stays_byte_for_byte(html: str) -> None:
    assert fitted(html, lambda url: sized(300, 200)(url) if url == PHOTO else None) == html


def test_a_missing_alt_stays_missing_and_an_empty_one_empty() -> None:
    html = f'<img src="{PHOTO}"><img src="{PHOTO}" alt="">'
    size = 'width="300" height="200"'

    assert fitted(html, sized(300, 200)) == f'<img src="{PHOTO}" {size}><img src="{PHOTO}" alt="" {size}>'


def test_of_a_choice_of_pictures_the_one_for_all_is_kept() -> None:
    html = (
        f'<figure><picture><source type="image/webp" srcset="{BASE}a.webp 1x, {BASE}b.webp 2x">'
        f'<source media="(prefers-color-scheme: dark)" srcset="{BASE}dark.png">'
        f'<img src="{PHOTO}" srcset="{BASE}b.jpg 2x" sizes="100vw" loading="lazy" alt="梅 &amp; 桜"></picture>'
        "<figcaption>梅</figcaption></figure>"
    )

    kept = f'<img src="{PHOTO}" alt="梅 &amp; 桜" width="528" height="396">'
    assert fitted(html, sized(4000, 3000)) == f"<figure>{kept}<figcaption>梅</figcaption></figure>"


@pytest.mark.parametrize(
    ("srcset", "src"),
    [
        (f"{BASE}s.jpg 480w, {BASE}l.jpg 4000w, {BASE}m.jpg 1200w", f"{BASE}m.jpg"),
        (f"{BASE}s.jpg 480w, {BASE}m.jpg 800w", f"{BASE}m.jpg"),
        (f"{BASE}s.jpg, {BASE}l.jpg 2x, {BASE}h.jpg 3x", f"{BASE}l.jpg"),
        (f"{BASE}s.jpg", f"{BASE}s.jpg"),
        (f"{BASE}s.jpg 3h, data:image/png;base64,AAAA 2x", "data:image/gif;base64,AAAA"),
        (f"{BASE}s.jpg ..w", "data:image/gif;base64,AAAA"),
    ],
)
def test_where_a_script_would_load_the_picture_its_address_is_there_at_once(srcset: str, src: str) -> None:
    html = f'<img src="data:image/gif;base64,AAAA" srcset="{srcset}" alt="">'

    assert fitted(html, nowhere) == f'<img src="{src}" alt="">'


def test_a_post_that_leaves_its_pictures_to_a_script_shows_them_in_a_mail(
    files: Callable[[str, bytes], str], find: Find
) -> None:
    url = files("a.png", painted("PNG", 60, 20))
    safe = make_safe('<img src="data:image/gif;base64,AAAA" data-src="/a.png" loading="lazy" alt="図">', BASE)

    assert fitted(safe, find) == f'<img src="{url}" alt="図" width="60" height="20">'


def test_attached_pictures_travel_once_and_are_named_by_what_they_hold(
    files: Callable[[str, bytes], str], find: Find
) -> None:
    data = painted("PNG", 60, 20)
    one, twin = files("a.png", data), files("写真 一.jpg", data)
    html, pictures = fit_images(f'<img src="{one}" alt=""><img src="{twin}"><img src="{one}">', find, attached=True)

    cid = f"{hashlib.sha256(data).hexdigest()[:32]}@publisher.invalid"
    assert pictures == (Picture(cid, "image/png", "a.png", data),)
    size = 'width="60" height="20"'
    assert html == f'<img src="cid:{cid}" alt="" {size}>' + f'<img src="cid:{cid}" {size}>' * 2


@pytest.mark.parametrize(
    ("name", "data", "type_", "saved"),
    [
        ("photo.JPEG", painted("JPEG", 6, 2), "image/jpeg", r"photo\.jpg"),
        ("梅.jpg", painted("JPEG", 6, 2), "image/jpeg", r"image-[0-9a-f]{8}\.jpg"),
        ("2026-梅の花 (2).gif", animated(6, 2), "image/gif", r"2026-2-[0-9a-f]{8}\.gif"),
        ("..png", painted("PNG", 6, 2), "image/png", r"image-[0-9a-f]{8}\.png"),
        ('a"b\r\n.png', painted("PNG", 6, 2), "image/png", r"a-b-[0-9a-f]{8}\.png"),
        ("x" * 200 + ".png", painted("PNG", 6, 2), "image/png", r"x{60}-[0-9a-f]{8}\.png"),
        ("本当は.png", painted("JPEG", 6, 2), "image/jpeg", r"image-[0-9a-f]{8}\.jpg"),
    ],
)
def test_it_is_saved_under_a_name_of_ascii_and_its_real_kind(
    files: Callable[[str, bytes], str], find: Find, name: str, data: bytes, type_: str, saved: str
) -> None:
    image, (one,) = picture(files(name, data), "", find, attached=True)

    assert (image.src, one.type, one.data) == (f"cid:{one.cid}", type_, data)
    assert re.fullmatch(saved, one.name)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.webp", painted("WEBP", 60, 20)),
        ("a.avif", painted("AVIF", 60, 20)),
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20"/>'),
        ("a.bmp", painted("BMP", 60, 20)),
        ("重い.png", painted("PNG", 60, 20) + bytes(MOST_EACH)),
    ],
)
def test_what_mail_programs_do_not_show_and_what_is_heavy_stays_a_link(
    files: Callable[[str, bytes], str], find: Find, name: str, data: bytes
) -> None:
    url = files(name, data)

    assert picture(url, "", find, attached=True) == (MailImage(url, "", 60, 20), ())


def test_what_is_no_picture_or_elsewhere_stays_a_link(files: Callable[[str, bytes], str], find: Find) -> None:
    for url in (files("a.png", b""), files("b.png", "本文".encode()), f"{BASE}c.png", "https://other.example/a.png"):
        assert picture(url, "", find, attached=True) == (MailImage(url, "", None, None), ())


def test_a_file_that_went_meanwhile_stays_a_link(tmp_path: Path) -> None:
    gone = Found(tmp_path / "ない.png", "image/png", 60, 20, 100)

    assert picture(PHOTO, "", lambda _url: gone, attached=True) == (MailImage(PHOTO, "", 60, 20), ())


def test_all_that_travels_stays_below_the_limit(files: Callable[[str, bytes], str], find: Find) -> None:
    start = noise("PNG", 20, 20)
    urls = [files(f"{number}.png", start + bytes([number]) * (MOST_EACH - len(start))) for number in range(12)]
    html, pictures = fit_images("".join(f'<img src="{url}">' for url in urls), find, attached=True)

    room = MOST // MOST_EACH
    assert [len(one.data) for one in pictures] == [MOST_EACH] * room
    assert html.count("cid:") == room < len(urls)
    assert all(f'src="{url}"' in html for url in urls[room:])


def test_what_the_mail_carries_already_is_not_handed_out_again(files: Callable[[str, bytes], str], find: Find) -> None:
    logo, other = files("logo.png", painted("PNG", 60, 20)), files("a.png", painted("PNG", 30, 20))
    first, carried = picture(logo, "", find, attached=True)
    again, new = fit_images(f'<img src="{logo}"><img src="{other}">', find, attached=True, carried=carried)

    assert first.src in again
    assert [one.name for one in new] == ["a.png"]
    full = Picture("x@y", "image/png", "x.png", bytes(MOST - len(carried[0].data)))
    assert picture(other, "", find, attached=True, carried=(*carried, full)) == (MailImage(other, "", 30, 20), ())


PIECES = st.lists(
    st.sampled_from(
        ["<img ", "<source ", "<picture>", "</picture>", "<p>", "</p>", "<!--", "-->", "<script>", "<", ">", "/>"]
    )
    | st.sampled_from(["src=", f'"{PHOTO}"', ' width="', "50%", "9999", " height=9 ", "srcset=", '"', "'", "=", " "])
    | st.sampled_from(["日本語", "{{ x }}", "&amp;"])
    | st.text(max_size=4)
)


@given(PIECES.map("".join), st.integers(0, 70_000), st.integers(0, 70_000))
@example("<<picture>src=", 0, 0)
@example("</<picture></picture>p>", 0, 0)
def test_no_html_breaks_it_and_its_text_stays(html: str, width: int, height: int) -> None:
    find = sized(width, height)
    once = fitted(html, find)

    assert TOKEN.sub("", once) == TOKEN.sub("", html)
    assert fitted(once, find) == once
    images = (match for match in TOKEN.finditer(once) if (match["name"] or "").lower() == "img")
    widths = [attributes(image["attributes"]).get("width", "") for image in images]
    assert all(int(width) <= COLUMN for width in widths if width.isascii() and width.isdigit())


def test_time_grows_with_the_text_alone() -> None:
    for piece in (f'<img src="{PHOTO}" srcset="{PHOTO} 2x">', "<picture>", "<img ", "<img srcset='", "<source "):
        started = time.process_time()
        fitted(piece * 20_000, sized(4000, 3000))
        assert time.process_time() - started < 5
