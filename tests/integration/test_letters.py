"""Letters: from a sign-up to the mail in a real server's hands, and from its link to a reader."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from support.door import signing_of
from support.ledgers import fresh_ledger
from support.rows import wish
from support.site import CONFIG, Site
from support.smtp import Server, smtp_server

from publisher.app import App
from publisher.app.postmen import letters_round
from publisher.config import load_config
from publisher.jobs.confirm import Standing, confirm
from publisher.jobs.door import Asking
from publisher.jobs.eml import eml
from publisher.jobs.mailbag import ask
from publisher.jobs.signup import sign_up
from publisher.jobs.verify import verify
from publisher.mail import parse_address
from publisher.mail.tokens import read_preferences_token
from publisher.model.bounce import SuppressionKind
from publisher.model.mailing import DeliveryStatus, IssueStatus
from publisher.model.reader import SubscriptionStatus
from publisher.model.sign_up import LetterKind
from publisher.store import deliveries, issues, letters, subscribers, suppressions
from publisher.store.engine import Store
from publisher.store.reader_tables import sign_ups
from publisher.store.tables import deliveries as delivery_rows

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HANAKO = "hanako@example.jp"
MORE = """\
web: {url: "https://midori.example/mail/"}
"""


class House:
    """A site whose letters go to a real server, and its clock."""

    def __init__(self, site: Site, server: Server, now: datetime) -> None:
        self.site, self.server, self.now = site, server, now
        self.said: list[str] = []
        self.app = App(load_config(None, {}, site.folder), clock=lambda: self.now, environ={})

    @contextmanager
    def store(self) -> Iterator[Store]:
        with self.app.store() as store:
            yield store

    def asks(self, email: str = HANAKO, *newsletters: str, **changes: Any) -> None:
        given = {"tongue": "ja", "wording": "登録する", **changes}
        with self.store() as store:
            (answer,) = sign_up(self.app.door(), store, [Asking(email, newsletters or ("weekly",), **given)], self.now)
        assert answer.outcome == "taken"

    def round(self) -> datetime | None:
        return letters_round(self.app, lambda: False, self.said.append, self.said.append)

    def confirms(self, url: str) -> Standing:
        with self.store() as store:
            token = url.rpartition("/")[2]
            done = confirm(self.app.door(), store, signing_of(store), token, self.now, wording="完了", ip="")
        assert done is not None
        return done.standing


@pytest.fixture
def server() -> Iterator[Server]:
    with smtp_server() as running:
        yield running


@pytest.fixture
def house(site: Site, server: Server, now: datetime) -> House:
    site.write("config.yaml", f"{CONFIG}{MORE}mail: {{transport: '{server.url}'}}\n")
    return House(site, server, now)


def link(server: Server, email: str, page: str) -> str:
    body = server.message(email).get_body(("plain",))
    assert body is not None
    found = re.findall(rf"https://midori\.example/mail/{page}/\S+", body.get_content())
    assert len(found) == 1
    return str(found[0])


def test_somebody_signs_up_is_asked_confirms_and_is_greeted(house: House, server: Server) -> None:
    house.asks(name="花子 <b>安い薬</b> https://spam.example")

    assert house.round() is None
    mail = server.message(HANAKO)
    assert mail["Subject"] == "「みどりの便り」のご登録の確認"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["To"] == HANAKO, "nothing that somebody typed but the address"
    assert "安い薬" not in server.mails[0][1].decode()
    assert not any(name.startswith("List-") for name in mail), "who subscribes to nothing cannot leave it"
    url = link(server, HANAKO, "confirm")
    server.mails.clear()

    assert house.confirms(url) is Standing.CONFIRMED
    house.round()

    greeting = server.message(HANAKO)
    assert greeting["Subject"] == "「みどりの便り」へようこそ"
    assert "花子" in str(greeting["To"]), "they have said that it is theirs"
    with house.store() as store:
        found = read_preferences_token([store.secret], link(server, HANAKO, "preferences").rpartition("/")[2])
    assert found is not None
    assert (found.said, found.expires - house.now) == (HANAKO, 30 * DAY)
    assert "weekly" in greeting["List-Unsubscribe"] or "unsubscribe/" in greeting["List-Unsubscribe"]
    server.mails.clear()
    house.now += HOUR
    house.round()
    assert server.mails == []


def test_a_mail_that_is_made_again_is_the_same_byte_for_byte(house: House, server: Server) -> None:
    server.refuse[HANAKO] = "451 4.7.1 later"
    house.asks()
    house.round()
    with house.store() as store, store.read() as connection:
        (issue,) = issues.listed(connection)
        (first,) = deliveries.listed(connection, issue.id)
    assert (issue.letter, issue.urgent, first.status) == (LetterKind.CONFIRM, True, DeliveryStatus.DEFERRED)

    server.refuse.clear()
    house.now += 2 * HOUR
    house.asks("other@example.jp")
    house.round()

    ((_, data),) = [mail for mail in server.mails if mail[0] == HANAKO]
    with house.store() as store:
        assert eml(store, issue.id, HANAKO).rstrip() == data.rstrip()
        assert verify(store, issue.id).holds


def test_who_reads_already_gets_the_link_to_what_they_have(house: House, server: Server) -> None:
    with house.store() as store, store.write() as connection:
        subscribers.subscribe(connection, wish(HANAKO), house.now - DAY, revive=True)
    house.asks()

    house.round()

    mail = server.message(HANAKO)
    assert mail["Subject"] == "「みどりの庭」にはすでにご登録いただいています"
    assert "/mail/preferences/" in link(server, HANAKO, "preferences")
    assert mail["List-Unsubscribe"] is None


@pytest.mark.parametrize("kind", [SuppressionKind.READER, SuppressionKind.SOFT])
def test_whoever_may_lift_it_is_asked_though_suppressed(house: House, server: Server, kind: SuppressionKind) -> None:
    with house.store() as store, store.write() as connection:
        suppressions.add(connection, store.secret, HANAKO, "試験", house.now, kind=kind)
        suppressions.forget(connection, store.secret, "another@example.jp", house.now)
    house.asks()
    house.round()
    assert house.confirms(link(server, HANAKO, "confirm")) is Standing.CONFIRMED
    server.mails.clear()

    house.round()

    assert server.recipients == [HANAKO], "the greeting: nothing stands against them any more"


@pytest.mark.parametrize("kind", [SuppressionKind.HAND, SuppressionKind.COMPLAINT, SuppressionKind.HARD])
def test_whoever_is_suppressed_meanwhile_gets_no_letter(house: House, server: Server, kind: SuppressionKind) -> None:
    house.asks()
    with house.store() as store, store.write() as connection:
        suppressions.add(connection, store.secret, HANAKO, "試験", house.now, kind=kind)

    house.round()

    assert server.mails == []


def test_a_letter_in_the_ledger_is_suppressed_at_the_last_moment(house: House, server: Server) -> None:
    house.asks()
    server.refuse[HANAKO] = "451 4.7.1 later"
    house.round()
    server.refuse.clear()
    with house.store() as store, store.write() as connection:
        suppressions.add(connection, store.secret, HANAKO, "苦情", house.now, kind=SuppressionKind.COMPLAINT)
    house.now += 2 * HOUR

    house.round()

    assert server.mails == []
    with house.store() as store, store.read() as connection:
        assert connection.scalar(sa.select(delivery_rows.c.status)) == DeliveryStatus.SUPPRESSED


def test_letters_that_say_the_same_are_one_issue_and_those_for_several_newsletters_name_them(
    house: House, server: Server
) -> None:
    monthly = '{title: "みどりの月報", from: "月報 <geppo@midori.example>", schedules: {monthly: "1st 09:00"}}'
    config = (house.site.folder / "config.yaml").read_text("utf-8")
    house.site.write("config.yaml", config.replace("web:", f"  monthly: {monthly}\nweb:"))
    house.app = App(load_config(None, {}, house.site.folder), clock=lambda: house.now, environ={})
    house.asks("a@example.jp")
    house.asks("b@example.jp")
    house.asks("c@example.jp", "weekly", "monthly")
    house.asks("d@example.jp", tongue="en")

    house.round()

    subjects = {to: server.message(to)["Subject"] for to in server.recipients}
    assert subjects["a@example.jp"] == subjects["b@example.jp"] == "「みどりの便り」のご登録の確認"
    assert subjects["c@example.jp"] == "「みどりの便り」「みどりの月報」のご登録の確認"
    assert subjects["d@example.jp"] == "Please confirm your subscription to みどりの便り"
    with house.store() as store, store.read() as connection:
        made = issues.listed(connection)
    assert sorted(one.recipients for one in made) == [1, 1, 2]
    assert {one.status for one in made} == {IssueStatus.DONE}
    assert {one.sender for one in made} <= {"三浦 みどり <tayori@midori.example>", "月報 <geppo@midori.example>"}


def test_they_are_from_the_sender_of_sign_ups_where_one_is_set(house: House, server: Server) -> None:
    config = (house.site.folder / "config.yaml").read_text("utf-8")
    own = config.replace('/mail/"}', '/mail/", sign_up: {from: "受付 <hello@midori.example>"}}')
    house.site.write("config.yaml", own)
    house.app = App(load_config(None, {}, house.site.folder), clock=lambda: house.now, environ={})
    house.asks()

    house.round()

    assert "hello@midori.example" in server.message(HANAKO)["From"]


def test_what_a_server_kept_waiting_still_comes_an_hour_apart(house: House, server: Server) -> None:
    with house.store() as store, store.write() as connection:
        subscribers.subscribe(connection, wish(HANAKO), house.now - DAY, revive=True)
    house.asks()
    with house.store() as store, store.write() as connection:
        assert ask(connection, house.app.door(), LetterKind.GOODBYE, parse_address(HANAKO), "ja", house.now, "weekly")
    house.now += 5 * HOUR  # nobody went his round

    assert house.round() == house.now + HOUR
    assert server.recipients == [HANAKO]

    house.now += HOUR
    house.round()
    assert server.recipients == [HANAKO] * 2


def test_a_server_that_is_down_is_tried_again_and_nothing_is_lost(house: House, server: Server) -> None:
    config = (house.site.folder / "config.yaml").read_text("utf-8")
    house.site.write("config.yaml", config.replace(server.url, "smtp://127.0.0.1:9"))
    house.app = App(load_config(None, {}, house.site.folder), clock=lambda: house.now, environ={})
    house.asks()
    house.round()
    assert any("is paused" in line for line in house.said)

    house.site.write("config.yaml", config)
    house.app = App(load_config(None, {}, house.site.folder), clock=lambda: house.now, environ={})
    house.now += HOUR
    house.round()

    assert server.recipients == [HANAKO]


def test_newsletters_stay_where_they_are(house: House, server: Server) -> None:
    house.site.post("霜の朝", house.now - DAY)
    house.site.ok("subscriber", "add", "reader@example.jp")
    house.site.ok("digest", "weekly", "--yes", PUBLISHER_MAIL__TRANSPORT="smtp://127.0.0.1:9")
    house.asks()

    house.round()

    assert server.recipients == [HANAKO]


def test_a_burst_is_told_to_the_editor_by_mail_and_to_whoever_runs_the_program(house: House, server: Server) -> None:
    config = (house.site.folder / "config.yaml").read_text("utf-8")
    house.site.write("config.yaml", config.replace('/mail/"}', '/mail/", sign_up: {burst: 2}}'))
    house.app = App(load_config(None, {}, house.site.folder), clock=lambda: house.now, environ={})
    for number in range(5):
        house.asks(f"{number}@example.jp")

    house.round()
    house.round()

    told = server.message("tayori@midori.example")
    assert told["Subject"] == "読者登録の申し込みが急に増えています"
    assert "2件を超える" in str(told.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert len([line for line in house.said if "sign-ups an hour" in line]) == 1
    assert len(server.mails) == 6


def test_what_nobody_confirms_is_forgotten_with_whoever_asked(house: House, server: Server) -> None:
    house.asks("stays@example.jp")
    house.round()
    assert house.confirms(link(server, "stays@example.jp", "confirm")) is Standing.CONFIRMED
    house.asks()
    house.round()
    late = link(server, HANAKO, "confirm")
    house.now += 7 * DAY
    house.round()

    with house.store() as store:
        with store.read() as connection:
            assert subscribers.find(connection, HANAKO) is None
            assert subscribers.find(connection, "stays@example.jp") is not None
            assert connection.scalars(sa.select(sign_ups.c.address_key)).all() == ["stays@example.jp"]
            assert HANAKO not in str(connection.execute(sa.select(delivery_rows)).all())
            assert letters.to(connection, [HANAKO], house.now) == {}
            made = issues.listed(connection)
        assert all(verify(store, one.id).holds for one in made), "its place in the sums is kept"
    assert house.confirms(late) is Standing.EXPIRED


def test_who_left_and_signs_up_again_keeps_their_leaving_where_they_do_not_confirm(house: House, now: datetime) -> None:
    with house.store() as store, store.write() as connection:
        subscribers.subscribe(connection, wish(HANAKO), now - 30 * DAY, revive=True)
        subscribers.unsubscribe(connection, HANAKO, None, now - DAY)
    house.asks()
    house.round()
    house.now += 8 * DAY
    house.round()

    with house.store() as store, store.read() as connection:
        (one,) = subscribers.listed(connection, address_key=HANAKO)
    assert one.status is SubscriptionStatus.UNSUBSCRIBED


def test_the_site_knows_its_ledger_though_a_letter_was_its_first_mail(house: House, tmp_path: Path) -> None:
    house.asks()
    house.round()

    assert house.site.ok("status").code == 0
    listed = house.site.ok("issue", "list")
    assert (listed.out, "1 issue of letters to single readers not shown" in listed.err) == ("", True)
    assert house.site.ok("issue", "list", "--json").json == []
    assert "letters: confirm  done  1 sent" in house.site.ok("issue", "list", "--letters").out
    kept = (house.site.folder / "ids.json").read_bytes()
    house.asks("b@example.jp")
    house.round()
    assert (house.site.folder / "ids.json").read_bytes() == kept, "sign-ups are no news for version control"
    with fresh_ledger(tmp_path / "other.db"):
        pass
