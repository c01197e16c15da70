"""What each reader of a newsletter can be chosen by, as a stream."""

from collections.abc import Generator
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from publisher.core.segments import Traits
from publisher.model.newsletter import Frequency, Newsletter
from publisher.model.reader import SubscriptionStatus
from publisher.store.tables import subscribers, subscriptions

_AT_ONCE = 250


def streamed(connection: sa.Connection, newsletter: Newsletter, *, fields: bool = False) -> Generator[Traits]:
    """Those of all confirmed readers, by address, in the order in which store.readers has them; with a site's own
    `fields` where these are asked for.

    Whoever does not read to the end closes the iterator.
    """
    offered = lru_cache(len(Frequency))(lambda wanted: newsletter.frequency_of(Frequency(wanted)).value)
    options = {"stream_results": True, "yield_per": _AT_ONCE}
    with connection.execute(_query(newsletter, fields=fields), execution_options=options) as rows:
        for key, language, frequency, zone, categories, joined, own in rows:
            wished = None if categories is None else tuple(categories)
            yield Traits(key, language, offered(frequency), zone or newsletter.timezone, wished, joined, own)


def _query(newsletter: Newsletter, *, fields: bool) -> sa.Select[*tuple[Any, ...]]:
    wish = subscriptions.c
    return (
        sa.select(
            *(subscribers.c.address_key, wish.language, wish.frequency),
            *(wish.timezone, wish.categories, wish.confirmed_at),
            subscribers.c.fields if fields else sa.null(),
        )
        .join_from(subscriptions, subscribers)
        .where(wish.newsletter == newsletter.name, wish.status == SubscriptionStatus.CONFIRMED)
        .order_by(subscribers.c.address_key)
    )
