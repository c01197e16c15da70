"""Telling a hub, against a real one on this machine, from real files."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from support.hub import Hub, Reply, hub_server

from publisher.cache import FILE_NAME as CACHE_NAME
from publisher.cache import Cache
from publisher.config import Config, load_config
from publisher.core.announce import FIRST_DELAY, GIVE_UP_AFTER, Standing
from publisher.core.identity import Record
from publisher.errors import ConfigError, StoreBusy
from publisher.http import Response, post
from publisher.jobs.announced import Pinged
from publisher.jobs.feed_records import FeedRecord
from publisher.jobs.ids import FILE_NAME, Memory, Witness, ids_bytes, mark_of, recall, remember
from publisher.jobs.ping import LEASE, PostForm, due, require_hub
from publisher.jobs.ping import ping as ping_with
from publisher.jobs.topics import locked, waiting

ROOT = "https://niwa.example/"
KITCHEN = f"{ROOT}category/%E5%8F%B0%E6%89%80/feed.xml"
WITNESS = Witness("u" * 32, 3)
POST = Record("tag:niwa.example,2026-01-05:/本/", "posts/本.md", f"{ROOT}本/", "2026-01-05T00:00:00Z", "題", "d")

here = partial(post, allow_private=True)


class Clock:
    """A clock that is set by hand; a class because the tests turn it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, by: timedelta) -> None:
        self.now += by


@pytest.fixture
def hub() -> Iterator[Hub]:
    with hub_server() as server:
        yield server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def config(tmp_path: Path, hub: Hub) -> Config:
    """A site with two feeds that its hub does not know of."""
    text = f"site: {{title: 庭, url: '{ROOT}', timezone: Asia/Tokyo}}\nfeeds: {{hub: '{hub.url}'}}\n"
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "posts").mkdir()
    known(tmp_path, feed("category/台所/feed.xml", kind="category", name="台所"), feed("feed.xml"))
    return load_config(None, {}, tmp_path)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def feed(path: str, text: str = "初めの内容", *, kind: str = "site", name: str = "", format: str = "rss") -> FeedRecord:
    return FeedRecord(path, kind, name, format, "2026-11-24T00:00:00Z", digest(text))


def known(home: Path, *feeds: FeedRecord) -> None:
    remember(home, Memory((POST,), WITNESS, feeds))


def changed(config: Config, path: str, text: str = "新しい内容") -> None:
    """As a build records it."""
    memory = recall(config.home)
    feeds = tuple(one._replace(digest=digest(text)) if one.path == path else one for one in memory.feeds)
    remember(config.home, Memory(memory.records, memory.witness, feeds))


def ping(config: Config, clock: Clock, send: PostForm = here, *, stopped: bool = False) -> Pinged:
    return ping_with(config, post=send, clock=clock, stop=lambda: stopped)


def standings(found: Pinged) -> dict[str, Standing]:
    return {one.url.removeprefix(ROOT): one.standing for one in found.told}


def pinged(config: Config) -> dict[str, bool]:
    return {one.path: one.pinged == one.digest for one in recall(config.home).feeds}


def test_every_feed_is_told_once_the_sites_own_first(config: Config, hub: Hub, clock: Clock) -> None:
    found = ping(config, clock)

    assert hub.topics == [f"{ROOT}feed.xml", KITCHEN]
    assert all(form["hub.mode"] == ["publish"] and form["hub.topic"] == form["hub.url"] for form in hub.forms)
    assert (found.exit_code(), found.announced, waiting(config)) == (0, 2, 0)
    again = ping(config, clock)
    assert (len(hub.forms), again.told, again.exit_code()) == (2, (), 0)


def test_nothing_else_of_ids_json_changes(config: Config, clock: Clock) -> None:
    before = recall(config.home)

    ping(config, clock)

    memory = recall(config.home)
    assert (memory.records, memory.witness) == (before.records, WITNESS)
    assert pinged(config) == {"category/台所/feed.xml": True, "feed.xml": True}
    assert [one._replace(pinged="") for one in memory.feeds] == list(before.feeds)


def test_only_a_feed_whose_bytes_changed_is_told_again(config: Config, hub: Hub, clock: Clock) -> None:
    ping(config, clock)
    changed(config, "feed.xml")
    assert waiting(config) == 1

    ping(config, clock)

    assert hub.topics[2:] == [f"{ROOT}feed.xml"]


