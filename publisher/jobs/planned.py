"""Planned: an issue with its variants and its deliveries, written in one pass over its readers."""

from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from datetime import datetime
from itertools import chain

import sqlalchemy as sa

from publisher.jobs.archive_pages import keep_pages
from publisher.jobs.letter import require_headers
from publisher.jobs.linted import Unfit, hold_back, problems, telling
from publisher.jobs.mailing import Desk
from publisher.jobs.manifest import manifest_of
from publisher.mail import Mailbox, asks_for_fields, message_ids
from publisher.model.mailing import Issue, Recipient, Variant
from publisher.store import deliveries, issues, manifests
from publisher.store.deliveries import Addressed
from publisher.struct import Struct, replace


class Group(Struct, frozen=True, cache_hash=True):
    """What the readers of one variant share: the ids of their posts, in order, and their language."""

    post_ids: tuple[str, ...]
    language: str


class Picked(Struct, frozen=True, gc=False):
    """Somebody who is to get mail; `suppressed` is why it is only recorded that they do not."""

    recipient: Recipient
    group: Group
    suppressed: str | None


class Pick(Struct, frozen=True):
    """The readers of one variant, counted; `suppressed` of them get no mail."""

    post_ids: tuple[str, ...]
    language: str
    readers: int
    suppressed: int


class Making(Struct, frozen=True):
    """How an issue is made: from which desk, with which ledger's `secret`, by which sender, of which `template`.

    `render` makes the variant of a group in the issue of a number. `plan` is the hash of the plan that is applied.
    `opening` is what stands before all posts in a language, as safe HTML, empty for nothing.
    """

    desk: Desk
    secret: bytes
    sender: Mailbox
    template: str
    render: Callable[[Group, int | None], Variant]
    unfit: Unfit
    plan: str | None = None
    opening: Callable[[str], str] = lambda _language: ""


def counted_up(picked: Iterable[Picked]) -> tuple[Pick, ...]:
    """How many share what, in the order in which they come."""
    return added_up((one.group, one.suppressed is not None, 1) for one in picked)


def added_up(shared: Iterable[tuple[Group | None, bool, int]]) -> tuple[Pick, ...]:
    """The same of readers who come counted: what they share, None where nothing is for them, whether they are
    suppressed, and how many they are."""
    found: dict[Group, list[int]] = defaultdict(lambda: [0, 0])
    for group, suppressed, number in shared:
        if group is not None:
            found[group][suppressed] += number
    return tuple(
        Pick(one.post_ids, one.language, free + kept_back, kept_back) for one, (free, kept_back) in found.items()
    )


def mailed(picks: Iterable[Pick]) -> int:
    """How many mails would be sent."""
    return sum(one.readers - one.suppressed for one in picks)


def write_issue(
    connection: sa.Connection,
    making: Making,
    draft: issues.Draft,
    picked: Generator[Picked],
    now: datetime,
) -> Issue | None:
    """Store the issue, its variants and its deliveries; None, and nothing is stored, where nobody gets mail.

    Conflict, ContentError, TemplateError.
    """
    # Also where a template fails: a stream that outlives its connection ends in tracebacks on the terminal.
    with closing(picked):
        coming = _with_mail(picked)
        if coming is None:
            return None
        issue = issues.insert(connection, draft, now)
        rows: dict[Group, int] = {}
        written = deliveries.insert(connection, issue.id, _addressed(connection, making, issue, coming, rows))
    issue = issues.record_recipients(connection, issue.id, written)
    shown = [(group.post_ids, group.language) for group in rows]
    keep_pages(connection, making.desk, issue, shown, making.opening)
    # One after the other from the ledger: thousands of variants are more than a process should hold.
    found = problems(making.desk, (issues.variant(connection, rows[group]) for group in telling(rows)))
    told = tuple(one.told() for one in found)
    made_of = manifest_of(making.desk, making.template, shown)
    made_of = replace(made_of, plan=making.plan, problems=told)
    manifests.insert(connection, issue.id, made_of)
    return hold_back(connection, issue, found, making.unfit)


def _with_mail(picked: Iterator[Picked]) -> Iterator[Picked] | None:
    """The same, None where none of them gets mail: an issue of nothing but suppressed readers is none."""
    ahead: list[Picked] = []
    for one in picked:
        ahead.append(one)
        if one.suppressed is None:
            return chain(ahead, picked)
    return None


def _addressed(
    connection: sa.Connection, making: Making, issue: Issue, picked: Iterable[Picked], rows: dict[Group, int]
) -> Iterator[Addressed]:
    """A delivery to each; a group's variant is written, and noted in `rows`, when its first reader comes."""
    message_id = message_ids(making.secret, issue.uid, making.sender.address.domain)
    asking: set[int] = set()
    for one in picked:
        row = rows.get(one.group)
        if row is None:
            variant = making.render(one.group, issue.number)
            require_headers(making.desk.library.config, issue, variant)
            row = rows[one.group] = issues.insert_variant(connection, issue.id, variant)
            if asks_for_fields(variant.rendered):
                asking.add(row)
        yield Addressed(one.recipient, row, message_id(one.recipient.address_key), one.suppressed, row in asking)
