"""Readers out of files, ours and other programs', on both databases."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.core.schedules import parse_schedule
from publisher.errors import ContentError, Problem, UsageError
from publisher.jobs.importing.nouns import Outcome
from publisher.jobs.importing.work import Imported, Source, import_file
from publisher.jobs.person import forget
from publisher.jobs.subscribe import Request, add, remove
from publisher.model.field import Field, FieldType
from publisher.model.newsletter import Frequency, Newsletter
from publisher.model.reader import Subscription
from publisher.store import subscribers, suppressions
from publisher.store.engine import Store
from publisher.store.readers import Circle, count

WEEKLY = {Frequency.WEEKLY: parse_schedule(Frequency.WEEKLY, "mon 09:00")}
LETTERS = [
    Newsletter("weekly", "週刊", None, None, None, WEEKLY, "Asia/Tokyo", None, (), "digest"),
    Newsletter("books", "本", None, None, None, WEEKLY, "Asia/Tokyo", None, (), "digest"),
]
FIELDS = {"town": Field("town", label="町"), "age": Field("age", FieldType.NUMBER)}

Load = Callable[..., Imported]


@pytest.fixture
def load(store: Store, tmp_path: Path, now: datetime) -> Load:
    """Import a file of these bytes."""

    def loaded(
        data: str | bytes,
        name: str = "読者.csv",
        *,
        program: str = "auto",
        newsletter: str | None = None,
        dry_run: bool = False,
        at: datetime = now,
    ) -> Imported:
        file = tmp_path / name
        file.write_bytes(data if isinstance(data, bytes) else data.encode())
        source = Source(file, program, newsletter)
        return import_file(store, source, LETTERS, now=at, fields=FIELDS, dry_run=dry_run)

    return loaded


def readers(store: Store, newsletter: str = "weekly") -> dict[str, Subscription]:
    with store.read() as connection:
        return {one.subscriber.email: one for one in subscribers.listed(connection, newsletter=newsletter)}


def states(store: Store) -> dict[str, str]:
    return {email: one.status.value for email, one in readers(store).items()}


def suppressed(store: Store) -> dict[str, str]:
    with store.read() as connection:
        return {one.address_key: one.kind.value for one in suppressions.listed(connection)}


def told(done: Imported) -> list[str]:
    return [str(problem) for problem in done.problems]


MAILCHIMP = "Email Address,First Name,Last Name,町,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,"
SUBSCRIBED = (
    MAILCHIMP + 'LAST_CHANGED,LEID,EUID,NOTES,TAGS\nhanako@example.jp,花子,山田,京都,2,,,"2018-04-13 10:57:02",'
)
SUBSCRIBED += '203.0.113.7,"2018-04-13 10:57:02",1,a,,"""庭"""\n'
UNSUBSCRIBED = (
    MAILCHIMP + "UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER,LEID,EUID\n"
)
UNSUBSCRIBED += "left@example.jp,A,B,,2,,,2018-04-13 10:57:02,,2020-01-02 03:04:05,x,y,NORMAL,,1,a\n"
UNSUBSCRIBED += "angry@example.jp,A,B,,2,,,2018-04-13 10:57:02,,2020-01-02 03:04:05,x,y,SPAM,,1,a\n"
CLEANED = MAILCHIMP + "CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID,LEID,EUID\n"
CLEANED += "gone@example.jp,A,B,,1,,,,,2020-01-02 03:04:05,x,y,1,a\n"


def test_mailchimp_says_who_confirmed_who_left_and_who_is_cleaned(store: Store, load: Load) -> None:
    first = load(SUBSCRIBED, "subscribed_email_audience_export_1.csv")
    load(UNSUBSCRIBED, "unsubscribed_email_audience_export_1.csv")
    load(CLEANED, "cleaned_email_audience_export_1.csv")

    assert first.program == "mailchimp"
    assert [one for one in told(first) if "町" in one] == [], "a field that is configured is taken over"
    assert len([one for one in told(first) if "is left out" in one]) == 2
    assert states(store) == {"hanako@example.jp": "confirmed", "left@example.jp": "unsubscribed"}
    assert suppressed(store) == {"angry@example.jp": "complaint", "gone@example.jp": "hard"}
    hanako = readers(store)["hanako@example.jp"]
    assert hanako.subscriber.name == "山田 花子"
    assert hanako.confirmed_at == datetime(2018, 4, 13, 10, 57, 2, tzinfo=UTC)
    assert "line 2 (mailchimp, confirmed there at 2018-04-13 10:57:02)" in hanako.evidence
    assert "203.0.113.7" not in repr(hanako)


def test_listmonk_says_who_is_blocklisted(store: Store, load: Load) -> None:
    head = "uuid,email,name,attributes,status,created_at,updated_at\n"
    rows = 'u1,a@example.jp,山田,"{""city"": ""東京""}",enabled,2024-03-01 09:30:00.123456 +0000 UTC,x\n'
    rows += "u2,b@example.jp,,{},blocklisted,,\nu3,c@example.jp,,{},disabled,,\nu4,d@example.jp,,{},unheard,,\n"

    done = load(head + rows)

    assert done.program == "listmonk"
    assert "#738" in done.note
    assert states(store) == {"a@example.jp": "confirmed", "c@example.jp": "unsubscribed"}
    assert readers(store)["a@example.jp"].confirmed_at == datetime(2024, 3, 1, 9, 30, 0, 123456, tzinfo=UTC)
    assert suppressed(store) == {"b@example.jp": "hand"}
    assert done.wrong == 1


def test_the_json_of_listmonks_api_says_who_left_a_list(store: Store, load: Load) -> None:
    def one(email: str, status: str, optin: str) -> dict[str, object]:
        lists = [{"subscription_status": status, "optin": optin}]
        return {"uuid": "u", "email": email, "attribs": {}, "status": "enabled", "lists": lists}

    people = [("a", "confirmed", "double"), ("b", "unsubscribed", "double"), ("c", "unconfirmed", "double")]
    people += [("d", "unconfirmed", "single")]
    page = {"data": {"results": [one(f"{who}@example.jp", *how) for who, *how in people]}}

    done = load(json.dumps(page), "subscribers.json")

    assert states(store) == {"a@example.jp": "confirmed", "b@example.jp": "unsubscribed", "d@example.jp": "confirmed"}
    assert done.counts[Outcome.UNCONFIRMED] == 1


def test_ghost_says_who_wants_mail(store: Store, load: Load) -> None:
    head = "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,"
    head += "created_at,deleted_at,labels,tiers"
    rows = "\r\n1,a@example.jp,'=佐藤,,true,false,,2018-12-25T20:43:22.178Z,,,\r\n"
    rows += "2,b@example.jp,,,false,,,2018-12-25T20:43:22.178Z,,,"

    assert load(head + rows).program == "ghost"
    assert states(store) == {"a@example.jp": "confirmed", "b@example.jp": "unsubscribed"}
    assert readers(store)["a@example.jp"].subscriber.name == "=佐藤"


@pytest.mark.parametrize(
    "head",
    [
        "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at",
        "Email,Active Subscription,Expiration Date,Plan,Email Disabled,Created At,First Payment At",
    ],
)
def test_substack_says_whose_mail_is_disabled(store: Store, load: Load, head: str) -> None:
    rows = "\na@example.jp,false,,other,false,2025-01-01T00:00:00.000Z,\nb@example.jp,true,,yearly,true,2025-01-01,\n"

    assert load(head + rows).program == "substack"
    assert states(store) == {"a@example.jp": "confirmed", "b@example.jp": "unsubscribed"}


def test_buttondown_says_what_type_a_subscriber_is_of(store: Store, load: Load) -> None:
    types = [
        "regular",
        "premium",
        "unactivated",
        "unsubscribed",
        "removed",
        "undeliverable",
        "complained",
        "spammy",
        "?",
    ]
    rows = "".join(f"{number}@example.jp,,,,2025-01-01,{one}\n" for number, one in enumerate(types))

    done = load("email,notes,metadata,tags,creation_date,subscriber_type\n" + rows)

    assert done.program == "buttondown"
    assert {email[0]: state for email, state in states(store).items()} == {
        "0": "confirmed",
        "1": "confirmed",
        "3": "unsubscribed",
        "4": "unsubscribed",
    }
    assert {key[0]: kind for key, kind in suppressed(store).items()} == {"5": "hard", "6": "complaint", "7": "hand"}
    assert (done.counts[Outcome.UNCONFIRMED], done.wrong) == (1, 1)


@pytest.mark.parametrize(
    "data",
    [
        "email,name\na@example.jp,山田 花子\n".encode("cp932"),
        "\ufeffemail,name\na@example.jp,山田 花子\n".encode(),
        "email;name\r\na@example.jp;山田 花子\r\n".encode("utf-16"),
        "sep=;\nemail;name\na@example.jp;山田 花子\n".encode(),
        "Email\tName\na@example.jp\t山田 花子\n".encode(),
        '\ufeff"email","name"\r\n"a@example.jp","山田 花子"\r\n'.encode(),
        '\n \n"E-Mail;, ""Adresse""";email;name\n;a@example.jp;山田 花子\n'.encode(),
        '[{"email": "a@example.jp",\n "name": "山田 花子", "categories": null}]'.encode(),
        '\n{"email": "a@example.jp", "name": "山田 花子"}\n\n'.encode(),
        '{"email": "a@example.jp", "name": "山田 花子"}'.encode("cp932"),
    ],
)
def test_what_excel_and_programs_write_is_read(store: Store, load: Load, data: bytes) -> None:
    assert load(data).added == 1
    assert readers(store)["a@example.jp"].subscriber.name == "山田 花子"


