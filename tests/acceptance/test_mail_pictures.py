"""The packaged mails in Chromium, against pictures that somebody has looked at.

Needs the fonts of the Debian package fonts-noto-cjk. Where a change is meant: scripts/golden-mail, and look.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.browser import Tab, browser
from support.mail_pictures import SHOTS, Shot, difference, take

GOLDEN = Path(__file__).parents[1] / "golden_mail"
TOLERANCE = 6
"""Measured: glyphs at whole pixels only, with full hinting, come to 5 at most; the changes below to 8 at least."""


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with browser(tmp_path_factory.mktemp("profile")) as tab:
        yield tab


@pytest.fixture(scope="module")
def taken(chromium: Tab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    take(chromium, folder)
    return folder


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_a_mail_looks_as_it_did_when_it_was_looked_at(taken: Path, shot: Shot) -> None:
    assert difference(GOLDEN / shot.name, taken / shot.name) <= TOLERANCE


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(lambda html: html.replace("#2f6b3a", "#2f6b6a"), id="another accent colour"),
        pytest.param(lambda html: html.replace("#6b675e", "#9b978e"), id="paler small print"),
        pytest.param(lambda html: html.replace("margin:28px 0 4px", "margin:32px 0 4px"), id="all below 4 px lower"),
        pytest.param(lambda html: html.replace("border-bottom:1px", "border-bottom:0"), id="no rules"),
        pytest.param(lambda html: html.replace("font-size:20px", "font-size:19px"), id="smaller titles"),
        pytest.param(lambda html: html.replace("配信を停止する", "停止"), id="other words"),
        pytest.param(lambda html: html.replace("山田 花子 様", ""), id="a line less"),
    ],
)
def test_a_change_that_eyes_see_is_seen(chromium: Tab, tmp_path: Path, changed: Callable[[str], str]) -> None:
    shot = Shot("digest", 375, False)

    take(chromium, tmp_path, changed, (shot,))

    assert difference(GOLDEN / shot.name, tmp_path / shot.name) > TOLERANCE


def test_a_dark_mail_is_dark_and_a_light_one_light(taken: Path) -> None:
    light, dark = (Shot("one_off", 375, mode) for mode in (False, True))

    assert difference(taken / light.name, taken / dark.name) > 100
