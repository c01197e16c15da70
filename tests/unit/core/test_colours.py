"""Colours: read, compared, made readable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.core.colours import Colour, contrast, parse_colour, readable

COLOURS = st.builds("#{:02x}{:02x}{:02x}".format, *[st.integers(0, 255)] * 3)


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("#8a3324", Colour(138, 51, 36)),
        (" #8A3324 ", Colour(138, 51, 36)),
        ("#fa0", Colour(255, 170, 0)),
        ("#fa08", Colour(255, 170, 0, 136 / 255)),
        ("#ffaa0000", Colour(255, 170, 0, 0.0)),
        ("rgb(1, 2, 3)", Colour(1, 2, 3)),
        ("rgb(1 2 3 / 50%)", Colour(1, 2, 3, 0.5)),
        ("rgba(1,2,3,.25)", Colour(1, 2, 3, 0.25)),
        ("rgb(10%, 20%, 30%)", Colour(26, 51, 77)),
        ("rgb(300, -5, 0)", Colour(255, 0, 0)),
        ("hsl(120, 100%, 25%)", Colour(0, 128, 0)),
        ("HSLA(480deg 100% 25% / 1)", Colour(0, 128, 0)),
        ("RebeccaPurple", Colour(102, 51, 153)),
        ("transparent", Colour(0, 0, 0, 0.0)),
    ],
)
def test_a_colour_is_read_as_css_reads_it(text: str, colour: Colour) -> None:
    assert parse_colour(text) == colour


@pytest.mark.parametrize(
    "text", ["", "#", "#12", "#12345", "#ggg", "ff0000", "currentcolor", "var(--x)", "rgb(1,2)", "rgb(1,2,3,4,5)", "赤"]
)
def test_what_is_no_colour_is_none(text: str) -> None:
    assert parse_colour(text) is None
    with pytest.raises(ValueError, match="is no colour"):
        contrast(text, "#fff")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("black", "white", 21.0),
        ("#fff", "#fff", 1.0),
        # The two greys on either side of the limit that WebAIM's checker and the WCAG's understanding documents name.
        ("#767676", "white", 4.54),
        ("#777777", "white", 4.48),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_contrast_is_what_wcag_says(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(other, one) == contrast(one, other)


def test_what_shines_through_takes_from_what_is_behind() -> None:
    assert Colour(0, 0, 0, 0.5).over(Colour(200, 100, 0)) == Colour(100, 50, 0)


def test_an_accent_that_can_be_read_stays_as_it_is() -> None:
    assert readable("#8A3324", "#ffffff") == "#8a3324"


def test_an_accent_keeps_its_hue_where_it_has_to_change() -> None:
    shade = parse_colour(readable("navy", "#16181c"))

    assert shade is not None
    assert shade.blue > shade.red == shade.green


@given(colour=COLOURS, ground=COLOURS)
def test_every_accent_can_be_made_readable_on_every_ground(colour: str, ground: str) -> None:
    assert contrast(readable(colour, ground), ground) >= 4.5


@given(colour=COLOURS, ground=COLOURS)
def test_what_cannot_be_reached_is_come_near_with_black_or_white(colour: str, ground: str) -> None:
    assert contrast(readable(colour, ground, 22), ground) == max(contrast("black", ground), contrast("white", ground))


@given(st.text())
def test_any_text_is_a_colour_or_none(text: str) -> None:
    colour = parse_colour(text)
    assert colour is None or parse_colour(str(colour)) == Colour(colour.red, colour.green, colour.blue)
