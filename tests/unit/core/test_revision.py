"""When a post counts as updated."""

from datetime import UTC, datetime

from publisher.core.identity import Record
from publisher.core.revision import Looked, is_known, revised

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
FIRST = Record("tag:x", "本.md", "https://x/", "2026-01-05T00:00:00Z", "題", "a" * 64)


def looked(record: Record, digest: str, text: str) -> Record:
    return next(revised([Looked(record, digest * 64, text)], NOW), record)


def test_a_text_that_is_told_first_is_remembered_and_not_an_update() -> None:
    told = looked(FIRST, "a", "t1")

    assert (told.text, told.updated) == ("aaaaaaaaaaaa-t1", "")
    assert is_known(told, "a" * 64)
    assert not is_known(told, "b" * 64)


def test_another_text_in_another_file_is_an_update() -> None:
    edited = looked(looked(FIRST, "a", "t1"), "b", "t2")

    assert (edited.text, edited.updated) == ("bbbbbbbbbbbb-t2", "2026-11-24T03:00:00Z")


def test_a_file_that_reads_the_same_is_none() -> None:
    tagged = looked(looked(FIRST, "a", "t1"), "b", "t1")

    assert (tagged.text, tagged.updated) == ("bbbbbbbbbbbb-t1", "")


def test_what_only_this_program_makes_otherwise_is_none() -> None:
    told = looked(FIRST, "a", "t1")

    assert list(revised([Looked(told, "a" * 64, "t2")], NOW)) == []


def test_an_update_is_later_than_the_last_one_whatever_the_clock_says() -> None:
    edited = looked(looked(FIRST, "a", "t1"), "b", "t2")

    assert looked(edited, "c", "t3").updated == "2026-11-24T03:00:01Z"


def test_an_update_stays_through_a_change_that_nobody_sees() -> None:
    edited = looked(looked(FIRST, "a", "t1"), "b", "t2")

    assert looked(edited, "c", "t2").updated == edited.updated