def test_pages_archives_and_feeds_that_are_gone_are_told_to_nobody(config: Config, hub: Hub, clock: Clock) -> None:
    known(
        config.home,
        feed("feed-archive/1.xml", kind="archive", name="feed.xml"),
        feed("feeds/index.html", kind="page", format="html"),
        feed("feeds.opml", kind="opml", format="opml"),
        feed("old.xml")._replace(gone="2026-11-24T01:00:00Z"),
        feed("feed.json", format="json"),
    )

    ping(config, clock)

    assert hub.topics == [f"{ROOT}feed.json"]


def test_what_the_index_knows_of_ids_json_stays_true(config: Config, clock: Clock) -> None:
    with Cache(config.home / CACHE_NAME, "") as cache:
        cache.put_note("ids", mark_of(ids_bytes(config.home), ROOT))

    ping(config, clock)

    with Cache(config.home / CACHE_NAME, "") as cache:
        assert cache.note("ids") == mark_of(ids_bytes(config.home), ROOT)


def test_an_error_at_one_topic_does_not_stop_the_others(config: Config, hub: Hub, clock: Clock) -> None:
    hub.answer(Reply(500, b"Topic not found"), Reply(202))

    found = ping(config, clock)

    assert standings(found)["feed.xml"] is Standing.DEFERRED
    assert pinged(config) == {"category/台所/feed.xml": True, "feed.xml": False}
    assert found.exit_code() == 75
    assert found.next_at == clock.now + FIRST_DELAY
    assert found.faults() == [f"deferred: {ROOT}feed.xml: the hub answered 500: Topic not found"]

    clock.turn(FIRST_DELAY - timedelta(seconds=1))
    assert ping(config, clock).exit_code() == 75
    assert len(hub.forms) == 2
    clock.turn(timedelta(seconds=1))
    assert ping(config, clock).exit_code() == 0
    assert hub.topics[2:] == [f"{ROOT}feed.xml"]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(503),
        Reply(429),
        Reply(raw=b""),
        Reply(raw=b"220 smtp.example ESMTP\r\n"),
        Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"),
        Reply(200, bytes(2_000_000)),
    ],
)
def test_a_hub_that_is_down_is_asked_once_a_round_and_nothing_is_lost(
    config: Config, hub: Hub, clock: Clock, reply: Reply
) -> None:
    hub.answer(reply)

    found = ping(config, clock)

    assert (hub.topics, set(standings(found).values())) == ([f"{ROOT}feed.xml"], {Standing.WAITING})
    assert found.exit_code() in (69, 75)
    assert waiting(config) == 2
    assert ping(config, clock).exit_code() == 75
    assert len(hub.forms) == 1, "left alone until its time has come"

    hub.answer(Reply())
    clock.turn(FIRST_DELAY)
    assert ping(config, clock).exit_code() == 0
    assert hub.topics[1:] == [f"{ROOT}feed.xml", KITCHEN]


def test_a_hub_that_asks_for_time_gets_it(config: Config, hub: Hub, clock: Clock) -> None:
    hub.answer(Reply(429, "多すぎます".encode(), {"Retry-After": "7200"}), Reply())

    found = ping(config, clock)
    assert (found.exit_code(), found.next_at) == (75, clock.now + timedelta(hours=2))
    assert found.faults() == ["feeds wait to be announced: the hub answered 429: 多すぎます"]

    clock.turn(timedelta(hours=2) - timedelta(seconds=1))
    ping(config, clock)
    assert len(hub.forms) == 1
    clock.turn(timedelta(seconds=1))
    assert ping(config, clock).announced == 2


def test_a_hub_that_is_slow_is_given_up_for_now(config: Config, hub: Hub, clock: Clock) -> None:
    hub.go.clear()

    def hasty(url: str, fields: Sequence[tuple[str, str]], *, limit_bytes: int, timeout: float) -> Response:
        return here(url, fields, limit_bytes=limit_bytes, timeout=timeout / 100)

    found = ping(config, clock, hasty)

    assert found.exit_code() == 69
    assert found.faults() == [f"feeds wait to be announced: {hub.url}: no whole answer within 0.2 seconds"]


def test_a_hub_in_the_house_is_refused(config: Config, hub: Hub, clock: Clock) -> None:
    found = ping(config, clock, post)

    assert (hub.forms, found.exit_code()) == ([], 69)
    assert found.faults() == [f"feeds wait to be announced: {hub.url}: is a private address (127.0.0.1)"]


