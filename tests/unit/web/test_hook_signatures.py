"""Who is believed: signatures and passwords, from keys made here, and whatever strangers send instead."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.hooks import (
    CERTIFICATE,
    MAILGUN_KEY,
    SUBSCRIBE,
    TOPIC,
    Sendgrid,
    Sns,
    basic,
    mailgun_event,
    postmark_event,
    sendgrid_events,
    ses_bounce,
)
from support.hooks import mailgun as mailgun_post

from publisher.errors import FetchError
from publisher.http import Response
from publisher.jobs.events import Events
from publisher.web.hook_keys import sendgrid_key
from publisher.web.hook_mailgun import mailgun
from publisher.web.hook_post import Post, Unsigned
from publisher.web.hook_postmark import postmark
from publisher.web.hook_sendgrid import sendgrid
from publisher.web.hook_ses import Ses

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SNS, SENDGRID = Sns(NOW - timedelta(days=30)), Sendgrid()
TOKEN = "aaaaaaaaaafjxkqz7c2m5tqw"
BOUNCE = ses_bounce(TOKEN, status="5.1.1")


class Amazon:
    """The addresses of Amazon SNS, what was asked of them, and the reader of posts that asks."""

    def __init__(self, pem: bytes = SNS.pem, *, status: int = 200) -> None:
        self.pem, self.status = pem, status
        self.asked: list[str] = []
        self.said: list[str] = []
        self.read = Ses([TOPIC], self.fetch, self.said.append).read

    def fetch(self, url: str, *, limit_bytes: int, timeout: float) -> Response:
        assert (limit_bytes, timeout) < (100_000, 15)
        self.asked.append(url)
        return Response(url, self.status, {}, self.pem)


def post(body: bytes, headers: dict[str, str] | None = None, now: datetime = NOW) -> Post:
    return Post(headers or {}, body, now)


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_signed_notification_is_believed_and_its_certificate_is_fetched_once(version: str) -> None:
    amazon = Amazon()

    told = [amazon.read(post(SNS.notification(BOUNCE, NOW, SignatureVersion=version))) for _ in range(2)]

    assert len(told[0].reports) == 1
    assert told[0] == told[1]
    assert amazon.asked == [CERTIFICATE]


def test_a_subject_is_signed_as_well() -> None:
    assert Amazon().read(post(SNS.notification(BOUNCE, NOW, Subject="戻り"))).reports


@pytest.mark.parametrize("field", ["Message", "MessageId", "Timestamp", "TopicArn", "Signature", "SignatureVersion"])
def test_a_notification_that_was_changed_is_not_believed(field: str) -> None:
    message = json.loads(SNS.notification(BOUNCE, NOW))
    message[field] = {"SignatureVersion": "1", "Timestamp": "2026-11-24T03:00:01.000Z"}.get(field, message[field][:-4])

    with pytest.raises(Unsigned):
        Amazon().read(post(json.dumps(message).encode()))


def test_a_signature_by_somebody_else_is_not_believed() -> None:
    with pytest.raises(Unsigned, match="not signed by Amazon"):
        Amazon().read(post(Sns(NOW).notification(BOUNCE, NOW)))


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.ap-northeast-1.amazonaws.com/a.pem",
        "https://sns.ap-northeast-1.amazonaws.com.midori.example/a.pem",
        "https://midori.example/sns.ap-northeast-1.amazonaws.com/a.pem",
        "https://sns.ap-northeast-1.amazonaws.com@midori.example/a.pem",
        "https://midori.example@sns.ap-northeast-1.amazonaws.com/a.pem",
        "https://sns.ap-northeast-1.amazonaws.com:8443/a.pem",
        "https://s3.ap-northeast-1.amazonaws.com/bucket/a.pem",
        "https://sns.ap-northeast-1.amazonaws.com/a.txt",
        "https://[::1/a.pem",
        "",
    ],
)
def test_no_certificate_of_another_place_is_fetched(url: str) -> None:
    amazon = Amazon()

    with pytest.raises(Unsigned):
        amazon.read(post(SNS.notification(BOUNCE, NOW, SigningCertURL=url)))

    assert amazon.asked == []


def test_the_chinese_regions_have_another_domain() -> None:
    url = "https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-0123.pem"

    assert Amazon().read(post(SNS.notification(BOUNCE, NOW, SigningCertURL=url))).reports


@pytest.mark.parametrize("topic", ["arn:aws:sns:ap-northeast-1:999999999999:midori", "", TOPIC.upper()])
def test_another_topic_is_not_believed_and_nothing_is_fetched_for_it(topic: str) -> None:
    amazon = Amazon()

    with pytest.raises(Unsigned, match="topic"):
        amazon.read(post(SNS.notification(BOUNCE, NOW, TopicArn=topic)))

    assert amazon.asked == []


def test_a_certificate_counts_only_in_its_time() -> None:
    expired = Sns(NOW - timedelta(days=10), days=5)

    with pytest.raises(Unsigned, match="2026-11-14 to 2026-11-19"):
        Amazon(expired.pem).read(post(expired.notification(BOUNCE, NOW)))


def test_a_certificate_that_ends_while_it_is_kept_ends() -> None:
    short, later = Sns(NOW, days=1), NOW + timedelta(days=2)
    amazon = Amazon(short.pem)
    assert amazon.read(post(short.notification(BOUNCE, NOW))).reports

    with pytest.raises(Unsigned, match="certificate"):
        amazon.read(post(short.notification(BOUNCE, later), now=later))


@pytest.mark.parametrize("pem", [b"", b"\x00", Sns(NOW, name="midori.example").pem, SNS.pem[:-200]])
def test_what_is_no_certificate_of_amazon_is_not_believed(pem: bytes) -> None:
    with pytest.raises(Unsigned, match="certificate"):
        Amazon(pem).read(post(SNS.notification(BOUNCE, NOW)))


def test_a_certificate_that_cannot_be_had_now_is_no_forgery() -> None:
    amazon = Amazon(status=503)

    with pytest.raises(FetchError):
        amazon.read(post(SNS.notification(BOUNCE, NOW)))
    amazon.status = 200

    assert amazon.read(post(SNS.notification(BOUNCE, NOW))).reports


def test_a_redirect_leads_to_no_certificate() -> None:
    def fetch(url: str, *, limit_bytes: int, timeout: float) -> Response:
        assert limit_bytes, timeout
        return Response(url.replace("sns.ap-northeast-1.amazonaws.com", "midori.example"), 200, {}, SNS.pem)

    with pytest.raises(FetchError, match="midori"):
        Ses([TOPIC], fetch, print).read(post(SNS.notification(BOUNCE, NOW)))


@pytest.mark.parametrize(("late", "believed"), [(timedelta(minutes=61), True), (timedelta(hours=3), False)])
def test_what_amazon_tries_again_for_an_hour_counts_and_what_is_older_does_not(late: timedelta, believed: bool) -> None:
    body = SNS.notification(BOUNCE, NOW)

    if believed:
        assert Amazon().read(post(body, now=NOW + late)).reports
    else:
        with pytest.raises(Unsigned, match="too long ago"):
            Amazon().read(post(body, now=NOW + late))


def test_a_subscription_is_confirmed_once_it_is_believed() -> None:
    amazon, forger = Amazon(), Amazon()

    told = amazon.read(post(SNS.confirmation("SubscriptionConfirmation", NOW)))
    with pytest.raises(Unsigned):
        forger.read(post(Sns(NOW).confirmation("SubscriptionConfirmation", NOW)))

    assert told == Events()
    assert amazon.asked == [CERTIFICATE, SUBSCRIBE]
    assert amazon.said == [f"subscribed to {TOPIC}: its events come in"]
    assert forger.asked == [CERTIFICATE]


def test_a_subscription_is_confirmed_at_amazon_alone() -> None:
    amazon = Amazon()
    elsewhere = "https://midori.example/?Action=ConfirmSubscription"

    with pytest.raises(Unsigned):
        amazon.read(post(SNS.confirmation("SubscriptionConfirmation", NOW, SubscribeURL=elsewhere)))

    assert amazon.asked == [CERTIFICATE]


def test_the_end_of_a_subscription_is_not_undone() -> None:
    amazon = Amazon()

    assert amazon.read(post(SNS.confirmation("UnsubscribeConfirmation", NOW))) == Events()
    assert amazon.asked == [CERTIFICATE]


def test_the_greeting_of_amazon_ses_tells_nothing() -> None:
    assert Amazon().read(post(SNS.notification("Successfully validated SNS topic for Amazon SES.", NOW))) == Events()


def test_raw_message_delivery_is_named() -> None:
    with pytest.raises(ValueError, match="raw message delivery must be off"):
        Amazon().read(post(json.dumps(BOUNCE).encode()))


def test_mailgun_signs_with_its_key() -> None:
    event = mailgun_event(TOKEN, "complained")

    assert mailgun(MAILGUN_KEY)(post(mailgun_post(event, NOW))).reports
    with pytest.raises(Unsigned, match="not signed"):
        mailgun(MAILGUN_KEY)(post(mailgun_post(event, NOW, key="another")))


@pytest.mark.parametrize(("late", "believed"), [(timedelta(hours=8, minutes=30), True), (timedelta(hours=10), False)])
def test_what_mailgun_tries_again_for_eight_hours_counts(late: timedelta, believed: bool) -> None:
    body = mailgun_post(mailgun_event(TOKEN, "complained"), NOW - late)

    if believed:
        assert mailgun(MAILGUN_KEY)(post(body)).reports
    else:
        with pytest.raises(Unsigned, match="too long ago"):
            mailgun(MAILGUN_KEY)(post(body))


def test_sendgrid_signs_the_time_and_every_byte() -> None:
    body = sendgrid_events(TOKEN, {"event": "spamreport"})
    read, headers = sendgrid(sendgrid_key(SENDGRID.public_key)), SENDGRID.headers(body, NOW)
    stamp = "x-twilio-email-event-webhook-timestamp"

    assert read(post(body, headers)).reports
    forged = [
        post(body + b"\n", headers),
        post(body, {**headers, stamp: str(int(headers[stamp]) + 1)}),
        post(body, {**headers, "x-twilio-email-event-webhook-signature": "MEUCIQ=="}),
        post(body, Sendgrid().headers(body, NOW)),
        post(body),
    ]
    for one in forged:
        with pytest.raises(Unsigned, match="not signed"):
            read(one)
    with pytest.raises(Unsigned, match="too long ago"):
        read(post(body, headers, NOW + timedelta(hours=26)))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic("midori", "合言葉 "),
        basic("Midori", "合言葉"),
        {"authorization": "Basic"},
        {"authorization": "Basic あ"},
        {"authorization": "Bearer bWlkb3JpOuWQiOiogOiRiQ=="},
    ],
)
def test_postmark_says_a_name_and_a_password(headers: dict[str, str]) -> None:
    read, body = postmark("midori", "合言葉"), postmark_event(TOKEN, "SpamComplaint")

    assert read(post(body, basic("midori", "合言葉"))).reports
    with pytest.raises(Unsigned, match="password"):
        read(post(body, headers))


def json_of(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Anything that JSON can say, with the words that we look for as keys."""
    words = ["event", "Type", "RecordType", "mail", "headers", "bounce", "bouncedRecipients", "delivery", "name"]
    keys = st.one_of(
        st.sampled_from([*words, "notificationType", "delivery-status", "message", "complaint"]), st.text()
    )
    return st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=30)


