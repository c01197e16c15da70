"""Preview: what a mail will look like, as files; the ledger is read, never written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from publisher.core.periods import PrevFire, first_since
from publisher.errors import NotFound
from publisher.feeds import replace
from publisher.jobs.digest import candidates
from publisher.jobs.letter import envelope
from publisher.jobs.mailing import Desk, digest_variant, first_language, one_off_variant
from publisher.mail import Letter, Mailbox, compose, fill, parse_address, parse_mailbox, unsubscribe_mailto
from publisher.model.mailing import Variant
from publisher.model.post import Post
from publisher.transport import Transport

SAMPLE_READER = "reader@example.com"
_SAMPLE_SENDER = "newsletter@example.com"
_SAMPLE_POSTS = 5


@dataclass(frozen=True, slots=True)
class Sample:
    """A mail to one reader, not sent: `nothing_new` where older posts stand in for new ones."""

    variant: Variant
    letter: Letter
    nothing_new: bool


def sample_digest(
    desk: Desk, *, at: datetime, since: datetime | None, prev_fire: PrevFire, reader: str, now: datetime, test: bool
) -> Sample:
    """The digest a new reader of everything would get at `at`: posts after `since`, or of one period."""
    reach = since or first_since(desk.newsletter, at, prev_fire)
    known = [(candidate.id, candidate.post) for candidate in candidates(desk, at)]
    if not known:
        raise NotFound("post for", desk.newsletter.name, hint="there is no published post yet")
    fresh = [(post_id, post) for post_id, post in known if post.published > reach]
    chosen = fresh or known[:_SAMPLE_POSTS]
    variant = digest_variant(desk, chosen, language=first_language(desk), number=None)
    return Sample(variant, _letter(desk, variant, reader, now, test=test), not fresh)


def sample_one_off(desk: Desk, post: Post, *, reader: str, now: datetime, test: bool) -> Sample:
    """The mail that sending `post` would make."""
    variant = one_off_variant(desk, desk.library.ids[post.source], post, language=first_language(desk), subscribed=True)
    return Sample(variant, _letter(desk, variant, reader, now, test=test), nothing_new=False)


def write(sample: Sample, folder: Path, name: str) -> list[Path]:
    """Write `name`.html, .txt and .eml into `folder`; the paths."""
    filled = sample.letter.filled
    contents = {"html": filled.html.encode(), "txt": filled.text.encode(), "eml": compose(sample.letter)}
    for suffix, data in contents.items():
        replace(folder / f"{name}.{suffix}", data)
    return [folder / f"{name}.{suffix}" for suffix in contents]


def mail(samples: Sequence[Sample], transport: Transport, return_path: str | None) -> None:
    """Send samples as tests; TransportError where the server does not take one."""
    session = transport.connect()
    try:
        for sample in samples:
            session.send(envelope(sample.letter, return_path), lambda: None)
    finally:
        session.close()


def _letter(desk: Desk, variant: Variant, reader: str, now: datetime, *, test: bool) -> Letter:
    newsletter = desk.newsletter
    sender = parse_mailbox(newsletter.sender or _SAMPLE_SENDER)
    unsubscribe = unsubscribe_mailto(sender.address.email, newsletter.name, reader)
    values = {"email": reader, "name": "", "unsubscribe_url": unsubscribe}
    return Letter(
        sender=sender,
        reply_to=parse_mailbox(newsletter.reply_to) if newsletter.reply_to else None,
        to=Mailbox("", parse_address(reader)),
        filled=fill(variant.rendered, values),
        message_id=f"<preview-{variant.key[:16]}-{now:%Y%m%dT%H%M%S%f}@{sender.address.domain}>",
        date=now,
        list_title=newsletter.title,
        list_name=newsletter.name,
        unsubscribe_mailto=unsubscribe,
        language=variant.language,
        test=test,
    )
