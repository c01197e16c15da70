"""What a plan tells: readers, variants, sizes, times."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from support.ledgers import fresh_ledger
from support.plans import around, own_desk, planned
from support.rows import wish
from support.site import CONFIG, JST, Site

from publisher.core.plans import Part
from publisher.errors import TemplateError
from publisher.jobs.digest import make_digest
from publisher.jobs.occasions import asides
from publisher.jobs.plan import PlannedIssue, contents
from publisher.jobs.plan_told import plan_json, plan_lines
from publisher.model.mailing import DeliveryStatus, Issue
from publisher.model.newsletter import CatchUp, Frequency, Pattern, Schedule
from publisher.model.server import Server
from publisher.schedule import prev_fire
from publisher.store import subscribers, suppressions, tables
from publisher.store.engine import Store

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=JST)
DAY, WEEK = timedelta(days=1), timedelta(days=7)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Store]:
    with fresh_ledger(tmp_path / "ledger.db") as store:
        yield store


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path / "site")
    made.write("config.yaml", CONFIG)
    made.post("味噌", MONDAY - DAY, title="味噌を仕込む", categories="庭, 本")
    made.post("棚", MONDAY - 2 * DAY, title="図書館の棚", categories="本")
    return made


def join(store: Store, *emails: str, at: datetime = MONDAY - 30 * DAY, **changes: object) -> None:
    with store.write() as connection:
        for email in emails:
            subscribers.subscribe(connection, wish(email, "weekly", **changes), at, revive=True)


def make(site: Site, store: Store, issue: PlannedIssue, now: datetime, **changes: object) -> Issue | None:
    period = issue.occasion.period
    with own_desk(site, now, **changes) as place:
        return make_digest(place, store, at=period.end, now=now, prev_fire=prev_fire, period=period)


def told(issues: list[PlannedIssue]) -> str:
    return "\n".join(plan_lines(issues, contents(issues)))


def test_what_is_due_is_planned_and_else_what_comes_next(site: Site, ledger: Store) -> None:
    join(ledger, "hanako@example.jp")

    (due,) = planned(site, ledger, MONDAY + timedelta(hours=1))
    assert (due.occasion.due, due.occasion.period.end) == (True, MONDAY)
    assert make(site, ledger, due, MONDAY) is not None
    (coming,) = planned(site, ledger, MONDAY + timedelta(hours=1))

    assert (coming.occasion.due, coming.occasion.period.end) == (False, MONDAY + WEEK)
    assert coming.occasion.period.start == MONDAY
    assert coming.plan.recipients == 0
    assert "weekly digest of 2026-11-30 09:00 JST, to come" in told([coming])


def test_readers_with_the_same_posts_share_a_variant_and_each_is_weighed(site: Site, ledger: Store) -> None:
    join(ledger, "hanako@example.jp", "jiro@example.jp", "momoko@example.jp")
    join(ledger, "taro@example.jp", categories=("庭",))
    join(ledger, "saburo@example.jp", categories=("料理",))
    with ledger.write() as connection:
        suppressions.add(connection, ledger.secret, "jiro@example.jp", "退会", MONDAY - DAY)

    (issue,) = planned(site, ledger, MONDAY)

    assert {len(one.pick.post_ids): (one.pick.readers, one.pick.suppressed) for one in issue.variants} == {
        2: (3, 1),
        1: (1, 0),
    }
    seen = [one.seen for one in issue.variants if one.seen]
    assert [one.subject for one in seen] == ["みどりの便り 第1号"] * 2
    assert all(3000 < one.html_size < one.size < 102 * 1024 for one in seen)
    assert [post.title for _, post in issue.posts] == ["味噌を仕込む", "図書館の棚"]
    assert "3 mails to 5 readers; 1 suppressed (1 hand); 1 with nothing new" in told([issue])
    assert "no-postal-address" in told([issue])


def test_who_came_and_left_and_was_suppressed_since_the_last_issue(site: Site, ledger: Store) -> None:
    join(ledger, "hanako@example.jp", "jiro@example.jp", "taro@example.jp")
    (due,) = planned(site, ledger, MONDAY)
    assert make(site, ledger, due, MONDAY) is not None
    site.post("雪", MONDAY + DAY, title="雪の朝")
    with ledger.write() as connection:
        suppressions.add(connection, ledger.secret, "hanako@example.jp", "退会", MONDAY + DAY)
        subscribers.unsubscribe(connection, "taro@example.jp", None, MONDAY + DAY)
    join(ledger, "shiro@example.jp", "goro@example.jp", at=MONDAY + DAY)

    (coming,) = planned(site, ledger, MONDAY + 2 * DAY)

    assert coming.turnover is not None
    assert (coming.turnover.new, coming.turnover.left, coming.turnover.suppressed) == (2, 1, 1)
    assert "since no. 1, made 2026-11-23 09:00 JST: +2 new, -1 left, -1 suppressed" in told([coming])
    assert (coming.number, [post.title for _, post in coming.posts]) == (2, ["雪の朝"])


def test_with_readers_own_zones_turnover_is_that_of_the_zone(site: Site, ledger: Store) -> None:
    join(ledger, "hanako@example.jp", "jiro@example.jp")
    join(ledger, "jane@example.com", "john@example.com", timezone="America/New_York")
    tokyo, new_york = planned(site, ledger, MONDAY + DAY, reader_zones=True)
    assert make(site, ledger, tokyo, MONDAY, reader_zones=True) is not None
    assert make(site, ledger, new_york, MONDAY + DAY, reader_zones=True) is not None
    with ledger.write() as connection:
        for email in ("jiro@example.jp", "jane@example.com", "john@example.com"):
            subscribers.unsubscribe(connection, email, None, MONDAY + 2 * DAY)
    join(ledger, "mary@example.com", at=MONDAY + 2 * DAY, timezone="America/New_York")

    coming = planned(site, ledger, MONDAY + 3 * DAY, reader_zones=True)

    counts = {one.occasion.period.zone: one.turnover for one in coming}
    assert {zone: (one.number, one.since, one.new, one.left) for zone, one in counts.items() if one} == {
        "Asia/Tokyo": (1, MONDAY, 0, 1),
        "America/New_York": (1, MONDAY + DAY, 1, 2),
    }


def test_the_hash_is_of_what_makes_the_mails_and_readers_are_counted(site: Site, ledger: Store) -> None:
    join(ledger, "hanako@example.jp")
    before = contents(planned(site, ledger, MONDAY))

    join(ledger, "taro@example.jp", categories=("庭",))
    more = contents(planned(site, ledger, MONDAY))
    assert {part for part in Part if before.parts[part] != more.parts[part]} == set()
    assert (before.readers, more.readers) == (1, 2)

    site.post("味噌", MONDAY - DAY, title="味噌を仕込んだ", categories="庭, 本")
    edited = contents(planned(site, ledger, MONDAY))
    assert {part for part in Part if more.parts[part] != edited.parts[part]} == {Part.POSTS, Part.MAILS}

    site.write("templates/mail/post.html.j2", "<p>{{ post.title }}</p>")
    styled = contents(planned(site, ledger, MONDAY))
    assert {part for part in Part if edited.parts[part] != styled.parts[part]} == {Part.TEMPLATES, Part.MAILS}

    site.write("config.yaml", CONFIG.replace("みどりの庭", "緑の庭"))
    renamed = contents(planned(site, ledger, MONDAY))
    assert {part for part in Part if styled.parts[part] != renamed.parts[part]} == {Part.SETTINGS, Part.MAILS}
    assert [
        key
        for key in renamed.parts[Part.SETTINGS]
        if renamed.parts[Part.SETTINGS][key] != styled.parts[Part.SETTINGS][key]
    ] == ["site.title"]


def test_how_long_it_takes_is_known_from_the_last_issue_or_from_the_rate(site: Site, ledger: Store) -> None:
    emails = [f"r{number}@example.jp" for number in range(40)]
    join(ledger, *emails)
    (due,) = planned(site, ledger, MONDAY)
    assert due.estimate.rate is None
    assert "nobody can tell how long it takes" in told([due])
    (bounded,) = planned(site, ledger, MONDAY, Server("main", rate=2.0))
    assert (bounded.estimate.rate, bounded.estimate.through) == (2.0, MONDAY + timedelta(seconds=20))

    issue = make(site, ledger, due, MONDAY)
    assert issue is not None
    sent(ledger, MONDAY, seconds_each=0.5)
    site.post("雪", MONDAY + DAY, title="雪の朝")
    (coming,) = planned(site, ledger, MONDAY + 2 * DAY)

    assert coming.estimate.rate == pytest.approx(40 / 19.5)
    assert "about 2.05 mails a second, through about 2026-11-30 09:00 JST" in told([coming])


def sent(store: Store, start: datetime, *, seconds_each: float) -> None:
    """Let every delivery have been taken, one after the other."""
    table = tables.deliveries
    with store.write() as connection:
        ids = list(connection.scalars(table.select().with_only_columns(table.c.id)))
        connection.execute(table.update().values(status=DeliveryStatus.SENT, attempts=1))
        for place, one in enumerate(ids):
            moment = start + timedelta(seconds=seconds_each * place)
            values = {"number": 1, "started_at": moment, "ended_at": moment, "outcome": "sent", "reply": ""}
            connection.execute(tables.attempts.insert().values(delivery_id=one, **values))


def test_two_issues_at_once_of_one_newsletter_have_two_numbers(site: Site, ledger: Store) -> None:
    join(ledger, "hanako@example.jp")
    join(ledger, "taro@example.jp", frequency=Frequency.DAILY)
    both = {
        Frequency.WEEKLY: Schedule(Pattern((9,), (0,), weekdays=(0,))),
        Frequency.DAILY: Schedule(Pattern((7,), (30,))),
    }

    found = planned(site, ledger, MONDAY, schedules=both)

    assert [(one.occasion.period.frequency, one.number) for one in found] == [("daily", 1), ("weekly", 2)]
    assert contents(found).readers == 2


def test_each_other_post_of_late_is_told_with_why_it_goes_to_nobody(site: Site, ledger: Store) -> None:
    join(ledger, "hanako@example.jp", categories=("庭",))
    site.post("雪", MONDAY + DAY, title="雪の朝")
    site.post("昔", MONDAY - 400 * DAY, title="昔の記事")

    (issue,) = planned(site, ledger, MONDAY)

    assert [(post.title, why.name) for _, post, why in issue.left_out] == [
        ("雪の朝", "TO_COME"),
        ("図書館の棚", "CATEGORIES"),
    ]
    assert "    雪の朝      not out yet" in told([issue])
    assert "    図書館の棚  in no reader's categories" in told([issue])
    (made,) = plan_json([issue], contents([issue]), MONDAY, ())["issues"]
    assert [one["why"] for one in made["left_out"]] == ["to_come", "categories"]


def test_what_is_out_of_reach_is_counted_and_named_where_no_issue_has_had_it(site: Site, ledger: Store) -> None:
    join(ledger, "hanako@example.jp")
    site.post("昔", MONDAY - 400 * DAY, title="昔の記事")
    (due,) = planned(site, ledger, MONDAY)
    assert (due.too_old.number, due.too_old.missed) == (1, ())
    assert "  1 post came out too long ago, before 2026-09-24 09:00 JST\n" in told([due])
    assert make(site, ledger, due, MONDAY) is not None
    site.post("雪", MONDAY + DAY, title="雪の朝")
    later = MONDAY + 70 * DAY
    site.post("梅", later - DAY, title="梅の花")

    (coming,) = planned(site, ledger, later)

    assert (coming.too_old.number, [post.title for _, post in coming.too_old.missed]) == (4, ["雪の朝"])
    lines = told([coming]).splitlines()
    line = lines.index("  4 posts came out too long ago, before 2026-12-03 09:00 JST; of them no issue has had:")
    assert lines[line + 1] == "    - 雪の朝"
    (made,) = plan_json([coming], contents([coming]), later, ())["issues"]
    assert (made["too_old"]["number"], [one["title"] for one in made["too_old"]["missed"]]) == (4, ["雪の朝"])


def test_what_is_passed_over_within_two_periods_is_told_where_the_reach_is_less(site: Site, ledger: Store) -> None:
    join(ledger, "hanako@example.jp", categories=("庭",))
    (issue,) = planned(site, ledger, MONDAY, reach=DAY)

    assert [(post.title, why.name) for _, post, why in issue.left_out] == [("図書館の棚", "CATEGORIES")]
    assert (issue.too_old.number, issue.too_old.before) == (0, MONDAY - 2 * WEEK)


def test_an_instant_mail_is_planned_when_it_is_due_and_its_minute_is_not_hashed(site: Site, ledger: Store) -> None:
    join(ledger, "hanako@example.jp", frequency=Frequency.INSTANT)
    schedules = {Frequency.INSTANT: Schedule(None)}
    nothing = planned(site, ledger, MONDAY - 3 * DAY, schedules=schedules)
    assert "nothing has a time to come" in told(nothing)

    (first,) = planned(site, ledger, MONDAY, schedules=schedules)
    (later,) = planned(site, ledger, MONDAY + timedelta(minutes=5), schedules=schedules)

    assert (first.occasion.due, first.plan.recipients) == (True, 1)
    assert contents([first]).hash == contents([later]).hash


def test_a_plan_of_a_time_to_come_offers_nothing_to_apply(site: Site, ledger: Store) -> None:
    join(ledger, "hanako@example.jp")
    found = planned(site, ledger, MONDAY)

    first, *_, last = plan_lines(found, contents(found), ahead=True)

    assert first.endswith("due then")
    assert last == f"plan {contents(found).hash}"


def test_what_comes_too_late_is_told_beside_the_plan(site: Site, ledger: Store) -> None:
    join(ledger, "hanako@example.jp")
    (due,) = planned(site, ledger, MONDAY)
    assert make(site, ledger, due, MONDAY) is not None
    late = MONDAY + 12 * DAY

    with own_desk(site, late) as place:
        notes = asides([place], around(ledger, late))

    assert notes == ["weekly: the weekly digest of 2026-11-30 09:00 JST is too late: it is recorded, and not sent"]


def test_of_digests_that_are_due_in_several_zones_those_after_the_first_are_counted_together(
    site: Site, ledger: Store
) -> None:
    changes = {"reader_zones": True, "catch_up": CatchUp.ALL}
    join(ledger, "hanako@example.jp")
    join(ledger, "hans@example.de", timezone="Europe/Berlin")
    for due in planned(site, ledger, MONDAY + DAY, **changes):
        make(site, ledger, due, MONDAY + DAY, **changes)

    with own_desk(site, MONDAY + 22 * DAY, **changes) as place:
        notes = asides([place], around(ledger, MONDAY + 22 * DAY))

    assert notes == ["weekly: 4 weekly digests more due after it: plan again when it is made"]


def test_the_way_to_apply_names_the_newsletter_that_was_asked_for(site: Site, ledger: Store) -> None:
    join(ledger, "hanako@example.jp")
    found = planned(site, ledger, MONDAY)

    *_, last = plan_lines(found, contents(found), "weekly")

    assert last == f"  to send exactly this: publisher apply {contents(found).hash} weekly"


def test_as_json_it_can_be_read_back_and_names_no_reader(site: Site, ledger: Store) -> None:
    join(ledger, "hanako@example.jp")
    found = planned(site, ledger, MONDAY)

    made = plan_json(found, contents(found), MONDAY, ())

    assert made["hash"] == contents(found).hash
    assert made["issues"][0]["posts"][0]["title"] == "味噌を仕込む"
    assert "hanako" not in str(made)
    assert "reader@example.com" not in str(made)


def test_without_a_ledger_a_plan_mails_nobody(site: Site) -> None:
    (issue,) = planned(site, None, MONDAY)

    assert (issue.plan.recipients, issue.plan.readers, issue.posts) == (0, 0, ())
    assert "nobody is subscribed to it" in told([issue])


def test_a_broken_template_is_told_with_its_line(site: Site, ledger: Store) -> None:
    join(ledger, "hanako@example.jp")
    site.write("templates/mail/digest.html.j2", "{{ newsletter.titel }}\n")

    with pytest.raises(TemplateError, match=r"digest\.html\.j2:1"):
        planned(site, ledger, MONDAY)
