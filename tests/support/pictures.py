"""Pictures made from nothing, in a few bytes each."""

from io import BytesIO
from typing import Any

from PIL import Image

_TURNED_RIGHT = 6
"""EXIF 2.3, tag 0x0112: what a phone held upright writes; the pixels lie on their side."""


def painted(kind: str, width: int, height: int, *, turned: bool = False, **how: Any) -> bytes:
    """A picture of one colour, `kind` as Pillow calls it: PNG, JPEG, GIF, WEBP, AVIF, BMP."""
    if turned:
        exif = Image.Exif()
        exif[0x0112] = _TURNED_RIGHT
        how["exif"] = exif
    data = BytesIO()
    Image.new("RGB", (width, height), "#1f5a99").save(data, kind, **how)
    return data.getvalue()


def animated(width: int, height: int) -> bytes:
    """A GIF of two frames."""
    second = Image.new("RGB", (width, height), "#ffffff")
    return painted("GIF", width, height, save_all=True, append_images=[second], duration=500, loop=0)


def noise(kind: str, width: int, height: int) -> bytes:
    """A picture that hardly gets smaller by compression: three octets for each pixel of a PNG."""
    data = BytesIO()
    Image.effect_noise((width, height), 200).convert("RGB").save(data, kind)
    return data.getvalue()
