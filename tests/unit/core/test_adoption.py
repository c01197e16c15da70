"""Entries of a foreign feed, known again as posts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.core.adoption import Adoption, Dispute, Mark, Match, adopt, extended, follows, renamed
from publisher.core.identity import Record
from publisher.model.feed import FeedFormat
from publisher.model.foreign import ForeignEntry, ForeignFeed
from publisher.model.post import Post

NOON = datetime(2026, 1, 5, 3, 0, 7, tzinfo=UTC)
DAY = timedelta(days=1)
SITE = "https://new.example/b/"


def post(name: str, title: str = "", when: datetime = NOON) -> Post:
    return Post(f"posts/{name}.md", f"/{name}/", f"{SITE}{name}/", title or f"題 {name}", when, "d")


def entry(id_: str, link: str = "", title: str = "", when: datetime | None = None) -> ForeignEntry:
    return ForeignEntry(id_, link, title, when)


def feed(*entries: ForeignEntry, home: str = "https://old.example/") -> ForeignFeed:
    return ForeignFeed("題", home, "", FeedFormat.RSS, entries)


def adopted(entries: list[ForeignEntry], posts: list[Post], **ids: str) -> Adoption:
    now = {f"posts/{name}.md": id_ for name, id_ in ids.items()}
    return adopt([feed(*entries)], posts, now, "Asia/Tokyo")


def marks(found: Adoption) -> dict[str, tuple[str, Mark]]:
    return {source.removeprefix("posts/").removesuffix(".md"): (m.id, m.mark) for source, m in found.matches.items()}


@pytest.mark.parametrize(
    ("link", "id_"),
    [
        ("http://www.new.example/b/投資", "g"),
        ("https://old.example/%E6%8A%95%E8%B3%87.html", "g"),
        ("https://old.example/投資/index.html", "g"),
        ("https://elsewhere.example/what-i-write-of", "https://old.example/投資"),
    ],
)
def test_an_entry_is_known_by_its_link_also_after_a_move_to_another_domain(link: str, id_: str) -> None:
    found = adopted([entry(id_, link)], [post("投資"), post("別")])

    assert marks(found) == {"投資": (id_, Mark.LINK)}


def test_then_by_title_and_day_where_titles_come_back_each_week() -> None:
    posts = [post("a", "週報", NOON), post("b", "週報", NOON + 7 * DAY), post("c", "週報", NOON + 14 * DAY)]
    entries = [entry("2", "", "週報", NOON + 7 * DAY + timedelta(hours=1)), entry("3", "", "週報", NOON + 14 * DAY)]

    assert marks(adopted(entries, posts)) == {"b": ("2", Mark.TITLE_AND_DAY), "c": ("3", Mark.TITLE_AND_DAY)}


def test_the_day_is_the_sites_own() -> None:
    late = datetime(2026, 1, 5, 16, 0, tzinfo=UTC)
    posts = [post("a", "週報", late), post("b", "週報", late - timedelta(hours=2))]

    assert marks(adopted([entry("1", "", "週報", datetime(2026, 1, 6, 2, 0, tzinfo=UTC))], posts)) == {
        "a": ("1", Mark.TITLE_AND_DAY)
    }


def test_then_by_a_title_that_only_one_has() -> None:
    found = adopted(
        [entry("1", "", "引っ越し &amp; “近況”", NOON - 300 * DAY)], [post("a", '引っ越し & "近況"'), post("b")]
    )

    assert marks(found) == {"a": ("1", Mark.TITLE)}


def test_then_by_a_moment_that_only_one_has_but_not_by_a_midnight() -> None:
    midnight = datetime(2026, 1, 4, 15, 0, tzinfo=UTC)
    entries = [entry("1", "", "旧題", NOON), entry("2", "", "昔の題", midnight)]

    found = adopted(entries, [post("a", "新題", NOON), post("b", "今の題", midnight)])

    assert marks(found) == {"a": ("1", Mark.MOMENT)}
    assert [one.id for one in found.unmatched] == ["2"]


def test_two_entries_of_one_post_and_two_posts_of_one_entry_prove_nothing() -> None:
    links = [entry("1", "https://x.example/a"), entry("2", "http://x.example/a/")]
    titles = [entry("3", "", "同じ題")]

    found = adopted([*links, *titles], [post("a"), post("b", "同じ題"), post("c", "同じ題")])

    assert found.matches == {}
    assert found.disputed == (
        Dispute(("1", "2"), ("posts/a.md",)),
        Dispute(("3",), ("posts/b.md", "posts/c.md")),
    )


def test_what_a_later_mark_decides_is_no_dispute() -> None:
    entries = [entry("1", "https://x.example/a", "題 a", NOON), entry("2", "http://x.example/a/", "別", NOON - DAY)]

    found = adopted(entries, [post("a", when=NOON)])

    assert marks(found) == {"a": ("1", Mark.TITLE_AND_DAY)}
    assert [one.id for one in found.unmatched] == ["2"]


def test_an_entry_in_the_feeds_of_site_and_category_is_one() -> None:
    one, two = entry("1", "https://old.example/a"), entry("2", "https://old.example/b")

    found = adopt([feed(one), feed(two, one), feed(entry("9"))], [post("a"), post("b")], {}, "UTC")

    assert marks(found) == {"a": ("1", Mark.LINK), "b": ("2", Mark.LINK)}
    assert [one.id for one in found.unmatched] == ["9"]


def test_where_feeds_differ_the_first_counts_and_the_difference_is_told() -> None:
    link = "https://old.example/a"

    found = adopt([feed(entry("guid", link)), feed(entry("tag", link))], [post("a")], {}, "UTC")

    assert marks(found) == {"a": ("guid", Mark.LINK)}
    assert found.disputed == (Dispute(("guid", "tag"), ("posts/a.md",)),)


def test_two_posts_that_would_share_an_id_are_named_and_neither_has_it() -> None:
    entries = [entry("1", "https://old.example/a"), entry("1", "https://old.example/b")]

    found = adopted(entries, [post("a"), post("b")])

    assert found.clashes == (("1", "posts/a.md", "posts/b.md"),)
    assert found.matches == {}


def test_an_id_that_another_post_keeps_is_a_clash_but_not_one_that_it_gives_up() -> None:
    swap = [entry("A", "https://old.example/b"), entry("B", "https://old.example/a")]

    assert adopted(swap[:1], [post("a"), post("b")], a="A", b="B").clashes == (("A", "posts/a.md", "posts/b.md"),)
    assert adopted(swap, [post("a"), post("b")], a="A", b="B").ids == {"posts/a.md": "B", "posts/b.md": "A"}


def test_a_post_that_is_left_out_keeps_the_id_that_another_was_to_have() -> None:
    entries = [entry("A", "https://old.example/b"), *(entry("X", f"https://old.example/{name}") for name in "ac")]

    found = adopted(entries, [post("a"), post("b"), post("c")], a="A", b="B", c="C")

    assert found.clashes == (("A", "posts/a.md", "posts/b.md"), ("X", "posts/a.md", "posts/c.md"))
    assert found.matches == {}


def test_an_engines_rule_holds_only_where_it_gives_every_entry_its_id() -> None:
    found = adopted([entry("1", "https://old.example/a"), entry("2", "https://old.example/b")], [post("a"), post("b")])

    assert follows(found, {"posts/a.md": "1", "posts/b.md": "2", "posts/c.md": "3"})
    assert not follows(found, {"posts/a.md": "1", "posts/b.md": "other"})
    assert not follows(found, {"posts/a.md": "1"})
    assert not follows(Adoption(), {"posts/a.md": "1"})


def test_a_rule_gives_older_posts_their_ids_and_takes_none_from_an_entry() -> None:
    found = Adoption({"posts/a.md": Match("1", Mark.LINK)})

    more = extended(found, {"posts/a.md": "x", "posts/b.md": "2", "posts/c.md": "1"}, {"posts/c.md": "own"})

    assert marks(more) == {"a": ("1", Mark.LINK), "b": ("2", Mark.RULE)}
    assert more.clashes == ()
    assert more.counts() == {Mark.LINK: 1, Mark.RULE: 1, Mark.TITLE_AND_DAY: 0, Mark.TITLE: 0, Mark.MOMENT: 0}


def test_a_rule_that_gives_two_posts_one_id_is_a_clash() -> None:
    more = extended(Adoption(), {"posts/b.md": "2", "posts/c.md": "2"}, {})

    assert more.clashes == (("2", "posts/b.md", "posts/c.md"),)
    assert more.matches == {}


def test_records_have_the_new_ids_and_a_file_that_is_gone_gives_its_id_up() -> None:
    def record(id_: str, source: str) -> Record:
        return Record(id_, source, "u", "2026-01-01T00:00:00Z", "t", "d")

    before = (record("A", "a.md"), record("X", "gone.md"), record("C", "c.md"))

    assert renamed(before, {"a.md": "X"}) == (record("X", "a.md"), record("C", "c.md"))


NAMES = st.sampled_from(["a", "b", "c", "投資", "投資（１）"])
ENTRIES = st.lists(
    st.builds(
        entry,
        st.sampled_from(["1", "2", "3", "https://old.example/a"]),
        NAMES.map("https://old.example/{}.html".format) | st.just(""),
        st.sampled_from(["題 a", "題 b", "同じ", ""]),
        st.sampled_from([None, NOON, NOON + DAY]),
    ),
    max_size=6,
)
POSTS = st.lists(st.builds(post, NAMES, st.sampled_from(["", "同じ"])), max_size=5, unique_by=lambda one: one.source)


@given(st.lists(ENTRIES, max_size=3), POSTS, st.data())
def test_no_id_is_had_twice_and_every_id_comes_from_a_feed(
    lists: list[list[ForeignEntry]], posts: list[Post], data: st.DataObject
) -> None:
    ids = {one.source: data.draw(st.sampled_from(["1", f"tag:{one.source}"])) for one in posts}

    found = adopt([feed(*entries) for entries in lists], posts, ids, "Asia/Tokyo")

    named = {one.id for entries in lists for one in entries}
    assert set(found.ids.values()) <= named
    assert len(set(found.ids.values())) == len(found.ids)
    kept = [id_ for source, id_ in ids.items() if source not in found.ids]
    assert not set(kept) & set(found.ids.values())
    assert not set(found.ids.values()) & {one.id for one in found.unmatched}
