"""Beside the real Hugo: the same moment for every shape of date."""

import re
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.hugo import CONFIG, KINDS, Pair, assert_same, source_at, written

from publisher.content import Engine
from publisher.content.engines import reader_of
from publisher.errors import ContentError


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    made = Pair(tmp_path / "site")
    made.write("hugo.toml", CONFIG)
    return made


TEXTS = (
    *("2024-01-05", "2024-01-05 01:30:00", "2024-01-05T01:30:00", "2024-01-05T01:30:00Z", "2024-01-05 01:30:00 +0900"),
    *("2024-01-05T01:30:00+09:00", "2024-01-05T01:30:00-0800", "2024-01-05 01:30:00.5 +0000 UTC", "2024-01-05 1:30:00"),
    *(
        "Fri, 05 Jan 2024 15:04:05 -0700",
        "Fri, 05 Jan 2024 15:04:05 EST",
        "05 Jan 24 15:04 JST",
        "05 Jan 24 15:04 +0900",
    ),
    *("Friday, 05-Jan-24 15:04:05 MST", "Fri Jan  5 15:04:05 2024", "Fri Jan 05 15:04:05 -0700 2024", "05 jan 2024"),
    *(
        "2024-01-05  01:30:00",
        "2024-01-05T01:30:00,25Z",
        "2024-12-31T23:59:59.999999999-12:00",
        "Fri Jan 5 15:04:05 UTC 2024",
    ),
    *("2024-01-05 01:30:00Z", "2024-01-05 01:30:00 -07:00", "1969-12-31", "2024-02-29", "1900-01-01"),
    # These are none.
    *(
        "2024-01-05 01:30",
        "2024-1-5",
        "2024/01/05",
        "January 5, 2024",
        "2024-02-30",
        "2024-13-01",
        "2024-01-05T24:00:00",
    ),
    *(
        "2024-01-05T01:30Z",
        "2024-01-05 01:30:00 JST",
        "２０２４-01-05",
        "令和6年1月5日",
        "2024",
        "2024-01",
        " 2024-01-05",
    ),
    *("2024-01-05T01:30:60Z", "2024-01-05t01:30:00z", "2024-01-05T01:30:00+0961", "05 Jan 2024 10:00", "yesterday"),
)


def dates_of_both(pair: Pair, texts: Iterable[str]) -> tuple[dict[str, datetime], dict[str, datetime]]:
    """The dates that Hugo and Publisher give pages whose `date` is one of the texts, by text; none where it is none."""
    files = {f"content/posts/{at}.md": text for at, text in enumerate(texts)}
    for at, (file, text) in enumerate(files.items()):
        pair.write(file, written(KINDS[at % 3], {"title": str(at), "date": text}))
    bad = re.findall(r"not a parsable date: see \S*?(content/posts/\d+\.md)", pair.run("list", "all").stderr)
    for file in bad:
        (pair.folder / file).unlink()
    listed = pair.run("list", "all")
    assert listed.returncode == 0, listed.stderr
    rows = [line.split(",") for line in listed.stdout.splitlines()[1:]]
    theirs = {files[row[0]]: datetime.fromisoformat(row[3]) for row in rows}
    ours = {}
    for file, text in files.items():
        pair.write(file, written("yaml", {"title": "題", "date": text}))
        moment = moment_of(pair, file)
        if moment:
            ours[text] = moment
    return theirs, ours


def moment_of(pair: Pair, file: str) -> datetime | None:
    """The moment that our reader gives one file; None where it is at fault or no post."""
    try:
        return reader_of(Engine.HUGO).published(source_at(pair, file))
    except ContentError:
        return None


def test_every_shape_of_date_is_the_same_moment(pair: Pair) -> None:
    theirs, ours = dates_of_both(pair, TEXTS)
    assert ours == theirs
    assert len(ours) == 26


def test_typed_dates_are_the_same_moments(pair: Pair) -> None:
    for at, date in enumerate(TEXTS[:6]):
        pair.write(f"content/posts/y{at}.md", f"---\ntitle: 題\ndate: {date}\n---\n")
    for at, date in enumerate(
        ("2024-01-05", "2024-01-05 01:30:00", "2024-01-05T01:30:00Z", "2024-01-05T01:30:00.5-08:00")
    ):
        pair.write(f"content/posts/t{at}.md", f'+++\ntitle = "題"\ndate = {date}\n+++\n')
    pair.write("content/posts/stamp.md", "---\ntitle: 題\ndate: 1704067200\n---\n")
    pair.write("content/posts/slip.md", "---\ntitle: 題\ndate: 20240105\n---\n")
    assert_same(pair, faults={"ambiguous-date"})


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/London", "Australia/Lord_Howe", "UTC"])
def test_clocks_that_change_give_the_same_moments(pair: Pair, zone: str) -> None:
    pair.write("hugo.toml", CONFIG.replace("Asia/Tokyo", zone))
    for at, day in enumerate(("2024-03-10", "2024-03-31", "2024-11-03", "2024-10-27", "2024-04-07", "2024-10-06")):
        for hour in ("01:15", "01:45", "02:15", "02:30"):
            pair.write(f"content/posts/{at}{hour}.md", f"---\ntitle: 題\ndate: {day} {hour}:00\n---\n")
    assert_same(pair)


DIGITS = st.text("0123456789", min_size=1, max_size=4)
PARTS = st.sampled_from(
    (
        *(
            "2024",
            "24",
            "-01",
            "-1",
            "-05",
            "T",
            " ",
            "  ",
            "01:30:00",
            "1:30:00",
            "01:30",
            ".5",
            "Z",
            "+0900",
            "+09:00",
        ),
        *("UTC", "JST", "Jan", "Fri,", "Friday,", "05", "_5", "/", ":", "-0700 MST", "15:04:05", "am"),
    )
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    texts=st.lists(st.lists(PARTS | DIGITS, min_size=2, max_size=6).map("".join), min_size=30, max_size=60, unique=True)
)
def test_any_date_is_the_same_moment_or_none(texts: list[str]) -> None:
    whole = [f"2024-01-05{text}" if at % 2 else text for at, text in enumerate(texts)]
    with tempfile.TemporaryDirectory() as folder:
        pair = Pair(Path(folder) / "site")
        pair.write("hugo.toml", CONFIG)
        theirs, ours = dates_of_both(pair, dict.fromkeys(whole))
        assert ours == {text: moment for text, moment in theirs.items() if 1 < moment.year < 9999}
