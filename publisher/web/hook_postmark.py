"""The webhooks of Postmark (postmarkapp.com/developer/webhooks): Bounce, Spam Complaint, Delivery, Subscription Change.

They are not signed. Who sends them says a name and a password by HTTP Basic (RFC 7617).
"""

import hmac
from base64 import b64decode

from publisher.jobs.events import Events
from publisher.mail.providers import DELIVERY, Provider
from publisher.mail.report import Action, Report
from publisher.web.hook_json import Json, at, read_json, text_at
from publisher.web.hook_post import Post, Reader, Told, Unsigned, Verdict, returned_header

_VERDICTS = {
    "HardBounce": Verdict.GONE,
    "BadEmailAddress": Verdict.GONE,
    "SoftBounce": Verdict.LATER,
    "DnsError": Verdict.LATER,
    "SpamNotification": Verdict.REFUSED,
    "VirusNotification": Verdict.REFUSED,
    "Blocked": Verdict.REFUSED,
    "DMARCPolicy": Verdict.REFUSED,
    "SMTPApiError": Verdict.REFUSED,
}
"""By the types of its bounces (postmarkapp.com/developer/api/bounce-api#bounce-types)."""

_ACTIONS = {
    "Transient": Action.DELAYED,
    "SpamComplaint": Action.COMPLAINT,
    # Somebody, or a program of theirs, answered: it has arrived, and that is no bounce (listmonk #1334).
    "AutoResponder": Action.DELIVERED,
    "AddressChange": Action.DELIVERED,
    "ChallengeVerification": Action.DELIVERED,
}


def postmark(user: str, password: str) -> Reader:
    """The reader of posts that come with this name and password."""
    secret = f"{user}:{password}".encode()

    def read(post: Post) -> Events:
        if not hmac.compare_digest(_said(post), secret):
            raise Unsigned("it comes without the name and the password of mail.events.postmark, or with others")
        return _events(read_json(post.body))

    return read


def _said(post: Post) -> bytes:
    scheme, _, said = post.headers.get("authorization", "").partition(" ")
    try:
        return b64decode(said.strip(), validate=True) if scheme.lower() == "basic" else b""
    except ValueError:
        return b""


def _events(body: Json) -> Events:
    told = Told(Provider.POSTMARK, text_at(body, "Email") or text_at(body, "Recipient"), _returned(body))
    match text_at(body, "RecordType"):
        case "Delivery":
            return Events((told.report(Action.DELIVERED, text_at(body, "Details")),))
        case "SpamComplaint":
            return Events((told.report(Action.COMPLAINT),))
        case "Bounce" if text_at(body, "Type") == "Unsubscribe":
            return Events(left=(told.report(Action.DELIVERED),))
        case "Bounce":
            return Events(_bounce(told, body))
        # The other reasons are told as events of their own; the operator's hand says nothing of the reader's will.
        case "SubscriptionChange" if at(body, "SuppressSending") is True and _is_own_will(body):
            return Events(left=(told.report(Action.DELIVERED),))
    return Events()


def _is_own_will(body: Json) -> bool:
    return text_at(body, "Origin") == "Recipient" and text_at(body, "SuppressionReason") == "ManualSuppression"


def _bounce(told: Told, body: Json) -> tuple[Report, ...]:
    kind, words = text_at(body, "Type"), text_at(body, "Details") or text_at(body, "Description")
    if kind in _ACTIONS:
        return (told.report(_ACTIONS[kind], words),)
    if kind in _VERDICTS:
        return (told.failed(_VERDICTS[kind], words),)
    return (told.report(Action.FAILED, words),) if kind == "Unknown" else ()


def _returned(body: Json) -> str:
    # Its MessageID is its own; ours is not told.
    return returned_header(text_at(body, "Metadata", DELIVERY), "")
