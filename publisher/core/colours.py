"""Colours as CSS writes them, how well one can be read on another, and one that can be."""

import re
from colorsys import hls_to_rgb, rgb_to_hls
from functools import lru_cache

from publisher.core.colour_names import COLOUR_NAMES
from publisher.struct import Struct

_HEX = re.compile(r"#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", re.ASCII)
_FUNCTION = re.compile(r"(rgb|hsl)a?\(([^()]{1,80})\)")
_NUMBER = re.compile(r"([-+]?(?:\d+(?:\.\d*)?|\.\d+))(%|deg)?", re.ASCII)
_STEPS = 200


class Colour(Struct, frozen=True):
    """A colour in sRGB: each part from 0 to 255, `alpha` from 0 (not to be seen) to 1 (nothing shines through)."""

    red: int
    green: int
    blue: int
    alpha: float = 1.0

    def __str__(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    def over(self, ground: "Colour") -> "Colour":
        """What is seen where this one lies over `ground`, which nothing shines through."""
        if self.alpha >= 1:
            return self
        pairs = ((self.red, ground.red), (self.green, ground.green), (self.blue, ground.blue))
        return Colour(*(round(top * self.alpha + below * (1 - self.alpha)) for top, below in pairs))


WHITE = Colour(255, 255, 255)
BLACK = Colour(0, 0, 0)


@lru_cache(maxsize=1024)
def parse_colour(text: str) -> Colour | None:
    """The colour that CSS means by `text`: `#8a3324`, `#833`, `rgb(138 51 36 / 50%)`, `hsl(8, 59%, 34%)`, `teal`.

    None where it is no colour, or one that depends on its surroundings, such as `currentcolor`.
    """
    word = text.strip().lower()
    if word == "transparent":
        return Colour(0, 0, 0, 0.0)
    word = "#" + COLOUR_NAMES[word] if word in COLOUR_NAMES else word
    if found := _HEX.fullmatch(word):
        return _from_hex(found[1])
    if found := _FUNCTION.fullmatch(word):
        return _from_function(found[1], found[2])
    return None


def contrast(one: str, other: str) -> float:
    """How well two colours can be told apart, from 1 to 21; text wants 4.5, large text 3.

    WCAG 2.2, "contrast ratio" and success criterion 1.4.3. ValueError where one is no colour.
    """
    return contrast_ratio(_known(one), _known(other))


def contrast_ratio(one: Colour, other: Colour) -> float:
    """The same of two colours that nothing shines through."""
    lights = sorted((_luminance(one), _luminance(other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def readable(colour: str, ground: str, least: float = 4.5) -> str:
    """`colour` as it is where it can be read on `ground`, else lightened or darkened until it can, as `#rrggbb`.

    Hue and saturation stay, so that an accent is known again on a dark page. Where even black or white has less
    than `least`, it is the better of the two. ValueError where one is no colour.
    """
    below = _known(ground).over(WHITE)
    wanted = _known(colour).over(below)
    to = 1.0 if contrast_ratio(WHITE, below) > contrast_ratio(BLACK, below) else 0.0
    steps = (_lit(wanted, to, step / _STEPS) for step in range(_STEPS + 1))
    return str(next((shade for shade in steps if contrast_ratio(shade, below) >= least), _lit(wanted, to, 1.0)))


def _lit(colour: Colour, to: float, share: float) -> Colour:
    """`colour`, its lightness moved towards `to` by `share` of the way."""
    if not share:
        return colour
    hue, light, saturation = rgb_to_hls(colour.red / 255, colour.green / 255, colour.blue / 255)
    return _from_parts(hls_to_rgb(hue, light + (to - light) * share, saturation))


def _known(text: str) -> Colour:
    colour = parse_colour(text)
    if colour is None:
        raise ValueError(f"{text!r} is no colour")
    return colour


@lru_cache(maxsize=1024)
def _luminance(colour: Colour) -> float:
    """WCAG 2.2, "relative luminance": 0 for black, 1 for white."""
    red, green, blue = (
        part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4
        for part in (colour.red, colour.green, colour.blue)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _from_hex(digits: str) -> Colour:
    full = digits if len(digits) > 4 else "".join(digit * 2 for digit in digits)
    parts = [int(full[at : at + 2], 16) for at in range(0, len(full), 2)]
    return Colour(*parts[:3], *(part / 255 for part in parts[3:]))


def _from_function(name: str, inside: str) -> Colour | None:
    found = [_NUMBER.fullmatch(part) for part in inside.replace(",", " ").replace("/", " ").split()]
    numbers = [(float(one[1]), one[2]) for one in found if one]
    if len(numbers) != len(found) or len(found) not in (3, 4):
        return None
    alpha = _share(*numbers[3], whole=1) if len(numbers) == 4 else 1.0
    if name == "rgb":
        return _from_parts((_share(*numbers[0]), _share(*numbers[1]), _share(*numbers[2])), alpha)
    (hue, _), (saturation, _), (light, _) = numbers[:3]
    return _from_parts(hls_to_rgb(hue / 360 % 1, _share(light, "%"), _share(saturation, "%")), alpha)


def _share(number: float, unit: str | None, whole: int = 255) -> float:
    """A part of a colour, from 0 to 1, however much of it was asked for."""
    return min(max(number / (100 if unit == "%" else whole), 0.0), 1.0)


def _from_parts(parts: tuple[float, float, float], alpha: float = 1.0) -> Colour:
    red, green, blue = (min(max(int(part * 255 + 0.5), 0), 255) for part in parts)
    return Colour(red, green, blue, alpha)
