"""What every mailing needs before it becomes an issue: a desk, a sender, a ledger that may send."""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TypeAlias
from zoneinfo import ZoneInfo

from publisher.config import Config
from publisher.content import Rendered
from publisher.core.words import counted
from publisher.errors import ConfigError, Problem, Severity, UsageError, WrongLedger
from publisher.jobs.archive_paths import list_path, page_address
from publisher.jobs.dead_links import dead_links
from publisher.jobs.ids import Witness, recall
from publisher.jobs.intro import Introductions, introductions
from publisher.jobs.library import Library
from publisher.jobs.lost_ids import require_no_lost_ids
from publisher.jobs.pictures import finder
from publisher.jobs.site import Place
from publisher.mail import Find, Mailbox, parse_mailbox
from publisher.model.mailing import IssueKind, IssueStatus
from publisher.model.newsletter import Frequency, Newsletter, Period
from publisher.model.post import Post
from publisher.model.sign_up import LetterKind
from publisher.store import issues
from publisher.store.engine import Store
from publisher.struct import Struct
from publisher.templating import Templates


class Aside(Struct, frozen=True):
    """A text that is no post of the site: what it would be as one, its id, its content, what finds the pictures beside
    it, and what was found wrong."""

    post: Post
    id: str
    rendered: Rendered
    find: Find
    problems: tuple[Problem, ...]


class Desk(Struct, frozen=True, dict=True):
    """Where mail is made: the posts, the templates, and the newsletter it goes out under; and a text `aside`, if that
    is what goes out."""

    library: Library
    templates: Templates
    newsletter: Newsletter
    aside: Aside | None = None

    @property
    def posts(self) -> Sequence[Post]:
        """All that can be mailed."""
        return self.library.posts if self.aside is None else (*self.library.posts, self.aside.post)

    def id_of(self, post: Post) -> str:
        """What names the post for ever."""
        return self.aside.id if self.aside and self.aside.post == post else self.library.ids[post.source]

    def rendered(self, post: Post) -> Rendered | None:
        """The post's content, see Library.rendered."""
        return self.aside.rendered if self.aside and self.aside.post == post else self.library.rendered(post)

    @cached_property
    def by_id(self) -> dict[str, Post]:
        """The posts by their ids."""
        return {self.library.ids[post.source]: post for post in self.library.posts}

    @cached_property
    def find(self) -> Find:
        """What finds the site's own pictures, and those beside a text that is no post."""
        find, aside = finder(self.library), self.aside
        return find if aside is None else lambda url: aside.find(url) or find(url)

    @cached_property
    def introductions(self) -> Introductions:
        """What the newsletter's digests may begin with, used or not."""
        return introductions(self.library, self.newsletter.name)

    @cached_property
    def missing(self) -> Callable[[str], bool]:
        """What tells whether an address of the site leads nowhere."""
        return dead_links(self.library)


class Facts(Struct, frozen=True):
    """What mail without posts is made of, beside templates: the settings, and where the site lies."""

    config: Config
    place: Place


class Bureau(Struct, frozen=True):
    """A desk without posts, for what is said to one reader: nobody waits until the folder is read."""

    library: Facts
    templates: Templates
    newsletter: Newsletter


Maker: TypeAlias = Desk | Bureau


def require_sender(config: Config, newsletter: Newsletter) -> Mailbox:
    """Who the newsletter is from; ConfigError where that is not set."""
    if newsletter.sender is None:
        message = f"newsletters.{newsletter.name}.from: is required to send mail"
        problem = Problem(config.shown, 0, 0, Severity.ERROR, "config", message)
        raise ConfigError([problem], hint='such as from: "編集部 <news@example.com>"')
    for key, text in (("editor", newsletter.editor), ("reply_to", newsletter.reply_to), ("from", newsletter.sender)):
        try:
            sender = parse_mailbox(text) if text else None
        except UsageError as error:
            message = f"newsletters.{newsletter.name}.{key}: {error.message}"
            problem = Problem(config.shown, 0, 0, Severity.ERROR, "config", message)
            raise ConfigError([problem], hint=error.hint) from error
    assert sender is not None
    return sender


def require_known_ledger(store: Store, home: Path) -> None:
    """WrongLedger where the site last used another ledger, or a later state of this one, or forgot that it used one."""
    with store.read() as connection:
        present = issues.count(connection)
    witness = recall(home).witness
    if witness is None:
        if present:
            held = counted(present, "issue")
            message = f"ids.json has forgotten this ledger, which has {held}: posts may have got new ids"
            hint = "restore ids.json from version control; or run 'publisher db check --adopt'"
            raise WrongLedger(message, hint=hint)
        return
    hint = "restore the ledger that sent last; or, if this one is right, run 'publisher db check --adopt'"
    if witness.uid != store.uid:
        message = "this ledger is not the one this site last sent with: nobody knows here who got what"
        raise WrongLedger(message, hint=hint)
    if present < witness.issues:
        message = f"this ledger is older than the site: it knows {present} of {counted(witness.issues, 'issue')}"
        raise WrongLedger(message, hint=hint)


def testify(library: Library, store: Store) -> None:
    """Write into `ids.json` which ledger this site uses, and how far it has come.

    Before an issue is made, so that a death right after it leaves no ledger that its site does not know; and after.
    ConfigError where `ids.json` is lost and posts would get other ids than readers know.
    """
    require_no_lost_ids(library)
    with store.read() as connection:
        witness = Witness(store.uid, issues.count(connection))
    library.keep(witness)


def draft(
    desk: Maker,
    kind: IssueKind,
    *,
    newsletter: str | None,
    at: datetime,
    period: Period | None = None,
    since: datetime | None = None,
    page_url: str | None = None,
    skipped: str = "",
    urgent: bool = False,
    greets: str | None = None,
    letter: LetterKind | None = None,
) -> issues.Draft:
    """An issue to be made, its sender and title frozen as they are set now; `skipped` says why it mails nobody."""
    assert desk.newsletter.sender is not None
    # What is instant is of its minute: one of the same minute in another zone, after a move there, is another one.
    shares = period is not None and period.frequency is not Frequency.INSTANT
    return issues.Draft(
        uid=secrets.token_hex(16),
        newsletter=newsletter,
        kind=kind,
        status=IssueStatus.SKIPPED if skipped else IssueStatus.SENDING,
        reason=skipped,
        period=period.key if period else None,
        sender=desk.newsletter.sender,
        reply_to=desk.newsletter.reply_to,
        list_title=desk.newsletter.title,
        archive_url=archive_url(desk),
        page_url=page_url,
        at=at,
        since=since,
        urgent=urgent,
        greets=greets,
        letter=letter,
        edition=period.edition if period and shares else None,
    )


def archive_url(desk: Maker) -> str:
    """Where all that the newsletter published is read: the list of its issues, or the site where there is none."""
    library, newsletter = desk.library, desk.newsletter
    if not newsletter.archive:
        return library.place.site.url
    return page_address(library.place, list_path(library.config, newsletter.name))


def first_language(desk: Maker) -> str:
    """The language of readers who named none."""
    return desk.newsletter.languages[0] if desk.newsletter.languages else desk.library.place.site.language


def local(moment: datetime, zone: str) -> str:
    """A moment as people in `zone` write it, for messages."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M %Z")
