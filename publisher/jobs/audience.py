"""Audience: to whom a one-off goes, reader by reader."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from difflib import get_close_matches
from typing import Any

import sqlalchemy as sa

from publisher.content import plain_yaml
from publisher.core.fields import kept
from publisher.core.segments import Ground, Holds, asks_for_fields, segment
from publisher.core.slugs import category_slug
from publisher.errors import ContentError, UsageError
from publisher.jobs.library import Library
from publisher.jobs.mailing import Desk, first_language
from publisher.jobs.planned import Group, Picked
from publisher.mail import parse_address
from publisher.model.field import Field
from publisher.model.mailing import Recipient
from publisher.model.newsletter import Newsletter
from publisher.model.post import Post
from publisher.model.reader import SubscriptionStatus
from publisher.store import posts, readers, subscribers, suppressions, traits
from publisher.store.carried import Carried
from publisher.store.engine import Store
from publisher.store.readers import Circle, Reader
from publisher.struct import Struct


class Narrowing(Struct, frozen=True):
    """Which of a newsletter's readers are meant, as asked for: of any of the categories, of the language, and as the
    rule `where` says, in YAML. Nothing said means all."""

    categories: tuple[str, ...] = ()
    language: str | None = None
    where: str | None = None

    @property
    def words(self) -> str:
        """For people, empty where all are meant."""
        said = [f"category {' or '.join(self.categories)}"] if self.categories else []
        said += [f"language {self.language}"] if self.language else []
        said += [f"where {' '.join(self.where.split())}"] if self.where else []
        return ", ".join(said)


class Whom(Struct, frozen=True):
    """Whom a one-off is for: the addresses in `to`, or with none the readers of the newsletter that are meant.

    With `again` also those who have had it.
    """

    to: tuple[str, ...] = ()
    narrowing: Narrowing = Narrowing()
    again: bool = False


class Meant(Struct, frozen=True, gc=False):
    """Somebody whom a one-off is for; `had` is whether they have had it."""

    picked: Picked
    had: bool


def meant(
    connection: sa.Connection, secret: bytes, desk: Desk, post: Post, whom: Whom, at: datetime
) -> Iterator[Meant]:
    """All whom it is for, suppressed or not; of readers those who have not paused until after `at`. UsageError where an
    address or a rule means nothing."""
    post_id = desk.id_of(post)
    first = Group((post_id,), first_language(desk))
    if whom.to:
        found = _strangers(connection, whom.to)
        keys = [one.address_key for one in found]
        had = posts.had(connection, post_id, post.mail.resend, keys)
        suppressed = suppressions.among(connection, secret, keys)
        yield from (Meant(Picked(one, first, suppressed.get(one.address_key)), one.address_key in had) for one in found)
        return
    for reader in _readers(connection, secret, desk, post, whom.narrowing, at):
        group = Group((post_id,), reader.language) if reader.language else first
        yield Meant(Picked(reader.recipient, group, reader.suppressed), bool(reader.carried))


def have_left(store: Store, newsletter: str, to: Sequence[str]) -> list[str]:
    """Which of the addresses have left the newsletter and not come back: a mail by hand is not what they asked for."""
    found = []
    with store.read() as connection:
        for address in map(parse_address, to):
            for one in subscribers.listed(connection, newsletter=newsletter, address_key=address.key):
                if one.status is SubscriptionStatus.UNSUBSCRIBED:
                    found.append(address.email)
    return found


def require_meaning(whom: Whom, newsletter: Newsletter, fields: Mapping[str, Field]) -> None:
    """UsageError where an address or a rule means nothing, before anything is looked up; `fields` are the site's."""
    for address in whom.to:
        parse_address(address)
    _holds(whom.narrowing, Ground({}, newsletter.timezone, "en", fields))


def unknown_categories(desk: Desk, narrowing: Narrowing) -> list[str]:
    """The asked for categories that no post has: most likely mistyped."""
    return [name for name, _ in strange_categories(desk.library, narrowing.categories)]


def strange_categories(library: Library, names: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Those of the names that are no post's category, each with the categories that are written nearly so."""
    slugs = library.config.settings.categories
    known = {category_slug(name, slugs): name for post in library.posts for name in post.categories}
    strange = [(name, category_slug(name, slugs)) for name in names]
    return [
        (name, [known[near] for near in get_close_matches(slug, known)]) for name, slug in strange if slug not in known
    ]


def _readers(
    connection: sa.Connection, secret: bytes, desk: Desk, post: Post, narrowing: Narrowing, at: datetime
) -> Iterator[Reader]:
    settings = desk.library.config.settings
    ground = Ground(settings.categories, desk.newsletter.timezone, first_language(desk), settings.fields)
    holds = _holds(narrowing, ground)
    carried = Carried(connection, desk.newsletter.name, {desk.id_of(post): post.mail.resend})
    with closing(readers.streamed(connection, secret, _circle(desk, at), carried)) as found:
        if holds is None:
            yield from found
            return
        asks = narrowing.where is not None and asks_for_fields(_parsed(narrowing.where))
        with closing(traits.streamed(connection, desk.newsletter, fields=asks)) as known:
            for reader in found:
                # Both come by address, in the order of the database, which need not be Python's.
                key = reader.recipient.address_key
                if holds(next(one for one in known if one.address_key == key)):
                    yield reader


def _circle(desk: Desk, at: datetime) -> Circle:
    return Circle(desk.newsletter, awake=at, fields=bool(desk.library.config.settings.fields))


def _holds(narrowing: Narrowing, ground: Ground) -> Holds | None:
    rules: list[dict[str, Any]] = [{"category": list(narrowing.categories)}] if narrowing.categories else []
    rules += [{"language": narrowing.language}] if narrowing.language else []
    rules += [_parsed(narrowing.where)] if narrowing.where is not None else []
    return segment({"all": rules}, ground) if rules else None


def _parsed(where: str) -> dict[str, Any]:
    """A rule as it is written on one line, its braces left out or not."""
    text = where.strip()
    try:
        return plain_yaml(text if text.startswith("{") else f"{{{text}}}", "--where")
    except ContentError as error:
        hint = "such as 'domain: example.jp, joined: 2026-01-01..', or 'not: {frequency: daily}'"
        raise UsageError(f"--where {where!r} is no rule: {error.problems[0].message}", hint=hint) from error


def _strangers(connection: sa.Connection, to: Sequence[str]) -> list[Recipient]:
    found: dict[str, Recipient] = {}
    for text in to:
        parsed = parse_address(text)
        known = subscribers.find(connection, parsed.key)
        name, own = (known.name, kept(known.fields)) if known else ("", None)
        found[parsed.key] = Recipient(parsed.email, parsed.key, name, None, known.id if known else None, own)
    return list(found.values())
