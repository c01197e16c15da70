"""One-off: one post, now, to a newsletter's readers or to addresses; from there on an issue like any other."""

import difflib
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from publisher.errors import NotFound
from publisher.jobs.library import Library
from publisher.jobs.linted import Unfit
from publisher.jobs.mailing import Desk, draft, first_language, require_known_ledger, require_sender, testify
from publisher.jobs.planned import Group, Making, Pick, Picked, counted_up, mailed, write_issue
from publisher.jobs.site import require_site_url
from publisher.jobs.variants import ONE_OFF, one_off_variant
from publisher.mail import parse_address
from publisher.model.mailing import Issue, IssueKind, Recipient, Variant
from publisher.model.post import Post
from publisher.store import issues, readers, subscribers, suppressions
from publisher.store.carried import Carried
from publisher.store.engine import Store
from publisher.store.readers import Circle
from publisher.struct import Struct


class Audience(Struct, frozen=True):
    """To how many a one-off goes, by language; `already` is how many have had the post and are left out.

    `number` is the issue's, None where the recipients are not a newsletter's readers.
    """

    picks: tuple[Pick, ...]
    already: int
    number: int | None = None

    @property
    def count(self) -> int:
        """How many mails it would send."""
        return mailed(self.picks)


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


def audience(desk: Desk, store: Store, post: Post, to: Sequence[str], *, now: datetime) -> Audience:
    """Who would get `post`: the addresses in `to`, or with none every confirmed reader who has not had it."""
    with store.read() as connection:
        picks = counted_up(_picked(connection, store.secret, desk, post, to, now))
        if to:
            return Audience(picks, 0)
        already = readers.count(connection, Circle(desk.newsletter, awake=now)) - sum(one.readers for one in picks)
        return Audience(picks, already, issues.next_number(connection, desk.newsletter.name))


def planned_variants(desk: Desk, post: Post, whom: Audience, *, subscribed: bool, now: datetime) -> list[Variant]:
    """The variants of a one-off, none where it mails nobody. TemplateError."""
    groups = [Group(one.post_ids, one.language) for one in whom.picks] if whom.count else []
    return [_render(desk, post, now, subscribed, group, whom.number) for group in groups]


def make_one_off(
    desk: Desk, store: Store, post: Post, *, to: Sequence[str], now: datetime, unfit: Unfit = Unfit.REFUSE
) -> Issue | None:
    """Store the issue with its deliveries in one transaction; None where nobody is left to send to.

    One to addresses is urgent. ConfigError where sender or site address is missing, ContentError where its mail has
    errors and is refused for them, WrongLedger, TemplateError.
    """
    library = desk.library
    require_site_url(library.config, library.place.site)
    sender = require_sender(library.config, desk.newsletter)
    require_known_ledger(store, library.config.home)
    testify(library, store)
    name = None if to else desk.newsletter.name
    one_off = draft(desk, IssueKind.ONE_OFF, newsletter=name, at=now, page_url=post.url, urgent=bool(to))
    making = Making(desk, store.secret, sender, ONE_OFF, partial(_render, desk, post, now, not to), unfit)
    with store.write(trusted=True) as connection:
        made = write_issue(connection, making, one_off, _picked(connection, store.secret, desk, post, to, now), now)
    if made is not None:
        testify(library, store)
    return made


def _render(desk: Desk, post: Post, now: datetime, subscribed: bool, group: Group, number: int | None) -> Variant:
    (post_id,) = group.post_ids
    return one_off_variant(desk, post_id, post, language=group.language, subscribed=subscribed, at=now, number=number)


def _picked(
    connection: sa.Connection, secret: bytes, desk: Desk, post: Post, to: Sequence[str], now: datetime
) -> Iterator[Picked]:
    """All who are to get it, suppressed or not; of readers those who have not paused."""
    ids = (desk.library.ids[post.source],)
    first = Group(ids, first_language(desk))
    if to:
        found = _strangers(connection, to)
        suppressed = suppressions.among(connection, secret, [one.address_key for one in found])
        yield from (Picked(one, first, suppressed.get(one.address_key)) for one in found)
        return
    carried = Carried(connection, desk.newsletter.name, {ids[0]: post.mail.resend})
    for reader in readers.streamed(connection, secret, Circle(desk.newsletter, awake=now), carried):
        if not reader.carried:
            group = Group(ids, reader.language) if reader.language else first
            yield Picked(reader.recipient, group, reader.suppressed)


def _strangers(connection: sa.Connection, to: Sequence[str]) -> list[Recipient]:
    found: dict[str, Recipient] = {}
    for text in to:
        parsed = parse_address(text)
        known = subscribers.find(connection, parsed.key)
        name = known.name if known else ""
        found[parsed.key] = Recipient(parsed.email, parsed.key, name, subscriber_id=known.id if known else None)
    return list(found.values())
