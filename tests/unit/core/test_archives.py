"""Which posts lie in which archive."""

from hypothesis import given
from hypothesis import strategies as st

from publisher.core.archives import Member, Split, neighbours, split

LIMIT = 20


def members(numbers: list[int]) -> list[Member]:
    """Posts, newest first, with ids that say when they came."""
    return [Member(f"{number}.md", f"tag:x,2026:/記事/{number}", "2026-11-24") for number in sorted(numbers)[::-1]]


def all_of(found: Split) -> set[str]:
    return {*found.live, *(source for one in found.documents for source in one.sources)}


def names(found: Split) -> dict[str, tuple[str, ...]]:
    return {one.name: one.sources for one in found.documents}


@given(st.sets(st.integers(0, 5000), max_size=600))
def test_every_post_is_somewhere_and_archives_hold_each_once(numbers: set[int]) -> None:
    posts = members(list(numbers))
    found = split(posts, LIMIT)
    archived = [source for one in found.documents for source in one.sources]

    assert all_of(found) == {one.source for one in posts}
    assert len(archived) == len(set(archived))
    assert list(found.live) == [one.source for one in posts][: len(found.live)], "the newest, in order"
    assert len(found.live) >= min(LIMIT, len(posts))
    assert max((len(one.sources) for one in found.documents), default=0) <= 250
    assert len({one.name for one in found.documents}) == len(found.documents)


@given(st.sets(st.integers(0, 5000), min_size=1, max_size=600), st.data())
def test_a_post_that_comes_in_late_or_goes_changes_few_documents(numbers: set[int], data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(sorted(numbers)))
    with_it, without = names(split(members(list(numbers)), LIMIT)), names(split(members(list(numbers - {one})), LIMIT))
    changed = {name for name in {*with_it, *without} if with_it.get(name) != without.get(name)}

    # Its own, and the one that its own is split from; where ends are forced, as far as the next that is not.
    assert len(changed) <= 3 + sum(len(sources) == 250 for sources in [*with_it.values(), *without.values()])


@given(st.sets(st.integers(0, 4000), max_size=500), st.sets(st.integers(4001, 8000), max_size=200))
def test_new_posts_leave_every_archive_as_it_is(old: set[int], new: set[int]) -> None:
    before, after = names(split(members(list(old)), LIMIT)), names(split(members([*old, *new]), LIMIT))

    assert {name: after.get(name) for name in before} == before


def test_archives_hold_fifty_posts_on_average() -> None:
    found = split(members(list(range(10_000))), LIMIT)

    assert 150 < len(found.documents) < 260
    assert len(found.live) < 300


def test_a_small_site_has_no_archive_until_it_needs_one() -> None:
    assert split([], LIMIT) == Split((), ())
    assert split(members([1]), LIMIT).live == ("1.md",)


def test_each_document_knows_its_neighbours() -> None:
    assert list(neighbours(["a", "b", "c"])) == [(None, "a", "b"), ("a", "b", "c"), ("b", "c", None)]
    assert list(neighbours([])) == []
