"""Preferences by mail: a letter says what a reader has, and opens a mail in which they change it and which proves them.

Where there are pages, the letter leads there instead.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from publisher.jobs.door import Refused, wanted_of
from publisher.jobs.leave import masked
from publisher.jobs.mailbag import ask
from publisher.jobs.preferences import Changes, Picked, change
from publisher.jobs.requests_choices import choices_text
from publisher.jobs.requests_join import evidence
from publisher.jobs.requests_letters import is_flood, tongue_of
from publisher.jobs.requests_named import named_in
from publisher.jobs.requests_room import Room
from publisher.jobs.requests_taken import Outcome, Taken
from publisher.mail import Address, parse_address
from publisher.mail.request_wishes import ALL, FREQUENCIES, LANGUAGES, NONE, Key, Line, wishes_in
from publisher.mail.requests import Request
from publisher.mail.tokens import read_preferences_token
from publisher.model.newsletter import Newsletter
from publisher.model.reader import Subscription, SubscriptionStatus
from publisher.model.sign_up import LetterKind, Wanted
from publisher.store import letters, sign_ups, subscribers, suppressions
from publisher.struct import Struct, replace


class Read(Struct, frozen=True):
    """What the lines of a request come to: what is picked, by newsletter, and those lines that cannot be done."""

    picked: Mapping[str, Picked]
    unread: tuple[str, ...]


def tell(room: Room, request: Request, sender: Address, now: datetime) -> Taken | None:
    """Send a reader what they have, None where the sender is none. It goes to their own address, whoever asks."""
    with room.store.read() as connection:
        reader = subscribers.find(connection, sender.key)
    if reader is None:
        return None
    if is_flood(room, now):
        return Taken(request.kind, Outcome.LIMITED, masked(sender.email))
    with room.store.write() as connection:
        told = _tell(connection, room, request, parse_address(reader.email), now)
    return Taken(request.kind, Outcome.DONE if told else Outcome.NOTHING, masked(sender.email))


def change_by_mail(room: Room, request: Request, now: datetime) -> Taken | None:
    """Do what the reader of a token writes, as far as it can be done; None where it is no token of ours.

    They are told what they have then, with the lines that could not be done.
    """
    found = read_preferences_token(room.signing.known, request.token)
    if found is None:
        return None
    address = parse_address(found.said)
    with room.store.read() as connection:
        held = subscribers.listed(connection, address_key=address.key)
    read = read_wishes(request.lines, held, room.door.newsletters, now)
    changes = Changes(read.picked, wording=evidence(request))
    done = change(room.door, room.store, room.signing, request.token, changes, now)
    if done is None:
        return None
    with room.store.write() as connection:
        _tell(connection, room, request, address, now, read.unread)
    names = (*done.changed, *done.joined, *done.left)
    outcome = Outcome.EXPIRED if done.expired else _outcome(read, names)
    return Taken(request.kind, outcome, masked(address.email), names)


def _outcome(read: Read, names: Sequence[str]) -> Outcome:
    if read.unread:
        return Outcome.UNCLEAR
    return Outcome.DONE if names else Outcome.NOTHING


def _tell(
    connection: sa.Connection, room: Room, request: Request, to: Address, now: datetime, unread: Sequence[str] = ()
) -> bool:
    """Where a letter with what they have still waits, it says what they have now; whether one goes."""
    if suppressions.reason_of(connection, room.store.secret, to.key) is not None:
        return False
    tongue, newsletters = tongue_of(connection, room, request, to), room.door.newsletters
    if room.on_pages:
        return ask(connection, room.door, LetterKind.PREFERENCES, to, tongue, now)
    sign_ups.lock(connection)
    held = subscribers.listed(connection, address_key=to.key)
    said = {"choices": choices_text(held, newsletters, tongue), "unread": "\n".join(unread)}
    waits = [one.letter for one in letters.to(connection, [to.key], now).get(to.key, ()) if one.letter.due_at]
    same = [one for one in waits if one.kind is LetterKind.CHOICES]
    letters.change(connection, [replace(one, said=said, language=tongue) for one in same])
    return bool(same) or ask(connection, room.door, LetterKind.CHOICES, to, tongue, now, said=said)


def read_wishes(
    lines: Sequence[str], held: Sequence[Subscription], newsletters: Sequence[Newsletter], now: datetime
) -> Read:
    """What a reader wants, line by line, beside what they have: what is not spoken of stays."""
    found, unread = wishes_in(lines)
    has = {one.newsletter: one for one in held if one.status is SubscriptionStatus.CONFIRMED}
    known = {one.name: one for one in newsletters}
    picked: dict[str, Picked] = {}
    wrong = list(unread)
    for line in found:
        name = _named(line.newsletter, newsletters, has)
        before = picked.get(name) or _as_it_is(has.get(name), known[name], now) if name else None
        after = _with(before, line, known[name]) if before and name else None
        if after is None:
            wrong.append(line.written)
        else:
            picked[name] = after
    return Read(picked, tuple(wrong))


def _named(said: str, newsletters: Sequence[Newsletter], has: Mapping[str, Subscription]) -> str:
    """Which newsletter a line is of; the only one that they have where it does not say; empty for none."""
    names = named_in(said, newsletters)
    if not said:
        names = tuple(has) or tuple(one.name for one in newsletters)
    return names[0] if len(names) == 1 and names[0] in {one.name for one in newsletters} else ""


def _as_it_is(one: Subscription | None, newsletter: Newsletter, now: datetime) -> Picked:
    if one is None:
        return Picked()
    paused = one.paused_until if one.paused_until and one.paused_until > now else None
    wanted = Wanted(one.categories, newsletter.frequency_of(one.frequency).value, one.language)
    return Picked(wanted=wanted, timezone=one.timezone, paused_until=paused)


def _with(before: Picked, line: Line, newsletter: Newsletter) -> Picked | None:
    """What was picked with one line more, None where the newsletter has no such thing."""
    words = tuple(value.casefold() for value in line.values)
    if len(words) == 1 and words[0] in NONE:
        return replace(before, reads=False)
    changed = _wanted(before.wanted, line, words)
    if changed is None:
        return None
    try:
        return replace(before, wanted=wanted_of(newsletter, changed))
    except Refused:
        return None


def _wanted(before: Wanted, line: Line, words: tuple[str, ...]) -> Wanted | None:
    is_all = not words or (len(words) == 1 and words[0] in ALL)
    match line.key:
        case Key.CATEGORIES:
            return replace(before, categories=None if is_all else line.values)
        case Key.LANGUAGE:
            return replace(before, language=None if is_all else LANGUAGES.get(words[0], line.values[0]))
        case Key.FREQUENCY:
            frequency = FREQUENCIES.get(words[0]) if len(words) == 1 else None
            return replace(before, frequency=frequency) if frequency else None
