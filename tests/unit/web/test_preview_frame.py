"""The copy of a mail in a frame of the preview."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.web.preview_frame import Scheme, framed

SHEET = """<html><head><meta name="color-scheme" content="light dark"><style>
:root { color-scheme: light dark; supported-color-schemes: light dark }
@media (prefers-color-scheme: dark) { p { color: #fff } }
@media screen and ( PREFERS-color-scheme : Light ) and (max-width: 600px) { p { color: #000 } }
</style></head><body>"""


def frame(html: str, scheme: Scheme = Scheme.LIGHT, **pictures: str) -> str:
    return framed(html, scheme, {f"cid:{name}": shown for name, shown in pictures.items()})


def test_dark_rules_hold_always_in_the_dark_frame_and_never_in_the_light_one() -> None:
    dark, light = frame(SHEET, Scheme.DARK), frame(SHEET, Scheme.LIGHT)

    assert "@media (min-width: 0px) { p { color: #fff } }" in dark
    assert "@media screen and (max-width: 0px) and (max-width: 600px)" in dark
    assert "@media (max-width: 0px) { p { color: #fff } }" in light
    assert "@media screen and (min-width: 0px) and (max-width: 600px)" in light


@pytest.mark.parametrize("scheme", list(Scheme))
def test_the_frame_itself_has_the_colours_of_the_scheme(scheme: Scheme) -> None:
    shown = frame(SHEET, scheme)

    assert f'<meta name="color-scheme" content="{scheme}">' in shown
    assert f"color-scheme: {scheme};" in shown
    assert "light dark" not in shown


def test_a_picture_for_the_dark_is_chosen_by_the_frame() -> None:
    picture = '<picture><source media="(prefers-color-scheme: dark)" srcset="d.png"><img src="l.png"></picture>'

    assert 'media="(min-width: 0px)"' in frame(picture, Scheme.DARK)
    assert 'media="(max-width: 0px)"' in frame(picture, Scheme.LIGHT)


def test_a_post_on_css_is_shown_as_it_is_written() -> None:
    post = "<p>「@media (prefers-color-scheme: dark)」と color-scheme: light dark の話。</p>"

    assert frame(post, Scheme.DARK) == post


def test_links_open_elsewhere_and_a_table_of_contents_stays_in_the_frame() -> None:
    shown = frame('<a href="#post-1">一</a><a class="b" href="https://e.jp/?a=1&gt;2" target=_self>二</a>')

    assert '<a href="#post-1">一</a>' in shown
    assert '<a class="b" href="https://e.jp/?a=1&gt;2" target="_blank" rel="noreferrer">二</a>' in shown


def test_pictures_are_shown_from_where_they_are() -> None:
    shown = frame('<img src="cid:a" alt="梅"><td background="cid:a"><img src="https://e.jp/x.png">', a="picture/0")

    assert '<img src="picture/0" alt="梅">' in shown
    assert '<td background="picture/0">' in shown
    assert 'src="https://e.jp/x.png"' in shown


class Words(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.feed(html)
        self.close()

    def handle_data(self, data: str) -> None:
        self.said.append(data)


@given(st.text(st.sampled_from("<>a/=\"' #hrefimgstyle日本(prefers-color-scheme:dark)")), st.sampled_from(Scheme))
def test_what_is_no_tag_is_never_changed(text: str, scheme: Scheme) -> None:
    escaped = text.replace("<", "&lt;")

    assert Words(frame(f"<p>{escaped}</p>", scheme)).said == Words(f"<p>{escaped}</p>").said


@given(st.text())
def test_any_html_has_a_frame(html: str) -> None:
    assert isinstance(frame(html, Scheme.DARK, a="b"), str)


@pytest.mark.parametrize(
    "piece", ['<a href="', '<img src="x" ', "<style>", "(prefers-color-scheme:", "color-scheme: light "]
)
def test_what_never_ends_takes_no_time(piece: str) -> None:
    assert frame(f"<style>{piece * 20_000}</style>{piece * 20_000}")