def test_a_hub_that_is_down_for_three_days_is_left_alone_until_a_feed_changes(
    config: Config, hub: Hub, clock: Clock
) -> None:
    hub.answer(Reply(503))
    began = clock.now
    found = ping(config, clock)
    while (following := found.next_at) is not None:
        clock.now = following
        found = ping(config, clock)

    assert set(standings(found).values()) == {Standing.GIVEN_UP}
    assert "given up after" in found.told[0].reason
    assert found.exit_code() == 69
    assert clock.now - began <= GIVE_UP_AFTER
    assert waiting(config) == 0
    asked = len(hub.forms)

    hub.answer(Reply())
    clock.turn(timedelta(days=30))
    assert ping(config, clock).exit_code() == 0
    assert len(hub.forms) == asked
    changed(config, "feed.xml")
    found = ping(config, clock)
    assert hub.topics[asked:] == [f"{ROOT}feed.xml"]
    assert standings(found) == {"feed.xml": Standing.ANNOUNCED, KITCHEN.removeprefix(ROOT): Standing.GIVEN_UP}


def test_what_the_hub_refuses_is_told_with_its_words_and_not_asked_again(
    config: Config, hub: Hub, clock: Clock
) -> None:
    hub.answer(Reply(404, "この庭は\n知りません\x1b[31m".encode()), Reply())

    found = ping(config, clock)

    assert found.exit_code() == 69
    assert found.faults() == [f"refused: {ROOT}feed.xml: the hub answered 404: この庭は 知りません [31m"]
    clock.turn(timedelta(days=30))
    again = ping(config, clock)
    assert (again.exit_code(), len(hub.forms), waiting(config)) == (0, 2, 0)
    assert again.faults() == found.faults()
    changed(config, "feed.xml")
    assert ping(config, clock).announced == 1


def test_a_page_for_people_is_not_told(config: Config, hub: Hub, clock: Clock) -> None:
    hub.answer(Reply(404, b"<!DOCTYPE html><title>no</title>", {"Content-Type": "text/html; charset=utf-8"}))

    assert ping(config, clock).told[0].reason == "the hub answered 404"


def test_a_hub_that_moved_for_good_is_told_with_its_new_place(config: Config, hub: Hub, clock: Clock) -> None:
    hub.answer(Reply(301, headers={"Location": "https://new.example/hub"}))

    found = ping(config, clock)

    assert found.told[0].reason == "the hub answered 301: it has moved to https://new.example/hub"
    assert set(standings(found).values()) == {Standing.REFUSED}


def test_bytes_that_change_while_the_hub_thinks_are_told_anew_and_only_the_newest(
    config: Config, hub: Hub, clock: Clock
) -> None:
    texts = iter(["二度目", "三度目"])

    def slow(url: str, fields: Sequence[tuple[str, str]], *, limit_bytes: int, timeout: float) -> Response:
        for text in texts:
            changed(config, "feed.xml", text)
        return here(url, fields, limit_bytes=limit_bytes, timeout=timeout)

    ping(config, clock, slow)

    assert sorted(hub.topics) == sorted([KITCHEN, f"{ROOT}feed.xml", f"{ROOT}feed.xml"])
    assert pinged(config) == {"category/台所/feed.xml": True, "feed.xml": True}
    assert recall(config.home).feeds[1].pinged == digest("三度目")


def test_no_build_waits_for_a_hub(config: Config, clock: Clock) -> None:
    built: list[str] = []

    def slow(url: str, fields: Sequence[tuple[str, str]], *, limit_bytes: int, timeout: float) -> Response:
        with Cache(config.home / CACHE_NAME, "", busy_seconds=0):
            built.append(url)
        return here(url, fields, limit_bytes=limit_bytes, timeout=timeout)

    ping(config, clock, slow)

    assert len(built) == 2


def test_a_build_that_holds_on_is_said_and_nothing_is_asked(config: Config, hub: Hub) -> None:
    with Cache(config.home / CACHE_NAME, ""), pytest.raises(StoreBusy):
        locked(config, lambda _: None, busy_seconds=0)
    assert hub.forms == []


def test_two_at_once_ask_once(config: Config, hub: Hub, clock: Clock) -> None:
    others: list[Pinged] = []

    def slow(url: str, fields: Sequence[tuple[str, str]], *, limit_bytes: int, timeout: float) -> Response:
        others.append(ping(config, clock))
        return here(url, fields, limit_bytes=limit_bytes, timeout=timeout)

    found = ping(config, clock, slow)

    assert sorted(hub.topics) == sorted([KITCHEN, f"{ROOT}feed.xml"])
    assert standings(others[0])["feed.xml"] is Standing.CLAIMED
    assert others[0].exit_code() == 75
    assert found.exit_code() == 0
    assert all(pinged(config).values())


