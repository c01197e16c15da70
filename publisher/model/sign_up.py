"""How somebody becomes a reader by their own hand: what they asked for, and the letters that answer."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from publisher.struct import Struct, field


class LetterKind(StrEnum):
    """What a letter is for: to confirm a sign-up; to tell who has all of it already so; the link to one's preferences;
    that somebody left; to greet; what may be asked by mail; what a reader has, to be changed by mail; and, to the
    operator, that sign-ups come in crowds."""

    CONFIRM = "confirm"
    KNOWN = "known"
    PREFERENCES = "preferences"
    GOODBYE = "goodbye"
    WELCOME = "welcome"
    HELP = "help"
    CHOICES = "choices"
    BURST = "burst"


class Wanted(Struct, frozen=True):
    """What somebody wants of one newsletter; None was not said: all categories, its own frequency, any language."""

    categories: tuple[str, ...] | None = None
    frequency: str | None = None
    language: str | None = None


class SignUp(Struct, frozen=True):
    """What somebody asked for, and what proves that they did.

    `wishes` are by newsletter. `language` is that of page and mail. `ip` is a keyed hash, empty where none is kept;
    `wording` is what was shown where they asked, `confirmed_wording` where they confirmed.
    """

    id: int
    uid: str
    email: str
    address_key: str
    name: str
    language: str
    wishes: Mapping[str, Wanted]
    source: str
    wording: str
    ip: str
    asked_at: datetime
    expires_at: datetime
    confirmed_at: datetime | None = None
    confirmed_wording: str = ""
    confirmed_ip: str = ""


class Letter(Struct, frozen=True):
    """A mail to one address that its owner, or somebody in their name, brought about.

    It is made into a delivery when it is due, at `made_at`, and `due_at` is None from then on; it is None without a
    `delivery_id` where nothing was left to be said. What a link in it does is good until `expires_at`.
    `said` is what it tells this reader alone: their `choices`, and lines of theirs that are `unread`.
    """

    id: int
    kind: LetterKind
    email: str
    address_key: str
    language: str
    newsletter: str | None
    sign_up_id: int | None
    asked_at: datetime
    expires_at: datetime
    due_at: datetime | None = None
    made_at: datetime | None = None
    delivery_id: int | None = None
    said: Mapping[str, str] = field(default_factory=dict)
