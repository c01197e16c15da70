"""Subscriptions of one subscriber: what they get of each newsletter."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field

from publisher.core.zones import zone_name
from publisher.errors import UsageError
from publisher.jobs import profiles
from publisher.jobs.door import Fault, Refused
from publisher.jobs.profiles import Unconfirmed
from publisher.model.newsletter import Frequency
from publisher.model.reader import Subscription, SubscriptionStatus
from publisher.web.api.callers import Site, SubscribersReader, SubscribersWriter
from publisher.web.api.description import may
from publisher.web.api.gate import ledger
from publisher.web.api.problems import Kind, ProblemError, invalid
from publisher.web.api.shapes import Id, Line, Moment, NewsletterName, Sent, Shape, Tag, When, examples
from publisher.web.api.wrong import POINTERS, WORDS

router = APIRouter(tags=["subscriptions"])

Newsletter = Annotated[NewsletterName, Path()]


class SubscriptionShape(Shape):
    """What somebody gets of a newsletter. Categories null are all, those to come included; a language null is any; a
    time zone null is the newsletter's."""

    newsletter: str
    status: SubscriptionStatus
    frequency: Frequency
    language: str | None
    categories: list[str] | None
    timezone: str | None
    paused_until: Moment | None
    confirmed_at: Moment | None


class SubscriptionList(Shape):
    """All of them."""

    data: list[SubscriptionShape]


def _without_default(schema: dict[str, Any]) -> None:
    """What is not sent is not weekly: it stays."""
    del schema["default"]


class SubscriptionChanges(Sent):
    """What is to be changed; what is not sent stays."""

    model_config = Sent.model_config | examples(
        {"categories": ["本"], "paused_until": "2027-01-05T00:00:00+09:00"}, {"categories": None, "paused_until": None}
    )

    frequency: Annotated[Frequency, Field(json_schema_extra=_without_default)] = Frequency.WEEKLY
    categories: Annotated[list[Line], Field(max_length=50)] | None = None
    language: Tag | None = None
    timezone: Annotated[Line, Field(max_length=64, examples=["Asia/Tokyo"])] | None = None
    paused_until: When | None = None


@router.get(
    "/subscribers/{subscriber_id}/subscriptions",
    operation_id="listSubscriptions",
    summary="What a subscriber gets",
    responses=may(Kind.NOT_FOUND),
)
def list_subscriptions(subscriber_id: Id, site: Site, _key: SubscribersReader) -> SubscriptionList:
    """By newsletter; those that they left, too."""
    with ledger(site) as store:
        found = profiles.profile(store, subscriber_id)
    return SubscriptionList(data=[subscription_of(one) for one in found.subscriptions])


@router.patch(
    "/subscribers/{subscriber_id}/subscriptions/{newsletter}",
    operation_id="changeSubscription",
    summary="Change what a subscriber gets",
    responses=may(Kind.NOT_FOUND, Kind.CONFLICT),
)
def patch_subscription(
    subscriber_id: Id, newsletter: Newsletter, asked: SubscriptionChanges, site: Site, _key: SubscribersWriter
) -> SubscriptionShape:
    """Of a confirmed subscription."""
    now, changes = site.clock(), {name: getattr(asked, name) for name in asked.model_fields_set}
    if asked.paused_until is not None and asked.paused_until <= now:
        raise invalid(WORDS[Fault.PAUSE], pointer=POINTERS[Fault.PAUSE])
    try:
        changes |= {"timezone": _zone(asked.timezone)} if asked.timezone is not None else {}
        with ledger(site) as store:
            return subscription_of(profiles.choose(site.door(), store, subscriber_id, newsletter, changes, now))
    except Refused as refused:
        raise invalid(WORDS[refused.fault], pointer=POINTERS[refused.fault]) from refused
    except Unconfirmed as error:
        raise ProblemError(Kind.CONFLICT, "This subscription is not confirmed: their word is needed.") from error


@router.delete(
    "/subscribers/{subscriber_id}/subscriptions/{newsletter}",
    operation_id="endSubscription",
    summary="End a subscription",
    status_code=204,
    responses=may(Kind.NOT_FOUND),
)
def delete_subscription(subscriber_id: Id, newsletter: Newsletter, site: Site, _key: SubscribersWriter) -> None:
    """As the reader's own leaving; the first time counts."""
    with ledger(site) as store:
        profiles.leave(store, subscriber_id, newsletter, site.clock())


def _zone(name: str) -> str:
    try:
        return zone_name(name)
    except UsageError as error:
        raise invalid(WORDS[Fault.TIMEZONE], pointer=POINTERS[Fault.TIMEZONE]) from error


def subscription_of(found: Subscription) -> SubscriptionShape:
    """What the API says of a subscription."""
    return SubscriptionShape(
        newsletter=found.newsletter,
        status=found.status,
        frequency=found.frequency,
        language=found.language,
        categories=None if found.categories is None else list(found.categories),
        timezone=found.timezone,
        paused_until=found.paused_until,
        confirmed_at=found.confirmed_at,
    )
