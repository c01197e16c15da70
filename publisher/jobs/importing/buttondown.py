"""Buttondown: its export of subscribers, and its API.

Columns are named as the API names its fields: `email` (later `email_address`), `notes`, `metadata`, `tags`,
`referrer_url`, `creation_date`, `unsubscription_date`, `source`, `type` (`subscriber_type`). The types are those of
buttondown/openapi (enums.json, SubscriberType), and those that its documentation has added since.
"""

from pathlib import Path

from publisher.jobs.importing.nouns import Cells, Places, Program, Reading, Said, Standing
from publisher.jobs.importing.sheet import tidied
from publisher.model.bounce import SuppressionKind

_TYPES = {
    **dict.fromkeys(("", "regular", "premium", "trialed", "unpaid", "gifted", "churning"), Standing.SUBSCRIBED),
    **dict.fromkeys(("churned", "paused", "past_due", "upcoming"), Standing.SUBSCRIBED),
    "unactivated": Standing.UNCONFIRMED,
    **dict.fromkeys(("unsubscribed", "removed", "disabled"), Standing.LEFT),
    **dict.fromkeys(("undeliverable", "complained", "blocked", "spammy"), Standing.SUPPRESSED),
}
_KINDS = {
    "undeliverable": SuppressionKind.HARD,
    "complained": SuppressionKind.COMPLAINT,
    "blocked": SuppressionKind.HAND,
    "spammy": SuppressionKind.HAND,
}


def _knows(places: Places) -> bool:
    addressed = bool({"email", "email_address"} & places.keys())
    return addressed and bool({"creation_date", "subscriber_type", "unsubscription_date"} & places.keys())


def _reading(places: Places, file: Path) -> Reading:  # noqa: ARG001
    email = places.get("email_address", places.get("email", -1))
    type_ = places.get("subscriber_type", places.get("type", -1))
    created, left = places.get("creation_date", -1), places.get("unsubscription_date", -1)

    def read(cells: Cells) -> Said:
        row = tidied(cells)
        word = row[type_].lower()
        if word not in _TYPES:
            raise ValueError(f"{word!r} is no type of subscriber that is known here")
        standing = _TYPES[word]
        if standing is Standing.SUBSCRIBED and row[left] and not word:
            standing = Standing.LEFT
        kind = _KINDS.get(word, SuppressionKind.HARD)
        return Said(row[email], standing=standing, confirmed=row[created], left=row[left], kind=kind, reason=word)

    return read


BUTTONDOWN = Program(
    "buttondown",
    _knows,
    _reading,
    frozenset({"email", "email_address", "type", "subscriber_type", "creation_date", "unsubscription_date"}),
    frozenset(
        {
            *("id", "secondary_id", "referrer_url", "source", "ip_address", "utm_campaign", "utm_source", "utm_medium"),
            *("stripe_customer_id", "last_open_date", "last_click_date", "risk_score", "avatar_url"),
        }
    ),
)
