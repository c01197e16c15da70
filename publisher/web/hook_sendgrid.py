"""The Event Webhook of SendGrid (www.twilio.com/docs/sendgrid/for-developers/tracking-events/event), signed."""

from datetime import UTC, datetime, timedelta

from publisher.jobs.events import Events
from publisher.mail.providers import DELIVERY, Provider
from publisher.mail.report import Action, Report
from publisher.web.hook_json import Json, read_json, text_at
from publisher.web.hook_keys import SendgridKey, sendgrid_signed
from publisher.web.hook_post import Post, Reader, Told, Unsigned, Verdict, require_fresh, returned_header

_SIGNATURE, _TIMESTAMP = "x-twilio-email-event-webhook-signature", "x-twilio-email-event-webhook-timestamp"

_LONGEST = timedelta(hours=25)
"""It tries again for a day. The same event twice changes nothing."""

_UNTIL_SECONDS = 10_000_000_000

_LEFT = ("unsubscribe", "group_unsubscribe")

_DROPPED = {
    "bounced address": Verdict.GONE,
    "invalid": Verdict.GONE,
}
"""Why it does not try, where that is about the address; all else is about us or our mail."""


def sendgrid(key: SendgridKey) -> Reader:
    """The reader of posts that are signed for `key`."""

    def read(post: Post) -> Events:
        _require_signed(post, key)
        batch = read_json(post.body)
        if not isinstance(batch, list):
            raise ValueError("it is no list of events")
        left = tuple(_told(event).report(Action.DELIVERED) for event in batch if _has_left(event))
        return Events(tuple(report for event in batch for report in _reports(event)), left)

    return read


def _require_signed(post: Post, key: SendgridKey) -> None:
    stamp = post.headers.get(_TIMESTAMP, "")
    signed = stamp.encode("latin-1") + post.body
    if not sendgrid_signed(key, post.headers.get(_SIGNATURE, ""), signed):
        raise Unsigned("it is not signed for the key of mail.events.sendgrid")
    if not (stamp.isascii() and stamp.isdigit() and int(stamp) < _UNTIL_SECONDS):
        raise ValueError("its timestamp is none")
    require_fresh(datetime.fromtimestamp(int(stamp), UTC), post.now, _LONGEST)


def _told(event: Json) -> Told:
    # What was sent as a unique argument stands beside the event's own fields.
    returned = returned_header(text_at(event, DELIVERY), text_at(event, "smtp-id"))
    return Told(Provider.SENDGRID, text_at(event, "email"), returned)


def _has_left(event: Json) -> bool:
    return text_at(event, "event") in _LEFT or _dropped_for(event) == "unsubscribed address"


def _dropped_for(event: Json) -> str:
    return text_at(event, "reason").lower() if text_at(event, "event") == "dropped" else ""


def _reports(event: Json) -> tuple[Report, ...]:
    told, words = _told(event), text_at(event, "reason") or text_at(event, "response")
    match text_at(event, "event"):
        case "delivered":
            return (told.report(Action.DELIVERED, words),)
        case "deferred":
            return (told.report(Action.DELAYED, words),)
        case "spamreport":
            return (told.report(Action.COMPLAINT),)
        case "bounce":
            # A `blocked` one lasts no longer than what it is blocked for.
            verdict = Verdict.LATER if text_at(event, "type") == "blocked" else Verdict.GONE
            return (told.failed(verdict, words, text_at(event, "status")),)
        case "dropped":
            return _dropped(told, words, _dropped_for(event))
    return ()


def _dropped(told: Told, words: str, why: str) -> tuple[Report, ...]:
    if why == "unsubscribed address":
        return ()
    if why == "spam reporting address":
        return (told.report(Action.COMPLAINT, words),)
    return (told.failed(_DROPPED.get(why, Verdict.REFUSED), words),)
