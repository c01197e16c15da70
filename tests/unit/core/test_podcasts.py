"""The categories of podcasts."""

import pytest

from publisher.core.podcasts import podcast_category


@pytest.mark.parametrize("name", ["Technology", "Business/Investing", "Leisure/Home & Garden", "TV & Film/TV Reviews"])
def test_a_category_of_the_list_is_taken(name: str) -> None:
    assert podcast_category(name) == name


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Business > Investing", "did you mean 'Business/Investing'?"),
        ("technology", "did you mean 'Technology'?"),
        ("Investing", "did you mean 'Business/Investing'?"),
        ("投資", "known are Arts, Business"),
    ],
)
def test_what_is_not_in_it_is_refused_with_what_may_be_meant(name: str, hint: str) -> None:
    with pytest.raises(ValueError, match="none of Apple's categories") as caught:
        podcast_category(name)
    assert hint in str(caught.value)
