"""What each provider's events become: the right action, and a code that the policy takes as the provider meant it."""

import json
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from support.hooks import (
    HANAKO,
    MAILGUN_KEY,
    Sendgrid,
    basic,
    mailgun_event,
    postmark_event,
    sendgrid_events,
    ses_bounce,
    ses_mail,
)
from support.hooks import mailgun as mailgun_post

from publisher.core.bounce_policy import classify
from publisher.jobs.events import Events
from publisher.mail.report import Action, Report
from publisher.web.hook_keys import sendgrid_key
from publisher.web.hook_mailgun import mailgun
from publisher.web.hook_post import Post
from publisher.web.hook_postmark import postmark
from publisher.web.hook_sendgrid import sendgrid
from publisher.web.hook_ses_events import events as of_ses

TOKEN = "aaaaaaaaaafjxkqz7c2m5tqw"
SUPPRESSED = (
    "Amazon SES has suppressed sending to this address because it has a recent history of bouncing as an invalid "
    "address. For more information about how to remove an address from the suppression list, see the guide."
)
ON_LIST = "Amazon SES did not send the message to this address because it is on the suppression list for your account."
NAMED = f"X-Publisher-Delivery: {TOKEN}\n"


def what(events: Events) -> str:
    """In one word: the kind of a bounce, the action of another report, or that somebody left."""
    if events.left:
        assert not events.reports
        return "left"
    if not events.reports:
        return ""
    (report,) = events.reports
    assert (report.recipient, TOKEN in report.returned) == (HANAKO, True)
    return str(classify(report.status, report.diagnostic) if report.action is Action.FAILED else report.action)


def of_postmark(record: str, now: datetime, **changes: Any) -> Events:
    return postmark("midori", "合言葉")(Post(basic("midori", "合言葉"), postmark_event(TOKEN, record, **changes), now))


def of_mailgun(event: str, now: datetime, **changes: Any) -> Events:
    return mailgun(MAILGUN_KEY)(Post({}, mailgun_post(mailgun_event(TOKEN, event, **changes), now), now))


def of_sendgrid(now: datetime, *events: dict[str, Any]) -> Events:
    provider, body = Sendgrid(), sendgrid_events(TOKEN, *events)
    return sendgrid(sendgrid_key(provider.public_key))(Post(provider.headers(body, now), body, now))


@pytest.mark.parametrize(
    ("bounce", "meant"),
    [
        (partial(ses_bounce, status="5.1.1", diagnosticCode="smtp; 550 5.1.1 user unknown"), "hard"),
        (partial(ses_bounce, subtype="NoEmail"), "hard"),
        (partial(ses_bounce, subtype="Suppressed", status="5.1.1", diagnosticCode=SUPPRESSED), "hard"),
        (partial(ses_bounce, subtype="OnAccountSuppressionList", status="5.1.1", diagnosticCode=ON_LIST), "hard"),
        (
            partial(
                ses_bounce,
                kind="Transient",
                subtype="MailboxFull",
                status="5.2.2",
                diagnosticCode="smtp; 552 5.2.2 mailbox full",
            ),
            "soft",
        ),
        (
            partial(
                ses_bounce, kind="Transient", subtype="General", status="5.0.0", diagnosticCode="smtp; 500 try again"
            ),
            "soft",
        ),
        (
            partial(
                ses_bounce,
                kind="Transient",
                subtype="ContentRejected",
                status="5.7.1",
                diagnosticCode="smtp; 550 5.7.1 spam",
            ),
            "policy",
        ),
        (partial(ses_bounce, kind="Transient", subtype="General"), "delivered"),
        (partial(ses_bounce, kind="Undetermined", subtype="Undetermined"), "soft"),
    ],
)
def test_amazon_ses_bounces(bounce: Any, meant: str) -> None:
    told = bounce(TOKEN)

    assert what(of_ses(told)) == meant
    # Event publishing calls the same by another name.
    told["eventType"] = told.pop("notificationType")
    assert what(of_ses(told)) == meant


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        (
            {"notificationType": "Complaint", "complaint": {"complainedRecipients": [{"emailAddress": HANAKO}]}},
            "complaint",
        ),
        (
            {
                "eventType": "Complaint",
                "complaint": {"complainedRecipients": [{"emailAddress": HANAKO}], "complaintFeedbackType": "not-spam"},
            },
            "",
        ),
        ({"notificationType": "Delivery", "delivery": {"recipients": [HANAKO], "smtpResponse": "250 ok"}}, "delivered"),
        (
            {
                "eventType": "DeliveryDelay",
                "deliveryDelay": {
                    "delayType": "MailboxFull",
                    "delayedRecipients": [{"emailAddress": HANAKO, "status": "4.2.2"}],
                },
            },
            "delayed",
        ),
        ({"eventType": "Reject", "reject": {"reason": "Bad content"}}, "policy"),
        ({"eventType": "Subscription", "subscription": {"newTopicPreferences": {"unsubscribeAll": True}}}, "left"),
        ({"eventType": "Subscription", "subscription": {"newTopicPreferences": {"unsubscribeAll": False}}}, ""),
        ({"eventType": "Open", "open": {"ipAddress": "192.0.2.1"}}, ""),
    ],
)
def test_what_else_amazon_ses_tells(told: dict[str, Any], meant: str) -> None:
    assert what(of_ses({**told, "mail": ses_mail(TOKEN)})) == meant


