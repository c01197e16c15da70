"""Segments of readers."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.core.segments import Ground, Traits, asks_for_fields, segment
from publisher.errors import UsageError
from publisher.model.field import Field, FieldType
from publisher.struct import replace

JST = timezone(timedelta(hours=9))
GROUND = Ground({"投資分析": "investment"}, "Asia/Tokyo", "ja")
HANAKO = Traits(
    "hanako@docomo.ne.jp", "en", "weekly", "Asia/Tokyo", ("投資分析", "本"), datetime(2026, 1, 31, 23, 59, tzinfo=JST)
)
ANYBODY = Traits("b@例え.jp", None, "daily", "Europe/Berlin", None, None)


@pytest.mark.parametrize(
    ("where", "hanako", "anybody"),
    [
        ({"category": "本"}, True, True),
        ({"category": ["庭", "Investment"]}, True, True),
        ({"category": "庭"}, False, True),
        ({"domain": "@Docomo.ne.jp"}, True, False),
        ({"domain": "ne.jp"}, False, False),
        ({"frequency": ["daily", "monthly"]}, False, True),
        ({"timezone": "Asia/Tokyo"}, True, False),
        ({"language": "ja"}, False, True),
        ({"language": "en"}, True, False),
        ({"joined": "2026-01-31"}, True, False),
        ({"joined": "2026-02-01.."}, False, False),
        ({"joined": "..2026-01-31"}, True, False),
        ({"joined": ["2025-01-01..2025-12-31", "2026-01-01 .. 2026-01-31"]}, True, False),
        ({"not": {"joined": "2026-01-01.."}}, False, True),
        ({"domain": "docomo.ne.jp", "language": "ja"}, False, False),
        ({"any": [{"domain": "docomo.ne.jp"}, {"language": "ja"}]}, True, True),
        ({"all": [{"category": "本"}, {"not": {"domain": "docomo.ne.jp"}}]}, False, True),
    ],
)
def test_a_segment_takes_whom_it_says(where: dict[str, Any], hanako: bool, anybody: bool) -> None:
    holds = segment(where, GROUND)

    assert (holds(HANAKO), holds(ANYBODY)) == (hanako, anybody)


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ({}, "field: value"),
        ({"domin": "example.jp"}, "unknown field 'domin'"),
        ({"name": "花子"}, "known are category, domain, frequency, joined, language, timezone, all, any, not"),
        ({"domain": []}, "must be a value"),
        ({"domain": ""}, "must be a value"),
        ({"domain": {"a": "b"}}, "must be a value"),
        ({"any": {"domain": "a.jp"}}, "must be a list of rules"),
        ({"not": "daily"}, "field: value"),
        ({"frequency": "yearly"}, "no frequency"),
        ({"language": "jp"}, "no language"),
        ({"timezone": "Tokyo"}, "no time zone"),
        ({"joined": "2026-02-30"}, "no day"),
        ({"joined": ".."}, "no day"),
        ({"joined": "2026-12-31..2026-01-01"}, "no day"),
        ({"joined": "去年"}, "no day"),
        ({"domain": "a..jp\u3042"}, "no domain"),
    ],
)
def test_what_means_nothing_is_refused_with_what_would(where: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as refused:
        segment(where, GROUND)

    assert said in refused.value.told()


DOMAINS, LANGUAGES, CATEGORIES = ("例.jp", "docomo.ne.jp", "x.example"), ("ja", "en"), ("庭", "本", "AI")
FREQUENCIES, DAY = ("daily", "weekly"), datetime(2026, 3, 1, tzinfo=UTC)
names = st.builds(
    Traits,
    st.sampled_from(["a@xn--fsq.jp", "b@docomo.ne.jp", "c@x.example"]),
    st.sampled_from(["ja", "en", None]),
    st.sampled_from(FREQUENCIES),
    st.sampled_from(["Asia/Tokyo", "Europe/Berlin"]),
    st.none() | st.sets(st.sampled_from(CATEGORIES), min_size=1).map(lambda some: tuple(sorted(some))),
    st.integers(-3, 3).map(lambda days: DAY + timedelta(days=days)),
)
fields = st.one_of(
    st.tuples(st.just("domain"), st.sampled_from(DOMAINS)),
    st.tuples(st.just("language"), st.sampled_from(LANGUAGES)),
    st.tuples(st.just("frequency"), st.sampled_from(FREQUENCIES)),
    st.tuples(st.just("timezone"), st.sampled_from(["Asia/Tokyo", "Europe/Berlin"])),
    st.tuples(st.just("category"), st.sampled_from(CATEGORIES)),
    st.tuples(st.just("joined"), st.integers(-3, 3).map(lambda days: f"{DAY + timedelta(days=days):%Y-%m-%d}..")),
)
rules = st.recursive(
    st.lists(fields, min_size=1, max_size=3).map(dict),
    lambda inner: st.one_of(
        st.builds(lambda some: {"all": some}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda some: {"any": some}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda one: {"not": one}, inner),
    ),
    max_leaves=6,
)


def plainly(where: dict[str, Any], one: Traits) -> bool:
    """The same, written as anybody would write it for one reader."""
    for word, value in where.items():
        if word == "all":
            fits = all(plainly(inner, one) for inner in value)
        elif word == "any":
            fits = any(plainly(inner, one) for inner in value)
        elif word == "not":
            fits = not plainly(value, one)
        elif word == "domain":
            fits = one.address_key.split("@")[1] == value.replace("例", "xn--fsq")
        elif word == "category":
            fits = one.categories is None or value in one.categories
        elif word == "joined":
            assert one.joined is not None
            fits = one.joined.astimezone(JST).date().isoformat() >= value.removesuffix("..")
        else:
            fits = (getattr(one, word) or "ja") == value
        if not fits:
            return False
    return True


@given(rules, st.lists(names, max_size=8))
def test_a_rule_takes_those_whom_a_plain_filter_takes(where: dict[str, Any], readers: list[Traits]) -> None:
    holds = segment(where, GROUND)

    assert [one for one in readers if holds(one)] == [one for one in readers if plainly(where, one)]


OWN = {
    "company": Field("company"),
    "score": Field("score", FieldType.NUMBER),
    "renewal": Field("renewal", FieldType.DATE),
    "vip": Field("vip", FieldType.BOOLEAN),
    "plan": Field("plan", FieldType.CHOICE, choices=("無料", "特別")),
}
FACTS = {"company": "千代田商店", "score": 12.5, "renewal": "2026-11-30", "vip": False, "plan": "特別"}


@pytest.mark.parametrize(
    ("where", "has"),
    [
        ({"fields.company": "千代田商店"}, True),
        ({"fields.company": ["本屋", "千代田商店"]}, True),
        ({"fields.company": "千代田"}, False),
        ({"fields.score": "12.5"}, True),
        ({"fields.score": "10.."}, True),
        ({"fields.score": "..１２"}, False),
        ({"fields.score": ["..1", "12..13"]}, True),
        ({"fields.renewal": "2026-11-01..2026年11月30日"}, True),
        ({"fields.renewal": "2026-12-01.."}, False),
        ({"fields.vip": "いいえ"}, True),
        ({"fields.vip": "yes"}, False),
        ({"fields.plan": ["無料", "特別"]}, True),
    ],
)
def test_readers_are_chosen_by_their_own_fields_and_who_has_no_value_by_none(where: dict[str, Any], has: bool) -> None:
    holds = segment(where, replace(GROUND, fields=OWN))

    assert asks_for_fields({"all": [{"not": where}]})
    assert (holds(replace(HANAKO, fields=FACTS)), holds(HANAKO)) == (has, False)


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ({"fields.firma": "x"}, "unknown field 'firma'"),
        ({"any": [{"fields.score": "多い"}]}, "field 'score': '多い' is not a number"),
        ({"fields.score": ".."}, "field 'score': '..' is no value and no span"),
        ({"fields.score": "20..10"}, "'20..10' is no value and no span"),
        ({"fields.plan": "標準"}, "field 'plan': '標準' is not one of 無料, 特別"),
        ({"score": "1"}, "unknown field 'score'"),
    ],
)
def test_a_rule_of_fields_that_means_nothing_is_told_with_those_there_are(where: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        segment(where, replace(GROUND, fields=OWN))

    assert said in caught.value.message
    if "unknown" in said:
        assert "company" in (caught.value.hint or "")
