"""Signing up: what is taken, what it leaves, and which letter goes."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from support.door import asking, door, newsletter, signing_of
from support.planned import planned
from support.rows import wish

from publisher.jobs.confirm import Standing, confirm, visit_sign_up
from publisher.jobs.door import Fault
from publisher.jobs.signup import Answer, Outcome, sign_up
from publisher.mail.tokens import confirm_token
from publisher.model.bounce import SuppressionKind
from publisher.model.newsletter import Frequency
from publisher.model.reader import Subscription, SubscriptionStatus
from publisher.model.sign_up import LetterKind
from publisher.store import subscribers, suppressions
from publisher.store.engine import Store
from publisher.store.reader_tables import letters, sign_ups
from publisher.store.tables import attempts, deliveries

HANAKO = "hanako@example.jp"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TAKEN = [Answer(Outcome.TAKEN)]


def rows(store: Store, table: sa.Table) -> list[Any]:
    with store.read() as connection:
        return list(connection.execute(sa.select(table).order_by(table.c.id)))


def held(store: Store, email: str = HANAKO) -> list[Subscription]:
    with store.read() as connection:
        return list(subscribers.listed(connection, address_key=email))


def join(store: Store, at: datetime, *names: str, email: str = HANAKO) -> None:
    with store.write() as connection:
        for name in names or ("weekly",):
            subscribers.subscribe(connection, wish(email, name), at, revive=True)


def suppress(store: Store, kind: SuppressionKind, now: datetime, email: str = HANAKO) -> None:
    with store.write() as connection:
        suppressions.add(connection, store.secret, email, "試験", now, kind=kind)


def send(store: Store, at: datetime) -> None:
    """Let every letter that is due have gone."""
    with store.write() as connection:
        due = letters.c.due_at <= at
        connection.execute(letters.update().where(due).values(due_at=None, made_at=at, delivery_id=0))


def token_of(store: Store) -> str:
    letter, one = rows(store, letters)[-1], rows(store, sign_ups)[-1]
    assert letter.sign_up_id == one.id
    return confirm_token(store.secret, one.uid, letter.expires_at)


def test_a_sign_up_leaves_a_reader_who_has_still_to_say_yes_and_a_letter_that_asks(store: Store, now: datetime) -> None:
    asked = asking("ＨＡＮＡＫＯ@Example.JP", name="花子", ip="203.0.113.7", categories=("庭",), frequency="daily")

    assert sign_up(door(), store, [asked], now) == TAKEN

    (one,) = held(store)
    assert (one.status, one.frequency, one.categories) == (SubscriptionStatus.UNCONFIRMED, Frequency.DAILY, ("庭",))
    assert one.subscriber.name == "", "a name that nobody has confirmed is nobody's"
    (row,) = rows(store, sign_ups)
    assert (row.email, row.name, row.wording, row.source) == ("HANAKO@example.jp", "花子", "登録する", "page")
    assert len(row.ip) == 32, "a hash"
    (letter,) = rows(store, letters)
    assert (letter.kind, letter.address_key, letter.due_at) == (LetterKind.CONFIRM, HANAKO, now)
    assert letter.language == "ja"


def test_no_address_of_the_net_is_kept_where_that_is_off(store: Store, now: datetime) -> None:
    sign_up(door(ip="off"), store, [asking(ip="203.0.113.7")], now)

    assert rows(store, sign_ups)[0].ip == ""


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"email": "花子"}, Fault.ADDRESS),
        ({"email": "a@example.jp\nBcc: b@example.jp"}, Fault.ADDRESS),
        ({"email": "a@mailinator.example"}, Fault.DISPOSABLE),
        ({"email": "a@x.mailinator.example"}, Fault.DISPOSABLE),
        ({"newsletters": ()}, Fault.NEWSLETTER),
        ({"newsletters": ("secret",)}, Fault.NEWSLETTER),
        ({"frequency": "monthly"}, Fault.FREQUENCY),
        ({"language": "日本語"}, Fault.LANGUAGE),
        ({"categories": ("本",)}, Fault.CATEGORY),
        ({"categories": ("庭", "")}, Fault.CATEGORY),
        ({"name": "花子\r\nBcc: x@example.jp"}, Fault.NAME),
        ({"name": "花" * 201}, Fault.NAME),
    ],
)
def test_what_is_typed_wrong_is_named_and_leaves_nothing(
    store: Store, now: datetime, changes: dict[str, Any], fault: Fault
) -> None:
    place = door(newsletters=(newsletter("weekly", categories=("庭",)),))
    place = type(place)(place.newsletters, place.rules, frozenset({"mailinator.example"}))

    assert sign_up(place, store, [asking(**{"email": HANAKO, **changes})], now) == [Answer(Outcome.REFUSED, fault)]

    assert rows(store, sign_ups) == rows(store, letters) == []


def test_a_domain_that_takes_no_mail_is_refused(store: Store, now: datetime) -> None:
    place = door()
    place = type(place)(place.newsletters, place.rules, unmailable=lambda domains: {d for d in domains if "x" in d})

    answers = sign_up(place, store, [asking("a@xn.example"), asking("a@good.jp")], now)

    assert answers == [Answer(Outcome.REFUSED, Fault.DOMAIN), *TAKEN]
    assert answers[0].reason == "domain"


def test_a_second_sign_up_is_merged_into_the_one_that_waits(store: Store, now: datetime) -> None:
    place = door("weekly", "books")
    sign_up(place, store, [asking(frequency="daily")], now)
    send(store, now)

    assert sign_up(place, store, [asking(HANAKO, "books", categories=("本",))], now + MINUTE) == TAKEN
    assert sign_up(place, store, [asking(HANAKO, "weekly", frequency="weekly")], now + 2 * MINUTE) == TAKEN

    (row,) = rows(store, sign_ups)
    assert {name: (one["frequency"], one["categories"]) for name, one in row.wishes.items()} == {
        "weekly": ("weekly", None),
        "books": (None, ["本"]),
    }
    assert len(rows(store, letters)) == 1, "no second letter within the hour"
    assert [one.newsletter for one in held(store)] == ["books", "weekly"]


def test_an_hour_later_the_letter_goes_again(store: Store, now: datetime) -> None:
    sign_up(door(), store, [asking()], now)
    send(store, now)

    sign_up(door(), store, [asking()], now + HOUR)

    first, second = rows(store, letters)
    assert (second.due_at, second.sign_up_id) == (now + HOUR, first.sign_up_id)
    assert second.expires_at > first.expires_at


def test_who_reads_all_of_it_already_gets_another_letter_and_nothing_is_changed(store: Store, now: datetime) -> None:
    join(store, now - DAY)

    assert sign_up(door(), store, [asking(categories=("庭",))], now) == TAKEN

    (letter,) = rows(store, letters)
    assert (letter.kind, letter.sign_up_id) == (LetterKind.KNOWN, None)
    assert rows(store, sign_ups) == []
    assert held(store)[0].categories is None


def test_who_reads_one_of_them_is_asked_for_the_other(store: Store, now: datetime) -> None:
    join(store, now - DAY)

    sign_up(door("weekly", "books"), store, [asking(HANAKO, "weekly", "books")], now)

    assert list(rows(store, sign_ups)[0].wishes) == ["books"]
    assert {one.newsletter: one.status for one in held(store)} == {
        "books": SubscriptionStatus.UNCONFIRMED,
        "weekly": SubscriptionStatus.CONFIRMED,
    }


def test_a_letter_that_waits_becomes_the_one_that_asks(store: Store, now: datetime) -> None:
    join(store, now - DAY)
    place = door("weekly", "books")
    sign_up(place, store, [asking()], now)

    sign_up(place, store, [asking(HANAKO, "books")], now + MINUTE)

    (letter,) = rows(store, letters)
    assert (letter.kind, letter.due_at, letter.sign_up_id) == (LetterKind.CONFIRM, now, rows(store, sign_ups)[0].id)


def test_one_that_has_gone_keeps_the_next_for_an_hour(store: Store, now: datetime) -> None:
    join(store, now - DAY)
    place = door("weekly", "books")
    sign_up(place, store, [asking()], now)
    send(store, now + MINUTE)

    sign_up(place, store, [asking(HANAKO, "books")], now + 2 * MINUTE)

    assert [(one.kind, one.due_at) for one in rows(store, letters)] == [
        (LetterKind.KNOWN, None),
        (LetterKind.CONFIRM, now + MINUTE + HOUR),
    ]


def test_the_hour_counts_from_when_a_letter_really_left(store: Store, now: datetime) -> None:
    sign_up(door(), store, [asking()], now)
    issue = planned(store, now, HANAKO, newsletter=None)
    with store.write() as connection:
        own = connection.scalar(sa.select(deliveries.c.id).where(deliveries.c.issue_id == issue.id))
        connection.execute(letters.update().values(due_at=None, made_at=now, delivery_id=own))

    sign_up(door(), store, [asking()], now + 2 * HOUR)
    assert len(rows(store, letters)) == 1, "it is still under way: the server was down"

    with store.write() as connection:
        connection.execute(deliveries.update().values(status="sent"))
        ended = {"number": 1, "started_at": now, "ended_at": now + 3 * HOUR, "outcome": "sent", "reply": ""}
        connection.execute(attempts.insert().values(delivery_id=own, **ended))
    sign_up(door(), store, [asking()], now + 3 * HOUR + MINUTE)
    assert len(rows(store, letters)) == 1
    sign_up(door(), store, [asking()], now + 4 * HOUR + MINUTE)
    assert len(rows(store, letters)) == 2


@pytest.mark.parametrize(
    ("kind", "writes"),
    [
        (SuppressionKind.HAND, False),
        (SuppressionKind.COMPLAINT, False),
        (SuppressionKind.HARD, False),
        (SuppressionKind.FORGOTTEN, False),
        (SuppressionKind.READER, True),
        (SuppressionKind.SOFT, True),
    ],
)
def test_who_is_suppressed_is_answered_as_anybody_and_only_their_own_will_can_be_lifted(
    store: Store, now: datetime, kind: SuppressionKind, writes: bool
) -> None:
    if kind is SuppressionKind.FORGOTTEN:
        with store.write() as connection:
            suppressions.forget(connection, store.secret, HANAKO, now)
    else:
        suppress(store, kind, now)

    assert sign_up(door(), store, [asking()], now) == TAKEN

    assert len(rows(store, letters)) == writes
    assert len(rows(store, sign_ups)) == writes, "of somebody who gets no mail nothing is kept"


def test_too_many_from_one_address_of_the_net_are_told_when_to_come_again(store: Store, now: datetime) -> None:
    place = door(per_ip=2)
    many = [asking(f"{number}@example.jp", ip="2001:db8::1") for number in range(3)]

    assert [one.outcome for one in sign_up(place, store, many, now)] == ["taken", "taken", "limited"]
    (answer,) = sign_up(place, store, [asking("x@example.jp", ip="2001:db8::ffff")], now + MINUTE)
    assert (answer.outcome, answer.retry_after) == (Outcome.LIMITED, 59 * 60), "its whole network counts as one"
    assert sign_up(place, store, [asking("y@example.jp", ip="2001:db8:0:1::1")], now + MINUTE) == TAKEN
    assert sign_up(place, store, [asking("z@example.jp", ip="2001:db8::1")], now + HOUR) == TAKEN
    assert sign_up(place, store, [asking(f"{n}@example.org") for n in range(5)], now) == TAKEN * 5, "nobody knows whose"


def test_what_is_more_than_a_domain_may_get_in_an_hour_goes_later(store: Store, now: datetime) -> None:
    place = door(per_domain=2)

    sign_up(place, store, [asking(f"{number}@example.jp") for number in range(5)], now)
    sign_up(place, store, [asking("other@example.org")], now)
    sign_up(place, store, [asking("6@example.jp")], now + HOUR)

    due = {one.address_key: one.due_at for one in rows(store, letters)}
    assert [due[f"{number}@example.jp"] - now for number in range(5)] == [0 * HOUR, 0 * HOUR, HOUR, HOUR, 2 * HOUR]
    assert due["other@example.org"] == now
    assert due["6@example.jp"] == now + 2 * HOUR, "what is still to go counts"
    assert all(one.expires_at >= one.due_at + 7 * DAY for one in rows(store, letters)), "it is good as long as any"


def test_the_operator_hears_once_of_a_burst(store: Store, now: datetime) -> None:
    place = door(burst=3)

    def told(at: datetime, *numbers: int) -> int:
        sign_up(place, store, [asking(f"{number}@example.jp") for number in numbers], at)
        return sum(one.kind == LetterKind.BURST for one in rows(store, letters))

    assert told(now, 1, 2, 3) == 0
    assert told(now + MINUTE, 4) == 1
    assert told(now + 59 * MINUTE, *range(10)) == 1
    assert told(now + 2 * HOUR, *range(10)) == 1, "it lasts"
    assert told(now + 5 * HOUR, *range(10)) == 2, "that is another"
    (first, *_) = [one for one in rows(store, letters) if one.kind == LetterKind.BURST]
    assert (first.address_key, first.newsletter) == ("news@midori.example", "weekly")


def test_who_confirms_is_a_reader_as_they_wished(store: Store, now: datetime) -> None:
    sign_up(door(), store, [asking(name="花子", frequency="daily", categories=("庭",))], now)
    token = token_of(store)

    seen = visit_sign_up(store, signing_of(store), token, now + HOUR)
    assert seen is not None
    assert (seen.standing, seen.address, seen.language) == (Standing.WAITS, "h…@example.jp", "ja")
    assert list(seen.wishes) == ["weekly"]
    assert held(store)[0].status is SubscriptionStatus.UNCONFIRMED, "to look changes nothing"

    done = confirm(door(), store, signing_of(store), token, now + HOUR, wording="完了する", ip="203.0.113.7")

    assert done is not None
    assert (done.standing, done.is_fresh, done.email) == (Standing.CONFIRMED, True, HANAKO)
    (one,) = held(store)
    assert (one.status, one.frequency, one.categories) == (SubscriptionStatus.CONFIRMED, Frequency.DAILY, ("庭",))
    assert (one.subscriber.name, one.confirmed_at) == ("花子", now + HOUR)
    (row,) = rows(store, sign_ups)
    assert one.evidence == f"confirmed sign-up {row.uid}"
    assert (row.wording, row.confirmed_wording, len(row.confirmed_ip)) == ("登録する", "完了する", 32)
    assert [one.kind for one in rows(store, letters)] == [LetterKind.CONFIRM, LetterKind.WELCOME]


def test_a_spent_token_changes_nothing(store: Store, now: datetime) -> None:
    sign_up(door(), store, [asking()], now)
    token = token_of(store)
    confirm(door(), store, signing_of(store), token, now, wording="", ip="")
    with store.write() as connection:
        subscribers.unsubscribe(connection, HANAKO, None, now + MINUTE)

    done = confirm(door(), store, signing_of(store), token, now + HOUR, wording="", ip="")

    assert done is not None
    assert (done.standing, done.is_fresh) == (Standing.CONFIRMED, False)
    assert held(store)[0].status is SubscriptionStatus.UNSUBSCRIBED


def test_a_sign_up_for_what_the_settings_have_no_more_is_over(store: Store, now: datetime) -> None:
    sign_up(door(), store, [asking()], now)
    token = token_of(store)

    done = confirm(door("books"), store, signing_of(store), token, now, wording="", ip="")

    assert done is not None
    assert done.standing is Standing.EXPIRED
    assert held(store)[0].status is SubscriptionStatus.UNCONFIRMED


def test_a_token_that_is_too_old_or_none_says_so(store: Store, now: datetime) -> None:
    sign_up(door(), store, [asking()], now)
    token, signing = token_of(store), signing_of(store)

    late = confirm(door(), store, signing, token, now + 8 * DAY, wording="", ip="")

    assert late is not None
    assert late.standing is Standing.EXPIRED
    assert held(store)[0].status is SubscriptionStatus.UNCONFIRMED
    assert confirm(door(), store, signing, token[:-1], now, wording="", ip="") is None
    assert visit_sign_up(store, signing, "nonsense", now) is None


def test_who_had_left_is_away_until_they_confirm(store: Store, now: datetime) -> None:
    join(store, now - DAY)
    with store.write() as connection:
        subscribers.unsubscribe(connection, HANAKO, None, now - HOUR)

    sign_up(door(), store, [asking()], now)
    assert held(store)[0].status is SubscriptionStatus.UNSUBSCRIBED
    assert rows(store, letters)[0].kind == LetterKind.CONFIRM

    confirm(door(), store, signing_of(store), token_of(store), now, wording="", ip="")
    assert held(store)[0].status is SubscriptionStatus.CONFIRMED


@pytest.mark.parametrize("kind", [SuppressionKind.READER, SuppressionKind.SOFT])
def test_confirming_lifts_what_is_the_readers_own_to_lift(store: Store, now: datetime, kind: SuppressionKind) -> None:
    suppress(store, kind, now - DAY)
    sign_up(door(), store, [asking()], now)

    confirm(door(), store, signing_of(store), token_of(store), now, wording="", ip="")

    with store.read() as connection:
        assert suppressions.reason_of(connection, store.secret, HANAKO) is None


def test_no_welcome_where_the_settings_want_none(store: Store, now: datetime) -> None:
    place = door(newsletters=(newsletter("weekly", welcomes=False),))
    sign_up(place, store, [asking()], now)

    confirm(place, store, signing_of(store), token_of(store), now, wording="", ip="")

    assert [one.kind for one in rows(store, letters)] == [LetterKind.CONFIRM]