def test_wrong_rows_are_told_by_line_also_behind_cells_of_several_lines(load: Load) -> None:
    done = load('email,name\n"a@example.jp","山\n田"\nb@example.jp,\n\nkaputt,\nb@example.jp,x\n')

    assert [one.split(":", 3)[:3] for one in told(done)] == [["読者.csv", str(line), "1"] for line in (2, 6, 7)]
    assert "line 4, too" in told(done)[2]
    assert (done.added, done.wrong, done.counts[Outcome.DUPLICATE]) == (1, 2, 1)


def test_a_digest_that_was_due_before_the_import_is_none_of_theirs(store: Store, load: Load, now: datetime) -> None:
    load("email,email_disabled,created_at\na@example.jp,false,2022-01-02T03:04:05.678Z\n")

    with store.read() as connection:
        had = [count(connection, Circle(LETTERS[0], by=now + late)) for late in (timedelta(seconds=-1), timedelta())]
    assert had == [0, 1]


def test_lines_are_counted_behind_a_header_of_several(load: Load) -> None:
    done = load('\n"email","name","メモ\n(社内)"\nkaputt,,\n')

    assert [one.split(":", 3)[:3] for one in told(done)] == [["読者.csv", "2", "1"], ["読者.csv", "4", "1"]]
    assert done.rows == 1


