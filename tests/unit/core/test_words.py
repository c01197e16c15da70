"""Language tags."""

import pytest

from publisher.core.words import is_known_language


@pytest.mark.parametrize("tag", ["ja", "ja-JP", "EN-gb", "zh-Hant", "jam", "iw"])
def test_languages_are_known(tag: str) -> None:
    assert is_known_language(tag)


@pytest.mark.parametrize("tag", ["jp", "JP", "jp-JP", "xx"])
def test_a_country_is_no_language(tag: str) -> None:
    assert not is_known_language(tag)
