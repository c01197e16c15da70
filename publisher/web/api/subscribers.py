"""Subscribers: who reads, who asks to, and who is to be forgotten."""

from ipaddress import ip_address
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AfterValidator, Field, StrictBool

from publisher.app import App
from publisher.core.fields import parse_all
from publisher.errors import UsageError
from publisher.jobs import profiles
from publisher.jobs.profiles import Profile
from publisher.jobs.requests_address import requests_address
from publisher.jobs.signup import Asking, Outcome, sign_up
from publisher.jobs.site import resolve
from publisher.model.newsletter import Frequency
from publisher.model.reader import SubscriptionStatus
from publisher.web.api.callers import Site, SubscribersEraser, SubscribersReader, SubscribersWriter
from publisher.web.api.description import may
from publisher.web.api.gate import ledger
from publisher.web.api.problems import Kind, ProblemError, invalid
from publisher.web.api.shapes import Id, Line, Moment, NewsletterName, Page, Paged, Prose, Sent, Shape, Tag, examples
from publisher.web.api.subscriptions import SubscriptionShape, subscription_of
from publisher.web.api.wrong import POINTERS, WORDS

router = APIRouter(tags=["subscribers"])

Email = Annotated[Line, Field(min_length=1, max_length=320, examples=["hanako@example.jp"])]
Name = Annotated[Line, Field(max_length=200, examples=["山田 花子"])]


