"""The webhooks of Mailgun (documentation.mailgun.com, "Webhooks", "Securing Webhooks" and "Event structure")."""

import hmac
from datetime import UTC, datetime, timedelta

from publisher.jobs.events import Events
from publisher.mail.providers import DELIVERY, Provider
from publisher.mail.report import Action, Report
from publisher.web.hook_json import Json, at, read_json, text_at
from publisher.web.hook_post import Post, Reader, Told, Unsigned, Verdict, require_fresh, returned_header

_LONGEST = timedelta(hours=9)
"""It tries again for eight hours. What it signs is a random word and not the event: who has seen one post could make up
others for as long, but none about a mail whose token, signed by us, they have not seen as well."""

_UNTIL_SECONDS = 10_000_000_000


def mailgun(key: str) -> Reader:
    """The reader of posts that are signed with `key`, the HTTP webhook signing key."""

    def read(post: Post) -> Events:
        body = read_json(post.body)
        _require_signed(at(body, "signature"), key, post.now)
        return _events(at(body, "event-data"))

    return read


def _require_signed(said: Json, key: str, now: datetime) -> None:
    stamp, token = text_at(said, "timestamp"), text_at(said, "token")
    expected = hmac.digest(key.encode(), f"{stamp}{token}".encode(), "sha256").hex()
    if not hmac.compare_digest(text_at(said, "signature").lower().encode(), expected.encode()):
        raise Unsigned("it is not signed with the key of mail.events.mailgun")
    if not (stamp.isascii() and stamp.isdigit() and int(stamp) < _UNTIL_SECONDS):
        raise ValueError("its timestamp is none")
    require_fresh(datetime.fromtimestamp(int(stamp), UTC), now, _LONGEST)


def _events(event: Json) -> Events:
    told = Told(Provider.MAILGUN, text_at(event, "recipient"), _returned(event))
    words = _words(at(event, "delivery-status"))
    match text_at(event, "event"):
        case "delivered":
            return Events((told.report(Action.DELIVERED, words),))
        case "complained":
            return Events((told.report(Action.COMPLAINT),))
        case "unsubscribed":
            return Events(left=(told.report(Action.DELIVERED),))
        case "failed" if text_at(event, "reason") == "suppress-unsubscribe":
            return Events(left=(told.report(Action.DELIVERED),))
        case "failed":
            return Events((_failed(told, event, words),))
    return Events()


def _failed(told: Told, event: Json, words: str) -> Report:
    if text_at(event, "severity") == "temporary":
        return told.report(Action.DELAYED, words)
    match text_at(event, "reason"):
        # It did not even try, for what had come of mails before this one.
        case "suppress-complaint":
            return told.report(Action.COMPLAINT, words)
        case "suppress-bounce":
            return told.failed(Verdict.GONE, words)
        # After eight hours of trying.
        case "old":
            return told.failed(Verdict.LATER, words)
        case "espblock":
            return told.failed(Verdict.REFUSED, words)
    return told.report(Action.FAILED, words, text_at(event, "delivery-status", "enhanced-code"))


def _words(status: Json) -> str:
    said = text_at(status, "message") or text_at(status, "description")
    code = text_at(status, "code")
    return said if said.startswith(code) else f"{code} {said}"


def _returned(event: Json) -> str:
    return returned_header(
        text_at(event, "user-variables", DELIVERY), text_at(event, "message", "headers", "message-id")
    )
