"""The door to imagesize: what kind of picture a file holds, and how large a browser shows it."""

import re
from pathlib import Path
from typing import BinaryIO

from publisher.core.tags import TOKEN, attributes

NO_PICTURE = "application/octet-stream"
"""What a file is that holds no picture we know (RFC 2046 section 4.5.1)."""

_HEAD = 64 * 1024
# By the bytes, as browsers do (WHATWG MIME Sniffing, section 6.1): phones and converters give files the wrong name.
# HEIC is what iPhones save, and no browser but Safari shows it.
_KINDS = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/gif": re.compile(rb"GIF8[79]a"),
    "image/webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "image/avif": re.compile(rb"....ftyp(?:avi[fs]|mif1....(?:....){0,8}?avi[fs])", re.DOTALL),
    "image/heic": re.compile(rb"....ftyp(?:he[iv][cx]|mif1|msf1)", re.DOTALL),
    "image/bmp": re.compile(rb"BM"),
    "image/tiff": re.compile(rb"II\*\x00|MM\x00\*"),
    "image/x-icon": re.compile(rb"\x00\x00\x01\x00"),
}
# A damaged header may say anything; no browser shows more.
_MOST = 65_535

_PROLOGUE = re.compile(
    r"\ufeff?\s*+(?:(?><\?.*?\?>|<!--.*?-->|<!DOCTYPE\s+svg[^>\[]*(?:\[.*?\]\s*)?>)\s*+)*+(?=<svg[\s>/])",
    re.DOTALL | re.IGNORECASE,
)
_LENGTH = re.compile(r"\s*(\d{1,6}(?:\.\d{0,6})?|\.\d{1,6})\s*(px|pt|pc|mm|cm|in|em|rem)?\s*", re.IGNORECASE)
# CSS Values 4, section 6.2; an em is 16 px where nobody says otherwise.
_PIXELS = {"px": 1, "pt": 96 / 72, "pc": 16, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96, "em": 16, "rem": 16}


def measured(path: Path) -> tuple[str, int, int]:
    """A picture's media type, and its width and height in pixels, 0 where they are not known; OSError where it cannot
    be read. What is no picture is a NO_PICTURE.

    A JPEG or AVIF that a phone has turned (EXIF orientation) is measured as it is shown. Of an AVIF that is turned by
    its own `irot` nothing is known: imagesize 2.0.1 takes that for a longer box (ISO/IEC 23008-12 section 6.5.10).
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
        drawing = _drawing(head)
        if drawing is not None:
            return "image/svg+xml", *_within(*_drawn(drawing))
        type_ = next((name for name, magic in _KINDS.items() if magic.match(head)), NO_PICTURE)
        return type_, *((0, 0) if type_ == NO_PICTURE else _painted(file))


def _painted(file: BinaryIO) -> tuple[int, int]:
    # Here, not above: an unchanged build never measures. A file, for imagesize would fetch what is called http://.
    import imagesize

    return _within(*imagesize.get(file))


def _within(width: float, height: float) -> tuple[int, int]:
    one, other = round(width), round(height)
    return (one, other) if 0 < one <= _MOST and 0 < other <= _MOST else (0, 0)


def _drawing(head: bytes) -> dict[str, str] | None:
    """What the `<svg>` tag of a drawing says; None where it is none."""
    text = head.decode(errors="replace")
    start = _PROLOGUE.match(text)
    tag = TOKEN.match(text, start.end()) if start else None
    return attributes(tag["rawattributes"] or "") if tag else None


def _drawn(values: dict[str, str]) -> tuple[float, float]:
    """SVG 2 section 8.12: one length and the proportion give the other. Without lengths it is as large as its viewBox
    says, which is what its maker drew; browsers would fill the column."""
    width, height = (_pixels(values.get(name, "")) for name in ("width", "height"))
    box = [_pixels(part) for part in values.get("viewbox", "").replace(",", " ").split()[2:4]]
    across, down = box if len(box) == 2 else (0.0, 0.0)
    if not (across and down):
        return width, height
    if not (width or height):
        return across, down
    return width or height * across / down, height or width * down / across


def _pixels(text: str) -> float:
    """A length in CSS pixels; 0 where it is none, or a share of what is around it."""
    found = _LENGTH.fullmatch(text)
    return float(found[1]) * _PIXELS[(found[2] or "px").lower()] if found else 0.0
