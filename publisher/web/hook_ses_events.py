"""What Amazon SES tells, in both its formats: `notificationType` of feedback, `eventType` of event publishing."""

from collections.abc import Iterator

from publisher.jobs.events import Events
from publisher.mail.providers import Provider
from publisher.mail.report import Action, Report
from publisher.mail.verp import HEADER
from publisher.web.hook_json import Json, at, list_at, text_at
from publisher.web.hook_post import Told, Verdict, returned_header

_VERDICTS = {"Permanent": Verdict.GONE, "Transient": Verdict.LATER}


def events(told: Json) -> Events:
    """The reports in one notification, one for each recipient; none for opens, clicks and what is not known."""
    match text_at(told, "notificationType") or text_at(told, "eventType"):
        case "Bounce":
            return Events(tuple(_bounced(told)))
        # `not-spam`: somebody took our mail out of the spam folder.
        case "Complaint" if text_at(told, "complaint", "complaintFeedbackType") != "not-spam":
            return Events(_each(told, Action.COMPLAINT, "complaint", "complainedRecipients"))
        case "Delivery":
            return Events(_each(told, Action.DELIVERED, "delivery", "recipients"))
        case "DeliveryDelay":
            return Events(_each(told, Action.DELAYED, "deliveryDelay", "delayedRecipients"))
        case "Reject":
            words = text_at(told, "reject", "reason")
            whose = list_at(told, "mail", "destination")
            return Events(tuple(_told(told, one).failed(Verdict.REFUSED, words) for one in whose))
        case "Subscription" if at(told, "subscription", "newTopicPreferences", "unsubscribeAll") is True:
            return Events(left=_each(told, Action.DELIVERED, "mail", "destination"))
    return Events()


def _bounced(told: Json) -> Iterator[Report]:
    kind, subtype = text_at(told, "bounce", "bounceType"), text_at(told, "bounce", "bounceSubType")
    for one in list_at(told, "bounce", "bouncedRecipients"):
        status, words = text_at(one, "status"), text_at(one, "diagnosticCode")
        about = _told(told, one)
        if (kind, subtype) == ("Transient", "General") and not (status or words):
            # So it tells of vacation replies: no server has refused anything.
            yield about.report(Action.DELIVERED)
        elif kind in _VERDICTS:
            yield about.failed(_VERDICTS[kind], words or subtype, status)
        else:
            yield about.report(Action.FAILED, words or subtype, status)


def _each(told: Json, action: Action, kind: str, recipients: str) -> tuple[Report, ...]:
    whose = list_at(told, kind, recipients)
    return tuple(_told(told, one).report(action, _words(told, kind, one), text_at(one, "status")) for one in whose)


def _words(told: Json, kind: str, recipient: Json) -> str:
    return text_at(recipient, "diagnosticCode") or text_at(told, kind, "smtpResponse")


def _told(told: Json, recipient: Json) -> Told:
    address = recipient if isinstance(recipient, str) else text_at(recipient, "emailAddress")
    return Told(Provider.SES, address, _returned(told))


def _returned(told: Json) -> str:
    """Of the header fields of our mail; SES has written a Message-ID of its own into what was sent."""
    fields = {text_at(one, "name").lower(): text_at(one, "value") for one in list_at(told, "mail", "headers")}
    return returned_header(fields.get(HEADER.lower(), ""), fields.get("message-id", ""))
