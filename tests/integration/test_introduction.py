"""The editor's introduction at the head of the next digest, through the real ledger."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from support.desk import desk
from support.ledgers import fresh_ledger
from support.rows import wish
from support.site import CONFIG, JST, Site

from publisher.app import App
from publisher.config import load_config
from publisher.daemon.mail import mail
from publisher.jobs.digest import make_digest, plan_digest, plan_variants
from publisher.jobs.intro import used_lines
from publisher.jobs.preview import past, sample_digest
from publisher.model.mailing import DeliveryStatus, Issue, IssueStatus, Variant
from publisher.model.newsletter import Frequency, Period
from publisher.schedule import prev_fire
from publisher.store import introductions, issues, subscribers, tables
from publisher.store.engine import Store

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=JST)
DAY = timedelta(days=1)
HELLO = "皆さま、**お元気**ですか。\n\n[去年](/2025/)も <script>alert(1)</script> どうぞ。 {{ 7 * 7 }}\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with fresh_ledger(tmp_path / "publisher.db") as ledger:
        yield ledger


@pytest.fixture(autouse=True)
def _a_reader_and_a_post(site: Site, store: Store) -> None:
    reader(store, "hanako@example.jp", None)
    site.post("霜の朝", MONDAY - DAY, title="霜の朝")


def reader(store: Store, email: str, language: str | None) -> None:
    with store.write() as connection:
        subscribers.subscribe(connection, wish(email, language=language), MONDAY - 7 * DAY, revive=True)


def period(zone: str, frequency: Frequency = Frequency.WEEKLY) -> Period:
    end = MONDAY.replace(tzinfo=ZoneInfo(zone))
    return Period("weekly", frequency, zone, end - 7 * DAY, end, MONDAY.replace(tzinfo=None))


def digest(site: Site, store: Store, at: datetime, of: Period | None = None) -> tuple[Issue, list[Variant]]:
    """The issue, and its variants as they are stored."""
    with desk(site, at) as place:
        made = make_digest(place, store, at=at, now=at, prev_fire=prev_fire, period=of)
    assert made is not None
    with store.read() as connection:
        rows = connection.scalars(tables.variants.select().where(tables.variants.c.issue_id == made.id))
        return made, [issues.variant(connection, row) for row in rows]


def planned(site: Site, store: Store, at: datetime) -> list[Variant]:
    with desk(site, at) as place:
        return plan_variants(place, plan_digest(place, store, at=at, prev_fire=prev_fire), at=at)


def test_it_stands_before_the_posts_sanitised_and_is_no_template(site: Site, store: Store) -> None:
    site.write("next.md", HELLO)

    _, (variant,) = digest(site, store, MONDAY)

    html = variant.rendered.html
    assert "<strong>お元気</strong>" in html
    assert 'href="https://midori.example/2025/"' in html
    assert "alert(1)" not in html
    assert "{{ 7 * 7 }}" in html
    assert html.index("お元気") < html.rindex("霜の朝")
    text = variant.rendered.text
    assert text.index("皆さま、お元気ですか。") < text.index("霜の朝")


def test_it_goes_once_and_what_is_written_next_goes_next(site: Site, store: Store) -> None:
    site.write("next.md", HELLO)
    before = planned(site, store, MONDAY)
    first, (sent,) = digest(site, store, MONDAY)
    site.post("雪の朝", MONDAY + DAY)
    without = planned(site, store, MONDAY + 2 * DAY)
    site.write("next.md", "雪です。\n")
    again = planned(site, store, MONDAY + 2 * DAY)

    with store.read() as connection:
        assert introductions.of_issue(connection, first.id) == {"next.md": hashlib.sha256(HELLO.encode()).hexdigest()}
    assert before == [sent], "what the plan shows is what goes"
    assert "お元気" not in without[0].rendered.html
    assert "雪です。" in again[0].rendered.html
    assert without[0].key != again[0].key
    assert (site.folder / "next.md").read_text("utf-8") == "雪です。\n", "the writer's file is the writer's"
    assert used_lines(store, first) == ["next.md went with issue 1 and does not go again: write the next one into it"]


def test_the_plan_and_the_preview_know_that_it_has_gone(site: Site, store: Store) -> None:
    site.write("next.md", HELLO)
    with desk(site, MONDAY) as place:
        before = sample_digest(place, past(store, "weekly"), at=MONDAY, prev_fire=prev_fire)
    digest(site, store, MONDAY)
    site.post("雪の朝", MONDAY + DAY)
    with desk(site, MONDAY + 2 * DAY) as place:
        plan = plan_digest(place, store, at=MONDAY + 2 * DAY, prev_fire=prev_fire)
        after = sample_digest(place, past(store, "weekly"), at=MONDAY + 2 * DAY, prev_fire=prev_fire)

    assert (plan.introductions.found, plan.introductions.spent) == ((), (("next.md", 1),))
    assert "お元気" in before.variant.rendered.text
    assert "お元気" not in after.variant.rendered.text


def test_alone_it_makes_no_issue_and_waits(site: Site, store: Store) -> None:
    digest(site, store, MONDAY)
    site.write("next.md", HELLO)
    with desk(site, MONDAY + DAY) as place:
        assert make_digest(place, store, at=MONDAY + DAY, now=MONDAY + DAY, prev_fire=prev_fire) is None
    site.post("雪の朝", MONDAY + DAY)

    _, (variant,) = digest(site, store, MONDAY + 2 * DAY)

    assert "お元気" in variant.rendered.text


def test_an_empty_period_does_not_use_it_up(site: Site, store: Store) -> None:
    digest(site, store, MONDAY - timedelta(hours=1))
    site.write("next.md", HELLO)
    with desk(site, MONDAY) as place:
        skipped = make_digest(place, store, at=MONDAY, now=MONDAY, prev_fire=prev_fire, period=period("Asia/Tokyo"))
        assert skipped is not None
        assert skipped.status is IssueStatus.SKIPPED
        assert used_lines(store, skipped) == []


def test_each_language_has_its_own_and_all_go_together(site: Site, store: Store) -> None:
    reader(store, "alice@example.com", "en-GB")
    site.write("next.ja.md", "こんにちは。\n")
    site.write("next.en.md", "Hello.\n")

    _, variants = digest(site, store, MONDAY)
    site.post("雪の朝", MONDAY + DAY)
    _, later = digest(site, store, MONDAY + 2 * DAY)

    texts = {one.language: one.rendered.text for one in variants}
    assert "こんにちは。" in texts["ja"]
    assert "Hello." not in texts["ja"]
    assert "Hello." in texts["en-GB"]
    assert all("こんにちは" not in one.rendered.text and "Hello" not in one.rendered.text for one in later)


def test_its_header_says_whom_it_is_for(site: Site, store: Store) -> None:
    reader(store, "alice@example.com", "en")
    site.write("next.md", "---\nnewsletter: [weekly]\nlanguage: ja\nsubject: 寒くなりました\n---\n冬です。\n")

    _, variants = digest(site, store, MONDAY)

    found = {one.language: one.rendered for one in variants}
    assert found["ja"].subject == "寒くなりました"
    assert "冬です。" not in found["en"].text
    assert "みどりの便り" in found["en"].subject


def test_a_newsletters_own_goes_before_the_common_one(site: Site, store: Store) -> None:
    site.write("next.md", "みんなへ。\n")
    site.write("newsletters/weekly/next.md", "---\nsubject: 週刊へ\n---\n週刊の皆さまへ。\n")

    _, (variant,) = digest(site, store, MONDAY)

    assert "週刊の皆さまへ。" in variant.rendered.text
    assert "みんなへ" not in variant.rendered.text


def test_one_for_another_newsletter_waits_for_that(site: Site, store: Store) -> None:
    other = '  monthly:\n    title: "月刊"\n    from: "a <a@midori.example>"\n    schedules: {monthly: "1st 09:00"}\n'
    site.write("config.yaml", CONFIG + other)
    site.write("next.md", "---\nnewsletter: monthly\n---\n月刊の皆さまへ。\n")

    _, (variant,) = digest(site, store, MONDAY)

    assert "月刊" not in variant.rendered.text


def test_readers_of_other_zones_read_the_same_on_their_monday(site: Site, store: Store) -> None:
    site.write("next.md", HELLO)
    digest(site, store, MONDAY, period("Asia/Tokyo"))
    site.post("雪の朝", MONDAY + timedelta(hours=2))

    _, (variant,) = digest(site, store, MONDAY + timedelta(hours=8), period("Europe/Berlin"))

    assert "お元気" in variant.rendered.text


def test_an_instant_mail_neither_shows_it_nor_uses_it_up(site: Site, store: Store) -> None:
    site.write("next.md", HELLO)
    with desk(site, MONDAY) as place:
        instant = period("Asia/Tokyo", Frequency.INSTANT)
        plan = plan_digest(place, store, at=MONDAY, prev_fire=prev_fire, period=instant)
        assert plan.introductions.found == ()

    _, (variant,) = digest(site, store, MONDAY)
    assert "お元気" in variant.rendered.text


def test_an_issue_that_was_cancelled_before_anything_left_gives_it_back(site: Site, store: Store) -> None:
    site.write("next.md", HELLO)
    issue, _ = digest(site, store, MONDAY)
    with store.write() as connection:
        connection.execute(tables.deliveries.update().values(status=DeliveryStatus.CANCELLED))
        issues.move(connection, issue.id, IssueStatus.CANCELLED)

    _, (variant,) = digest(site, store, MONDAY + DAY)

    assert "お元気" in variant.rendered.text


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("next.md", b"\x93\xfa\x96{", "is not UTF-8"),
        ("next.md", "---\nsubject: [a]\n---\nあ", "subject: is plain text"),
        ("next.md", "---\nlanguage: jp\n---\nあ", "'jp' is not a language tag"),
        ("next.jp.md", "あ", "'jp' is not a language tag"),
        ("next.md", "---\nsubject: a: b: c\n---\nあ", "mapping values"),
        ("next.md", "---\nnewsletter: weekley\n---\nあ", "there is no 'weekley'; there are weekly"),
        ("next.md", "<p><b>" * 600 + "あ", "nested over 256 deep"),
    ],
)
def test_one_that_cannot_be_understood_is_told_and_the_digest_goes_without_it(
    site: Site, store: Store, name: str, text: bytes | str, words: str
) -> None:
    path = site.write(name, "")
    path.write_bytes(text if isinstance(text, bytes) else text.encode())

    with desk(site, MONDAY) as place:
        (problem,) = place.introductions.problems
    _, (variant,) = digest(site, store, MONDAY)

    assert words in problem.message
    assert problem.file == name
    assert "霜の朝" in variant.rendered.text
    assert "あ" not in variant.rendered.text.split("霜の朝")[0]


def test_the_round_that_mails_the_digest_tells_it(site: Site, tmp_path: Path) -> None:
    site.write("config.yaml", CONFIG + f"mail: {{transport: 'maildir:{tmp_path / 'box'}'}}\n")
    site.write("next.md", "---\nlanguage: jp\n---\n冬です。\n")
    app = App(load_config(None, {}, site.folder), clock=lambda: MONDAY, environ={})
    with app.store() as own:
        reader(own, "hanako@example.jp", None)
    said: list[str] = []
    complained: list[str] = []

    mail(app, lambda: False, said.append, complained.append)
    mail(app, lambda: False, said.append, complained.append)

    assert "weekly: weekly digest of 2026-11-23 09:00 JST is issue 1, no. 1: sending" in said
    (line,) = complained
    assert "next.md" in line
    assert "'jp' is not a language tag" in line


def test_a_misspelt_key_is_told_and_it_goes(site: Site, store: Store) -> None:
    site.write("next.md", "---\nsubjct: a\n---\n冬です。\n")
    with desk(site, MONDAY) as place:
        (problem,) = place.introductions.problems
    _, (variant,) = digest(site, store, MONDAY)

    assert (problem.line, problem.code, problem.severity) == (2, "bad-introduction", "warning")
    assert "冬です。" in variant.rendered.text


@pytest.mark.parametrize("text", ["", "---\nsubject: 題\n---\n\n", "---\ndate: 2026-11-22\ntitle: 記事\n---\n本文\n"])
def test_an_empty_file_and_a_dated_post_are_none(site: Site, text: str) -> None:
    site.write("next.md", text)
    with desk(site, MONDAY) as place:
        assert (place.introductions.found, place.introductions.problems) == ((), ())


def test_in_a_folder_that_is_all_posts_it_is_no_post(site: Site) -> None:
    site.write("config.yaml", CONFIG.replace("{path: posts}", '{path: "."}'))
    site.write("next.md", "---\nsubject: 題\n---\n冬です。\n")
    site.write("newsletters/weekly/next.ja.md", "---\nsubject: 題\n---\n冬です。\n")
    with desk(site, MONDAY) as place:
        assert [post.title for post in place.library.posts] == ["霜の朝"]
        assert place.library.problems == ()
        assert [one.file for one in place.introductions.found] == ["newsletters/weekly/next.ja.md", "next.md"]