def test_what_a_death_leaves_is_asked_when_its_lease_ends_and_what_was_answered_is_not(
    config: Config, hub: Hub, clock: Clock
) -> None:
    def dies(url: str, fields: Sequence[tuple[str, str]], *, limit_bytes: int, timeout: float) -> Response:
        found = here(url, fields, limit_bytes=limit_bytes, timeout=timeout)
        if len(hub.forms) == 2:
            raise KeyboardInterrupt
        return found

    with pytest.raises(KeyboardInterrupt):
        ping(config, clock, dies)
    assert not any(pinged(config).values())
    # This process lives on, and so does its claim.
    assert standings(ping(config, clock)) == {KITCHEN.removeprefix(ROOT): Standing.CLAIMED}
    assert pinged(config)["feed.xml"]

    clock.turn(LEASE)
    assert ping(config, clock).announced == 1
    assert hub.topics == [f"{ROOT}feed.xml", KITCHEN, KITCHEN]


def test_a_file_that_is_not_written_yet_waits(config: Config, hub: Hub, clock: Clock) -> None:
    public = config.folder / "public"
    public.mkdir()
    (public / "feed.xml").write_text("前の内容", encoding="utf-8")

    found = ping(config, clock)

    assert (hub.topics, standings(found)["feed.xml"]) == ([KITCHEN], Standing.WAITING)
    assert "publisher build" in found.faults()[0]
    (public / "feed.xml").write_text("初めの内容", encoding="utf-8")
    assert ping(config, clock).announced == 1


def test_without_the_cache_a_hub_is_asked_sooner_and_nothing_is_told_twice(
    config: Config, hub: Hub, clock: Clock
) -> None:
    hub.answer(Reply(500), Reply())
    ping(config, clock)
    (config.home / CACHE_NAME).unlink()

    ping(config, clock)

    assert hub.topics == [f"{ROOT}feed.xml", KITCHEN, f"{ROOT}feed.xml"]


@pytest.mark.parametrize("damage", [b"not sqlite" * 1000, b""])
def test_a_damaged_cache_stops_nothing(config: Config, clock: Clock, damage: bytes) -> None:
    (config.home / CACHE_NAME).write_bytes(damage)

    assert ping(config, clock).exit_code() == 0
    assert all(pinged(config).values())


def test_notes_that_make_no_sense_are_no_notes(config: Config, clock: Clock) -> None:
    with Cache(config.home / CACHE_NAME, "") as cache:
        cache.put_note("hub feed.xml", json.dumps(["?", "nowhere"]))
        cache.put_note("hub ", "{")

    assert ping(config, clock).announced == 2


def test_a_damaged_ids_json_is_an_error_and_nothing_is_asked(config: Config, hub: Hub, clock: Clock) -> None:
    (config.home / FILE_NAME).write_text('{"version": 2,', encoding="utf-8")

    with pytest.raises(ConfigError):
        ping(config, clock)
    assert hub.forms == []


def test_one_that_is_stopped_begins_no_more(config: Config, hub: Hub, clock: Clock) -> None:
    found = ping(config, clock, stopped=True)

    assert (hub.forms, found.exit_code(), found.next_at) == ([], 75, None)


def test_what_is_due_is_shown_without_asking_or_writing(config: Config, hub: Hub, clock: Clock) -> None:
    before = ids_bytes(config.home)

    found = due(config, clock.now)

    assert set(standings(found).values()) == {Standing.WAITING}
    assert (hub.forms, ids_bytes(config.home)) == ([], before)
    assert not (config.home / CACHE_NAME).exists()


@pytest.mark.parametrize("url", ["https://your-site.invalid/", "http://localhost:4000/", "http://192.168.0.5/"])
def test_a_site_that_no_hub_can_reach_is_told_at_its_line(config: Config, url: str) -> None:
    config.file.write_text(f"site:\n  url: {url}\nfeeds: {{hub: 'https://hub.example/'}}\n", encoding="utf-8")
    moved = load_config(None, {}, config.folder)

    with pytest.raises(ConfigError, match=r"config.yaml:2:8: site.url: no hub can fetch feeds from http"):
        require_hub(moved)
    assert waiting(moved) == 0


def test_without_a_hub_there_is_nobody_to_tell(config: Config) -> None:
    config.file.write_text(f"site: {{url: '{ROOT}'}}\n", encoding="utf-8")
    silent = load_config(None, {}, config.folder)

    with pytest.raises(ConfigError, match="names no hub"):
        require_hub(silent)
    assert waiting(silent) == 0
