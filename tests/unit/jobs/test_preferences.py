"""What readers see and change of what they have, and the leaving that they take back."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from support.door import door, newsletter, signing_of
from support.rows import wish

from publisher.jobs.come_back import Back, come_back, way_back
from publisher.jobs.door import Fault
from publisher.jobs.leave import leave
from publisher.jobs.preferences import (
    Changed,
    Changes,
    Picked,
    change,
    leave_all,
    link_token,
    seen,
    send_link,
    send_new_link,
)
from publisher.mail.tokens import Leave
from publisher.model.bounce import SuppressionKind
from publisher.model.newsletter import Frequency
from publisher.model.reader import Subscription, SubscriptionStatus
from publisher.model.sign_up import LetterKind, Wanted
from publisher.store import subscribers, suppressions
from publisher.store.engine import Store
from publisher.store.reader_tables import letters, sign_ups
from publisher.store.tables import subscriptions

HANAKO = "hanako@example.jp"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BOTH = door("weekly", "books")


@pytest.fixture(autouse=True)
def _a_reader(store: Store, now: datetime) -> None:
    with store.write() as connection:
        subscribers.subscribe(connection, wish(HANAKO, timezone="Europe/Berlin"), now - 30 * DAY, revive=True)


def token(store: Store, now: datetime) -> str:
    return link_token(signing_of(store), HANAKO, now + DAY)


def held(store: Store) -> dict[str, Subscription]:
    with store.read() as connection:
        return {one.newsletter: one for one in subscribers.listed(connection, address_key=HANAKO)}


def changed(store: Store, now: datetime, name: str | None = None, **picked: Picked) -> Changed | None:
    changes = Changes(picked, name, wording="保存する", ip="203.0.113.7")
    return change(BOTH, store, signing_of(store), token(store, now), changes, now)


def sent(store: Store) -> list[str]:
    with store.read() as connection:
        return list(connection.scalars(sa.select(letters.c.kind).order_by(letters.c.id)))


def test_a_reader_sees_what_they_have_and_no_address_that_anybody_could_use(store: Store, now: datetime) -> None:
    found = seen(store, signing_of(store), token(store, now), now)

    assert found is not None
    assert (found.address, found.name, found.suppressed) == ("h…@example.jp", "山田 花子", None)
    assert [(one.newsletter, one.timezone) for one in found.held] == [("weekly", "Europe/Berlin")]


def test_all_of_it_can_be_changed_and_only_another_wish_counts_as_one(store: Store, now: datetime) -> None:
    until = now + 7 * DAY
    done = changed(
        store, now, "花子", weekly=Picked(wanted=Wanted(None, "daily", None), timezone="", paused_until=until)
    )

    one = held(store)["weekly"]
    assert done == Changed(changed=("weekly",))
    assert (one.frequency, one.timezone, one.paused_until) == (Frequency.DAILY, None, until)
    assert (one.subscriber.name, one.wished_at) == ("花子", now - 30 * DAY), "neither pace nor zone is a new wish"

    changed(store, now, weekly=Picked(wanted=Wanted(("庭",), None, "ja")))
    one = held(store)["weekly"]
    assert (one.categories, one.language, one.wished_at, one.paused_until) == (("庭",), "ja", now, None)
    assert one.frequency is Frequency.DAILY, "what is not said of it stays"


def test_a_newsletter_that_is_new_to_them_begins_at_once_by_evidence_of_its_own(store: Store, now: datetime) -> None:
    done = changed(store, now, books=Picked(wanted=Wanted(("本",)), timezone="Asia/Tokyo"))

    one = held(store)["books"]
    assert done == Changed(joined=("books",))
    assert (one.status, one.categories, one.timezone) == (SubscriptionStatus.CONFIRMED, ("本",), "Asia/Tokyo")
    with store.read() as connection:
        row = connection.execute(sa.select(sign_ups)).one()
    assert one.evidence == f"confirmed sign-up {row.uid}"
    assert (row.source, row.wording, row.confirmed_at, len(row.confirmed_ip)) == ("preferences", "保存する", now, 32)
    assert held(store)["weekly"].timezone == "Europe/Berlin", "what is not named stays as it is"
    assert sent(store) == [LetterKind.WELCOME]


def test_one_is_left_or_all(store: Store, now: datetime) -> None:
    changed(store, now, books=Picked())

    assert changed(store, now, books=Picked(reads=False)) == Changed(left=("books",))
    assert {name: one.status for name, one in held(store).items()} == {"books": "unsubscribed", "weekly": "confirmed"}
    with store.read() as connection:
        assert (
            connection.scalar(sa.select(subscriptions.c.left_by).order_by(subscriptions.c.id.desc())) == "preferences"
        )

    assert leave_all(store, signing_of(store), token(store, now), now) == 1
    assert changed(store, now, weekly=Picked(reads=False)) == Changed(), "who is gone is gone"


@pytest.mark.parametrize(
    ("picked", "fault"),
    [
        ({"secret": Picked()}, Fault.NEWSLETTER),
        ({"weekly": Picked(wanted=Wanted(frequency="monthly"))}, Fault.FREQUENCY),
        ({"weekly": Picked(wanted=Wanted(language="日本語"))}, Fault.LANGUAGE),
        ({"weekly": Picked(wanted=Wanted(categories=("\n",)))}, Fault.CATEGORY),
        ({"weekly": Picked(timezone="Tokyo/Asia")}, Fault.TIMEZONE),
        ({"weekly": Picked(paused_until=datetime.fromisoformat("2026-11-24T02:00Z"))}, Fault.PAUSE),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_done(
    store: Store, now: datetime, picked: dict[str, Picked], fault: Fault
) -> None:
    before = held(store)

    assert changed(store, now, "別名", books=Picked(), **picked) == Changed(fault=fault)

    assert held(store) == before


def test_a_link_that_is_too_old_shows_nothing_and_changes_nothing_but_can_be_had_anew(
    store: Store, now: datetime
) -> None:
    late, old = now + 2 * DAY, token(store, now)

    found = seen(store, signing_of(store), old, late)
    assert found is not None
    assert (found.expired, found.name, found.held) == (True, "", ())
    done = change(BOTH, store, signing_of(store), old, Changes({"weekly": Picked(reads=False)}), late)
    assert done == Changed(expired=True)
    assert held(store)["weekly"].status is SubscriptionStatus.CONFIRMED

    assert send_new_link(BOTH, store, signing_of(store), old, "ja", late)
    assert send_new_link(BOTH, store, signing_of(store), old, "ja", late + MINUTE)
    assert sent(store) == [LetterKind.PREFERENCES], "one is under way"
    assert not send_new_link(BOTH, store, signing_of(store), "forged", "ja", late)


def test_nobody_is_told_whether_an_address_reads(store: Store, now: datetime) -> None:
    for email in ("nobody@example.jp", HANAKO):
        assert send_link(BOTH, store, email, "ja", now) is None  # type: ignore[func-returns-value]

    with store.read() as connection:
        assert connection.scalars(sa.select(letters.c.address_key)).all() == [HANAKO]


def test_who_asked_to_be_forgotten_is_not_written_down_again(store: Store, now: datetime) -> None:
    good = token(store, now)
    with store.write() as connection:
        suppressions.forget(connection, store.secret, HANAKO, now)

    assert seen(store, signing_of(store), good, now) is None
    assert changed(store, now, books=Picked()) is None
    assert list(held(store)) == ["weekly"]


def test_a_leaving_is_taken_back_for_an_hour_that_one_and_no_other(store: Store, now: datetime) -> None:
    who = Leave("weekly", HANAKO)
    with store.write() as connection:
        subscribers.subscribe(connection, wish(HANAKO, "books"), now - DAY, revive=True)
        subscribers.unsubscribe(connection, HANAKO, "books", now - 2 * MINUTE, by="operator")
    leave(store, who, now, everything=False)
    back = way_back(signing_of(store), who, now, everything=False)

    late = come_back(store, signing_of(store), back, now + HOUR)
    assert late is not None
    assert late.back is Back.EXPIRED
    done = come_back(store, signing_of(store), back, now + 59 * MINUTE)

    assert done is not None
    assert (done.back, done.newsletters, done.address) == (Back.BACK, ("weekly",), "h…@example.jp")
    assert {name: one.status for name, one in held(store).items()} == {"books": "unsubscribed", "weekly": "confirmed"}
    assert held(store)["weekly"].confirmed_at == now - 30 * DAY, "their consent is that of before"

    leave(store, who, now + 59 * MINUTE, everything=False)
    again = come_back(store, signing_of(store), back, now + 59 * MINUTE)
    assert again is not None
    assert again.back is Back.NOTHING, "who has left anew stays away"
    assert come_back(store, signing_of(store), "forged", now) is None


@pytest.mark.parametrize("microseconds", [0, 999_999])
def test_leaving_all_is_taken_back_with_all_that_ended_then(store: Store, now: datetime, microseconds: int) -> None:
    moment = now + timedelta(microseconds=microseconds)
    changed(store, now - MINUTE, books=Picked())
    who = Leave("weekly", HANAKO)
    leave(store, who, moment, everything=True)

    done = come_back(store, signing_of(store), way_back(signing_of(store), who, moment, everything=True), moment)

    assert done is not None
    assert done.newsletters == ("books", "weekly")


def test_who_stopped_single_mails_takes_that_back_and_no_suppression_of_another_kind(
    store: Store, now: datetime
) -> None:
    who = Leave(None, HANAKO)
    leave(store, who, now, everything=False)
    back = way_back(signing_of(store), who, now, everything=False)
    with store.write() as connection:
        suppressions.add(connection, store.secret, "x@example.jp", "苦情", now, kind=SuppressionKind.COMPLAINT)

    done = come_back(store, signing_of(store), back, now + MINUTE)

    assert done is not None
    assert done.back is Back.BACK
    with store.read() as connection:
        assert suppressions.reason_of(connection, store.secret, HANAKO) is None
        assert suppressions.reason_of(connection, store.secret, "x@example.jp") is not None


def test_no_greeting_where_the_settings_want_none(store: Store, now: datetime) -> None:
    place: Any = door(newsletters=(newsletter("weekly"), newsletter("books", welcomes=False)))
    change(place, store, signing_of(store), token(store, now), Changes({"books": Picked()}), now)

    assert sent(store) == []


def test_who_leaves_and_joins_all_day_by_a_link_that_was_forwarded_brings_about_one_greeting(
    store: Store, now: datetime
) -> None:
    for minutes in range(5):
        changed(store, now + minutes * MINUTE, books=Picked())
        changed(store, now + minutes * MINUTE, books=Picked(reads=False))
    assert sent(store) == ["welcome"]

    changed(store, now + 5 * MINUTE, books=Picked(), weekly=Picked(reads=False))
    changed(store, now + 6 * MINUTE, weekly=Picked())
    assert sent(store) == ["welcome", "welcome"]
    assert all(one.status is SubscriptionStatus.CONFIRMED for one in held(store).values())
