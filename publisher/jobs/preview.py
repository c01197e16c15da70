"""Preview: what a mail will look like; the ledger is read, never written."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from publisher.core.periods import PrevFire, first_since
from publisher.errors import NotFound, Problem
from publisher.feeds import replace as write_file
from publisher.jobs.archive_pages import issue_page
from publisher.jobs.issue import last_digest_at
from publisher.jobs.letter import Outgoing, Plate, key_ring
from publisher.jobs.linted import SAMPLE_EMAIL, SAMPLE_SENDER, problems, sample_recipient
from publisher.jobs.mailing import Desk, archive_url, first_language, require_sender
from publisher.jobs.picking import candidates, terms
from publisher.jobs.read_back import read_back
from publisher.jobs.variants import digest_variant, note_variant, one_off_variant
from publisher.jobs.ways_by_mail import ways_of
from publisher.jobs.welcome import sample_welcome
from publisher.mail import Mailbox, Note, Sheet, parse_address, parse_mailbox
from publisher.model.mailing import Envelope, Variant
from publisher.model.post import Post
from publisher.store import introductions, issues
from publisher.store.engine import Store
from publisher.struct import Struct, field, replace
from publisher.transport import Transport

SAMPLE_READER = Mailbox("", parse_address(SAMPLE_EMAIL))
_SAMPLE_POSTS = 5


class Past(Struct, frozen=True):
    """What the ledger says of a newsletter; the defaults are for where there is none.

    `since` is up to when its last digest took posts, `number` what its next issue will be, `used` which introductions
    have gone out, each with its issue. By `secret` the way out of a mail is made: with another one than the ledger's it
    leads nowhere.
    """

    since: datetime | None = None
    number: int = 1
    used: Mapping[str, int] = field(default_factory=dict)
    secret: bytes = b"preview"


class Sample(Struct, frozen=True):
    """A mail that is planned for nobody.

    `stand_in` is whether nothing is new, and the newest posts show how it looks. `note` is which mail about a
    subscription it is, if it is one; `more` is what that asks of its reader.
    """

    variant: Variant
    sheet: Sheet
    stand_in: bool = False
    note: Note | None = None
    more: Mapping[str, str] | None = None


def named_reader(language: str) -> Mailbox:
    """A sample reader who told their name, as a template may greet them by it."""
    name = "山田 花子" if language.split("-")[0].lower() == "ja" else "Alice Example"
    return Mailbox(name, SAMPLE_READER.address)


def past(store: Store, newsletter: str) -> Past:
    """What there was of a newsletter."""
    with store.read() as connection:
        number = issues.next_number(connection, newsletter)
        used = introductions.used(connection, newsletter, None)
    return Past(last_digest_at(store, newsletter), number, used, store.secret)


def sample_digest(
    desk: Desk, before: Past, *, at: datetime, prev_fire: PrevFire, language: str | None = None
) -> Sample:
    """The digest a new reader of everything would get at `at`.

    It has the posts since the last one, or of one period; where there is none, the newest. NotFound where no post is
    out.
    """
    reach = before.since or first_since(desk.newsletter, at, prev_fire)
    known = [(candidate.id, candidate.post) for candidate in candidates(desk, terms(desk, at))]
    if not known:
        raise NotFound("post for", desk.newsletter.name, hint="there is no published post yet")
    fresh = [(post_id, post) for post_id, post in known if post.published > reach]
    spoken = language or first_language(desk)
    chosen = fresh or known[:_SAMPLE_POSTS]
    intro = desk.introductions.without(before.used).in_language(spoken)
    variant = digest_variant(desk, chosen, language=spoken, number=before.number, at=at, intro=intro)
    return replace(digest_sample(desk, variant, before.number), stand_in=not fresh)


def digest_sample(desk: Desk, variant: Variant, number: int) -> Sample:
    """A digest that is rendered, as the newsletter's issue of that number brings it."""
    return Sample(variant, _sheet(desk, variant, str(number), auto_submitted=True, page_url=_page_url(desk, number)))


def sample_one_off(desk: Desk, before: Past, post: Post, *, at: datetime, language: str | None = None) -> Sample:
    """The mail that sending `post` to subscribers would make."""
    spoken, number = language or first_language(desk), before.number
    variant = one_off_variant(
        desk, desk.id_of(post), post, language=spoken, subscribed=True, at=at, number=number, shown=True
    )
    page = post.url or _page_url(desk, number)
    return Sample(variant, _sheet(desk, variant, str(number), auto_submitted=False, page_url=page))


