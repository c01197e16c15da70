"""Welcome: the mail that greets a new reader, with what the latest issue brought, if wanted."""

from datetime import datetime

import sqlalchemy as sa

from publisher.core.fields import kept
from publisher.core.selection import in_categories
from publisher.core.words import speaks
from publisher.jobs.mailing import Desk, Maker, first_language, require_known_ledger, require_sender, testify
from publisher.jobs.notice import write_letter
from publisher.jobs.picking import candidates, terms
from publisher.jobs.site import require_site_url
from publisher.jobs.variants import note_variant
from publisher.mail import Note, parse_address
from publisher.model.mailing import Issue, IssueKind, IssueStatus, Recipient, Variant
from publisher.model.post import Post
from publisher.model.reader import Subscription, SubscriptionStatus
from publisher.model.sign_up import LetterKind
from publisher.store import issues, subscribers
from publisher.store.carried import Carried
from publisher.store.engine import Store

_SAMPLE_POSTS = 5


def welcome(desk: Desk, store: Store, email: str, *, now: datetime) -> Issue | None:
    """Greet the newsletter's reader at an address, by an urgent mail; None where they are no reader of it.

    What it shows of the latest issue counts as carried: no digest of the newsletter brings it again. ConfigError where
    sender or site address is missing, WrongLedger, TemplateError.
    """
    library = desk.library
    require_site_url(library.config, library.place.site)
    require_sender(library.config, desk.newsletter)
    require_known_ledger(store, library.config.home)
    testify(library, store)
    with store.write(trusted=True) as connection:
        made = greet(connection, store.secret, desk, parse_address(email).key, now)
    testify(library, store)
    return made


def greet(
    connection: sa.Connection,
    secret: bytes,
    desk: Maker,
    address_key: str,
    now: datetime,
    *,
    language: str | None = None,
    letter: LetterKind | None = None,
) -> Issue | None:
    """The same in a transaction of the caller's, whose ledger may send; in `language` where the reader named none."""
    reader = _reader(connection, desk, address_key)
    if reader is None:
        return None
    to = reader.subscriber
    recipient = Recipient(to.email, to.address_key, to.name, reader.language, to.id, kept(to.fields))
    variant = _variant(connection, desk, reader, now, language)
    template, name = Note.WELCOME.value, desk.newsletter.name
    return write_letter(
        connection, secret, desk, recipient, variant, now, template=template, greets=name, letter=letter
    )


def sample_welcome(desk: Desk, at: datetime, language: str) -> Variant:
    """The same to nobody, with the newest posts in the place of the latest issue's."""
    newest = candidates(desk, terms(desk, at))[:_SAMPLE_POSTS] if desk.newsletter.latest_in_welcome else []
    shown = [(one.id, one.post) for one in newest]
    return note_variant(desk, Note.WELCOME, language=language, latest=shown)


def _reader(connection: sa.Connection, desk: Maker, address_key: str) -> Subscription | None:
    yes, name = SubscriptionStatus.CONFIRMED, desk.newsletter.name
    return next(iter(subscribers.listed(connection, newsletter=name, status=yes, address_key=address_key)), None)


def _variant(connection: sa.Connection, desk: Maker, reader: Subscription, at: datetime, tongue: str | None) -> Variant:
    issue, posts = None, []
    if isinstance(desk, Desk) and desk.newsletter.latest_in_welcome:
        issue = _latest(connection, desk.newsletter.name)
        posts = _posts(connection, desk, issue, reader, at) if issue else []
    page_url = issue.page_url if issue else None
    language = reader.language or tongue or first_language(desk)
    return note_variant(desk, Note.WELCOME, language=language, latest=posts, page_url=page_url)


def _latest(connection: sa.Connection, newsletter: str) -> Issue | None:
    gone = (IssueStatus.SENDING, IssueStatus.PAUSED, IssueStatus.DONE)
    found = issues.listed(connection, newsletter=newsletter, statuses=gone)
    return next((one for one in found if one.kind is IssueKind.DIGEST), None)


def _posts(
    connection: sa.Connection, desk: Desk, issue: Issue, reader: Subscription, at: datetime
) -> list[tuple[str, Post]]:
    """Those of an issue that are still there, of the reader's categories and language, and new to them."""
    brought = set(issues.post_ids(connection, issue.id))
    there = [one for one in candidates(desk, terms(desk, at)) if one.id in brought and _is_for(desk, reader, one.post)]
    # Who left and comes again may have had the issue itself.
    key, posts = reader.subscriber.address_key, {one.id: one.post.mail.resend for one in there}
    had = Carried(connection, desk.newsletter.name, posts).between(key, key).get(key, 0)
    return [(one.id, one.post) for place, one in enumerate(there) if not had >> place & 1]


def _is_for(desk: Desk, reader: Subscription, post: Post) -> bool:
    """Whether the reader's digests could bring a post."""
    spoken = (reader.language,) if reader.language else desk.newsletter.languages
    only, frequency = post.mail.only, desk.newsletter.frequency_of(reader.frequency)
    is_said = not spoken or post.language is None or speaks(spoken, post.language)
    slugs = desk.library.config.settings.categories
    return is_said and (not only or frequency in only) and in_categories(post, reader.categories, slugs)