def test_a_column_that_is_there_twice_is_told_and_the_first_counts(store: Store, load: Load) -> None:
    done = load("email,name,Email,町,town\na@example.jp,A,b@example.jp,京都,\n")

    assert told(done) == [
        f"読者.csv:1:1: column {name!r} is left out: one before it means the same" for name in ("Email", "town")
    ]
    assert readers(store)["a@example.jp"].subscriber.fields == {"town": "京都"}


def test_what_a_program_means_by_a_column_is_no_field(store: Store, tmp_path: Path, now: datetime) -> None:
    (tmp_path / "email_list.csv").write_text("email,plan,email_disabled\na@example.jp,yearly,false\n")
    fields = {"plan": Field("plan", FieldType.CHOICE, choices=("無料", "特別"))}

    done = import_file(store, tmp_path / "email_list.csv", LETTERS, now=now, fields=fields)

    assert (done.program, done.added, done.wrong) == ("substack", 1, 0)


def test_what_can_be_read_only_once_is_refused_and_not_waited_for(store: Store, tmp_path: Path, now: datetime) -> None:
    os.mkfifo(tmp_path / "readers.csv")

    with pytest.raises(ContentError, match="read twice"):
        import_file(store, tmp_path / "readers.csv", LETTERS, now=now)


def test_a_record_that_is_no_object_refuses_the_file(store: Store, load: Load) -> None:
    with pytest.raises(ContentError, match=r":2:1: not an object"):
        load('[{"email": "a@example.jp"},\n3]')
    with pytest.raises(ContentError, match="not JSON"):
        load('[{"email": "a@example.jp"}')
    assert states(store) == {}


def test_nobody_comes_back_who_left_is_suppressed_or_was_forgotten(store: Store, load: Load, now: datetime) -> None:
    for email in ("left@example.jp", "hard@example.jp", "forgotten@example.jp"):
        add(store, Request(email), LETTERS, evidence="x", now=now)
    remove(store, "left@example.jp", None, now)
    with store.write() as connection:
        suppressions.add(connection, store.secret, "hard@example.jp", "x", now)
    forget(store, "forgotten@example.jp", now)
    before = readers(store)

    done = load("email,name\nleft@example.jp,A\nhard@example.jp,B\nforgotten@example.jp,C\nnew@example.jp,D\n")

    after = readers(store)
    assert (done.added, done.left, done.counts[Outcome.SUPPRESSED]) == (1, 1, 2)
    assert {email: one for email, one in after.items() if email != "new@example.jp"} == before


