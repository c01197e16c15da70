"""What a refusal says of its reader, and when refusals are too many."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.core.bounce_policy import Limits, Outcome, classify, over_limit, soft_limit_reached
from publisher.model.bounce import BounceKind

HARD, SOFT, POLICY = BounceKind.HARD, BounceKind.SOFT, BounceKind.POLICY
DAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("5.1.1", HARD),
        ("5.1.2", HARD),
        ("5.1.3", HARD),
        ("5.1.6", HARD),
        ("5.1.10", HARD),
        ("5.1.7", POLICY),
        ("5.1.8", POLICY),
        ("5.2.1", HARD),
        ("5.2.2", SOFT),
        ("5.2.3", POLICY),
        ("5.3.1", SOFT),
        ("5.3.4", POLICY),
        ("5.4.1", SOFT),
        ("5.4.4", HARD),
        ("5.4.6", SOFT),
        ("5.4.7", SOFT),
        ("5.4.310", HARD),
        ("5.5.2", POLICY),
        ("5.6.1", POLICY),
        ("5.7.1", POLICY),
        ("5.7.17", HARD),
        ("5.7.26", POLICY),
        ("5.7.124", POLICY),
        ("5.7.133", POLICY),
        ("5.7.515", POLICY),
        ("4.2.2", SOFT),
        ("4.7.1", SOFT),
        ("5.0.0", SOFT),
        ("", SOFT),
    ],
)
def test_a_code_alone_decides(status: str, kind: BounceKind) -> None:
    assert classify(status, "") is kind


@pytest.mark.parametrize("words", ["5.5.1 Error: no valid recipients", "5.5.1 <DATA>... no valid recipient"])
def test_what_a_server_says_behind_any_refusal_does_not_cost_a_reader(words: str) -> None:
    """Postfix says it to DATA after RCPT was refused, by a greylist as well, and a relay may report it alone."""
    assert classify("5.5.1", words, 554) is POLICY
    assert classify("", f"554 {words}") is POLICY


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("宛先不明のため配信できませんでした", HARD),
        ("ご指定のメールアドレスは現在使われておりません", HARD),
        ("受信者のメールボックスの容量が上限を超えています", SOFT),
        ("受信者の迷惑メール設定により受信拒否されました", POLICY),
        ("550 Unknown user nami@docomo.ne.jp", HARD),
        ("550 <umi@ezweb.ne.jp>: User unknown (in reply to RCPT TO command)", HARD),
        ("550 Invalid recipient: <leo@softbank.ne.jp>", HARD),
        ("Der Empfänger ist unbekannt", HARD),
        ("Das Postfach ist voll", SOFT),
        ("La boîte aux lettres du destinataire est pleine", SOFT),
        ("L'adresse du destinataire n'existe pas", HARD),
        ("El usuario no existe", HARD),
        ("A caixa postal está cheia", SOFT),
        ("Utente sconosciuto", HARD),
        ("Пользователь не найден", HARD),
        ("Почтовый ящик переполнен", SOFT),
        ("收件人地址不存在", HARD),
        ("收件人邮箱已满", SOFT),
        ("被收件方识别为垃圾邮件", POLICY),
        ("550 Requested action not taken: mailbox unavailable", HARD),
        ("552 Requested mailbox exceeds quota", SOFT),
        ("554 Service unavailable; Client host [192.0.2.10] blocked using zen.spamhaus.org", POLICY),
        ("550 SPF check failed", POLICY),
        ("550 5.1.1 No such user here", HARD),
        ("521 mx.example.com does not accept mail", HARD),
        ("something went wrong", SOFT),
    ],
)
def test_words_decide_where_the_code_says_nothing(words: str, kind: BounceKind) -> None:
    assert classify("5.0.0", words) is kind
    assert classify("", words) is kind


@pytest.mark.parametrize(
    ("status", "words", "kind"),
    [
        # Exchange Online, for an address that is none.
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", HARD),
        # Postfix with a code of its own in an access map.
        ("5.7.1", "554 5.7.1 <nao@example.jp>: Recipient address rejected: user unknown", HARD),
        ("5.1.1", "550 5.1.1 Message rejected as spam", POLICY),
        ("5.2.1", "550-5.2.1 The user you are trying to contact is receiving mail at a rate that prevents", SOFT),
        ("5.5.0", "550 5.5.0 Requested action not taken: mailbox unavailable", HARD),
    ],
)
def test_known_liars_are_read_by_their_words(status: str, words: str, kind: BounceKind) -> None:
    assert classify(status, words) is kind


@pytest.mark.parametrize(
    "asked",
    ["再送信してください", "再送をお願いします", "再送を行ってください", "再送願います", "再送していただけますか"],
)
def test_what_a_server_asks_the_sender_for_is_no_trying_on_of_its_own(asked: str) -> None:
    assert classify("5.1.10", f"宛先を確認して、{asked}。") is HARD
    assert classify("5.1.10", "再送を試みましたが、届きません。") is SOFT


def test_an_address_and_a_host_are_no_words() -> None:
    assert classify("", "550 mx.antispam.example said: <blocked.spam@example.jp>: User unknown") is HARD


def test_a_filter_of_au_is_not_taken_for_a_missing_reader() -> None:
    assert (
        classify("5.0.0", "host lsean.ezweb.ne.jp said: 550 : User unknown (in reply to end of DATA command)") is POLICY
    )


def test_a_server_that_thinks_we_are_too_fast_does_not_blame_the_reader() -> None:
    assert classify("4.7.28", "421-4.7.28 Our system has detected an unusual rate of unsolicited mail") is POLICY


@pytest.mark.parametrize(
    ("code", "kind"), [(550, SOFT), (551, HARD), (556, HARD), (450, SOFT), (554, SOFT), (None, SOFT)]
)
def test_a_reply_code_alone_is_weak(code: int | None, kind: BounceKind) -> None:
    assert classify("", "no", code) is kind


@given(st.text(max_size=300), st.text(max_size=300), st.none() | st.integers(200, 599))
def test_anything_is_classified_and_never_as_a_complaint(status: str, words: str, code: int | None) -> None:
    assert classify(status, words, code) in (HARD, SOFT, POLICY)


@given(st.integers(0, 999), st.integers(0, 999), st.text(max_size=100))
def test_what_does_not_last_never_costs_a_reader(subject: int, detail: int, words: str) -> None:
    assert classify(f"4.{subject}.{detail}", words) is not HARD


def _history(marks: str) -> list[Outcome]:
    """`x` a soft bounce and `.` a good mail, one a day."""
    return [Outcome(DAY + timedelta(days=n), mark == "x") for n, mark in enumerate(marks)]


@pytest.mark.parametrize(
    ("marks", "reached"),
    [
        ("", False),
        ("xx", False),
        ("xxx", True),
        ("xx.x", False),
        ("xx.xx", True),
        ("x.x.x.x.", False),
        ("...xxx", True),
    ],
)
def test_three_soft_bounces_that_no_good_mail_took_back(marks: str, reached: bool) -> None:
    """listmonk #2770: a counter that never falls suppresses every reader in the end."""
    assert soft_limit_reached(_history(marks)) is reached


