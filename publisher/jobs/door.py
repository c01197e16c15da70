"""The door that everybody comes through who becomes a reader by their own hand: what may be asked for at all."""

from collections.abc import Callable, Collection, Iterable
from enum import StrEnum

from publisher.config.settings import SignUpSettings
from publisher.core.lines import LONGEST_NAME, is_one_line
from publisher.core.slugs import category_slug
from publisher.core.words import LANGUAGE
from publisher.errors import UsageError
from publisher.mail import Address, parse_address
from publisher.model.newsletter import Newsletter
from publisher.model.sign_up import Wanted
from publisher.struct import Struct

_MOST_CATEGORIES, _LONGEST_CATEGORY, _LONGEST_TAG = 50, 100, 35


class Fault(StrEnum):
    """What is wrong with what somebody typed."""

    ADDRESS = "address"
    DISPOSABLE = "disposable"
    DOMAIN = "domain"
    NEWSLETTER = "newsletter"
    CATEGORY = "category"
    FREQUENCY = "frequency"
    LANGUAGE = "language"
    NAME = "name"
    TIMEZONE = "timezone"
    PAUSE = "pause"


class Asking(Struct, frozen=True):
    """What somebody asks for, however they ask.

    `categories`, `frequency` and `language`, of posts, None for any. `tongue` is the language of page and mail,
    `source` `page`, `site`, `api` or `mail`; `wording` was shown beside the button. `ip` is the client's address, empty
    where nobody knows it.
    """

    email: str
    newsletters: tuple[str, ...]
    categories: tuple[str, ...] | None = None
    frequency: str | None = None
    language: str | None = None
    name: str = ""
    tongue: str = "en"
    source: str = "page"
    wording: str = ""
    ip: str = ""


class Door(Struct, frozen=True):
    """The newsletters there are, and the rules of `web.sign_up`.

    `require` raises ConfigError where no mail could leave: then nobody is let in, to wait for one.

    `disposable` are domains whose addresses are not taken, those below them included; `unmailable` says which of some
    domains take no mail, and none where nobody can tell.
    """

    newsletters: tuple[Newsletter, ...]
    rules: SignUpSettings
    disposable: frozenset[str] = frozenset()
    unmailable: Callable[[Collection[str]], set[str]] = lambda _domains: set()
    require: Callable[[], object] = lambda: None


class Request(Struct, frozen=True):
    """What was asked for, understood: by newsletter."""

    asking: Asking
    address: Address
    wanted: dict[str, Wanted]


class Refused(Exception):
    """Why something cannot be asked for."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def understood(door: Door, asking: Asking) -> Request:
    """What was asked for; Refused."""
    address = _address(door, asking.email)
    if not is_one_line(asking.name.strip()) or len(asking.name) > LONGEST_NAME:
        raise Refused(Fault.NAME)
    _require_language(asking.tongue)
    if asking.language is not None:
        _require_language(asking.language)
    chosen = [_named(door, name) for name in dict.fromkeys(asking.newsletters)]
    if not chosen:
        raise Refused(Fault.NEWSLETTER)
    return Request(asking, address, _wanted(chosen, asking))


def wanted_of(newsletter: Newsletter, wanted: Wanted) -> Wanted:
    """What somebody wants of one newsletter, checked; Refused where it has none of that."""
    if wanted.language is not None:
        _require_language(wanted.language)
    if wanted.frequency is not None and wanted.frequency not in newsletter.schedules:
        raise Refused(Fault.FREQUENCY)
    return Wanted(_offered([newsletter], wanted.categories, newsletter), wanted.frequency, wanted.language)


def _wanted(chosen: list[Newsletter], asking: Asking) -> dict[str, Wanted]:
    """A frequency that only some of them have is that of these alone."""
    if asking.frequency is not None and not any(asking.frequency in one.schedules for one in chosen):
        raise Refused(Fault.FREQUENCY)
    return {
        one.name: Wanted(
            categories=_offered(chosen, asking.categories, one),
            frequency=asking.frequency if asking.frequency in one.schedules else None,
            language=asking.language,
        )
        for one in chosen
    }


def _offered(chosen: list[Newsletter], names: Iterable[str] | None, newsletter: Newsletter) -> tuple[str, ...] | None:
    """Those of the categories that a newsletter has, None for all; Refused where one is of no newsletter that was
    chosen, or none of this."""
    wanted = tuple(dict.fromkeys(name.strip() for name in names or ()))
    if len(wanted) > _MOST_CATEGORIES or not all(map(_is_category, wanted)):
        raise Refused(Fault.CATEGORY)
    if not all(any(_has(one, name) for one in chosen) for name in wanted):
        raise Refused(Fault.CATEGORY)
    its = tuple(name for name in wanted if _has(newsletter, name))
    if wanted and not its:
        raise Refused(Fault.CATEGORY)
    return its or None


def _is_category(name: str) -> bool:
    return bool(name) and len(name) <= _LONGEST_CATEGORY and is_one_line(name)


def _has(newsletter: Newsletter, name: str) -> bool:
    if newsletter.categories is None:
        return True
    return category_slug(name, {}) in {category_slug(one, {}) for one in newsletter.categories}


def _named(door: Door, name: str) -> Newsletter:
    for one in door.newsletters:
        if one.name == name:
            return one
    raise Refused(Fault.NEWSLETTER)


def _require_language(tag: str) -> None:
    if len(tag) > _LONGEST_TAG or not LANGUAGE.fullmatch(tag):
        raise Refused(Fault.LANGUAGE)


def _address(door: Door, text: str) -> Address:
    try:
        address = parse_address(text)
    except UsageError as error:
        raise Refused(Fault.ADDRESS) from error
    if door.disposable and not door.disposable.isdisjoint(_above(address.domain.lower())):
        raise Refused(Fault.DISPOSABLE)
    return address


def _above(domain: str) -> list[str]:
    """A domain and those it lies below."""
    labels = domain.split(".")
    return [".".join(labels[place:]) for place in range(len(labels))]