KINDS = st.sampled_from(["Bounce", "Complaint", "Delivery", "failed", "bounce", "dropped", "Reject", "Subscription"])
ANYTHING = json_of(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | KINDS)


@given(ANYTHING)
def test_whatever_is_signed_is_read_or_told_to_be_unreadable(told: Any) -> None:
    body = json.dumps(told).encode()
    posts: list[tuple[Callable[[Post], Events], Post]] = [
        (postmark("midori", "p"), post(body, basic("midori", "p"))),
        (mailgun(MAILGUN_KEY), post(mailgun_post(told, NOW))),
        (sendgrid(sendgrid_key(SENDGRID.public_key)), post(body, SENDGRID.headers(body, NOW))),
        (Amazon().read, post(SNS.notification(told if isinstance(told, dict) else {"bounce": told}, NOW))),
    ]
    for read, one in posts:
        try:
            events = read(one)
        except ValueError:
            continue
        for report in (*events.reports, *events.left):
            assert "\n" not in f"{report.recipient}{report.status}{report.diagnostic}"
            report.returned.encode()


@given(st.binary() | ANYTHING.map(lambda told: json.dumps(told).encode()), st.dictionaries(st.text(), st.text()))
def test_whatever_strangers_send_is_refused_in_the_same_two_ways(body: bytes, headers: dict[str, str]) -> None:
    readers = [postmark("a", "b"), mailgun("a"), sendgrid(sendgrid_key(SENDGRID.public_key)), Amazon().read]
    for read in readers:
        with pytest.raises((Unsigned, ValueError)):
            read(post(body, headers))


@pytest.mark.parametrize(
    "body", [b"[" * 500_000, b'{"a":' * 100_000, b"NaN", b"[1e9999999]", b'"\\ud800"', b"9" * 9999]
)
def test_json_that_is_made_to_hurt_is_refused_or_harmless(body: bytes) -> None:
    headers = SENDGRID.headers(body, NOW)

    try:
        assert sendgrid(sendgrid_key(SENDGRID.public_key))(post(body, headers)) == Events()
    except ValueError:
        with pytest.raises((Unsigned, ValueError)):
            mailgun("a")(post(body))
