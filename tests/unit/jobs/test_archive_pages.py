"""Which posts the page of an issue has, in each language."""

from hypothesis import given
from hypothesis import strategies as st

from publisher.jobs.archive_pages import by_language

IDS = st.lists(st.sampled_from("味噌庭本棚"), unique=True, min_size=1).map(tuple)
GROUPS = st.lists(st.tuples(IDS, st.sampled_from(["ja", "en", "fr"])), min_size=1)


def test_a_page_has_the_posts_of_all_its_readers_in_the_order_of_who_got_most() -> None:
    groups = [(("味噌", "本"), "ja"), (("味噌", "庭", "本"), "ja"), (("棚",), "ja")]

    assert by_language(groups, "ja") == {"ja": ["味噌", "庭", "本", "棚"]}


def test_where_nobody_reads_in_the_newsletters_language_its_page_has_all() -> None:
    assert by_language([(("a",), "en"), (("b", "a"), "fr")], "ja") == {"ja": ["b", "a"], "fr": ["b", "a"], "en": ["a"]}


@given(GROUPS)
def test_each_post_that_went_out_in_a_language_is_once_on_its_page(groups: list[tuple[tuple[str, ...], str]]) -> None:
    found = by_language(groups, "ja")

    assert next(iter(found)) == "ja"
    for language, ids in found.items():
        assert len(set(ids)) == len(ids)
        wanted = {one for its, spoken in groups if spoken == language for one in its}
        assert set(ids) == (wanted or {one for its, _ in groups for one in its})
