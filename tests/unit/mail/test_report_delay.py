"""A delay is what a mail system says of its own trying on."""

import pytest

from publisher.mail.report import Action
from publisher.mail.report_delay import is_still_trying, lasts
from publisher.mail.reports import read_report

HEAD = "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.jp\nSubject: {subject}\nTo: bounces@midori.example\n\n{text}"


@pytest.mark.parametrize(
    "words",
    [
        "あと3日間、再送を試みます。",
        "再送信を自動的に繰り返します",
        "サーバーは今後 1 日間、配信を再試行します。",
        "現在、再送を続けております。",
        "メールは自動的に再送されます。",
        "このメッセージはまだ配信されていません。",
        "配信は引き続き試行されます。",
        "配信が遅延しています",
        "It will be retried until it is 5 days old.",
        "The server will keep trying for 3 days.",
        "Gmail will retry for 46 more hours.",
        "We'll try again for 2 days",
        "Delayed Mail (still being retried)",
        "Delivery Status Notification (Delay)",
        "No action is required on your part.",
        "Delivery attempts will continue to be made for two days.",
        "YOU DO NOT NEED TO RESEND YOUR MESSAGE.",
    ],
)
def test_words_of_trying_on_are_of_a_delay(words: str) -> None:
    assert is_still_trying(words)


@pytest.mark.parametrize(
    "words",
    [
        "メールアドレスをご確認の上、再送信してください。",
        "正しい宛先へ再送をお願いいたします。",
        "宛先を訂正のうえ再送していただけますか。",
        "正しいアドレスに再送されますようお願いいたします。",
        "再送信されますと、同じエラーになります。",
        "再送をされている場合は、宛先をご確認ください。",
        "再送を試みましたが、お届けできませんでした。",
        "再送は行いません。",
        "遅延なくご連絡ください。",
        "Please check the address and send again.",
        "Please correct the address and do not delay.",
        "Check the spelling without delay, then try again.",
        "It will not be retried.",
        "I'm not going to try again.",
    ],
)
def test_words_that_ask_the_sender_and_of_trying_that_is_over_are_not(words: str) -> None:
    assert not is_still_trying(words)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("said: 550 Unknown user", True),
        ("said: 550\n    5.1.1 <a@b.example>", True),
        ("'550 5.1.10 RESOLVER.ADR.RecipientNotFound'", True),
        ("451 4.4.1 timed out; before: 550 no such user", True),
        ("<<< 450 4.2.1 try later", False),
        ("550 時間切れ", True),
        ("550 件名が正しくありません", True),
        ("550 security policy", True),
        ("(550) nobody", True),
        ("550 円の記事を 500 通の便りで", None),
        ("for the past 500 hours, 512 KB, mx 192.0.2.550", None),
        ("Exim 4.96, version5.1.1, 5.9.9", None),
        ("宛先に接続できません", None),
    ],
)
def test_a_code_says_whether_a_refusal_lasts(text: str, told: bool | None) -> None:
    assert lasts(text) is told


@pytest.mark.parametrize("subject", ["Undeliverable: Shipping is delayed", "Warning: could not send message"])
def test_a_code_for_good_counts_before_words_of_a_delay(subject: str) -> None:
    text = "<hanako@docomo.example>: 550 Unknown user\n\nThe message was delayed and is still being retried.\n"
    (report,) = read_report(HEAD.format(subject=subject, text=text).encode())
    assert (report.action, report.diagnostic) == (Action.FAILED, "550 Unknown user")


def test_a_code_elsewhere_in_the_text_is_of_the_only_address_in_it() -> None:
    text = "hanako@kaisha.example\nこのアドレスへの配信は遅延しています。宛先を拒否されました。\n\n550 5.1.10\n"
    (report,) = read_report(HEAD.format(subject="Undeliverable mail", text=text).encode())
    assert (report.action, report.status) == (Action.FAILED, "5.1.10")


def test_of_two_addresses_each_has_the_code_beside_it() -> None:
    text = "<a@x.example>: 550 no such user\n\n<b@y.example>: connection timed out; it will be retried\n"
    found = read_report(HEAD.format(subject="Undeliverable mail", text=text).encode())
    assert [(one.recipient, one.action) for one in found] == [
        ("a@x.example", Action.FAILED),
        ("b@y.example", Action.DELAYED),
    ]
