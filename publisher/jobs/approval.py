"""Approval: a person looks at an issue that waits for their word, and says yes or no."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from publisher.core.lifecycle import OPEN
from publisher.jobs.linted import SAMPLE_EMAIL
from publisher.jobs.notice import awaiting
from publisher.mail import LIMIT, Filling
from publisher.mail.tokens import Signing, read_approval_token
from publisher.model.mailing import DeliveryStatus, Issue, IssueStatus, Variant
from publisher.model.manifest import Manifest
from publisher.store import deliveries, issues, manifests
from publisher.store.engine import Store
from publisher.struct import Struct

_SHOWN = 20
_BY_HAND = "not approved"


class Seen(Struct, frozen=True):
    """A variant as it was frozen, by its row's id; `readers` get it. `size` is its HTML in kilobytes, of the `limit`
    that Gmail shows."""

    id: int
    language: str
    subject: str
    preheader: str
    titles: tuple[str, ...]
    readers: int
    size: float
    limit: int = LIMIT // 1024


class Asked(Struct, frozen=True):
    """An issue that somebody has come to look at.

    `variants` are those with most readers, `more` the number of the others. `planned` mails wait, `suppressed` readers
    get none. `expired` is whether the address they came by is good no more.
    """

    issue: Issue
    expired: bool
    variants: tuple[Seen, ...]
    more: int
    planned: int
    suppressed: int
    problems: tuple[str, ...]

    @property
    def waits(self) -> bool:
        """Whether it still waits for a person."""
        return self.issue.status is IssueStatus.AWAITING


def asked(store: Store, signing: Signing, token: str, now: datetime) -> Asked | None:
    """What `token` is about, None where none of our keys made it; nothing is changed."""
    found = read_approval_token(signing.known, token)
    if found is None:
        return None
    with store.read() as connection:
        issue = issues.of_uid(connection, found.issue_uid)
        if issue is None:
            return None
        if found.expires <= now:
            return Asked(issue, True, (), 0, 0, 0, ())
        counts = issues.counts(connection).get(issue.id, {})
        readers = deliveries.by_variant(connection, issue.id)
        manifest = manifests.of_issue(connection, issue.id)
        most = sorted(readers, key=lambda variant: -readers[variant])
        return Asked(
            issue=issue,
            expired=False,
            variants=tuple(_seen(connection, variant, readers[variant], manifest) for variant in most[:_SHOWN]),
            more=len(most[_SHOWN:]),
            planned=sum(counts.get(status, 0) for status in OPEN),
            suppressed=counts.get(DeliveryStatus.SUPPRESSED, 0),
            problems=manifest.problems if manifest else (),
        )


def decide(store: Store, issue_id: int, *, send: bool) -> bool:
    """Let the issue be sent, or not, where it still waits; whether it did. Its posts are given back where it is not."""
    with store.write() as connection:
        if issues.get(connection, issue_id).status is not IssueStatus.AWAITING:
            return False
        if send:
            issues.resume(connection, issue_id)
        else:
            issues.move(connection, issue_id, IssueStatus.CANCELLED, _BY_HAND)
            deliveries.cancel(connection, issue_id, reason=_BY_HAND)
        return True


def approval_lines(store: Store, newsletter: str) -> list[str]:
    """For people: which issues of a newsletter wait for a person, and hold their posts so long."""
    with store.read() as connection:
        waiting = [one for one in awaiting(connection) if one.newsletter == newsletter]
    return [f"issue {one.id} is awaiting a person's word: publisher issue resume {one.id}" for one in waiting]


def sample(
    store: Store, signing: Signing, token: str, variant_id: int, now: datetime
) -> tuple[str, Mapping[str, str]] | None:
    """The HTML of a variant as a sample reader gets it, and its pictures as data: by their addresses in it; None where
    the token is not for its issue, or is expired."""
    found = read_approval_token(signing.known, token)
    if found is None or found.expires <= now:
        return None
    with store.read() as connection:
        issue = issues.of_uid(connection, found.issue_uid)
        if issue is None or variant_id not in deliveries.by_variant(connection, issue.id):
            return None
        variant = issues.variant(connection, variant_id)
    pictures = {
        f"cid:{one.cid}": f"data:{one.type};base64,{b64encode(one.data).decode()}" for one in variant.rendered.pictures
    }
    return Filling(variant.rendered).fill(_nobody(variant)).html, pictures


def _seen(connection: sa.Connection, variant_id: int, readers: int, manifest: Manifest | None) -> Seen:
    variant = issues.variant(connection, variant_id)
    titles = {one.id: one.title for one in manifest.posts} if manifest else {}
    filling = Filling(variant.rendered)
    filled = filling.fill(_nobody(variant))
    return Seen(
        id=variant_id,
        language=variant.language,
        subject=filled.subject,
        preheader=filling.preheader(_nobody(variant)),
        titles=tuple(titles.get(one, one) for one in variant.post_ids),
        readers=readers,
        size=round(len(filled.html.encode()) / 1024, 1),
    )


def _nobody(variant: Variant) -> dict[str, str]:
    links = dict.fromkeys(("unsubscribe_url", "preferences_url"), "#")
    return {"email": SAMPLE_EMAIL, "name": "", "language": variant.language, **links}
