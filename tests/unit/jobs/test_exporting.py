"""What is exported is read back, and comes out the same."""

import csv
import io
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.ledgers import fresh_ledger
from support.rows import wish

from publisher.core.lines import is_one_line
from publisher.core.schedules import parse_schedule
from publisher.errors import OutputError
from publisher.jobs.exporting import Format, Wanted, atomic, export
from publisher.jobs.importing.cells import harmless, joined, meant, several
from publisher.jobs.importing.work import import_file
from publisher.jobs.person import forget
from publisher.mail import parse_address
from publisher.model.field import Field, FieldType
from publisher.model.newsletter import Frequency, Newsletter
from publisher.store import suppressions
from publisher.store.engine import Store
from publisher.store.subscribers import subscribe, unsubscribe
from publisher.store.tables import subscribers, subscriptions
from publisher.store.tables import suppressions as refused

PACES = {
    Frequency.WEEKLY: parse_schedule(Frequency.WEEKLY, "mon 09:00"),
    Frequency.DAILY: parse_schedule(Frequency.DAILY, "07:30"),
}
LETTERS = [
    Newsletter(name, name, None, None, None, PACES, "Asia/Tokyo", None, (), "digest") for name in ("本", "weekly")
]
FIELDS = {
    "status": Field("status", label="町"),
    "age": Field("age", FieldType.NUMBER),
    "vip": Field("vip", FieldType.BOOLEAN),
}
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)

LINES = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("'=+-@;\\,\"庭"), max_size=12).filter(
    is_one_line
)
WORDS = LINES.map(str.strip)
SOME = WORDS.filter(bool)
EMAILS = st.sampled_from(
    [
        *("a@example.jp", "+b@example.jp", "=c@example.jp", "D.e@例え.jp", "ｆ@example.jp", "'g@example.jp"),
        *("..old@docomo.ne.jp", "太郎@example.jp", "-h@example.jp"),
    ]
)
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=3000)).map(lambda ago: NOW - ago)
HELD = st.fixed_dictionaries(
    {
        "newsletter": st.sampled_from(["本", "weekly"]),
        "status": st.sampled_from(["confirmed", "unconfirmed", "unsubscribed"]),
        "frequency": st.sampled_from(["weekly", "daily"]),
        "language": st.sampled_from([None, "ja", "en-GB"]),
        "categories": st.none() | st.lists(SOME, min_size=1, max_size=3, unique=True),
        "confirmed_at": MOMENTS,
        "wished_at": MOMENTS,
        "created_at": MOMENTS,
        "evidence": SOME,
        "timezone": st.sampled_from([None, "Europe/Berlin"]),
        "paused_until": st.none() | st.just(NOW + timedelta(days=3)),
    }
)
OWN = st.fixed_dictionaries(
    {}, optional={"status": SOME, "age": st.integers(-9, 10**9) | st.just(0.25), "vip": st.booleans()}
)
PEOPLE = st.dictionaries(
    EMAILS, st.tuples(WORDS, OWN, st.lists(HELD, min_size=1, max_size=2), MOMENTS, WORDS), max_size=4
)
REFUSED = st.dictionaries(
    st.sampled_from(["weg@example.jp", "=x@example.jp"]), st.tuples(st.sampled_from(["hard", "hand"]), WORDS, MOMENTS)
)


def fill(store: Store, people: dict[str, Any], blocked: dict[str, Any]) -> None:
    with store.write() as connection:
        for email, (name, own, held, left, by) in people.items():
            address = parse_address(email)
            row = {
                "email": address.email,
                "address_key": address.key,
                "name": name,
                "created_at": NOW,
                "fields": own or None,
            }
            made = connection.execute(subscribers.insert().values(**row)).inserted_primary_key
            assert made is not None
            for one in {one["newsletter"]: one for one in held}.values():
                gone = one["status"] == "unsubscribed"
                values = one | ({"unsubscribed_at": left, "left_by": by} if gone else {})
                if one["status"] == "unconfirmed":
                    values |= {"confirmed_at": None}
                connection.execute(subscriptions.insert().values(subscriber_id=made[0], **values))
        for email, (kind, reason, at) in blocked.items():
            row = {"address_key": email, "kind": kind, "reason": reason, "created_at": at}
            connection.execute(refused.insert().values(**row))


def exported(store: Store, format_: Format, wanted: Wanted = Wanted()) -> str:  # noqa: B008
    out = io.StringIO(newline="")
    export(store, out, wanted, format_, list(FIELDS))
    return out.getvalue()


@settings(max_examples=40)
@given(PEOPLE, REFUSED, st.sampled_from(Format))
def test_what_goes_out_comes_back_the_same(people: dict[str, Any], blocked: dict[str, Any], format_: Format) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / f"readers.{format_}"
        with fresh_ledger(folder / "a.db") as store:
            fill(store, people, blocked)
            file.write_text(exported(store, format_), encoding="utf-8", newline="")
            both = [exported(store, one) for one in Format]
        with fresh_ledger(folder / "b.db") as store:
            done = import_file(store, file, LETTERS, now=NOW, fields=FIELDS)
            assert done.problems == ()
            assert [exported(store, one) for one in Format] == both


@given(LINES, st.lists(SOME))
def test_a_cell_says_what_it_was_given_and_begins_like_no_formula(cell: str, words: list[str]) -> None:
    assert meant(harmless(cell)) == cell
    assert harmless(cell)[:1] not in ("=", "+", "-", "@")
    assert several(joined(tuple(words))) == tuple(words)


def test_of_one_newsletter_or_in_one_state(store: Store, now: datetime) -> None:
    with store.write() as connection:
        for email in ("a@example.jp", "b@example.jp", "c@example.jp"):
            subscribe(connection, wish(email), now, revive=True)
        subscribe(connection, wish("a@example.jp", newsletter="本"), now, revive=True)
        unsubscribe(connection, "b@example.jp", None, now)
        suppressions.add(connection, store.secret, "d@example.jp", "怒", now)
    forget(store, "c@example.jp", now)

    def rows(wanted: Wanted) -> list[tuple[str, str, str]]:
        found = csv.DictReader(io.StringIO(exported(store, Format.CSV, wanted)))
        return [(row["email"][0], row["newsletter"], row["status"]) for row in found]

    assert rows(Wanted()) == [
        ("a", "weekly", "confirmed"),
        ("a", "本", "confirmed"),
        ("b", "weekly", "unsubscribed"),
        ("d", "", "suppressed"),
    ]
    assert rows(Wanted(newsletter="本")) == [("a", "本", "confirmed")]
    assert rows(Wanted(status="unsubscribed")) == [("b", "weekly", "unsubscribed")]
    assert rows(Wanted(status="suppressed")) == [("d", "", "suppressed")]


def test_a_file_is_whole_or_what_it_was(tmp_path: Path) -> None:
    file = tmp_path / "読者.csv"
    file.write_text("前")

    def die() -> None:
        with atomic(file) as handle:
            handle.write("半分")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        die()
    assert file.read_text() == "前"
    with atomic(file) as handle:
        handle.write("全部")
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("全部", 0o600)
    assert list(tmp_path.iterdir()) == [file]
    with pytest.raises(OutputError):
        atomic(tmp_path / "nein" / "x.csv").__enter__()
