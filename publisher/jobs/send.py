"""One-off: one post, now, to a newsletter's readers or to addresses; from there on an issue like any other."""

import difflib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from publisher.errors import NotFound
from publisher.jobs.letter import require_headers
from publisher.jobs.library import Library
from publisher.jobs.linted import Unfit, hold_back, problems
from publisher.jobs.mailing import (
    Desk,
    addressed,
    draft,
    first_language,
    require_known_ledger,
    require_sender,
    testify,
)
from publisher.jobs.site import require_site_url
from publisher.jobs.variants import one_off_variant
from publisher.mail import parse_address
from publisher.model.mailing import Issue, IssueKind, Recipient, Variant
from publisher.model.post import Post
from publisher.model.reader import SubscriptionStatus
from publisher.store import deliveries, issues, subscribers, suppressions
from publisher.store.engine import Store
from publisher.struct import Struct


class Audience(Struct, frozen=True):
    """Whom a one-off goes to, by language; `already` is how many have had the post and are left out.

    `suppressed` are recipients, by address key, who get no mail, and why. `number` is the issue's, None where the
    recipients are not a newsletter's readers.
    """

    recipients: dict[str, list[Recipient]]
    already: int
    suppressed: dict[str, str]
    number: int | None = None

    @property
    def count(self) -> int:
        """How many mails it would send."""
        return sum(one.address_key not in self.suppressed for group in self.recipients.values() for one in group)


def find_post(library: Library, name: str, cwd: Path) -> Post:
    """The post that `name` means: its file, its address, or the end of its file name; NotFound lists near ones."""
    source = (cwd / name).resolve()
    relative = (
        source.relative_to(library.config.folder).as_posix() if source.is_relative_to(library.config.folder) else ""
    )
    exact = [post for post in library.posts if name in (post.source, post.url, post.path) or post.source == relative]
    ending = [post for post in library.posts if _names(post, name)]
    for found in (exact, ending):
        if len(found) == 1:
            return found[0]
    if len(ending) > 1:
        raise NotFound("single post", name, hint="several match: " + ", ".join(post.source for post in ending[:5]))
    near = difflib.get_close_matches(name, [post.source for post in library.posts], n=3, cutoff=0.4)
    raise NotFound("post", name, hint="did you mean " + " or ".join(near) + "?" if near else "name its file")


def _names(post: Post, name: str) -> bool:
    stem = Path(post.source).stem
    return name in (Path(post.source).name, stem) or stem.endswith("-" + name)


def audience(desk: Desk, store: Store, post: Post, to: Sequence[str]) -> Audience:
    """Who would get `post`: the addresses in `to`, or with none every confirmed reader who has not had it."""
    with store.read() as connection:
        return _audience(connection, desk, post, to)


def planned_variants(desk: Desk, post: Post, whom: Audience, *, subscribed: bool, now: datetime) -> list[Variant]:
    """The variants of a one-off, none where it mails nobody. TemplateError."""
    post_id = desk.library.ids[post.source]
    return [
        one_off_variant(desk, post_id, post, language=language, subscribed=subscribed, at=now, number=whom.number)
        for language in (whom.recipients if whom.count else ())
    ]


def make_one_off(
    desk: Desk, store: Store, post: Post, *, to: Sequence[str], now: datetime, unfit: Unfit = Unfit.REFUSE
) -> Issue | None:
    """Store the issue with its deliveries in one transaction; None where nobody is left to send to.

    ConfigError where sender or site address is missing, ContentError where its mail has errors and is refused for
    them, WrongLedger, TemplateError.
    """
    library = desk.library
    require_site_url(library.config, library.place.site)
    sender = require_sender(library.config, desk.newsletter)
    require_known_ledger(store, library.config.home)
    testify(library, store)
    name = None if to else desk.newsletter.name
    one_off = draft(desk, IssueKind.ONE_OFF, newsletter=name, at=now, page_url=post.url)
    with store.write() as connection:
        chosen = _audience(connection, desk, post, to)
        if not chosen.count:
            return None
        issue = issues.insert(connection, one_off, now)
        variants: list[Variant] = []
        for language, recipients in chosen.recipients.items():
            variant = one_off_variant(
                desk,
                library.ids[post.source],
                post,
                language=language,
                subscribed=not to,
                at=now,
                number=issue.number,
            )
            require_headers(library.config, issue, variant)
            variant_id = issues.insert_variant(connection, issue.id, variant)
            mails = addressed(store, issue.uid, recipients, variant_id, sender, chosen.suppressed)
            deliveries.insert(connection, issue.id, mails)
            variants.append(variant)
        held = hold_back(connection, issue, problems(desk, variants), unfit)
    testify(library, store)
    return held


def _audience(connection: sa.Connection, desk: Desk, post: Post, to: Sequence[str]) -> Audience:
    suppressed = suppressions.reasons(connection)
    if to:
        return Audience({first_language(desk): _strangers(connection, to)}, 0, suppressed)
    carried = deliveries.carried(connection, desk.newsletter.name)
    post_id = desk.library.ids[post.source]
    groups: dict[str, list[Recipient]] = {}
    already = 0
    for reader in subscribers.listed(connection, newsletter=desk.newsletter.name, status=SubscriptionStatus.CONFIRMED):
        who = reader.subscriber
        if post_id in carried.get(who.address_key, ()):
            already += 1
            continue
        recipient = Recipient(who.email, who.address_key, who.name, reader.language, who.id)
        groups.setdefault(reader.language or first_language(desk), []).append(recipient)
    return Audience(groups, already, suppressed, issues.next_number(connection, desk.newsletter.name))


def _strangers(connection: sa.Connection, to: Sequence[str]) -> list[Recipient]:
    found: dict[str, Recipient] = {}
    for text in to:
        parsed = parse_address(text)
        known = subscribers.find(connection, parsed.key)
        name = known.name if known else ""
        found[parsed.key] = Recipient(parsed.email, parsed.key, name, subscriber_id=known.id if known else None)
    return list(found.values())
