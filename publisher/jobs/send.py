"""One-off: one post, now, to a newsletter's readers or to addresses; from there on an issue like any other."""

import difflib
from collections import Counter
from collections.abc import Generator
from datetime import datetime
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from publisher.errors import NotFound
from publisher.jobs.archive import publish_early, require_room
from publisher.jobs.archive_pages import issue_page
from publisher.jobs.audience import Whom, meant
from publisher.jobs.library import Library
from publisher.jobs.linted import Unfit
from publisher.jobs.mailing import Desk, draft, require_known_ledger, require_sender, testify
from publisher.jobs.notice import AWAITS, notify, of_approval
from publisher.jobs.planned import Group, Making, Pick, Picked, counted_up, mailed, write_issue
from publisher.jobs.site import require_site_url
from publisher.jobs.variants import ONE_OFF, one_off_variant
from publisher.model.mailing import Issue, IssueKind, IssueStatus, Variant
from publisher.model.post import Post
from publisher.store import issues
from publisher.store.engine import Store
from publisher.struct import Struct, replace


class Order(Struct, frozen=True):
    """What a program asks for: `uid` is the issue's, so that it is made once however often it is asked for, and
    `sha256` that of the request."""

    uid: str
    sha256: str


class Audience(Struct, frozen=True):
    """To how many a one-off goes, by language; `already` is how many have had the post, and are left out but where it
    goes out again.

    `number` is the issue's, None where the recipients are not a newsletter's readers.
    """

    picks: tuple[Pick, ...]
    already: int
    number: int | None = None

    @property
    def count(self) -> int:
        """How many mails it would send."""
        return mailed(self.picks)

    @property
    def suppressed(self) -> int:
        """How many more it is for, whose addresses get no mail."""
        return sum(one.suppressed for one in self.picks)


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
    other = "a text of another kind is not sent" if (cwd / name).exists() else "name its file, from this folder"
    raise NotFound("post or Markdown file", name, hint=f"did you mean {' or '.join(near)}?" if near else other)


def _names(post: Post, name: str) -> bool:
    stem = Path(post.source).stem
    return name in (Path(post.source).name, stem) or stem.endswith("-" + name)


def audience(desk: Desk, store: Store, post: Post, whom: Whom, *, at: datetime) -> Audience:
    """Who would get `post`, sent `at`; UsageError where an address or a rule of readers means nothing."""
    had: Counter[bool] = Counter()
    with store.read() as connection:
        picks = counted_up(_picked(connection, store.secret, desk, post, whom, at, had))
        number = None if whom.to else issues.next_number(connection, desk.newsletter.name)
    return Audience(picks, had[True], number)


def planned_variants(desk: Desk, post: Post, found: Audience, whom: Whom, *, at: datetime) -> list[Variant]:
    """The variants of a one-off, none where it mails nobody. TemplateError."""
    groups = [Group(one.post_ids, one.language) for one in found.picks] if found.count else []
    return [_render(desk, post, at, whom, group, found.number) for group in groups]


def make_one_off(
    desk: Desk,
    store: Store,
    post: Post,
    whom: Whom,
    *,
    now: datetime,
    starts_at: datetime | None = None,
    unfit: Unfit = Unfit.REFUSE,
    order: Order | None = None,
    awaits: bool = False,
) -> Issue | None:
    """Store the issue with its deliveries in one transaction; None where nobody is left to send to.

    It is frozen as it is now, also where it is to wait until `starts_at`. One to addresses is urgent. With `awaits` it
    waits for a person, and the editor is asked; `unfit` is nothing then, as they see what is wrong. ConfigError where
    sender or site address is missing or a page of the site lies in the way of the issue's, ContentError where its mail
    has errors and is refused for them, WrongLedger, TemplateError, UsageError where an address or a rule of readers
    means nothing.
    """
    library = desk.library
    require_site_url(library.config, library.place.site)
    sender = require_sender(library.config, desk.newsletter)
    require_known_ledger(store, library.config.home)
    testify(library, store)
    at = starts_at or now
    fit = Unfit.SEND if awaits else unfit
    making = Making(desk, store.secret, sender, ONE_OFF, partial(_render, desk, post, at, whom), fit)
    wanted = _ordered(_draft(desk, post, whom, at, starts_at), order, awaits=awaits)
    with store.write(trusted=True) as connection:
        if desk.newsletter.archive and _shown(whom):
            require_room(library, connection, desk.newsletter.name)
        picked = _picked(connection, store.secret, desk, post, whom, at, Counter())
        made = write_issue(connection, making, wanted, picked, now)
        if made is not None and awaits:
            notify(connection, store.secret, desk, of_approval(connection, store.secret, desk, made, now), now)
    if made is not None:
        testify(library, store)
        publish_early(library, store, now)
    return made


def _draft(desk: Desk, post: Post, whom: Whom, at: datetime, starts_at: datetime | None) -> issues.Draft:
    name = None if whom.to else desk.newsletter.name
    page = post.url or (issue_page(desk) if _shown(whom) else None)
    made = draft(desk, IssueKind.ONE_OFF, newsletter=name, at=at, page_url=page, urgent=bool(whom.to))
    made = replace(made, audience=whom.narrowing.words, again=whom.again)
    return made if starts_at is None else replace(made, status=IssueStatus.AWAITING, starts_at=starts_at)


def _ordered(made: issues.Draft, order: Order | None, *, awaits: bool) -> issues.Draft:
    if order is not None:
        made = replace(made, uid=order.uid, asked_sha256=order.sha256)
    return replace(made, status=IssueStatus.AWAITING, reason=AWAITS) if awaits else made


def _shown(whom: Whom) -> bool:
    """Whether the archive tells of it: what goes to some alone is not for the world."""
    return not whom.to and not whom.narrowing.words


def _render(desk: Desk, post: Post, now: datetime, whom: Whom, group: Group, number: int | None) -> Variant:
    (post_id,) = group.post_ids
    return one_off_variant(
        desk,
        post_id,
        post,
        language=group.language,
        subscribed=not whom.to,
        at=now,
        number=number,
        shown=_shown(whom),
    )


def _picked(
    connection: sa.Connection, secret: bytes, desk: Desk, post: Post, whom: Whom, at: datetime, had: Counter[bool]
) -> Generator[Picked]:
    """All who are to get it, suppressed or not; of readers those who have not paused. In `had` is counted how many have
    had it, and are left out but where it goes out again."""
    for one in meant(connection, secret, desk, post, whom, at):
        had[one.had] += 1
        if whom.again or not one.had:
            yield one.picked