def sample_note(desk: Desk, note: Note, *, language: str | None = None) -> Sample:
    """The mail about a subscription."""
    spoken = language or first_language(desk)
    welcomes = note is Note.WELCOME
    variant = sample_welcome(desk, desk.library.at, spoken) if welcomes else _note(desk, note, spoken)
    sheet = _sheet(desk, variant, note.value, auto_submitted=True)
    recipient = sample_recipient(desk, variant.language)
    asked = {name: recipient[name] for name in ("confirm_url", "choices_text", "unread_lines")}
    # Whoever is asked, or has left, is on no list.
    sheet = sheet if welcomes else replace(sheet, list_name=None)
    return Sample(variant, sheet, note=note, more=asked)


def _note(desk: Desk, note: Note, language: str) -> Variant:
    return note_variant(desk, note, language=language, ways=ways_of(desk.library.config, [desk.newsletter]))


def newest_post(desk: Desk, at: datetime) -> Post:
    """The post that the newsletter would send by hand most likely; NotFound where none is out."""
    known = candidates(desk, terms(desk, at))
    if not known:
        raise NotFound("post for", desk.newsletter.name, hint="there is no published post yet")
    return known[0].post


def sample_letter(
    sample: Sample, to: Mailbox, outgoing: Outgoing, before: Past, now: datetime, *, test: bool = False
) -> Envelope:
    """The mail to one address; a `test` is marked, and signed as it will be.

    Else it is not: who only looks may sit at another machine than the one that has the key.
    """
    sheet = replace(sample.sheet, test=test)
    domain = sheet.sender.address.domain
    message_id = f"<preview-{sample.variant.key[:16]}-{now:%Y%m%dT%H%M%S%f}@{domain}>"
    written = outgoing if test else replace(outgoing, signer=lambda _domain: None, keys=tuple)
    secret = key_ring(before.secret, written)[None]
    return Plate(sheet, sample.variant, written).letter(to, message_id, now, secret, more=sample.more)


def test_letters(
    desk: Desk, before: Past, post: Post, outgoing: Outgoing, now: datetime
) -> tuple[str, list[Envelope], list[Problem]]:
    """What `post` would be to subscribers, in each language of the newsletter, to its editor as tests; the editor's
    address, and what is wrong with the mails. ConfigError where no sender is set."""
    sender = require_sender(desk.library.config, desk.newsletter)
    editor = parse_mailbox(desk.newsletter.editor) if desk.newsletter.editor else sender
    samples = [
        sample_one_off(desk, before, post, at=now, language=language)
        for language in desk.newsletter.languages or (first_language(desk),)
    ]
    letters = [
        sample_letter(one, _named(editor, one.variant.language), outgoing, before, now, test=True) for one in samples
    ]
    return editor.address.email, letters, problems(desk, [one.variant for one in samples])


def _named(editor: Mailbox, language: str) -> Mailbox:
    return editor if editor.name else Mailbox(named_reader(language).name, editor.address)


def _page_url(desk: Desk, number: int) -> str | None:
    """Where the issue is to be read, as its mail will say."""
    page = issue_page(desk)
    return None if page is None else page.replace("{number}", str(number))


def _sheet(desk: Desk, variant: Variant, issue: str, *, auto_submitted: bool, page_url: str | None = None) -> Sheet:
    newsletter = desk.newsletter
    return Sheet(
        sender=parse_mailbox(newsletter.sender or SAMPLE_SENDER),
        reply_to=parse_mailbox(newsletter.reply_to) if newsletter.reply_to else None,
        list_title=newsletter.title,
        list_name=newsletter.name,
        language=variant.language,
        issue=issue,
        archive_url=archive_url(desk),
        page_url=page_url,
        auto_submitted=auto_submitted,
        pictures=variant.rendered.pictures,
    )


def write(data: bytes, folder: Path, name: str) -> list[Path]:
    """Write the message as `name`.html, .txt and .eml into `folder`; the paths."""
    read = read_back(data)
    contents = {"html": read.html.encode(), "txt": read.text.encode(), "eml": data}
    for suffix, content in contents.items():
        write_file(folder / f"{name}.{suffix}", content)
    return [folder / f"{name}.{suffix}" for suffix in contents]


def send(letters: Sequence[Envelope], transport: Transport) -> None:
    """Send letters without a ledger; TransportError where the server does not take one."""
    asyncio.run(_sent(letters, transport))


async def _sent(letters: Sequence[Envelope], transport: Transport) -> None:
    session = await transport.connect()
    try:
        for one in letters:
            session.open(one)
            await session.body()
            session.finish(None)
            await session.answer()
    finally:
        await session.close()
