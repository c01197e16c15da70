"""What a plan showed is sent, or nothing."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from support.ledgers import fresh_ledger
from support.plans import around, own_desk
from support.rows import wish
from support.site import CONFIG, JST, Site

from publisher.core.plans import Leeway, Part, Promise, leeway, promise_of_hash, promise_of_json
from publisher.core.schedules import parse_schedule
from publisher.errors import PlanChanged, UsageError
from publisher.jobs.apply import already, left, left_lines, made_lines, make_planned, on_its_way, require_same
from publisher.jobs.linted import Unfit
from publisher.jobs.plan import PlannedIssue, contents, plan_issues
from publisher.jobs.plan_told import plan_json
from publisher.model.mailing import Issue, IssueStatus
from publisher.model.newsletter import Frequency
from publisher.schedule import calendar
from publisher.store import issues, manifests, subscribers
from publisher.store.engine import Store
from publisher.struct import replace

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=JST)
DAY = timedelta(days=1)
LIMIT = Leeway()
WEEKLY = parse_schedule(Frequency.WEEKLY, "mon 09:00")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Store]:
    with fresh_ledger(tmp_path / "ledger.db") as store:
        yield store


@pytest.fixture
def site(tmp_path: Path, ledger: Store) -> Site:
    made = Site(tmp_path / "site")
    made.write("config.yaml", CONFIG)
    made.post("味噌", MONDAY - DAY, title="味噌を仕込む", categories="庭")
    made.post("棚", MONDAY - 2 * DAY, title="図書館の棚", categories="本")
    join(ledger, "hanako@example.jp")
    return made


def join(store: Store, *emails: str) -> None:
    with store.write() as connection:
        for email in emails:
            subscribers.subscribe(connection, wish(email), MONDAY - 5 * DAY, revive=True)


def planned(site: Site, store: Store, now: datetime = MONDAY) -> list[PlannedIssue]:
    with own_desk(site, now) as place:
        return plan_issues([place], around(store, now))


def promises(found: list[PlannedIssue]) -> tuple[Promise, Promise]:
    """What is known by the hash alone, and by the file."""
    whole = contents(found)
    printed = json.dumps(plan_json(found, whole, MONDAY, ()), default=str)
    return promise_of_hash(whole.hash), promise_of_json(printed, "plan.json")


def apply(site: Site, store: Store, promise: Promise, limit: Leeway = LIMIT, now: datetime = MONDAY) -> list[Issue]:
    with own_desk(site, now) as place:
        found = plan_issues([place], around(store, now))
        require_same(promise, found, limit)
        return make_planned([place], store, found, plan=promise.hash, now=now, prev_fire=calendar(), unfit=Unfit.REFUSE)


def test_what_was_planned_is_made_once_and_the_issue_remembers_its_plan(site: Site, ledger: Store) -> None:
    found = planned(site, ledger)
    promise, told = promises(found)
    assert already(ledger, promise) == []

    (issue,) = apply(site, ledger, promise)

    assert (issue.period, issue.recipients) == (found[0].occasion.period.key, 1)
    with ledger.read() as connection:
        manifest = manifests.of_issue(connection, issue.id)
    assert manifest is not None
    assert manifest.plan == promise.hash
    assert [one.id for one in already(ledger, promise)] == [issue.id]
    assert [one.id for one in already(ledger, told)] == [issue.id]
    with pytest.raises(PlanChanged, match="another process was first"):
        make(site, ledger, found)


def make(site: Site, store: Store, found: list[PlannedIssue], **changes: object) -> list[Issue]:
    """Make what was held against its plan a moment ago."""
    whole = contents(found).hash
    with own_desk(site, MONDAY, **changes) as place:
        return make_planned([place], store, found, plan=whole, now=MONDAY, prev_fire=calendar(), unfit=Unfit.REFUSE)


def test_all_issues_of_a_plan_are_made_or_none(site: Site, ledger: Store) -> None:
    """Also where a process dies in between, or another is first with one of them."""
    both = {Frequency.DAILY: parse_schedule(Frequency.DAILY, "07:30"), Frequency.WEEKLY: WEEKLY}
    with ledger.write() as connection:
        daily = wish("taro@example.jp", frequency=Frequency.DAILY)
        subscribers.subscribe(connection, daily, MONDAY - 5 * DAY, revive=True)
    with own_desk(site, MONDAY, schedules=both) as place:
        found = plan_issues([place], around(ledger, MONDAY))
    of_daily, of_weekly = found
    assert [one.occasion.period.frequency for one in found] == [Frequency.DAILY, Frequency.WEEKLY]
    first = make(site, ledger, [of_weekly], schedules=both)

    with pytest.raises(PlanChanged, match="another process was first"):
        make(site, ledger, found, schedules=both)

    with ledger.read() as connection:
        assert [one.id for one in issues.listed(connection)] == [one.id for one in first]
        assert issues.of_period(connection, of_daily.occasion.period.key) is None


@pytest.mark.parametrize(
    ("status", "goes", "told"),
    [
        (IssueStatus.SENDING, True, ["weekly: what was planned is issue 1, sending"]),
        (IssueStatus.PAUSED, True, ["weekly: what was planned is issue 1, paused"]),
        (IssueStatus.DONE, False, ["weekly: what was planned is issue 1, done; nothing was sent"]),
        (
            IssueStatus.CANCELLED,
            False,
            [
                "weekly: what was planned is issue 1, cancelled; nothing was sent",
                "  to send it after all: publisher issue retry 1 --rest, then publisher deliver",
            ],
        ),
    ],
)
def test_what_a_plan_led_to_before_is_told_and_goes_on(
    site: Site, ledger: Store, status: IssueStatus, goes: bool, told: list[str]
) -> None:
    made = [replace(one, status=status) for one in make(site, ledger, planned(site, ledger))]

    assert (on_its_way(made), list(made_lines(made))) == (goes, told)


def test_a_period_that_the_schedule_was_first_with_is_known_from_the_file(site: Site, ledger: Store) -> None:
    promise, told = promises(planned(site, ledger))
    (issue,) = apply(site, ledger, promises(planned(site, ledger))[0])

    other = Promise("p-other", promise.signs, promise.readers, told.parts)

    assert [one.id for one in already(ledger, other)] == [issue.id]


def test_a_plan_of_which_only_a_part_was_made_says_what_is_left(site: Site, ledger: Store) -> None:
    _, told = promises(planned(site, ledger))
    (issue,) = apply(site, ledger, promises(planned(site, ledger))[0])
    assert told.parts is not None
    parts = {**told.parts, Part.PERIODS: {**told.parts[Part.PERIODS], "daily/daily/Asia~Tokyo/2026-11-23T07:00": ""}}
    both = Promise(told.hash, told.signs, told.readers, parts)

    assert [one.id for one in already(ledger, both)] == [issue.id]
    assert left(ledger, both) == ["daily"]
    assert left(ledger, told) == []
    assert list(left_lines(left(ledger, both))) == [
        "daily: the rest of what was planned is not made\n"
        "  'publisher plan daily' shows what of it is due, and how to send it"
    ]


def edit(site: Site) -> None:
    site.post("味噌", MONDAY - DAY, title="味噌を仕込んだ", categories="庭")


def add(site: Site) -> None:
    site.post("雪", MONDAY - DAY / 2, title="雪の朝")


def remove(site: Site) -> None:
    (site.folder / "posts/棚.md").unlink()


def restyle(site: Site) -> None:
    site.write("templates/mail/post.html.j2", "<p>{{ post.title }}</p>")


def reset(site: Site) -> None:
    site.write("config.yaml", CONFIG.replace("みどりの庭", "緑の庭"))


@pytest.mark.parametrize(
    ("change", "parts", "told"),
    [
        (edit, ["posts", "mails"], "~ 味噌を仕込んだ"),
        (add, ["posts", "mails"], "+ 雪の朝"),
        (remove, ["posts", "mails"], "- 図書館の棚"),
        (restyle, ["templates", "mails"], "~ weekly: digest (ja)"),
        (reset, ["settings", "mails"], "~ site.title"),
    ],
)
def test_each_change_of_what_makes_the_mails_is_refused_and_shown(
    site: Site, ledger: Store, change: Callable[[Site], None], parts: list[str], told: str
) -> None:
    by_hash, by_file = promises(planned(site, ledger))
    change(site)

    with pytest.raises(PlanChanged) as short:
        apply(site, ledger, by_hash)
    with pytest.raises(PlanChanged) as long:
        apply(site, ledger, by_file)

    assert [line.split()[0] for line in short.value.message.splitlines()[1:]] == parts
    assert told in long.value.message
    assert "publisher plan" in (long.value.hint or "")
    assert already(ledger, by_file) == []


def test_readers_may_come_within_the_limit_and_not_beyond(site: Site, ledger: Store) -> None:
    promise, _ = promises(planned(site, ledger))
    join(ledger, *(f"r{number}@example.jp" for number in range(10)))

    with pytest.raises(PlanChanged, match="readers: 1 in the plan, 11 now, more than 5 apart"):
        apply(site, ledger, promise, leeway("5"))
    (issue,) = apply(site, ledger, promise)

    assert issue.recipients == 11


def test_what_is_to_come_is_not_sent_before_its_time(site: Site, ledger: Store) -> None:
    early = MONDAY - timedelta(hours=1)
    found = planned(site, ledger, early)
    promise, _ = promises(found)

    with pytest.raises(UsageError) as caught:
        require_same(promise, found, LIMIT)

    assert caught.value.hint == "it is due 2026-11-23 09:00 JST (weekly, weekly)"
    assert [one.number for one in apply(site, ledger, promise)] == [1], "the same plan holds when its time has come"


def test_the_plan_of_another_period_is_refused(site: Site, ledger: Store) -> None:
    promise, told = promises(planned(site, ledger))

    for one in (promise, told):
        with pytest.raises(PlanChanged, match="periods") as caught:
            apply(site, ledger, one, now=MONDAY + 7 * DAY)
        of_hash_alone = one.parts is None
        assert ("with its name behind the hash" in (caught.value.hint or "")) == of_hash_alone
