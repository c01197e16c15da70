"""ids.json: what version control and the next build live on."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.core.identity import Record
from publisher.errors import ConfigError
from publisher.jobs.feed_records import FeedRecord
from publisher.jobs.ids import (
    FILE_NAME,
    Memory,
    Witness,
    amend,
    feeds_in,
    ids_bytes,
    lines_of,
    parse,
    recall,
    remember,
)

RECORD = Record(
    "tag:example.jp,2026-01-05:/本/", "posts/本.md", "https://example.jp/", "2026-01-05T00:00:00Z", "題", "d"
)


def test_what_is_remembered_is_recalled(tmp_path: Path) -> None:
    memory = Memory((RECORD,), Witness("u" * 32, 3))

    assert remember(tmp_path, memory)
    assert recall(tmp_path) == memory
    assert not remember(tmp_path, memory), "the same is not written again"


def test_nothing_is_recalled_where_there_is_no_file(tmp_path: Path) -> None:
    assert recall(tmp_path) == Memory()


def test_one_sorted_line_per_post_each_ending_alike(tmp_path: Path) -> None:
    ids = ["tag:b", "tag:a", "tag:c"]
    remember(tmp_path, Memory(tuple(Record(id_, "s", "u", "p", "日本語", "d") for id_ in ids)))

    lines = (tmp_path / FILE_NAME).read_text(encoding="utf-8").splitlines()

    posts = [line for line in lines if "tag:" in line]
    assert [json.loads(line[:-1])["id"] for line in posts] == sorted(ids)
    assert all(line.endswith("},") for line in posts)
    assert "日本語" in posts[0]
    json.loads("\n".join(lines))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"version": 1}',
        '{"version": 9, "ledger": null, "posts": [null]}',
        '{"version": 1, "ledger": null, "posts": [{"id": "x"}]}',
        '{"version": 1, "ledger": null, "posts": [{"id": 1, "source": "", "url": "", "published": "", "title": "",'
        ' "digest": ""}]}',
        '{"version": 2, "ledger": null, "feeds": null, "posts": [null]}',
        '{"version": 2, "ledger": null, "feeds": ["feed.xml"], "posts": [null]}',
        '{"version": 2, "ledger": null, "posts": ["tag:x"]}',
        '{"version": 2, "ledger": null, "posts": [{"id": "\\ud800", "source": "", "url": "", "published": "",'
        ' "title": "", "digest": ""}]}',
        '{"version": 2, "ledger": null, "posts": [{"id": "", "source": "", "url": "", "published": "", "title": "",'
        ' "digest": "", "updated": "昨日"}]}',
    ],
)
def test_a_damaged_file_is_an_error_and_never_a_fresh_start(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE_NAME).write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError) as refusal:
        recall(tmp_path)

    assert FILE_NAME in str(refusal.value)
    assert "version control" in (refusal.value.hint or "")


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_records_survive_a_file_that_a_formatter_has_laid_out(
    tmp_path: Path, indent: int | None, separators: tuple[str, str]
) -> None:
    memory = Memory((RECORD, RECORD._replace(id="tag:b", source="posts/次.md")), Witness("u" * 32, 3))
    remember(tmp_path, memory)
    document = json.loads((tmp_path / FILE_NAME).read_bytes())
    laid_out = json.dumps(document, indent=indent, separators=separators).encode()
    new = RECORD._replace(id="tag:c", source="posts/新.md")

    amended = parse(amend(laid_out, lines_of([new]), memory.witness, provisional=False))

    assert amended == Memory(tuple(sorted([*memory.records, new])), memory.witness)


def test_lines_that_a_change_does_not_touch_stay_byte_for_byte(tmp_path: Path) -> None:
    remember(tmp_path, Memory((RECORD, RECORD._replace(id='tag:b "引用"', source="次.md"))))
    data = (tmp_path / FILE_NAME).read_bytes().replace("題".encode(), b"\\u984c")

    amended = amend(data, lines_of([RECORD._replace(title="改題")]), None, provisional=False)

    before, after = data.splitlines(), amended.splitlines()
    assert [line for line in after if line not in before] == [
        json.dumps(dict(list(RECORD._replace(title="改題")._asdict().items())[:6]), ensure_ascii=False).encode() + b","
    ]
    assert len(after) == len(before)


def test_of_two_lines_with_one_id_neither_is_lost(tmp_path: Path) -> None:
    remember(tmp_path, Memory((RECORD, RECORD._replace(id="tag:b", source="次.md"))))
    data = (tmp_path / FILE_NAME).read_bytes().replace(b"tag:b", RECORD.id.encode())

    records = parse(
        amend(data, lines_of([RECORD._replace(id="tag:c", source="新.md")]), None, provisional=False)
    ).records

    assert {record.source for record in records} == {RECORD.source, "次.md", "新.md"}


def test_of_two_lines_of_one_post_one_is_left(tmp_path: Path) -> None:
    remember(tmp_path, Memory((RECORD, RECORD._replace(id="tag:b", title="改題"))))
    data = (tmp_path / FILE_NAME).read_bytes().replace(b"tag:b", RECORD.id.encode())

    records = parse(
        amend(data, lines_of([RECORD._replace(id="tag:c", source="新.md")]), None, provisional=False)
    ).records

    assert [record.id for record in records] == ["tag:c", RECORD.id]


def test_a_byte_order_mark_is_read_and_not_written(tmp_path: Path) -> None:
    remember(tmp_path, Memory((RECORD,)))
    data = b"\xef\xbb\xbf" + (tmp_path / FILE_NAME).read_bytes().replace(b"\n", b"\r\n")

    assert parse(data).records == (RECORD,)
    assert amend(data, lines_of([RECORD]), None, provisional=False) == (tmp_path / FILE_NAME).read_bytes()


@given(st.text(), st.text())
def test_any_title_and_file_name_survive(tmp_path_factory: pytest.TempPathFactory, title: str, source: str) -> None:
    folder = tmp_path_factory.mktemp("ids")
    record = Record("tag:x", source, "u", "p", title, "d")

    remember(folder, Memory((record,)))

    assert recall(folder).records == (record,)


@given(st.lists(st.text(min_size=1, max_size=8), unique=True, max_size=6), st.integers(0, 5))
def test_a_file_of_ours_is_amended_as_any_other_is(ids: list[str], place: int) -> None:
    records = [RECORD._replace(id=id_, source=f"{number}.md") for number, id_ in enumerate(ids)]
    new = RECORD._replace(id=ids[place] if place < len(ids) else "tag:新", title="改題")
    data = amend(None, lines_of(records), None, provisional=False)
    # A blank line at its end keeps its meaning, and is not how it is written.
    other = data.replace(b"null]}", b"\nnull]}")

    assert amend(data, lines_of([new]), None, provisional=False) == amend(
        other, lines_of([new]), None, provisional=False
    )


FEED = FeedRecord("category/投資/feed.xml", "category", "投資", "rss", "2026-11-24T03:00:00Z", "0123456789abcdef")


def test_feeds_are_remembered_beside_posts(tmp_path: Path) -> None:
    gone = FEED._replace(path="tag/株/atom.xml", gone="2026-11-25T00:00:00Z", pinged="fedc")
    remember(tmp_path, Memory((RECORD,), None, (gone, FEED)))

    assert recall(tmp_path).feeds == (FEED, gone)
    assert feeds_in(ids_bytes(tmp_path)) == (FEED, gone)


def test_amending_posts_leaves_feeds_alone_and_the_other_way_round(tmp_path: Path) -> None:
    remember(tmp_path, Memory((RECORD,), None, (FEED,)))
    other = RECORD._replace(id="tag:z", source="z.md", updated="2026-11-25T00:00:00Z", text="a-b")

    posts = parse(amend(ids_bytes(tmp_path), lines_of([other]), None, provisional=False))
    feeds = parse(amend(ids_bytes(tmp_path), lines_of([]), None, provisional=False, feeds=[]))

    assert (posts.records, posts.feeds) == ((RECORD, other), (FEED,))
    assert (feeds.records, feeds.feeds) == ((RECORD,), ())


def test_of_two_lines_of_one_feed_the_later_counts(tmp_path: Path) -> None:
    remember(tmp_path, Memory((RECORD,), None, (FEED,)))
    path = tmp_path / "ids.json"
    line = path.read_text("utf-8").splitlines()[3]
    later = line.replace("03:00:00Z", "04:00:00Z")
    path.write_text(path.read_text("utf-8").replace(line, f"{later}\n{line}"), encoding="utf-8")

    assert feeds_in(ids_bytes(tmp_path)) == (FEED._replace(changed="2026-11-24T04:00:00Z"),)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("changed", ""),
        ("changed", "昨日"),
        ("changed", "2026-11-24"),
        ("changed", "2026-13-01T00:00:00Z"),
        ("changed", "9999-12-31T23:59:59Z"),
        ("gone", "2026-11-24T03:00:00+09:00"),
        ("path", ""),
        ("path", "/etc/feed.xml"),
        ("path", "../posts/feed.xml"),
        ("path", "a\0b"),
    ],
)
def test_a_line_that_says_nothing_of_a_feed_is_damage(tmp_path: Path, name: str, value: str) -> None:
    remember(tmp_path, Memory((RECORD,), None, (FEED._replace(**{name: value}),)))

    with pytest.raises(ConfigError, match="cannot be read"):
        feeds_in(ids_bytes(tmp_path))
    with pytest.raises(ConfigError, match="cannot be read"):
        recall(tmp_path)


def test_of_two_lines_of_one_feed_that_one_branch_gave_up_the_latest_counts(tmp_path: Path) -> None:
    gone = FEED._replace(gone="2026-11-26T00:00:00Z")
    remember(tmp_path, Memory((RECORD,), None, (FEED._replace(changed="2026-11-25T00:00:00Z"), gone)))

    assert feeds_in(ids_bytes(tmp_path)) == (gone,)


def test_a_file_without_feeds_is_read(tmp_path: Path) -> None:
    remember(tmp_path, Memory((RECORD,)))
    path = tmp_path / "ids.json"
    old = path.read_text("utf-8").replace('"version": 2', '"version": 1').replace('"feeds": [\nnull],\n', "")
    path.write_text(old, encoding="utf-8")

    assert "feeds" not in old
    assert recall(tmp_path) == Memory((RECORD,))
    assert feeds_in(ids_bytes(tmp_path)) == ()
