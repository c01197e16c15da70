"""The words of the preview's page."""

import re

import pytest

from publisher.jobs.proof import MailKind
from publisher.packaged import templates
from publisher.web.preview_words import words


@pytest.mark.parametrize(("language", "spoken"), [("ja", "ja"), ("ja-JP", "ja"), ("en-GB", "en"), ("zh-Hant", "en")])
def test_the_nearest_language_is_spoken(language: str, spoken: str) -> None:
    assert words(language)[0] == spoken


def test_every_word_that_the_page_says_is_there_in_both_languages() -> None:
    page = (templates() / "web/preview.html.j2").read_text("utf-8")
    said = set(re.findall(r"words\.(\w+)", page)) - {"get"} | set(MailKind) | {"light", "dark", "desktop", "phone"}

    for language in ("ja", "en"):
        assert said | {"error", "warning"} <= set(words(language)[1])