@pytest.mark.parametrize(
    ("changes", "meant"),
    [
        ({"Type": "HardBounce", "Details": "smtp;550 5.1.1 The account does not exist"}, "hard"),
        ({"Type": "HardBounce", "Description": "The server was unable to deliver your message."}, "hard"),
        ({"Type": "BadEmailAddress"}, "hard"),
        ({"Type": "SoftBounce", "Details": "smtp;552 5.2.2 over quota"}, "soft"),
        ({"Type": "DnsError"}, "soft"),
        ({"Type": "SpamNotification", "Details": "smtp;554 message rejected"}, "policy"),
        ({"Type": "Blocked"}, "policy"),
        ({"Type": "DMARCPolicy"}, "policy"),
        ({"Type": "SMTPApiError"}, "policy"),
        ({"Type": "Transient"}, "delayed"),
        ({"Type": "AutoResponder", "Details": "user unknown"}, "delivered"),
        ({"Type": "SpamComplaint"}, "complaint"),
        ({"Type": "Unsubscribe"}, "left"),
        ({"Type": "Unknown"}, "soft"),
        ({"Type": "OpenRelayTest"}, ""),
        ({"Type": "ManuallyDeactivated"}, ""),
    ],
)
def test_postmark_bounces(changes: dict[str, Any], meant: str, now: datetime) -> None:
    assert what(of_postmark("Bounce", now, **changes)) == meant


@pytest.mark.parametrize(
    ("record", "changes", "meant"),
    [
        ("Delivery", {"Email": None, "Recipient": HANAKO, "Details": "250 ok"}, "delivered"),
        ("SpamComplaint", {"Type": "SpamComplaint"}, "complaint"),
        (
            "SubscriptionChange",
            {"SuppressSending": True, "Origin": "Recipient", "SuppressionReason": "ManualSuppression"},
            "left",
        ),
        (
            "SubscriptionChange",
            {"SuppressSending": True, "Origin": "Customer", "SuppressionReason": "ManualSuppression"},
            "",
        ),
        ("SubscriptionChange", {"SuppressSending": True, "Origin": "Recipient", "SuppressionReason": "HardBounce"}, ""),
        ("SubscriptionChange", {"SuppressSending": False, "Origin": "Recipient", "SuppressionReason": None}, ""),
        ("Open", {}, ""),
    ],
)
def test_what_else_postmark_tells(record: str, changes: dict[str, Any], meant: str, now: datetime) -> None:
    assert what(of_postmark(record, now, **changes)) == meant