def _host(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError as error:
        raise ValueError("write an address such as 203.0.113.7 or 2001:db8::7") from error


Host = Annotated[str, Field(max_length=45), AfterValidator(_host)]
FieldName = Annotated[Line, Field(max_length=64)]
Value = Annotated[Line, Field(max_length=500)] | StrictBool | int | Annotated[float, Field(allow_inf_nan=False)] | None


class SubscriberShape(Shape):
    """One address, with all that it ever subscribed to."""

    model_config = examples(
        {
            "id": 17,
            "email": "hanako@example.jp",
            "name": "山田 花子",
            "created_at": "2026-11-30T09:00:00Z",
            "suppressed": None,
            "fields": {"plan": "個人"},
            "subscriptions": [
                {
                    "newsletter": "weekly",
                    "status": "confirmed",
                    "frequency": "weekly",
                    "language": None,
                    "categories": ["庭", "本"],
                    "timezone": None,
                    "paused_until": None,
                    "confirmed_at": "2026-11-30T09:03:10Z",
                }
            ],
        }
    )

    id: int
    email: str
    name: str
    created_at: Moment
    suppressed: Annotated[str | None, Field(description="Why they get no mail, null where they do.")]
    fields: Annotated[dict[str, Any], Field(description="As `fields` in the settings names them.")]
    subscriptions: list[SubscriptionShape]


class SubscriberPage(Page[SubscriberShape]):
    """Some subscribers."""


class SubscribersAsked(Paged):
    """Which subscribers: of an address; with a subscription to a newsletter, in a state, or both of one."""

    email: Email | None = None
    newsletter: NewsletterName | None = None
    status: SubscriptionStatus | None = None


class SignUpAsked(Sent):
    """Somebody wants to read. They are mailed a link, and read once they have said yes on its page."""

    model_config = Sent.model_config | examples(
        {
            "email": "hanako@example.jp",
            "name": "山田 花子",
            "newsletters": ["weekly"],
            "categories": ["庭"],
            "mail_language": "ja",
            "wording": "週に一度、新しい記事をメールで受け取る",
            "ip": "203.0.113.7",
        }
    )

    email: Email
    newsletters: Annotated[list[NewsletterName], Field(min_length=1, max_length=50)]
    name: Name = ""
    categories: Annotated[list[Line], Field(max_length=50)] | None = None
    frequency: Frequency | None = None
    language: Annotated[Tag | None, Field(description="Of posts; any without.")] = None
    mail_language: Annotated[Tag | None, Field(description="Of the mail that asks; the site's without.")] = None
    wording: Annotated[Prose, Field(description="What was shown beside the button; kept as evidence.")] = ""
    ip: Annotated[Host | None, Field(description="Of who asked: so many sign-ups an hour come from one.")] = None


class TakenShape(Shape):
    """The same for who is new, known or suppressed: nobody learns who reads."""

    model_config = examples({"outcome": "taken"})

    outcome: Outcome


class SubscriberChanges(Sent):
    """What is to be changed; what is not sent stays."""

    model_config = Sent.model_config | examples({"name": "山田 花子", "fields": {"plan": "法人"}})

    name: Name | None = None
    fields: Annotated[dict[FieldName, Value], Field(max_length=100, description="null takes one away.")] | None = None


@router.get("/subscribers", operation_id="listSubscribers", summary="Subscribers, oldest first")
def list_subscribers(
    asked: Annotated[SubscribersAsked, Query()], site: Site, _key: SubscribersReader
) -> SubscriberPage:
    """By id: those who come meanwhile come last."""
    with ledger(site) as store:
        try:
            found = profiles.listed(
                store,
                email=asked.email,
                newsletter=asked.newsletter,
                status=asked.status,
                after=asked.cursor or 0,
                most=asked.limit + 1,
            )
        except UsageError as error:
            raise invalid(error.message, parameter="email") from error
    shown = found[: asked.limit]
    more = shown[-1].subscriber.id if len(found) > asked.limit else None
    return SubscriberPage(data=[_subscriber(one) for one in shown], next=more)


@router.post(
    "/subscribers",
    operation_id="signUp",
    summary="Sign somebody up",
    status_code=202,
    responses=may(Kind.CONFLICT),
)
def post_subscriber(asked: SignUpAsked, site: Site, key: SubscribersWriter) -> TakenShape:
    """Through the door that everybody comes through: the reader confirms by mail, and limits hold."""
    _require_a_way(site, asked)
    asking = Asking(
        email=asked.email,
        newsletters=tuple(asked.newsletters),
        categories=None if asked.categories is None else tuple(asked.categories),
        frequency=asked.frequency,
        language=asked.language,
        name=asked.name,
        tongue=asked.mail_language or resolve(site.config).site.language,
        source="api",
        wording=asked.wording,
        ip=asked.ip or f"key {key.id}",
    )
    with ledger(site) as store:
        (answer,) = sign_up(site.door(), store, [asking], site.clock())
    if answer.outcome is Outcome.LIMITED:
        headers = {"retry-after": str(answer.retry_after or 1)}
        raise ProblemError(Kind.LIMITED, "Too many sign-ups came from there.", headers=headers)
    if answer.fault is not None:
        raise invalid(WORDS[answer.fault], pointer=POINTERS[answer.fault])
    return TakenShape(outcome=answer.outcome)


@router.get(
    "/subscribers/{subscriber_id}",
    operation_id="getSubscriber",
    summary="One subscriber",
    responses=may(Kind.NOT_FOUND),
)
def get_subscriber(subscriber_id: Id, site: Site, _key: SubscribersReader) -> SubscriberShape:
    """With all that they ever subscribed to."""
    with ledger(site) as store:
        return _subscriber(profiles.profile(store, subscriber_id))


@router.patch(
    "/subscribers/{subscriber_id}",
    operation_id="changeSubscriber",
    summary="Change a subscriber",
    responses=may(Kind.NOT_FOUND),
)
def patch_subscriber(
    subscriber_id: Id, asked: SubscriberChanges, site: Site, _key: SubscribersWriter
) -> SubscriberShape:
    """Their name and fields; the address is who they are."""
    try:
        fields = parse_all(asked.fields or {}, site.config.settings.fields)
    except UsageError as error:
        raise invalid(error.message, pointer="#/fields") from error
    with ledger(site) as store:
        return _subscriber(profiles.edit(store, subscriber_id, name=asked.name, fields=fields))


@router.delete(
    "/subscribers/{subscriber_id}",
    operation_id="forgetSubscriber",
    summary="Forget a subscriber",
    status_code=204,
    responses=may(Kind.NOT_FOUND),
)
def delete_subscriber(subscriber_id: Id, site: Site, _key: SubscribersEraser) -> None:
    """Erases all that is known of them, and keeps a hash that suppresses the address."""
    with ledger(site) as store:
        profiles.forget(store, subscriber_id, site.clock())


def _require_a_way(site: App, asked: SignUpAsked) -> None:
    """Who can be mailed and not say yes would be asked in vain."""
    known = [name for name in asked.newsletters if name in site.config.settings.newsletters]
    if site.config.settings.web.url is None and any(requests_address(site.config, name) is None for name in known):
        raise ProblemError(Kind.CONFLICT, "Readers could not confirm: neither web.url nor mail.bounces.address is set.")


def _subscriber(found: Profile) -> SubscriberShape:
    return SubscriberShape(
        id=found.subscriber.id,
        email=found.subscriber.email,
        name=found.subscriber.name,
        created_at=found.subscriber.created_at,
        suppressed=found.suppressed,
        fields=dict(found.fields),
        subscriptions=[subscription_of(one) for one in found.subscriptions],
    )