def test_who_left_there_leaves_here_unless_they_said_yes_since(store: Store, load: Load, now: datetime) -> None:
    for email in ("before@example.jp", "since@example.jp"):
        add(store, Request(email), LETTERS, evidence="x", now=now)
    head = "email,newsletter,status,unsubscribed_at\n"
    later = now + timedelta(days=9)

    row = f"since@example.jp,weekly,unsubscribed,{now - timedelta(days=1)}\n"
    row += f"before@example.jp,weekly,unsubscribed,{now + timedelta(days=1)}\n"
    done = load(head + row, at=later)

    assert states(store) == {"before@example.jp": "unsubscribed", "since@example.jp": "confirmed"}
    assert readers(store, "books")["before@example.jp"].status == "confirmed"
    assert done.counts[Outcome.UNSUBSCRIBED] == 1


def test_who_says_no_anywhere_in_a_file_is_not_mailed(store: Store, load: Load) -> None:
    head = "email,active_subscription,email_disabled,created_at\n"
    load(head + "a@example.jp,false,false,\na@example.jp,false,true,\nb@example.jp,,true,\nb@example.jp,,false,\n")

    assert states(store) == {"a@example.jp": "unsubscribed", "b@example.jp": "unsubscribed"}


def test_fields_are_taken_over_and_an_empty_cell_takes_none_away(store: Store, load: Load) -> None:
    load("email,町,age\na@example.jp,京都,７\nb@example.jp,,alt\n")
    done = load("email,町,age\na@example.jp,,8\n")

    with store.read() as connection:
        from sqlalchemy import select

        from publisher.store.tables import subscribers as table

        found = dict(connection.execute(select(table.c.email, table.c.fields)).all())
    assert found == {"a@example.jp": {"town": "京都", "age": 8}}
    assert done.counts[Outcome.UPDATED] == 1


def test_a_dry_run_says_the_same_and_writes_nothing(store: Store, load: Load) -> None:
    rows = "email,newsletter\na@example.jp,weekly\na@example.jp,books\nb@example.jp,nein\n"

    planned = load(rows, dry_run=True)
    assert states(store) == {}
    done = load(rows)

    assert (planned.counts, planned.problems) == (done.counts, done.problems)
    assert done.before is None, "a dry run is no import"


def test_one_newsletter_can_be_meant_by_all_of_a_file(store: Store, load: Load) -> None:
    load("email\na@example.jp\n", newsletter="books")

    assert (list(readers(store)), list(readers(store, "books"))) == ([], ["a@example.jp"])
    with pytest.raises(UsageError, match="zine"):
        load("email\na@example.jp\n", newsletter="zine")
    with pytest.raises(UsageError, match="no program 'sendy'"):
        load("email\na@example.jp\n", program="sendy")
    with pytest.raises(ContentError, match="not the columns of ghost"):
        load("email\na@example.jp\n", program="ghost")


class Died(BaseException):
    """What ends a process."""


def test_an_import_that_died_goes_on_where_it_was(store: Store, tmp_path: Path, now: datetime) -> None:
    file = tmp_path / "読者.csv"
    rows = [f"{number}@example.jp" for number in range(45)]
    rows[3], rows[31], rows[44] = "kaputt", "1@example.jp", "auch kaputt"
    file.write_text("email\n" + "\n".join(rows) + "\n")

    def die(done: int, _total: int) -> None:
        if done == 20:
            raise Died

    with pytest.raises(Died):
        import_file(store, file, LETTERS, now=now, progress=die, at_once=10)
    half = len(readers(store))
    done = import_file(store, file, LETTERS, now=now + timedelta(days=1), at_once=10)

    assert half == 19
    assert done.resumed == 20
    assert (done.added, done.present, done.wrong, done.counts[Outcome.DUPLICATE]) == (42, 0, 2, 1)
    assert [problem.line for problem in done.problems] == [5, 33, 46]
    assert {one.confirmed_at for one in readers(store).values()} == {now}
    again = import_file(store, file, LETTERS, now=now + timedelta(days=2))
    assert (again.added, again.present, again.before) == (0, 42, now + timedelta(days=1))


def test_problems_are_told_as_they_are_met(store: Store, tmp_path: Path, now: datetime) -> None:
    file = tmp_path / "a.csv"
    file.write_text("email\nkaputt\n")
    found: list[Problem] = []

    done = import_file(store, file, LETTERS, now=now, tell=found.append)

    assert (len(found), done.problems, done.wrong) == (1, (), 1)
