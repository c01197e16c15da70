"""What every mailing needs before it becomes an issue: a sender, a ledger that may send, variants."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from publisher.config import Config
from publisher.core.words import counted
from publisher.errors import ConfigError, Problem, Severity, UsageError, WrongLedger
from publisher.jobs.ids import Witness, recall
from publisher.jobs.library import Library
from publisher.jobs.lost_ids import require_no_lost_ids
from publisher.mail import Mailbox, MailPost, message_id, parse_mailbox, render_digest, render_one_off, template_hash
from publisher.model.mailing import IssueKind, IssueStatus, Recipient, Variant
from publisher.model.newsletter import Newsletter
from publisher.model.post import Post
from publisher.store import issues
from publisher.store.deliveries import Addressed
from publisher.store.engine import Store
from publisher.struct import Struct
from publisher.templating import Templates


class Desk(Struct, frozen=True):
    """Where mail is made: the posts, the templates, and the newsletter it goes out under."""

    library: Library
    templates: Templates
    newsletter: Newsletter


def require_sender(config: Config, newsletter: Newsletter) -> Mailbox:
    """Who the newsletter is from; ConfigError where that is not set."""
    if newsletter.sender is None:
        message = f"newsletters.{newsletter.name}.from: is required to send mail"
        problem = Problem(config.shown, 0, 0, Severity.ERROR, "config", message)
        raise ConfigError([problem], hint='such as from: "編集部 <news@example.com>"')
    for key, text in (("reply_to", newsletter.reply_to), ("from", newsletter.sender)):
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
    desk: Desk,
    kind: IssueKind,
    *,
    newsletter: str | None,
    at: datetime,
    period: str | None = None,
    since: datetime | None = None,
    skipped: str = "",
) -> issues.Draft:
    """An issue to be made, its sender and title frozen as they are set now; `skipped` says why it mails nobody."""
    assert desk.newsletter.sender is not None
    return issues.Draft(
        uid=secrets.token_hex(16),
        newsletter=newsletter,
        kind=kind,
        status=IssueStatus.SKIPPED if skipped else IssueStatus.SENDING,
        reason=skipped,
        period=period,
        sender=desk.newsletter.sender,
        reply_to=desk.newsletter.reply_to,
        list_title=desk.newsletter.title,
        at=at,
        since=since,
    )


def digest_variant(desk: Desk, posts: Sequence[tuple[str, Post]], *, language: str, number: int | None) -> Variant:
    """The variant of readers who share these posts, each an id and a post."""
    newsletter = desk.newsletter
    rendered = render_digest(
        desk.templates,
        site=desk.library.place.site,
        newsletter_title=newsletter.title,
        subject=newsletter.subject,
        number=number,
        language=language,
        posts=[mail_post(desk, post, whole=False) for _, post in posts],
        template=newsletter.template,
    )
    ids = tuple(post_id for post_id, _ in posts)
    return Variant(_key(desk, ids, language, newsletter.template), ids, language, rendered)


def one_off_variant(desk: Desk, post_id: str, post: Post, *, language: str, subscribed: bool) -> Variant:
    """The variant of everybody who gets this one post whole; it says whether they are `subscribed`."""
    rendered = render_one_off(
        desk.templates,
        site=desk.library.place.site,
        newsletter_title=desk.newsletter.title if subscribed else None,
        subject=None,
        language=language,
        post=mail_post(desk, post, whole=True),
    )
    return Variant(_key(desk, (post_id,), language, "one_off"), (post_id,), language, rendered)


def mail_post(desk: Desk, post: Post, *, whole: bool) -> MailPost:
    """A post as templates see it, its date in the newsletter's zone; with its whole content where `whole`."""
    rendered = desk.library.rendered(post)
    return MailPost(
        title=post.title,
        url=post.url,
        summary=rendered.summary if rendered else post.summary,
        html=rendered.html if rendered and whole else None,
        published=post.published.astimezone(ZoneInfo(desk.newsletter.timezone)),
        categories=post.categories,
        authors=post.authors,
    )


def _key(desk: Desk, ids: tuple[str, ...], language: str, template: str) -> str:
    parts = [
        ids,
        language,
        "html+text",
        template_hash(desk.templates, template, language, desk.library.place.site.language),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def addressed(
    store: Store,
    issue_uid: str,
    recipients: Iterable[Recipient],
    variant_id: int,
    sender: Mailbox,
    suppressed: Mapping[str, str],
) -> list[Addressed]:
    """A delivery to each, its Message-ID derived so that every attempt carries the same."""
    return [
        Addressed(
            recipient,
            variant_id,
            message_id(store.secret, issue_uid, recipient.address_key, sender.address.domain),
            suppressed.get(recipient.address_key),
        )
        for recipient in recipients
    ]


def first_language(desk: Desk) -> str:
    """The language of readers who named none."""
    return desk.newsletter.languages[0] if desk.newsletter.languages else desk.library.place.site.language


def local(moment: datetime, zone: str) -> str:
    """A moment as people in `zone` write it, for messages."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M %Z")
