"""What readers ask by mail is done, once, and for nobody else."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.mailed import mailed

from publisher.config import Config, load_config, newsletters
from publisher.jobs.door import Door
from publisher.jobs.requests import Clerk, clerk_of, take
from publisher.jobs.requests_room import Room
from publisher.jobs.requests_taken import Outcome, Taken
from publisher.mail import parse_address
from publisher.mail.requests import RequestKind
from publisher.mail.tokens import Signing, confirm_token, leave_token, preferences_token
from publisher.model.newsletter import Frequency
from publisher.model.sign_up import SignUp
from publisher.store import letters, sign_ups, subscribers, suppressions
from publisher.store.engine import Store
from publisher.store.subscribers import Wish
from publisher.struct import replace

HANAKO, TARO = "hanako@example.jp", "taro@example.jp"
BOX = "tayori@niwa.example"
CONFIG = f"""\
site: {{title: 庭便り, url: https://niwa.example/, language: ja, timezone: Asia/Tokyo}}
newsletters:
  weekly: {{title: 週刊 庭便り, from: 庭 <news@niwa.example>, schedules: {{weekly: "mon 09:00"}}}}
  daily: {{title: 日刊 庭便り, from: 庭 <news@niwa.example>, schedules: {{daily: "07:00"}}}}
mail: {{bounces: {{address: {BOX}}}}}
"""


def written(subject: str, body: str = "", *fields: str, sender: str = HANAKO, to: str = BOX, name: str = "m1") -> bytes:
    head = [f"From: {sender}", f"To: {to}", f"Subject: {subject}", f"Message-ID: <{name}@example.jp>", *fields]
    return ("\n".join([*head, "Content-Type: text/plain; charset=utf-8"]) + "\n\n" + body).encode()


def door_of(config: Config) -> Door:
    return Door(tuple(newsletters(config, "Asia/Tokyo")), config.settings.web.sign_up)


@pytest.fixture
def clerk(store: Store, tmp_path: Path) -> Clerk:
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    config = load_config(tmp_path / "config.yaml", {}, tmp_path)
    signing = Signing(b"key of the web", (b"key of the web", b"old key"), (b"key of the web", b"old key", store.secret))
    found = clerk_of(config, Room(door_of(config), store, signing, "ja", False))
    assert found is not None
    return found


@pytest.fixture
def readers(store: Store, now: datetime) -> Callable[[], dict[str, dict[str, str]]]:
    """Two readers of two newsletters each, and how they stand."""
    with store.write() as connection:
        for email in (HANAKO, TARO):
            for name in ("weekly", "daily"):
                wish = Wish(email, parse_address(email).key, name, Frequency.WEEKLY, "yes")
                subscribers.subscribe(connection, wish, now - timedelta(days=1), revive=True)

    def stand() -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        with store.read() as connection:
            for one in subscribers.listed(connection):
                found.setdefault(one.subscriber.email, {})[one.newsletter] = one.status.value
        return found

    return stand


ALL = {"daily": "confirmed", "weekly": "confirmed"}
NONE = {"daily": "unsubscribed", "weekly": "unsubscribed"}
WEEKLY_ENDED = {"daily": "confirmed", "weekly": "unsubscribed"}
Stand = Callable[[], dict[str, dict[str, str]]]


def with_door(clerk: Clerk, **changes: Any) -> Clerk:
    return replace(clerk, room=replace(clerk.room, door=replace(clerk.room.door, **changes)))


class TestLeave:
    def test_a_token_ends_what_it_names_whoever_sends_it(self, clerk: Clerk, readers: Stand, now: datetime) -> None:
        mail = written(
            f"unsubscribe {leave_token(clerk.room.store.secret, 'weekly', HANAKO)}", sender="else@example.com"
        )

        first, again = take(clerk, mail, now), take(clerk, mail, now)

        assert first == Taken(RequestKind.UNSUBSCRIBE, Outcome.DONE, "h…@example.jp", ("weekly",))
        assert again is not None
        assert again.outcome is Outcome.NOTHING
        assert readers() == {HANAKO: WEEKLY_ENDED, TARO: ALL}

    def test_a_token_of_a_key_that_was_changed_still_ends(self, clerk: Clerk, readers: Stand, now: datetime) -> None:
        take(clerk, written(f"unsubscribe {leave_token(b'old key', 'weekly', HANAKO)}"), now)

        assert readers()[HANAKO] == WEEKLY_ENDED

    def test_who_had_subscribed_to_nothing_gets_no_mail_any_more(self, clerk: Clerk, now: datetime) -> None:
        token = leave_token(clerk.room.store.secret, None, "gast@example.de")
        assert take(clerk, written(f"unsubscribe {token}"), now) is not None

        with clerk.room.store.read() as connection:
            assert suppressions.reason_of(connection, clerk.room.store.secret, "gast@example.de")

    @pytest.mark.parametrize(
        "token",
        [
            leave_token(b"somebody else's", "weekly", HANAKO),
            preferences_token(b"key of the web", HANAKO, datetime.fromisoformat("2030-01-01T00:00:00+00:00")),
            leave_token(b"key of the web", "weekly", HANAKO)[:-1] + "!",
        ],
    )
    def test_a_token_that_is_forged_or_for_something_else_does_nothing(
        self, clerk: Clerk, readers: Stand, now: datetime, token: str
    ) -> None:
        assert take(clerk, written(f"unsubscribe {token}", sender="mallory@example.com"), now) is None
        assert readers() == {HANAKO: ALL, TARO: ALL}

    @pytest.mark.parametrize(
        ("subject", "body", "left"),
        [
            ("unsubscribe weekly", "", WEEKLY_ENDED),
            ("「週刊 庭便り」の配信停止を希望します", "", WEEKLY_ENDED),
            ("unsubscribe from the weekly please", "", WEEKLY_ENDED),
            ("unsubscribe weekly", HANAKO, WEEKLY_ENDED),
            ("unsubscribe", "", NONE),
            ("Re: 週刊 庭便り 第3号", "配信停止\n\niPhoneから送信", NONE),
            ("unsubscribe oldname", "", NONE),
        ],
    )
    def test_who_asks_to_leave_leaves_what_they_name_or_all(
        self, clerk: Clerk, readers: Stand, now: datetime, subject: str, body: str, left: dict[str, str]
    ) -> None:
        assert take(clerk, written(subject, body), now) is not None
        assert readers() == {HANAKO: left, TARO: ALL}

    def test_an_answer_to_a_mail_of_one_newsletter_ends_that_one(
        self, clerk: Clerk, readers: Stand, now: datetime
    ) -> None:
        (made,) = mailed(clerk.room.store, HANAKO, at=now)
        mail = written("Re: 庭", "配信停止", f"In-Reply-To: {made.message_id}", to="news@niwa.example")

        assert take(clerk, mail, now) is not None
        assert readers() == {HANAKO: WEEKLY_ENDED, TARO: ALL}

    def test_the_address_of_a_third_person_in_the_body_is_not_believed(
        self, clerk: Clerk, readers: Stand, now: datetime
    ) -> None:
        assert take(clerk, written("unsubscribe weekly", TARO), now) is None
        assert take(clerk, written("unsubscribe weekly", TARO, sender="x@example.com"), now) is None
        assert readers() == {HANAKO: ALL, TARO: ALL}

    @pytest.mark.parametrize(
        "mail",
        [
            written("unsubscribe", sender="stranger@example.com"),
            written("unsubscribe", to="else@niwa.example"),
            written("unsubscribe", "", "Auto-Submitted: auto-replied"),
            written("unsubscribe", sender=BOX),
            written("unsubscribe", sender=f"{HANAKO}, {TARO}"),
            written("unsubscribe", sender=", ".join(f"r{number}@example.jp" for number in range(100))),
            written("unsubscribe", sender="hanako@@example.jp"),
            written("庭の話", "とても面白かったです。"),
        ],
    )
    def test_every_other_mail_is_for_people(self, clerk: Clerk, readers: Stand, now: datetime, mail: bytes) -> None:
        assert take(clerk, mail, now) is None
        assert readers() == {HANAKO: ALL, TARO: ALL}

    def test_a_line_break_in_from_makes_nobody_else_of_it(self, clerk: Clerk, readers: Stand, now: datetime) -> None:
        take(clerk, written("unsubscribe", sender=f"=?utf-8?q?x=0D=0AFrom:_{TARO}?= <{HANAKO}>"), now)

        assert readers()[TARO] == ALL

    def test_mail_to_an_address_with_detail_is_ours(self, clerk: Clerk, readers: Stand, now: datetime) -> None:
        assert take(clerk, written("退会", to="Tayori+x@niwa.example"), now) is not None
        assert readers()[HANAKO] == NONE


def test_without_an_address_to_write_to_nothing_is_taken(store: Store, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(CONFIG.replace("address:", "maildir:"), encoding="utf-8")
    config = load_config(tmp_path / "config.yaml", {}, tmp_path)

    assert clerk_of(config, Room(door_of(config), store, Signing(b"", (), ()), "ja", False)) is None


def waiting(store: Store) -> SignUp | None:
    with store.read() as connection:
        return sign_ups.waiting(connection, [HANAKO], datetime(2026, 1, 1, tzinfo=UTC)).get(HANAKO)


def letters_to(store: Store, email: str, now: datetime) -> list[str]:
    with store.read() as connection:
        return [one.letter.kind.value for one in letters.to(connection, [email], now).get(email, ())]


def statuses(store: Store) -> dict[str, str]:
    with store.read() as connection:
        return {one.newsletter: one.status.value for one in subscribers.listed(connection)}


class TestJoin:
    @pytest.mark.parametrize(
        ("subject", "names"),
        [
            ("subscribe weekly", ("weekly",)),
            ("購読　週刊 庭便り", ("weekly",)),
            ("「日刊 庭便り」の購読を希望します", ("daily",)),
            ("subscribe weekly daily", ("weekly", "daily")),
        ],
    )
    def test_the_sender_is_signed_up_for_what_they_name(
        self, clerk: Clerk, now: datetime, subject: str, names: tuple[str, ...]
    ) -> None:
        mail = written(subject, "", "Date: Tue, 24 Nov 2026 12:00:00 +0900", sender="山田 花子 <hanako@example.jp>")

        assert take(clerk, mail, now) == Taken(RequestKind.SUBSCRIBE, Outcome.DONE, "h…@example.jp", names)

        found = waiting(clerk.room.store)
        assert found is not None
        assert (tuple(found.wishes), found.name, found.source) == (names, "山田 花子", "mail")
        assert found.wording == "mail <m1@example.jp> of Tue, 24 Nov 2026 12:00:00 +0900"
        assert set(statuses(clerk.room.store).values()) == {"unconfirmed"}
        assert letters_to(clerk.room.store, HANAKO, now) == ["confirm"]

    def test_the_same_mail_again_brings_no_second_letter(self, clerk: Clerk, now: datetime) -> None:
        for minute in range(3):
            take(clerk, written("subscribe weekly"), now + timedelta(minutes=minute))

        assert letters_to(clerk.room.store, HANAKO, now) == ["confirm"]

    def test_without_a_name_it_is_unclear_which_of_two_is_meant(self, clerk: Clerk, now: datetime) -> None:
        found = take(clerk, written("登録"), now)

        assert found is not None
        assert found.outcome is Outcome.UNCLEAR
        assert waiting(clerk.room.store) is None

    def test_the_only_newsletter_is_meant(self, clerk: Clerk, now: datetime) -> None:
        one = with_door(clerk, newsletters=clerk.room.door.newsletters[:1])

        assert take(one, written("登録をお願いします"), now) is not None
        found = waiting(clerk.room.store)
        assert found is not None
        assert (tuple(found.wishes), found.language) == (("weekly",), "ja")

    def test_words_that_name_nothing_are_for_people(self, clerk: Clerk, now: datetime) -> None:
        assert take(clerk, written("登録 ありがとうございます"), now) is None
        assert take(clerk, written("subscribe monthly"), now) is None

    def test_a_flood_of_senders_brings_no_more_mails_than_the_limit(self, clerk: Clerk, now: datetime) -> None:
        few = with_door(clerk, rules=replace(clerk.room.door.rules, burst=5))
        found = [
            take(few, written("subscribe weekly", sender=f"r{number}@example{number}.com"), now) for number in range(12)
        ]

        outcomes = [one.outcome for one in found if one is not None]
        assert outcomes == [Outcome.DONE] * 5 + [Outcome.LIMITED] * 7
        assert letters_to(clerk.room.store, "r4@example4.com", now) == ["confirm"]
        assert letters_to(clerk.room.store, "r5@example5.com", now) == []
        assert take(few, written("subscribe weekly", sender="x@example.com"), now + timedelta(hours=2)) is not None


class TestConfirm:
    @pytest.fixture
    def token(self, clerk: Clerk, now: datetime) -> str:
        take(clerk, written("subscribe weekly"), now)
        found = waiting(clerk.room.store)
        assert found is not None
        return confirm_token(clerk.room.signing.key, found.uid, found.expires_at)

    def test_the_token_makes_a_reader_who_is_greeted(self, clerk: Clerk, now: datetime, token: str) -> None:
        mail = written(f"confirm {token}", "このまま送信してください。", name="m2")

        first, again = take(clerk, mail, now), take(clerk, mail, now)

        assert first == Taken(RequestKind.CONFIRM, Outcome.DONE, "h…@example.jp", ("weekly",))
        assert again is not None
        assert again.outcome is Outcome.NOTHING
        assert statuses(clerk.room.store) == {"weekly": "confirmed"}
        assert letters_to(clerk.room.store, HANAKO, now).count("welcome") == 1

    @pytest.mark.parametrize("field", ["Auto-Submitted: auto-replied", "Precedence: bulk", "X-Autoreply: yes"])
    def test_an_autoresponder_that_copies_the_token_confirms_nothing(
        self, clerk: Clerk, now: datetime, token: str, field: str
    ) -> None:
        assert take(clerk, written(f"confirm {token}", "", field), now) is None
        assert take(clerk, written("Re: ご登録の確認", f"夏季休業中です。\n\n> confirm {token}"), now) is None
        assert statuses(clerk.room.store) == {"weekly": "unconfirmed"}

    def test_what_is_too_old_or_forged_confirms_nothing(self, clerk: Clerk, now: datetime, token: str) -> None:
        late = take(clerk, written(f"confirm {token}"), now + timedelta(days=8))
        assert late is not None
        assert late.outcome is Outcome.EXPIRED
        forged = confirm_token(b"mallory", "a" * 32, now + timedelta(days=7))
        assert take(clerk, written(f"confirm {forged}"), now) is None
        leaving = leave_token(clerk.room.signing.key, "weekly", HANAKO)
        assert take(clerk, written(f"confirm {leaving}"), now) is None
        assert statuses(clerk.room.store) == {"weekly": "unconfirmed"}

    @pytest.mark.usefixtures("token")
    def test_yes_is_an_answer_to_the_letter_that_asked_from_who_got_it(self, clerk: Clerk, now: datetime) -> None:
        made, other = mailed(clerk.room.store, HANAKO, TARO, at=now)
        with clerk.room.store.write() as connection:
            (letter,) = letters.due(connection, now, 10)
            letters.made(connection, letter, made.id, now)
        said = f"In-Reply-To: {made.message_id}"

        assert take(clerk, written("Re: ご登録の確認", "はい", f"In-Reply-To: {other.message_id}"), now) is None
        assert take(clerk, written("Re: ご登録の確認", "はい", said, sender=TARO), now) is None
        assert take(clerk, written("Re: ご登録の確認", "はい", said, "Auto-Submitted: auto-replied"), now) is None
        assert statuses(clerk.room.store) == {"weekly": "unconfirmed"}
        assert take(clerk, written("Re: ご登録の確認", "はい\n\niPhoneから送信", said), now) is not None
        assert statuses(clerk.room.store) == {"weekly": "confirmed"}


def test_who_leaves_is_told_once_a_day(clerk: Clerk, readers: Stand, now: datetime) -> None:
    take(clerk, written("unsubscribe weekly"), now)
    take(clerk, written("unsubscribe daily"), now)

    assert readers()[HANAKO] == NONE
    assert letters_to(clerk.room.store, HANAKO, now) == ["goodbye"]


def said(store: Store, now: datetime) -> dict[str, str]:
    """What the only letter that waits tells its reader alone."""
    with store.read() as connection:
        (one,) = letters.due(connection, now + timedelta(hours=2), 10)
    return dict(one.said)


class TestPreferences:
    def test_a_reader_is_sent_what_they_have(self, clerk: Clerk, readers: Stand, now: datetime) -> None:
        assert take(clerk, written("設定変更"), now) == Taken(RequestKind.PREFERENCES, Outcome.DONE, "h…@example.jp")

        assert letters_to(clerk.room.store, HANAKO, now) == ["choices"]
        assert said(clerk.room.store, now) == {
            "choices": (
                "[weekly] 週刊 庭便り\n# 毎週 / 停止\n頻度 = 毎週\nカテゴリー = すべて\n言語 = すべて\n\n"
                "[daily] 日刊 庭便り\n# 毎日 / 停止\n頻度 = 毎日\nカテゴリー = すべて\n言語 = すべて"
            ),
            "unread": "",
        }
        assert readers()[HANAKO] == ALL

    def test_a_stranger_is_sent_nothing(self, clerk: Clerk, now: datetime) -> None:
        assert take(clerk, written("preferences", sender="x@example.com"), now) is None
        assert letters_to(clerk.room.store, "x@example.com", now) == []

    def test_where_there_are_pages_the_letter_leads_to_them(self, clerk: Clerk, readers: Stand, now: datetime) -> None:
        take(replace(clerk, room=replace(clerk.room, on_pages=True)), written("preferences"), now)

        assert readers()[HANAKO] == ALL
        assert letters_to(clerk.room.store, HANAKO, now) == ["preferences"]


class TestChange:
    @pytest.fixture
    def token(self, clerk: Clerk, readers: Stand, now: datetime) -> str:
        assert readers()
        return preferences_token(clerk.room.signing.key, HANAKO, now + timedelta(days=30))

    def have(self, clerk: Clerk) -> dict[str, tuple[str, tuple[str, ...] | None, str | None, str]]:
        with clerk.room.store.read() as connection:
            held = subscribers.listed(connection, address_key=HANAKO)
        return {one.newsletter: (one.frequency, one.categories, one.language, one.status) for one in held}

    def test_what_the_lines_say_is_done_whoever_sends_them(self, clerk: Clerk, now: datetime, token: str) -> None:
        body = (
            "[weekly] 週刊 庭便り\n# 毎週 / 停止\n頻度 = 毎週\nカテゴリー = 庭、本\n言語 ＝ 日本語\n\n"
            "[daily]\n頻度 = 停止\n\niPhoneから送信"
        )
        found = take(clerk, written(f"change {token}", body, sender="else@example.com"), now)

        assert found == Taken(RequestKind.CHANGE, Outcome.DONE, "h…@example.jp", ("weekly", "daily"))
        assert self.have(clerk) == {
            "weekly": ("weekly", ("庭", "本"), "ja", "confirmed"),
            "daily": ("weekly", None, None, "unsubscribed"),
        }
        assert "カテゴリー = 庭、本" in said(clerk.room.store, now)["choices"]
        assert letters_to(clerk.room.store, "else@example.com", now) == []

    def test_the_same_again_changes_nothing(self, clerk: Clerk, now: datetime, token: str) -> None:
        mail = written(f"change {token}", "weekly: categories=庭")
        take(clerk, mail, now)
        before = self.have(clerk)

        found = take(clerk, mail, now)

        assert found is not None
        assert found.outcome is Outcome.NOTHING
        assert self.have(clerk) == before
        assert letters_to(clerk.room.store, HANAKO, now) == ["choices"]

    def test_lines_that_cannot_be_done_are_told_and_the_others_are_done(
        self, clerk: Clerk, now: datetime, token: str
    ) -> None:
        body = "[weekly]\n頻度 = 毎月\nカテゴリー = 庭\n色 = 赤\n[monthly]\n頻度 = 毎月\n言語 = 火星語"
        found = take(clerk, written(f"change {token}", body), now)

        assert found is not None
        assert found.outcome is Outcome.UNCLEAR
        assert self.have(clerk)["weekly"][:2] == ("weekly", ("庭",))
        assert said(clerk.room.store, now)["unread"].split("\n") == [
            "色 = 赤",
            "頻度 = 毎月",
            "頻度 = 毎月",
            "言語 = 火星語",
        ]

    def test_a_token_that_is_forged_old_or_for_something_else_changes_nothing(
        self, clerk: Clerk, now: datetime, token: str
    ) -> None:
        before = self.have(clerk)
        others = [
            preferences_token(b"mallory", HANAKO, now + timedelta(days=30)),
            leave_token(clerk.room.signing.key, "weekly", HANAKO),
            token[:-1] + ("A" if token[-1] != "A" else "B"),
        ]
        for other in others:
            assert take(clerk, written(f"change {other}", "weekly: categories=庭"), now) is None
        late = take(clerk, written(f"change {token}", "weekly: categories=庭"), now + timedelta(days=31))

        assert late is not None
        assert late.outcome is Outcome.EXPIRED
        assert self.have(clerk) == before

    @pytest.mark.usefixtures("token")
    def test_without_a_token_nobody_is_believed(self, clerk: Clerk, now: datetime) -> None:
        before = self.have(clerk)
        take(clerk, written("変更", "weekly: categories=庭"), now)

        assert self.have(clerk) == before


def test_who_asks_for_help_is_told_once_a_day(clerk: Clerk, now: datetime) -> None:
    for hour in range(0, 30, 3):
        take(clerk, written("help"), now + timedelta(hours=hour))

    later = now + timedelta(hours=30)
    assert letters_to(clerk.room.store, HANAKO, later) == ["help", "help"]
