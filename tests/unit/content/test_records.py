"""The records of ids.json beside the posts of the index."""

import time
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from publisher.content import (
    holder,
    mirror,
    orphans,
    outdated,
    put_records,
    record_named,
    recorded_before,
    recorded_ids,
    scan,
    settle,
    strays,
)
from publisher.core.identity import Record, record_of

FIRST, SECOND = "_posts/2026-01-05-一.md", "_posts/2026-01-06-二.md"


def fill(site: Any) -> None:
    site.write(FIRST, "---\ntitle: 一\n---\n")
    site.write(SECOND, "---\ntitle: 二\ndate: 2026-01-06 09:00:00 +0900\n---\n")


def always(_id: str) -> bool:
    return True


def test_posts_without_a_record_are_strays_and_records_without_a_post_orphans(site: Any) -> None:
    fill(site)
    gone = Record("tag:gone", "_posts/前.md", "https://x/", "2025-01-01T00:00:00Z", "前", "d")
    with site.index() as index:
        scan(site.rules, index)
        first, second = strays(index)
        assert [first.source, second.source] == [FIRST, SECOND]
        assert second.published == datetime(2026, 1, 6, tzinfo=UTC)

        mirror(index, [record_of("tag:1", first), gone], always)

        assert list(strays(index)) == [second]
        assert orphans(index) == [gone]
        assert recorded_ids(index) == {FIRST: "tag:1"}
        assert holder(index, "tag:1") == FIRST
        assert holder(index, "tag:gone") is None, "no post has it"
        assert recorded_before(index, "2025-12-31T00:00:00Z") == ["_posts/前.md"]


def test_a_record_is_outdated_where_any_of_what_it_tells_has_changed(site: Any) -> None:
    fill(site)
    with site.index() as index:
        scan(site.rules, index)
        first, second = strays(index)
        records = [record_of("tag:1", first), record_of("tag:2", second)]
        mirror(index, records, always)
        assert list(outdated(index)) == []

        for change in ({"title": "別"}, {"url": "u"}, {"digest": "d"}, {"published": "2026-01-06T00:00:01Z"}):
            former = records[1]._replace(**change)
            mirror(index, [records[0], former], always)
            assert list(outdated(index)) == [(former, second)], change
        former = records[1]._replace(published="昨日", updated="2026-11-24T03:00:00Z", text="a-b")
        mirror(index, [records[0], former], always)
        assert list(outdated(index)) == [(former, second)], "what is no date is written anew"
        assert record_of("tag:2", second, former)[-2:] == former[-2:], "what is remembered of its text stays"


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_a_record_whose_zone_a_hand_left_out_is_outdated_on_every_machine(
    site: Any, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(site)
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    with site.index() as index:
        scan(site.rules, index)
        first, second = strays(index)
        local = second.published.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat()
        records = [record_of("tag:1", first), record_of("tag:2", second)._replace(published=local)]
        mirror(index, records, always)
        assert list(outdated(index)) == [(records[1], second)]
    monkeypatch.undo()
    time.tzset()


def test_what_does_not_stand_names_no_post_and_was_out_all_the_same(site: Any) -> None:
    fill(site)
    with site.index() as index:
        scan(site.rules, index)
        first, second = strays(index)
        mirror(index, [record_of("tag:old", first)], lambda _id: False)

        assert list(strays(index)) == [first, second]
        assert record_named(index, FIRST) is None
        assert orphans(index) == []
        assert recorded_before(index, "2026-12-31T00:00:00Z") == [FIRST]

        put_records(index, [record_of("tag:new", first)])
        assert record_named(index, FIRST) == record_of("tag:new", first)


def test_a_record_that_moves_leaves_its_place(site: Any) -> None:
    fill(site)
    with site.index() as index:
        scan(site.rules, index)
        first, second = strays(index)
        mirror(index, [record_of("tag:1", first)], always)

        put_records(index, [record_of("tag:1", second)])

        assert recorded_ids(index) == {SECOND: "tag:1"}
        assert record_named(index, FIRST) is None


def test_what_was_settled_is_compared_again_only_where_it_was_read_anew(site: Any) -> None:
    fill(site)
    with site.index() as index:
        assert scan(site.rules, index).changed is None
        settle(index)
        assert scan(site.rules, index).changed == frozenset()


def test_other_records_settle_nothing(site: Any) -> None:
    fill(site)
    with site.index() as index:
        scan(site.rules, index)
        settle(index)
        mirror(index, [], always)
        assert scan(site.rules, index).changed is None


def test_of_some_files_alone_the_same_is_said(site: Any) -> None:
    fill(site)
    with site.index() as index:
        scan(site.rules, index)
        first, second = strays(index)
        assert list(strays(index, [SECOND, FIRST])) == [first, second]
        assert list(strays(index, [SECOND])) == [second]
        gone = Record("tag:gone", "_posts/前.md", "https://x/", "2025-01-01T00:00:00Z", "前", "d")
        former = record_of("tag:1", first)._replace(title="前の題")
        mirror(index, [former, gone], always)
        assert list(outdated(index, [FIRST, SECOND])) == list(outdated(index)) == [(former, first)]
        assert list(outdated(index, [SECOND])) == []
        assert orphans(index, 1) == orphans(index) == [gone]
        mirror(index, [record_of("tag:1", first)], always)
        assert orphans(index, 1) == orphans(index) == []


def test_a_post_that_was_read_anew_or_is_gone_is_unsettled(site: Any) -> None:
    fill(site)
    with site.index() as index:
        scan(site.rules, index)
        settle(index)
    site.write(FIRST, "---\ntitle: 一、改め\n---\n")
    with site.index() as index:
        assert scan(site.rules, index).changed == frozenset({FIRST})
        assert scan(site.rules, index).changed is None, "until it is settled"
        settle(index)
        (site.folder / SECOND).unlink()
        assert scan(site.rules, index).changed == frozenset({SECOND})
        assert scan(site.rules, index).changed is None, "until it is settled"
