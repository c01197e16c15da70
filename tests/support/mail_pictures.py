"""The packaged mails as Chromium shows them: `python -m support.mail_pictures FOLDER` writes the pictures there."""

import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from PIL import Image, ImageChops, ImageDraw

from support.browser import Tab, browser
from support.mails import mail

MAILS = ("digest", "one_off")
SQUARE = 32


class Shot(NamedTuple):
    """How one mail is looked at; `width` in CSS pixels."""

    kind: str
    width: int
    dark: bool

    @property
    def name(self) -> str:
        """Its file in the folder of pictures."""
        return f"{self.kind}-{self.width}-{'dark' if self.dark else 'light'}.png"


SHOTS = tuple(Shot(kind, width, dark) for kind in MAILS for width in (800, 375) for dark in (False, True))


def take(tab: Tab, folder: Path, changed: Callable[[str], str] = str, shots: tuple[Shot, ...] = SHOTS) -> None:
    """Write a picture of each shot into `folder`, of the HTML that `changed` makes of the mail's."""
    tab.ask("Emulation.setScrollbarsHidden", hidden=True)
    with TemporaryDirectory() as work:
        _photograph(Path(work) / "picture.png")
        for shot in shots:
            page = Path(work) / f"{shot.kind}.html"
            page.write_text(changed(mail(shot.kind, "ja").html), "utf-8")
            tab.look(width=shot.width, height=600, phone=shot.width < 500, dark=shot.dark)
            tab.open(page.as_uri())
            tab.picture(folder / shot.name)
            _small(folder / shot.name)


def difference(one: Path, other: Path) -> int:
    """How two pictures differ, from 0 to 255: as much as the mean colour of the square of 32 pixels that differs most.

    Within a square it does not count where exactly each letter is and how its edges are smoothed, which changes with
    every version of browser and font; a colour, a line more or less, and a shift by some pixels do.
    """
    first, second = (Image.open(path).convert("RGB") for path in (one, other))
    if first.width != second.width or abs(first.height - second.height) > SQUARE // 4:
        return 255
    same = (0, 0, first.width, min(first.height, second.height))
    squares = [image.crop(same).reduce(SQUARE) for image in (first, second)]
    return max(ImageChops.difference(*squares).tobytes())


def _photograph(path: Path) -> None:
    """Stands for a writer's picture: 528 by 264 pixels."""
    image = Image.new("RGB", (528, 264), "#c9d8bd")
    draw = ImageDraw.Draw(image)
    for number in range(5):
        draw.ellipse((40 + number * 92, 96, 120 + number * 92, 176), fill="#d9b27a", outline="#8a6a3a", width=3)
    image.save(path)


def _small(path: Path) -> None:
    Image.open(path).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    with TemporaryDirectory() as profile, browser(Path(profile)) as opened:
        take(opened, Path(sys.argv[1]))
