"""Each reader at their own nine o'clock: a period and an issue for each zone, and none twice for who moves."""

from datetime import UTC, datetime, timedelta

import pytest
from support.desk import desk
from support.rounds import round_at, subscribe
from support.site import CONFIG, JST, Site

from publisher.errors import UsageError
from publisher.jobs.importing.work import import_file
from publisher.jobs.status import coming
from publisher.jobs.subscribe import Request, add
from publisher.model.mailing import Issue
from publisher.model.newsletter import Newsletter
from publisher.store import deliveries, issues, subscribers
from publisher.store.engine import Store

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=JST)
"""Nine in Tokyo; in Berlin eight hours later, in Auckland four before."""
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
BERLIN, AUCKLAND = 8 * HOUR, -4 * HOUR
pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


def to(store: Store, issue: Issue) -> list[str]:
    with store.read() as connection:
        return [one.recipient.email.partition("@")[0] for one in deliveries.listed(connection, issue.id)]


def sent(site: Site, store: Store, *moments: datetime) -> list[tuple[str, list[str]]]:
    """Whose issues went to whom, without those that had nothing new."""
    made = [issue for now in moments for issue in round_at(site, store, now)]
    return [((one.period or "").removeprefix("weekly/weekly/"), to(store, one)) for one in made if one.recipients]


def test_each_zone_has_its_period_and_its_issue(readers: Site, store: Store) -> None:
    hours = [MONDAY + hours * HOUR for hours in range(-6, 12)]

    assert sent(readers, store, *hours) == [
        ("Pacific~Auckland/2026-11-23T09:00", ["auckland"]),
        ("Asia~Tokyo/2026-11-23T09:00", ["tokyo"]),
        ("Europe~Berlin/2026-11-23T09:00", ["berlin"]),
    ]


def test_by_the_newsletters_zone_all_get_it_at_once(readers: Site, store: Store) -> None:
    readers.write("config.yaml", CONFIG)

    assert sent(readers, store, MONDAY) == [("Asia~Tokyo/2026-11-23T09:00", ["auckland", "berlin", "tokyo"])]


def test_who_moves_west_is_not_mailed_the_same_monday_again_and_misses_nothing(readers: Site, store: Store) -> None:
    assert len(sent(readers, store, MONDAY)) == 2
    subscribe(store, "tokyo@example.jp", MONDAY - 3 * WEEK, timezone="Europe/Berlin")
    readers.post("引っ越しの日", MONDAY + HOUR)

    assert sent(readers, store, MONDAY + BERLIN) == [("Europe~Berlin/2026-11-23T09:00", ["berlin"])]
    following = sent(readers, store, MONDAY + WEEK + BERLIN)
    assert ("Europe~Berlin/2026-11-30T09:00", ["tokyo"]) in following


def test_who_moves_over_their_hour_gets_it_all_with_the_next(readers: Site, store: Store) -> None:
    round_at(readers, store, MONDAY)
    subscribe(store, "berlin@example.jp", MONDAY - 3 * WEEK, timezone="Asia/Tokyo")

    assert sent(readers, store, MONDAY + BERLIN) == []
    assert sent(readers, store, MONDAY + WEEK) == [("Asia~Tokyo/2026-11-30T09:00", ["berlin"])]


def test_who_moves_over_their_hour_as_the_first_in_a_zone_gets_it_at_once(readers: Site, store: Store) -> None:
    round_at(readers, store, MONDAY)
    subscribe(store, "berlin@example.jp", MONDAY - 3 * WEEK, timezone="Pacific/Kiritimati")

    assert sent(readers, store, MONDAY + HOUR) == [("Pacific~Kiritimati/2026-11-23T09:00", ["berlin"])]
    assert sent(readers, store, MONDAY + BERLIN) == []


def test_a_zone_named_in_midweek_has_missed_nothing(readers: Site, store: Store) -> None:
    sent(readers, store, MONDAY + AUCKLAND, MONDAY, MONDAY + BERLIN)
    subscribe(store, "tokyo@example.jp", MONDAY - 3 * WEEK, timezone="America/New_York")
    before = len(sent(readers, store, MONDAY + 6 * DAY))

    assert before == 0
    with store.read() as connection:
        assert {one.reason for one in issues.listed(connection)} == {""}


def test_a_zone_is_checked_and_near_names_are_told(store: Store, newsletter: Newsletter) -> None:
    def written(zone: str | None) -> str | None:
        add(store, Request("new@example.jp", timezone=zone), [newsletter], evidence="試験", now=MONDAY)
        with store.read() as connection:
            (found,) = subscribers.listed(connection, address_key="new@example.jp")
        return found.timezone

    assert written("Europe/Paris") == "Europe/Paris"
    for wrong, near in (("Asia/Tokio", "Asia/Tokyo"), ("america/new york", "America/New_York")):
        with pytest.raises(UsageError) as caught:
            written(wrong)
        assert near in (caught.value.hint or "")
    assert written(None) == "Europe/Paris", "what is not said stays"
    assert written("") is None, "it can be given back"


def test_an_import_has_a_column_for_it(readers: Site, store: Store, newsletter: Newsletter) -> None:
    file = readers.write("readers.csv", "email,timezone\nroma@example.jp,Europe/Rome\ntaro@example.jp,Asia/Tokio\n")

    done = import_file(store, file, [newsletter], now=MONDAY)

    (wrong,) = done.problems
    assert (done.added, wrong.line) == (1, 3)
    assert wrong.message.startswith("'Asia/Tokio' is no time zone; did you mean Asia/Tokyo")
    with store.read() as connection:
        (found,) = subscribers.listed(connection, address_key="roma@example.jp")
    assert found.timezone == "Europe/Rome"


def test_status_tells_the_first_zone_and_the_last(store: Store, newsletter: Newsletter) -> None:
    subscribe(store, "honolulu@example.jp", MONDAY - 3 * WEEK, timezone="Pacific/Honolulu")

    (line,) = [one.line() for one in coming([newsletter], store, MONDAY.astimezone(UTC) - DAY)]

    assert line.endswith(
        "4 readers; in 3 zones of their own, first 2026-11-23 09:00 NZDT in Pacific/Auckland,"
        " last 2026-11-23 09:00 HST in Pacific/Honolulu"
    )


@pytest.fixture
def newsletter(readers: Site) -> Newsletter:
    with desk(readers, MONDAY) as place:
        return place.newsletter