@pytest.mark.parametrize(
    ("event", "changes", "meant"),
    [
        (
            "failed",
            {
                "severity": "permanent",
                "reason": "bounce",
                "delivery-status": {"code": 550, "message": "5.1.1 user unknown"},
            },
            "hard",
        ),
        (
            "failed",
            {
                "severity": "permanent",
                "reason": "bounce",
                "delivery-status": {"code": 550, "message": "5.7.1 spam", "enhanced-code": "5.7.1"},
            },
            "policy",
        ),
        (
            "failed",
            {
                "severity": "permanent",
                "reason": "bounce",
                "delivery-status": {"code": 552, "message": "", "description": "mailbox full"},
            },
            "soft",
        ),
        (
            "failed",
            {
                "severity": "permanent",
                "reason": "suppress-bounce",
                "delivery-status": {"code": 605, "description": "Not delivering to previously bounced address"},
            },
            "hard",
        ),
        (
            "failed",
            {"severity": "permanent", "reason": "suppress-complaint", "delivery-status": {"code": 607}},
            "complaint",
        ),
        (
            "failed",
            {"severity": "permanent", "reason": "suppress-unsubscribe", "delivery-status": {"code": 606}},
            "left",
        ),
        (
            "failed",
            {"severity": "permanent", "reason": "old", "delivery-status": {"code": 602, "message": "Too old"}},
            "soft",
        ),
        (
            "failed",
            {"severity": "permanent", "reason": "espblock", "delivery-status": {"code": 550, "message": "listed"}},
            "policy",
        ),
        (
            "failed",
            {"severity": "temporary", "reason": "generic", "delivery-status": {"code": 421, "message": "later"}},
            "delayed",
        ),
        ("delivered", {"delivery-status": {"code": 250, "message": "OK"}}, "delivered"),
        ("complained", {}, "complaint"),
        ("unsubscribed", {}, "left"),
        ("opened", {}, ""),
    ],
)
def test_mailgun(event: str, changes: dict[str, Any], meant: str, now: datetime) -> None:
    assert what(of_mailgun(event, now, **changes)) == meant


@pytest.mark.parametrize(
    ("event", "meant"),
    [
        ({"event": "bounce", "type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 user unknown"}, "hard"),
        ({"event": "bounce", "type": "bounce", "status": "5.0.0", "reason": "550 no"}, "hard"),
        ({"event": "bounce", "type": "blocked", "status": "5.7.1", "reason": "550 5.7.1 listed"}, "policy"),
        # discourse has met one without a status.
        ({"event": "bounce", "type": "blocked", "reason": "unable to get mx info"}, "soft"),
        ({"event": "dropped", "reason": "Bounced Address"}, "hard"),
        ({"event": "dropped", "reason": "Invalid"}, "hard"),
        ({"event": "dropped", "reason": "Spam Reporting Address"}, "complaint"),
        ({"event": "dropped", "reason": "Unsubscribed Address"}, "left"),
        ({"event": "dropped", "reason": "Recipient List over Package Quota"}, "policy"),
        ({"event": "deferred", "response": "450 later"}, "delayed"),
        ({"event": "delivered", "response": "250 ok"}, "delivered"),
        ({"event": "spamreport"}, "complaint"),
        ({"event": "unsubscribe"}, "left"),
        ({"event": "group_unsubscribe", "asm_group_id": 1}, "left"),
        ({"event": "open"}, ""),
    ],
)
def test_sendgrid(event: dict[str, Any], meant: str, now: datetime) -> None:
    assert what(of_sendgrid(now, event)) == meant


def test_a_batch_is_told_whole(now: datetime) -> None:
    events = [{"event": "delivered"}, {"event": "spamreport"}, {"event": "unsubscribe"}, {"event": "click"}]

    told = of_sendgrid(now, *events)

    assert [report.action for report in told.reports] == [Action.DELIVERED, Action.COMPLAINT]
    assert len(told.left) == 1


def test_the_message_id_is_told_where_the_provider_keeps_it(now: datetime) -> None:
    (by_mailgun,) = of_mailgun("delivered", now).reports
    (by_sendgrid,) = of_sendgrid(now, {"event": "delivered"}).reports
    (by_postmark,) = of_postmark("Delivery", now).reports

    assert by_mailgun.returned == by_sendgrid.returned == f"{NAMED}Message-ID: <20261124@midori.example>\n"
    assert by_postmark.returned == NAMED


def test_no_word_of_a_provider_makes_a_header_field(now: datetime) -> None:
    hidden = {
        "event": "delivered",
        "delivery": "a\r\nMessage-ID: <b@midori.example>",
        "smtp-id": "<c\n>",
        "email": "d\n",
    }

    (report,) = of_sendgrid(now, hidden).reports

    assert report.returned == "X-Publisher-Delivery: a Message-ID: <b@midori.example>\nMessage-ID: <c >\n"
    assert report.recipient == "d"


def test_the_servers_words_are_kept_on_one_line(now: datetime) -> None:
    words = "550 5.1.1 宛先不明\r\n" + "あ" * 5000

    (report,) = of_sendgrid(now, {"event": "bounce", "type": "bounce", "reason": words}).reports

    assert report == Report(
        HANAKO, Action.FAILED, "5.1.1", f"550 5.1.1 宛先不明 {'あ' * 985}", report.returned, source="sendgrid"
    )
    assert json.dumps(report.diagnostic)
