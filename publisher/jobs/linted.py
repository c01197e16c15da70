"""What is wrong with a mail before it goes out, as a reader would get it."""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Protocol, TypeVar

import sqlalchemy as sa

from publisher.errors import ContentError, Problem, Severity
from publisher.jobs.leave import exits
from publisher.jobs.mailing import Desk
from publisher.jobs.requests_address import requests_address
from publisher.jobs.requests_choices import choices_text
from publisher.jobs.ways_by_mail import way_in, way_out, way_to_change
from publisher.mail import Filling, Finding, Mail, Note, NoticeKind, lint, parse_mailbox
from publisher.model.mailing import Issue, IssueStatus, Variant
from publisher.store import issues

SAMPLE_EMAIL = "reader@example.com"
SAMPLE_SENDER = "newsletter@example.com"
_SAMPLE_SECRET = b"a sample's"


class _Shows(Protocol):
    """What is known of a variant before it is rendered."""

    @property
    def post_ids(self) -> tuple[str, ...]: ...
    @property
    def language(self) -> str: ...


_Showing = TypeVar("_Showing", bound=_Shows)


class Unfit(StrEnum):
    """What becomes of an issue whose mail has errors: none is made, it waits for a person, or it goes all the same."""

    REFUSE = "refuse"
    HOLD = "hold"
    SEND = "send"


def findings(desk: Desk, variant: Variant, note: Note | NoticeKind | None = None) -> tuple[Finding, ...]:
    """What is wrong with a variant, errors first; `note` says which mail without posts it is, if it is one."""
    recipient = sample_recipient(desk, variant.language)
    filling = Filling(variant.rendered)
    filled = filling.fill(recipient)
    site = desk.library.place.site
    return lint(
        Mail(filled.subject, filling.preheader(recipient), filled.html, filled.text),
        site_url=site.url,
        address=site.address,
        # Who has not yet said yes, has left, or edits has nothing to leave.
        unsubscribe_url=recipient["unsubscribe_url"] if note in (None, Note.WELCOME) else "",
        find=desk.find,
        missing=desk.missing,
    )


def sample_recipient(desk: Desk, language: str) -> dict[str, str]:
    """All that a mail may ask of a recipient, for one who is nobody."""
    web_url, newsletter = desk.library.config.settings.web.url, desk.newsletter
    links = _by_mail(desk) if web_url is None else _pages(web_url, newsletter.name)
    choices = choices_text((), [newsletter], language)
    return {
        "email": SAMPLE_EMAIL,
        "name": "",
        "language": language,
        **links,
        "choices_text": choices,
        "unread_lines": "",
    }


def _pages(web_url: str, newsletter: str) -> dict[str, str]:
    return {
        "unsubscribe_url": exits(web_url, _SAMPLE_SECRET, newsletter, SAMPLE_EMAIL)[0],
        "preferences_url": f"{web_url.rstrip('/')}/preferences/sample",
        "confirm_url": f"{web_url.rstrip('/')}/confirm/sample",
    }


def _by_mail(desk: Desk) -> dict[str, str]:
    newsletter = desk.newsletter
    sender = parse_mailbox(newsletter.sender).address.email if newsletter.sender else SAMPLE_SENDER
    box = requests_address(desk.library.config, newsletter.name)
    requests = None if box is None else box.email
    return {
        "unsubscribe_url": way_out(_SAMPLE_SECRET, requests, sender, newsletter.name, SAMPLE_EMAIL),
        "preferences_url": way_to_change(requests, sender, newsletter.name),
        "confirm_url": way_in(requests, sender, "sample"),
    }


def problems(desk: Desk, variants: Iterable[Variant], note: Note | NoticeKind | None = None) -> list[Problem]:
    """The same of several variants, each fault once, named by newsletter and language."""
    found: dict[Problem, None] = {}
    for variant in telling(variants):
        file = f"{desk.newsletter.name} ({variant.language})"
        for one in findings(desk, variant, note):
            found[Problem(file, 0, 0, one.severity, one.code.value, one.message)] = None
    return list(found)


def telling(variants: Iterable[_Showing]) -> Iterator[_Showing]:
    """Those that show a post which no other has shown in their language, the shortest first; or their groups.

    Readers who choose make as many variants as there are choices; what is wrong is in the posts and in the templates.
    """
    seen: set[tuple[str, str]] = set()
    for variant in sorted(variants, key=lambda one: len(one.post_ids)):
        shown = {(variant.language, post_id) for post_id in variant.post_ids}
        if not shown or not shown <= seen:
            yield variant
        seen |= shown


def errors_in(found: Sequence[Problem]) -> list[Problem]:
    """Those that keep a mail back."""
    return [problem for problem in found if problem.severity is Severity.ERROR]


def hold_back(connection: sa.Connection, issue: Issue, found: Sequence[Problem], unfit: Unfit) -> Issue:
    """The issue as it stands with its faults: paused with the first of them where it is to wait for a person.

    ContentError where it is refused.
    """
    errors = errors_in(found)
    if not errors or unfit is Unfit.SEND:
        return issue
    if unfit is Unfit.REFUSE:
        require_fit(found)
    first = errors[0]
    issues.move(connection, issue.id, IssueStatus.PAUSED, f"{first.code}: {first.message}")
    return issues.get(connection, issue.id)


def require_fit(found: Sequence[Problem]) -> None:
    """ContentError where there is an error among them."""
    if errors := errors_in(found):
        raise ContentError(errors, hint="mend it, or send it all the same with --force")
