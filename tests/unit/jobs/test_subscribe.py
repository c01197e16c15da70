"""The operator's hand on subscriptions, on both databases."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from publisher.core.schedules import parse_schedule
from publisher.errors import ContentError, NotFound, UsageError
from publisher.jobs.importing.work import import_file
from publisher.jobs.subscribe import Request, add, pause, remove, unpause
from publisher.model.newsletter import Frequency, Newsletter
from publisher.store import subscribers
from publisher.store.engine import Store

WEEKLY = {Frequency.WEEKLY: parse_schedule(Frequency.WEEKLY, "mon 09:00")}
LETTERS = [
    Newsletter("weekly", "週刊", None, None, None, WEEKLY, "Asia/Tokyo", None, (), "digest"),
    Newsletter("books", "本", None, None, None, WEEKLY, "Asia/Tokyo", None, (), "digest"),
]


def load(store: Store, tmp_path: Path, now: datetime, data: str | bytes) -> tuple[int, int, list[str]]:
    file = tmp_path / "読者.csv"
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    done = import_file(store, file, LETTERS, now=now)
    return done.added, done.present, [str(problem) for problem in done.problems]


def test_every_newsletter_is_meant_where_none_is_named(store: Store, now: datetime) -> None:
    done = add(store, Request("a@example.jp"), LETTERS, evidence="x", now=now)

    assert done == [("weekly", "added"), ("books", "added")]


@pytest.mark.parametrize(
    ("request_", "error", "word"),
    [
        (Request("not an address"), UsageError, "is no address"),
        (Request("a@example.jp", newsletters=("ない",)), NotFound, "newsletter"),
        (Request("a@example.jp", frequency="hourly"), UsageError, "it has: weekly"),
        (Request("a@example.jp", name="改\n行"), UsageError, "one line"),
        (Request("a@example.jp", language="日本語"), UsageError, "is no language"),
    ],
)
def test_what_is_wrong_with_a_request_is_said(
    store: Store, now: datetime, request_: Request, error: type[Exception], word: str
) -> None:
    with pytest.raises(error, match=word):
        add(store, request_, LETTERS, evidence="x", now=now)


def test_rows_are_imported_again_without_doubling(store: Store, tmp_path: Path, now: datetime) -> None:
    rows = 'email,name\na@example.jp,"山田, 花子"\nb@example.jp,\n'

    assert load(store, tmp_path, now, rows) == (2, 0, [])
    assert load(store, tmp_path, now, "\ufeff" + rows) == (0, 2, [])
    with store.read() as connection:
        assert len(subscribers.listed(connection)) == 4
        found = subscribers.find(connection, "a@example.jp")
    assert found is not None
    assert found.name == "山田, 花子"


def test_wrong_rows_are_named_by_line_and_the_others_kept(store: Store, tmp_path: Path, now: datetime) -> None:
    added, _, problems = load(
        store, tmp_path, now, "email,newsletter\na@example.jp,weekly\nkaputt,weekly\nb@example.jp,nein\n"
    )

    assert added == 1
    assert [problem.split(":", 3)[:3] for problem in problems] == [["読者.csv", "3", "1"], ["読者.csv", "4", "1"]]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ("", "must name the columns"),
        ("name\n花子\n", "'email' among them"),
        ("email,categoris\n", "did you mean 'categories'"),
        ("email,name\na@example.jp,Jérôme\n".encode("latin-1"), "neither UTF-8 nor Shift_JIS"),
        ('email\n"a@example.jp\n', "unexpected end"),
        ("email,name\na@example.jp,山田,花子\n", "needs quotes"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_whole(
    store: Store, tmp_path: Path, now: datetime, data: str | bytes, word: str
) -> None:
    with pytest.raises(ContentError, match=word):
        load(store, tmp_path, now, data)


def test_a_file_that_is_not_there_is_said_so(store: Store, tmp_path: Path, now: datetime) -> None:
    with pytest.raises(ContentError, match="No such file"):
        import_file(store, tmp_path / "nein.csv", LETTERS, now=now)


def test_who_never_subscribed_cannot_be_removed(store: Store, now: datetime) -> None:
    with pytest.raises(NotFound):
        remove(store, "a@example.jp", None, now)


def test_an_old_list_does_not_bring_back_those_who_left(store: Store, tmp_path: Path, now: datetime) -> None:
    rows = "email\na@example.jp\n"
    load(store, tmp_path, now, rows)
    remove(store, "a@example.jp", None, now)

    assert load(store, tmp_path, now, rows) == (0, 0, [])
    assert add(store, Request("a@example.jp"), LETTERS, evidence="x", now=now)[0] == ("weekly", "added")


def test_a_pause_is_one_newsletters_or_all_and_ends_in_the_future(store: Store, now: datetime) -> None:
    add(store, Request("a@example.jp"), LETTERS, evidence="x", now=now)
    until = now + timedelta(days=3)

    assert pause(store, "a@example.jp", "books", until, now) == 1
    assert paused(store) == {"weekly": None, "books": until}
    assert pause(store, "a@example.jp", None, until, now) == 2
    assert unpause(store, "a@example.jp", "weekly") == 1
    assert paused(store) == {"weekly": None, "books": until}
    with pytest.raises(UsageError, match="future"):
        pause(store, "a@example.jp", None, now, now)
    with pytest.raises(NotFound):
        pause(store, "b@example.jp", None, until, now)


def paused(store: Store) -> dict[str, datetime | None]:
    with store.read() as connection:
        return {one.newsletter: one.paused_until for one in subscribers.listed(connection)}
