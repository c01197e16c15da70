import json

import feedparser
import pytest
from support.serialised import CATEGORIES, TAGS, XML, atom, rss

from publisher.feeds import recover, serialise
from publisher.model.feed import Entry, Feed, FeedFormat, Label
from publisher.struct import replace

SHARED = Label("ai", "AI", TAGS)
INVESTMENT = Label("investment", "投資分析", CATEGORIES)


def labelled(feed: Feed, entry: Entry, *tags: Label, categories: tuple[Label, ...] = (INVESTMENT,)) -> Feed:
    return replace(feed, entries=(replace(entry, categories=categories, tags=tags),))


def test_atom_has_slug_name_and_scheme_of_each_label(feed: Feed, entry: Entry) -> None:
    labels = atom(labelled(feed, entry, SHARED), "//a:category")
    assert [dict(one.attrib) for one in labels] == [
        {"term": "investment", "scheme": CATEGORIES, "label": "投資分析"},
        {"term": "ai", "scheme": TAGS, "label": "AI"},
    ]


def test_rss_has_the_name_and_scheme_of_each_label(feed: Feed, entry: Entry) -> None:
    labels = rss(labelled(feed, entry, SHARED), "//item/category")
    assert [(one.text, one.get("domain")) for one in labels] == [("投資分析", CATEGORIES), ("AI", TAGS)]


@pytest.mark.parametrize("format", XML)
def test_a_label_without_a_scheme_has_none(feed: Feed, entry: Entry, format: FeedFormat) -> None:
    bare = labelled(feed, entry, Label("ai", "AI"), categories=(Label("a", "分析"),))
    data = serialise(bare, format)
    assert b"scheme" not in data
    assert b"domain" not in data
    (read,) = recover(data, format).values()
    assert [one.name for one in read.tags] == ["AI"]


def test_json_has_each_name_once_categories_first(feed: Feed, entry: Entry) -> None:
    same = labelled(feed, entry, Label("toushi", "投資分析", TAGS), SHARED)
    (item,) = json.loads(serialise(same, FeedFormat.JSON))["items"]
    assert (item["tags"], item["_labels"]) == (["投資分析", "AI"], {"categories": 1})


def test_json_counts_categories_only_where_there_are_tags(feed: Feed, entry: Entry) -> None:
    (item,) = json.loads(serialise(labelled(feed, entry), FeedFormat.JSON))["items"]
    assert "_labels" not in item


@pytest.mark.parametrize("format", FeedFormat)
@pytest.mark.parametrize(
    ("categories", "tags"),
    [((INVESTMENT,), (SHARED,)), ((), (SHARED,)), ((INVESTMENT,), ()), ((Label("ai", "AI", TAGS),), (INVESTMENT,))],
)
def test_categories_and_tags_are_told_apart_again(
    feed: Feed, entry: Entry, format: FeedFormat, categories: tuple[Label, ...], tags: tuple[Label, ...]
) -> None:
    data = serialise(labelled(feed, entry, *tags, categories=categories), format)
    (read,) = recover(data, format).values()
    assert [one.name for one in read.categories] == [one.name for one in categories]
    assert [one.name for one in read.tags] == [one.name for one in tags]


def test_what_has_no_slug_is_its_own_term(feed: Feed, entry: Entry) -> None:
    assert atom(labelled(feed, entry, Label("", "！")), "//a:category[2]/@term") == ["！"]


@pytest.mark.parametrize("format", XML)
def test_a_name_is_no_markup_to_readers_that_take_it_for_html(feed: Feed, entry: Entry, format: FeedFormat) -> None:
    name = "<b> & C&amp;A"
    data = serialise(labelled(feed, entry, categories=(Label("b", name),)), format)
    (tag,) = feedparser.parse(data).entries[0].tags
    assert (tag.label or tag.term) == "<\u2060b> & C&\u2060amp;A"
    (read,) = recover(data, format).values()
    assert read.categories[0].name == name


def test_atom_of_an_earlier_version_without_labels_is_read(feed: Feed, entry: Entry) -> None:
    data = serialise(labelled(feed, entry), FeedFormat.ATOM)
    old = data.replace(' scheme="https://kabu.example.jp/category/" label="投資分析"'.encode(), b"")
    (read,) = recover(old, FeedFormat.ATOM).values()
    assert read.categories == (Label("investment", "investment"),)
