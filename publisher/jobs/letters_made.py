"""Letters made: the transaction in which one becomes a delivery, and in which it is looked at once more before."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from publisher.core.sign_ups import APART, Past
from publisher.jobs.mailbag import past_of
from publisher.jobs.mailing import Bureau, Maker, draft, first_language, require_sender
from publisher.jobs.manifest import manifest_of_letter
from publisher.jobs.notice import of_burst, write_letter
from publisher.jobs.variants import note_variant, notice_variant
from publisher.jobs.welcome import greet
from publisher.mail import ByMail, Note, message_ids
from publisher.model.bounce import SuppressionKind
from publisher.model.mailing import Issue, IssueKind, Recipient, Variant
from publisher.model.reader import Subscriber
from publisher.model.sign_up import Letter, LetterKind, SignUp
from publisher.store import deliveries, issues, letters, manifests, sign_ups, subscribers, suppressions
from publisher.store.deliveries import Addressed
from publisher.store.engine import Store
from publisher.struct import replace

OF_ALL = (LetterKind.KNOWN, LetterKind.PREFERENCES, LetterKind.HELP, LetterKind.CHOICES)
"""Those that are about no newsletter in particular."""

OF_STRANGERS = (LetterKind.CONFIRM, LetterKind.GOODBYE, *OF_ALL)
"""Those that anybody can bring about, in another's name: one an hour, and from the sender of sign-ups."""

_LIFTED = (SuppressionKind.READER, SuppressionKind.SOFT)


def together(
    desk: Bureau,
    store: Store,
    kind: LetterKind,
    ids: Sequence[int],
    now: datetime,
    *,
    language: str,
    titles: Sequence[str],
    ways: Sequence[ByMail] = (),
) -> tuple[Issue, ...]:
    """One issue of letters that say the same, about newsletters with these `titles`. ConfigError, TemplateError."""
    require_sender(desk.library.config, desk.newsletter)
    spoken = language or first_language(desk)
    variant = note_variant(desk, Note(kind.value), language=spoken, titles=titles, ways=ways)
    with store.write() as connection:
        live = _live(connection, store.secret, letters.held(connection, ids), now)
        if not live:
            return ()
        issue = _issue(connection, store.secret, desk, kind, live, variant, now)
        made = deliveries.ids_of(connection, issue.id)
        for one in live:
            letters.made(connection, one, made[one.address_key], now)
    return (issue,)


def singly(desk: Maker, store: Store, ids: Sequence[int], now: datetime) -> tuple[Issue, ...]:
    """An issue of each letter: what greets a reader is about them, and an editor gets few."""
    done: list[Issue] = []
    for own in ids:
        with store.write() as connection:
            for one in letters.held(connection, [own]):
                issue = _single(connection, store.secret, desk, one, now)
                ids_of = deliveries.ids_of(connection, issue.id) if issue else {}
                letters.made(connection, one, ids_of.get(one.address_key), now)
                done += [issue] if issue else []
    return tuple(done)


def _single(connection: sa.Connection, secret: bytes, desk: Maker, one: Letter, now: datetime) -> Issue | None:
    if one.kind is LetterKind.WELCOME:
        return greet(connection, secret, desk, one.address_key, now, language=one.language or None, letter=one.kind)
    to = Recipient(one.email, one.address_key)
    variant = notice_variant(desk, of_burst(desk), language=first_language(desk))
    return write_letter(connection, secret, desk, to, variant, now, template="notice", letter=one.kind)


def _issue(
    connection: sa.Connection,
    secret: bytes,
    desk: Bureau,
    kind: LetterKind,
    live: Sequence[Letter],
    variant: Variant,
    now: datetime,
) -> Issue:
    sender = require_sender(desk.library.config, desk.newsletter)
    made = draft(desk, IssueKind.ONE_OFF, newsletter=None, at=now, urgent=True, letter=kind)
    issue = issues.insert(connection, made, now)
    row = issues.insert_variant(connection, issue.id, variant)
    manifests.insert(connection, issue.id, manifest_of_letter(desk, kind.value, [variant.language]))
    message_id = message_ids(secret, issue.uid, sender.address.domain)
    known = subscribers.by_keys(connection, [one.address_key for one in live])
    addressed = [
        Addressed(_recipient(one, known.get(one.address_key)), row, message_id(one.address_key)) for one in live
    ]
    return issues.record_recipients(connection, issue.id, deliveries.insert(connection, issue.id, addressed))


def _recipient(one: Letter, subscriber: Subscriber | None) -> Recipient:
    """By no name: what somebody typed into a form must not reach another's mailbox. listmonk #1133 was 3,000 mails
    whose names were an advertisement."""
    return Recipient(one.email, one.address_key, "", one.language or None, subscriber.id if subscriber else None)


def _live(connection: sa.Connection, secret: bytes, held: Sequence[Letter], now: datetime) -> list[Letter]:
    """Those that go now. Of the rest some have nothing to say any more; some wait until an hour has gone by."""
    keys = {one.address_key for one in held}
    kinds = suppressions.kinds(connection, secret, keys)
    asked = sign_ups.by_ids(connection, {one.sign_up_id for one in held if one.sign_up_id is not None})
    past = letters.to(connection, keys, now)
    live: dict[str, Letter] = {}
    for one in held:
        if one.address_key in live or _is_over(one, kinds.get(one.address_key), asked.get(one.sign_up_id or 0), now):
            letters.made(connection, one, None, now)
        elif (free := _free_at(past_of(past.get(one.address_key, ())), one, now)) > now:
            letters.change(connection, [replace(one, due_at=free)])
        else:
            live[one.address_key] = one
    return list(live.values())


def _is_over(one: Letter, kind: SuppressionKind | None, sign_up: SignUp | None, now: datetime) -> bool:
    """Whether there is nothing to say any more: it is too late for its link, the address gets no mail, or what it asks
    for has been confirmed."""
    asks = one.kind is LetterKind.CONFIRM
    is_shut = kind is not None and not (asks and kind in _LIFTED)
    return is_shut or one.expires_at <= now or (asks and (sign_up is None or sign_up.confirmed_at is not None))


def _free_at(past: Sequence[Past], one: Letter, now: datetime) -> datetime:
    """An hour after the last letter that was made; of those that were kept by a server that was down, none goes with
    another."""
    others = [other for other in past if other.id != one.id and other.due_at is None]
    return max([now, *((other.went_at or now) + APART for other in others)])
