"""Letters: what readers brought about becomes urgent mail of the ledger, each exactly once."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.config import Config, refusal
from publisher.errors import UsageError
from publisher.jobs.letters_made import OF_ALL, OF_STRANGERS, singly, together
from publisher.jobs.library import Library
from publisher.jobs.mailing import Bureau, Desk, Facts, require_known_ledger, testify
from publisher.jobs.requests_address import requests_address
from publisher.jobs.site import Place, require_site_url
from publisher.jobs.ways_by_mail import ways_of
from publisher.mail import parse_mailbox
from publisher.model.mailing import Issue
from publisher.model.newsletter import Newsletter
from publisher.model.sign_up import Letter, LetterKind
from publisher.store import issues, letters, sign_ups
from publisher.store.engine import Store
from publisher.struct import Struct, replace
from publisher.templating import Templates

_AT_ONCE = 500


class Workshop(Struct, frozen=True):
    """Where letters are made: settings and place, templates, newsletters, and what reads the posts where a letter shows
    some of them."""

    config: Config
    place: Place
    templates: Templates
    newsletters: tuple[Newsletter, ...]
    read: Callable[[Callable[[Library], Any]], Any]


class Sort(Struct, frozen=True):
    """What letters have in common that are one issue; `newsletters` are those they are about, by name."""

    kind: LetterKind
    language: str
    newsletters: tuple[str, ...]


class Made(Struct, frozen=True):
    """Issues of letters that were made."""

    issues: tuple[Issue, ...] = ()

    def __add__(self, other: "Made") -> "Made":
        return Made(self.issues + other.issues)

    @property
    def bursts(self) -> int:
        """How often the operator is told that sign-ups come in crowds."""
        return sum(one.letter is LetterKind.BURST for one in self.issues)


def make_letters(workshop: Workshop, store: Store, now: datetime) -> Made:
    """Make what is due; the issues. What dies in the middle of it is made the next time, and nothing twice.

    ConfigError where sender or site address is missing, WrongLedger, TemplateError.
    """
    with store.read() as connection:
        due = letters.due(connection, now, _AT_ONCE)
        sorts = _sorted(connection, workshop, due)
    if not due:
        return Made()
    require_site_url(workshop.config, workshop.place.site)
    require_known_ledger(store, workshop.config.home)
    _testify_first(workshop, store)
    made = Made()
    for sort, some in sorts.items():
        made += _made(workshop, store, sort, some, now)
    return made


def _testify_first(workshop: Workshop, store: Store) -> None:
    """The site must know its ledger. Not of each letter: `ids.json` is kept in version control, and sign-ups come at
    any hour."""
    with store.read() as connection:
        is_known = issues.count(connection) > 0
    if not is_known:
        workshop.read(lambda library: testify(library, store))


def _sorted(connection: sa.Connection, workshop: Workshop, due: Sequence[Letter]) -> dict[Sort, list[Letter]]:
    asked = sign_ups.by_ids(connection, {one.sign_up_id for one in due if one.sign_up_id is not None})
    configured = {one.name for one in workshop.newsletters}
    sorts: defaultdict[Sort, list[Letter]] = defaultdict(list)
    for one in due:
        about = asked[one.sign_up_id].wishes if one.sign_up_id in asked else [one.newsletter] if one.newsletter else []
        names = tuple(sorted(name for name in about if name in configured))
        sorts[Sort(one.kind, one.language, names)].append(one)
    return sorts


def _made(workshop: Workshop, store: Store, sort: Sort, some: Sequence[Letter], now: datetime) -> Made:
    about, ids = _about(workshop, sort), [one.id for one in some]
    if about is None:
        # Of newsletters that are configured no more.
        with store.write() as connection:
            for one in letters.held(connection, ids):
                letters.made(connection, one, None, now)
        return Made()
    if sort.kind is LetterKind.WELCOME and about.latest_in_welcome:
        templates = workshop.templates
        return Made(workshop.read(lambda library: singly(Desk(library, templates, about), store, ids, now)))
    of_strangers = sort.kind in OF_STRANGERS
    replied = _answered_by_mail(workshop.config, about) if of_strangers else about
    bureau = Bureau(Facts(workshop.config, workshop.place), workshop.templates, replied)
    if not of_strangers:
        return Made(singly(bureau, store, ids, now))
    titles = [one.title for one in workshop.newsletters if one.name in sort.newsletters]
    ways = ways_of(workshop.config, workshop.newsletters)
    return Made(together(bureau, store, sort.kind, ids, now, language=sort.language, titles=titles, ways=ways))


def _about(workshop: Workshop, sort: Sort) -> Newsletter | None:
    """The newsletter in whose name letters go, with the sender they are from; None where there is none."""
    named = [one for one in workshop.newsletters if one.name in sort.newsletters]
    is_of_all = sort.kind in OF_ALL
    chosen = next((one for one in (workshop.newsletters if is_of_all else named) if one.sender), None)
    first = chosen or next(iter(named), None) or (next(iter(workshop.newsletters), None) if is_of_all else None)
    sender = workshop.config.settings.web.sign_up.from_
    if first is None or sort.kind not in OF_STRANGERS or sender is None:
        return first
    try:
        parse_mailbox(sender)
    except UsageError as error:
        raise refusal(workshop.config, "web.sign_up.from", error.message, hint=error.hint or "") from error
    return replace(first, sender=sender)


def _answered_by_mail(config: Config, newsletter: Newsletter) -> Newsletter:
    """Where there are no pages, yes may be said by an answer to the letter: it goes to the box that is read."""
    box = requests_address(config, newsletter.name) if config.settings.web.url is None else None
    return newsletter if box is None else replace(newsletter, reply_to=box.email)
