import pytest
from support.serialised import SITE, rss

from publisher.feeds import recover, serialise
from publisher.model.feed import Entry, Episode, Feed, FeedFormat
from publisher.model.post import Author
from publisher.struct import replace


def test_the_channel_says_what_directories_ask(podcast: Feed) -> None:
    assert rss(podcast, "/rss/channel/itunes:author/text()") == ["株の編集部"]
    assert rss(podcast, "/rss/channel/itunes:explicit/text()") == ["true"]
    assert rss(podcast, "/rss/channel/itunes:type/text()") == ["serial"]
    assert rss(podcast, "/rss/channel/itunes:owner/*/text()") == ["編集部", "info@example.jp"]
    # feedgen refuses .jpeg, which Apple takes.
    assert rss(podcast, "/rss/channel/itunes:image/@href") == [f"{SITE}cover.jpeg"]


def test_a_podcast_that_names_nobody_is_by_the_author_of_the_feed(podcast: Feed) -> None:
    assert podcast.podcast is not None
    nobodys = replace(podcast, author=Author("山田"), podcast=replace(podcast.podcast, author=None))
    assert rss(nobodys, "/rss/channel/itunes:author/text()") == ["山田"]


def test_subcategories_lie_within_their_category(podcast: Feed) -> None:
    assert rss(podcast, "/rss/channel/itunes:category/@text") == ["Business", "Education"]
    assert rss(podcast, "/rss/channel/itunes:category[1]/itunes:category/@text") == ["Investing", "Careers"]
    assert rss(podcast, "/rss/channel/itunes:category[2]/*") == []


def test_an_item_says_what_directories_ask(podcast: Feed) -> None:
    item = "//item[1]/itunes:"
    assert rss(podcast, f"{item}duration/text()") == ["1776"]
    assert rss(podcast, f"{item}episode/text()") == ["3"]
    assert rss(podcast, f"{item}season/text()") == ["2"]
    assert rss(podcast, f"{item}episodeType/text()") == ["bonus"]
    assert rss(podcast, f"{item}explicit/text()") == ["false"]
    assert rss(podcast, f"{item}image/@href") == [f"{SITE}3.webp"]


def test_an_item_that_is_no_episode_says_nothing_of_it(podcast: Feed) -> None:
    assert rss(podcast, "//item[2]/itunes:*") == []


def test_an_episode_says_only_what_is_known(podcast: Feed, episode: Entry) -> None:
    bare = replace(podcast, entries=(replace(episode, episode=Episode(), enclosures=()),))
    assert [(one.tag.rpartition("}")[2], one.text) for one in rss(bare, "//item/itunes:*")] == [("episodeType", "full")]


def test_a_feed_that_is_no_podcast_has_no_such_words(feed: Feed, episode: Entry) -> None:
    # One of them makes the W3C validator ask for all of a channel (MissingItunesElement).
    assert rss(replace(feed, entries=(episode,)), "//itunes:*") == []


@pytest.mark.parametrize("owner", [None, Author("編集部"), Author("編集部", "編集部")])
def test_an_owner_without_an_address_is_left_out(podcast: Feed, owner: Author | None) -> None:
    assert podcast.podcast is not None
    assert rss(replace(podcast, podcast=replace(podcast.podcast, owner=owner)), "//itunes:owner") == []


def test_hostile_words_of_a_podcast_do_no_harm(podcast: Feed, episode: Entry) -> None:
    assert podcast.podcast is not None
    show = replace(podcast.podcast, categories=(('A"]', "\x00"), ("", "B")), kind="?", author=" ", image="x")
    odd = replace(episode, episode=Episode(number=0, season=-1, kind="<b>", image="javascript:1"))
    hostile = replace(podcast, podcast=show, entries=(odd,))
    assert rss(hostile, "//channel/itunes:category/@text") == ["A]"]
    assert rss(hostile, "//channel/itunes:type/text()") == ["episodic"]
    assert rss(hostile, "//channel/itunes:author | //itunes:image | //itunes:season | //itunes:episode") == []
    assert rss(hostile, "//itunes:episodeType/text()") == ["full"]


def test_an_episode_comes_back(podcast: Feed, episode: Entry) -> None:
    read = recover(serialise(podcast, FeedFormat.RSS), FeedFormat.RSS)[episode.id]
    assert read.episode == episode.episode
    assert read.enclosures == episode.enclosures
