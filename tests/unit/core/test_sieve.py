"""What is new to a reader, and why the rest is not."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.core.schedules import parse_schedule
from publisher.core.selection import Candidate, Terms, Why, oldest, pinned_first, refusal
from publisher.core.sieve import STEPS, Sieve
from publisher.core.words import speaks
from publisher.model.newsletter import Frequency, Newsletter
from publisher.model.post import MailWishes, Post
from publisher.model.reader import Wish
from publisher.schedule import prev_fire
from publisher.struct import replace

AT = datetime(2026, 11, 23, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
BASE = Post(source="a.md", path="/a/", url="https://example.jp/a/", title="題", published=AT, digest="d")
SCHEDULES = {
    Frequency.WEEKLY: parse_schedule(Frequency.WEEKLY, "mon 09:00"),
    Frequency.MONTHLY: parse_schedule(Frequency.MONTHLY, "1st 08:00"),
}
WEEKLY = Newsletter("weekly", "みどりの便り", None, None, None, SCHEDULES, "Asia/Tokyo", None, (), "digest")
TERMS = Terms(WEEKLY, {"投資分析": "investment"}, AT)


def post(name: str, days: float = 1, *categories: str, language: str | None = None, **mail: object) -> Post:
    """One that came out so many days ago."""
    return replace(
        BASE,
        source=f"{name}.md",
        path=f"/{name}/",
        published=AT - days * DAY,
        categories=categories,
        language=language,
        mail=MailWishes(**mail),  # type: ignore[arg-type]
    )


def wish(*categories: str, language: str | None = None, frequency: Frequency = Frequency.WEEKLY) -> Wish:
    return Wish(language, frequency, categories or None)


def candidates(posts: list[Post]) -> list[Candidate]:
    return [Candidate(one.source.removesuffix(".md"), one) for one in pinned_first(posts)]


def new(
    posts: list[Post],
    who: Wish | None = None,
    *,
    carried: Collection[str] = (),
    since: float = 365,
    fewest: int = 1,
    patience: float = 30,
) -> list[str]:
    these = candidates(posts)
    sieve = Sieve(these, TERMS, fewest=fewest, patience=patience * DAY)
    had = sum(1 << place for place, one in enumerate(these) if one.id in carried)
    return list(sieve.ids(sieve.new(who or wish(), AT - since * DAY, had)))


HELD = replace(TERMS, newsletter=replace(WEEKLY, hold=2 * HOUR))
LATE = replace(TERMS, oldest=AT - 60 * DAY)
GARDEN = replace(TERMS, newsletter=replace(WEEKLY, categories=("庭",)))


@pytest.mark.parametrize(
    ("of", "terms", "why"),
    [
        (post("今"), TERMS, None),
        (post("丁度", 0), TERMS, None),
        (post("未来", -0.001), TERMS, Why.TO_COME),
        (replace(post("除外"), in_newsletters=False), TERMS, Why.EXCLUDED),
        (post("庭", 1, "庭", "本"), GARDEN, None),
        (post("本", 1, "本"), GARDEN, Why.ELSEWHERE),
        (post("無分類"), GARDEN, Why.ELSEWHERE),
        (post("一時間前", 1 / 24), HELD, Why.HELD),
        (post("二時間前", 2 / 24), HELD, None),
        (post("未来", -1), HELD, Why.TO_COME),
        (post("六十日前", 60), LATE, None),
        (post("書庫", 60.001), LATE, Why.TOO_OLD),
        (replace(post("書庫", 400), in_newsletters=False), LATE, Why.EXCLUDED),
    ],
)
def test_a_newsletter_says_why_it_brings_a_post_to_nobody(of: Post, terms: Terms, why: Why | None) -> None:
    assert refusal(of, terms) is why


@pytest.mark.parametrize(
    ("reach", "days"),
    [(timedelta(days=60), 62), (timedelta(days=90), 90), (timedelta(days=1), 62)],
)
def test_two_of_the_longest_periods_are_always_within_reach(reach: timedelta, days: int) -> None:
    assert oldest(replace(WEEKLY, reach=reach), AT, prev_fire) == AT - days * DAY, "October has 31 days"


def test_what_is_held_for_longer_than_a_reach_is_within_it_for_as_long_once_it_may_go() -> None:
    held = replace(WEEKLY, reach=timedelta(days=70), hold=timedelta(days=90))
    terms = Terms(held, {}, AT, oldest(held, AT, prev_fire))

    assert [refusal(post("長く寝かせた", days), terms) for days in (89, 90, 160, 161)] == [
        Why.HELD,
        None,
        None,
        Why.TOO_OLD,
    ]


def test_a_reader_gets_their_categories_each_post_once() -> None:
    posts = [post("二つ", 1, "本", "庭"), post("道具", 2, "道具")]

    assert new(posts) == ["二つ", "道具"]
    assert new(posts, wish("本", "庭")) == ["二つ"]
    assert new(posts, wish("ない")) == []
    assert new(posts, wish("investment")) == new(posts, wish("投資分析")) == []


def test_spellings_that_share_a_feed_share_a_wish() -> None:
    posts = [post("a", 1, "AI"), post("b", 1, "投資分析")]

    assert new(posts, wish("ai")) == ["a"]
    assert new(posts, wish("investment")) == ["b"]


def test_what_was_carried_does_not_come_again_and_what_is_older_never_comes() -> None:
    posts = [post("新", 1), post("旧", 2)]

    assert new(posts, carried={"新"}) == ["旧"]
    assert new(posts, since=2) == ["新"]


def test_a_post_without_a_language_is_for_everybody_and_a_language_takes_its_regions() -> None:
    posts = [post("日", language="ja-JP"), post("英", language="en-GB"), post("他", language="jam"), post("無")]

    assert sorted(new(posts, wish(language="ja"))) == ["日", "無"]
    assert sorted(new(posts)) == ["他", "日", "無", "英"]


def test_readers_who_named_no_language_get_those_of_the_newsletter() -> None:
    sieve = Sieve(
        candidates([post("日", language="ja"), post("英", language="en")]),
        replace(TERMS, newsletter=replace(WEEKLY, languages=("ja",))),
    )

    assert sieve.ids(sieve.new(wish(), AT - 9 * DAY, 0)) == ("日",)
    assert sieve.ids(sieve.new(wish(language="en"), AT - 9 * DAY, 0)) == ("英",)


def test_pinned_posts_stand_first_then_the_newest() -> None:
    posts = [post("旧", 3), post("留旧", 4, pinned=True), post("新", 1), post("留新", 2, pinned=True)]

    assert new(posts) == ["留新", "留旧", "新", "旧"]
    assert new(posts, since=3.5) == ["留新", "新", "旧"]
    assert new(posts, since=2) == ["新"]


def test_a_post_for_one_frequency_goes_to_its_readers_only() -> None:
    posts = [post("皆"), post("月", only=("monthly",)), post("無", only=("daily",))]

    assert new(posts) == ["皆"]
    assert new(posts, wish(frequency=Frequency.MONTHLY)) == ["皆", "月"]
    assert new(posts, wish(frequency=Frequency.DAILY)) == ["皆"], "who chose what is no longer offered reads the first"


def test_fewer_than_enough_wait_until_one_of_them_has_waited_long() -> None:
    young = [post("一", 1), post("二", 29)]

    assert new(young, fewest=3) == []
    assert new([*young, post("三", 2)], fewest=3) == ["一", "三", "二"]
    assert new([*young, post("古", 30)], carried={"一", "二"}, fewest=3) == ["古"]
    assert new([*young, post("古", 30)], carried={"古"}, fewest=3) == [], "one that they had presses nothing"


def test_each_post_is_stopped_by_the_first_thing_that_stands_between() -> None:
    these = candidates(
        [post("月", only=("monthly",)), post("本", 1, "本"), post("英", 1, "庭", language="en"), post("古", 9, "庭")]
    )
    sieve = Sieve([*these, *candidates([post("済", 9.5, "庭")])], TERMS)

    steps = sieve.steps(wish("庭", language="ja"), AT - 9.2 * DAY, 0)

    stopped = {
        name: next((why for why, mask in zip(STEPS, steps, strict=True) if not mask >> place & 1), None)
        for place, name in enumerate(sieve.ids(sieve.all))
    }
    assert stopped == {"月": Why.ONLY, "本": Why.CATEGORIES, "英": Why.LANGUAGE, "古": None, "済": Why.BEFORE}


NAMES = ("庭", "本", "投資分析", "Tools")
TONGUES = (None, "ja", "ja-JP", "en")
POSTS = st.lists(
    st.builds(
        lambda days, some, language, pinned, only: post(
            "", days, *sorted(some), language=language, pinned=pinned, only=only
        ),
        st.integers(0, 50),
        st.sets(st.sampled_from(NAMES)),
        st.sampled_from(TONGUES),
        st.booleans(),
        st.sampled_from([(), ("weekly",), ("monthly",), ("weekly", "monthly")]),
    ),
    max_size=12,
).map(lambda posts: [replace(one, source=f"{place}.md", path=f"/{place}/") for place, one in enumerate(posts)])
WISHES = st.builds(
    Wish,
    st.sampled_from([None, "ja", "en"]),
    st.sampled_from([Frequency.WEEKLY, Frequency.MONTHLY]),
    st.none() | st.sets(st.sampled_from(NAMES), min_size=1).map(lambda some: tuple(sorted(some))),
)


@given(POSTS, WISHES, st.integers(-1, 51), st.sets(st.integers(0, 11)), st.integers(1, 4))
def test_posts_as_bits_give_what_posts_one_by_one_do(
    posts: list[Post], who: Wish, since: int, had: set[int], fewest: int
) -> None:
    def is_new(one: Post) -> bool:
        return (
            (not one.mail.only or who.frequency in one.mail.only)
            and (who.categories is None or not set(who.categories).isdisjoint(one.categories))
            and (who.language is None or one.language is None or speaks([who.language], one.language))
            and one.published > AT - since * DAY
            and int(one.source.removesuffix(".md")) not in had
        )

    owed = [one for one in pinned_first(posts) if is_new(one)]
    goes = len(owed) >= fewest or any(AT - one.published >= 25 * DAY for one in owed)

    found = new(posts, who, carried={str(one) for one in had}, since=since, fewest=fewest, patience=25)

    assert found == ([one.source.removesuffix(".md") for one in owed] if goes else [])
