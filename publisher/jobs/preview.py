"""Preview: what a mail will look like, as files; the ledger is read, never written."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from publisher.core.periods import PrevFire, first_since
from publisher.errors import NotFound
from publisher.feeds import replace
from publisher.jobs.digest import candidates
from publisher.jobs.letter import envelope, letter, masthead
from publisher.jobs.mailing import Desk, digest_variant, first_language, one_off_variant
from publisher.mail import Letter, Mailbox, compose, parse_address
from publisher.model.mailing import Variant
from publisher.model.post import Post
from publisher.transport import Transport

SAMPLE_READER = "reader@example.com"
_SAMPLE_SENDER = "newsletter@example.com"
_SAMPLE_POSTS = 5


def sample_digest(desk: Desk, *, at: datetime, since: datetime | None, prev_fire: PrevFire) -> tuple[Variant, bool]:
    """The digest a new reader of everything would get at `at`, and whether nothing is new.

    Posts after `since`, or of one period; where there is none the newest stand in, to show how it looks.
    """
    reach = since or first_since(desk.newsletter, at, prev_fire)
    known = [(candidate.id, candidate.post) for candidate in candidates(desk, at)]
    if not known:
        raise NotFound("post for", desk.newsletter.name, hint="there is no published post yet")
    fresh = [(post_id, post) for post_id, post in known if post.published > reach]
    chosen = fresh or known[:_SAMPLE_POSTS]
    return digest_variant(desk, chosen, language=first_language(desk), number=None), not fresh


def sample_one_off(desk: Desk, post: Post) -> Variant:
    """The mail that sending `post` to subscribers would make."""
    post_id = desk.library.ids[post.source]
    return one_off_variant(desk, post_id, post, language=first_language(desk), subscribed=True)


def write(mail: Letter, folder: Path, name: str) -> list[Path]:
    """Write `name`.html, .txt and .eml into `folder`; the paths."""
    contents = {"html": mail.filled.html.encode(), "txt": mail.filled.text.encode(), "eml": compose(mail)}
    for suffix, data in contents.items():
        replace(folder / f"{name}.{suffix}", data)
    return [folder / f"{name}.{suffix}" for suffix in contents]


def send(letters: Sequence[Letter], transport: Transport, return_path: str | None) -> None:
    """Send letters without a ledger; TransportError where the server does not take one."""
    session = transport.connect()
    try:
        for one in letters:
            session.send(envelope(one, return_path), lambda: None)
    finally:
        session.close()


def sample_letter(desk: Desk, variant: Variant, reader: str, now: datetime, *, test: bool) -> Letter:
    """The mail of `variant` to one address, marked where it is a `test`."""
    newsletter = desk.newsletter
    top = masthead(newsletter.sender or _SAMPLE_SENDER, newsletter.reply_to, newsletter.title, newsletter.name)
    message_id = f"<preview-{variant.key[:16]}-{now:%Y%m%dT%H%M%S%f}@{top.sender.address.domain}>"
    return letter(top, variant, Mailbox("", parse_address(reader)), message_id, now, test=test)