def test_soft_bounces_of_one_day_are_one_outage() -> None:
    assert not soft_limit_reached([Outcome(DAY, True)] * 20)


@given(st.lists(st.builds(Outcome, st.integers(0, 9).map(lambda n: DAY + timedelta(days=n)), st.booleans())))
def test_a_good_mail_never_brings_an_address_nearer_to_its_end(history: list[Outcome]) -> None:
    if soft_limit_reached([*history, Outcome(DAY, False)]):
        assert soft_limit_reached(history)
    if soft_limit_reached(history):
        assert len({one.day for one in history if one.bounced}) >= 3


def test_a_share_over_the_limit_is_told_with_its_figures() -> None:
    assert over_limit(150, 12, 0, Limits()) == "12 of 150 mails (8 %) bounced: more than 5 %"
    assert over_limit(2000, 0, 3, Limits()) == "3 of 2000 mails (0.15 %) were complained of: more than 0.1 %"


@pytest.mark.parametrize(
    ("sent", "bounced", "complained"), [(3, 1, 0), (9, 9, 0), (10, 0, 2), (200, 10, 0), (3000, 0, 3)]
)
def test_few_or_a_small_share_pause_nothing(sent: int, bounced: int, complained: int) -> None:
    assert over_limit(sent, bounced, complained, Limits()) is None


@given(
    st.integers(0, 10_000),
    st.integers(0, 10_000),
    st.integers(0, 10_000),
    st.floats(0, 100, allow_nan=False),
    st.floats(0, 100, allow_nan=False),
)
def test_a_pause_has_enough_of_them_and_a_share_over_the_limit(
    sent: int, bounced: int, complained: int, bounces: float, complaints: float
) -> None:
    reason = over_limit(sent, bounced, complained, Limits(bounces, complaints))
    is_over = (bounced >= 10 and bounced * 100 > bounces * sent) or (
        complained >= 3 and complained * 100 > complaints * sent
    )
    assert (reason is not None) is is_over
