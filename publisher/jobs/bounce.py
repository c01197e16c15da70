"""Bounce: what is reported of our mails, or was refused at once, is recorded and has its consequence, in one
transaction."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa

from publisher.core.bounce_policy import FEWEST_COMPLAINTS, Limits, classify, over_limit, soft_limit_reached
from publisher.core.words import counted
from publisher.jobs.bounce_match import address_key, find_delivery
from publisher.jobs.requests_taken import Taken, taken_lines
from publisher.mail.report import Action, Report
from publisher.model.bounce import Bounce, BounceKind, SuppressionKind
from publisher.model.mailing import Delivery, IssueStatus
from publisher.model.reader import FORGOTTEN, Suppression
from publisher.store import bounces, issues, subscribers, suppressions
from publisher.store.engine import Store
from publisher.struct import Struct, replace

_LONGEST_WORDS = 500
"""Of a server's words, in characters: some send a page."""


class Pause(Struct, frozen=True):
    """An issue that was paused, and why."""

    issue_id: int
    reason: str


class Unread(Struct, frozen=True):
    """A mail in a box that could not be read, or not be marked as read, or the rest of a box, and why; the next time it
    is tried again."""

    file: str
    reason: str


class Intake(Struct, frozen=True):
    """What a number of reports came to.

    `bounces` are those that were new, `known` counts those recorded before. `unmatched` are reports that nothing signed
    names the delivery of; they are without consequence. `suppressed` are addresses that get no mail from now on,
    `settled` counts unknown deliveries that are known to be sent now. `unread` are mails beside those, `requests` what
    readers asked for in others.
    """

    bounces: tuple[Bounce, ...] = ()
    known: int = 0
    unmatched: tuple[Report, ...] = ()
    suppressed: tuple[str, ...] = ()
    settled: int = 0
    paused: tuple[Pause, ...] = ()
    unread: tuple[Unread, ...] = ()
    requests: tuple[Taken, ...] = ()

    def __add__(self, other: "Intake") -> "Intake":
        return Intake(
            self.bounces + other.bounces,
            self.known + other.known,
            self.unmatched + other.unmatched,
            self.suppressed + other.suppressed,
            self.settled + other.settled,
            self.paused + other.paused,
            self.unread + other.unread,
            self.requests + other.requests,
        )

    def lines(self) -> list[str]:
        """For people: what is new, and what asks for them."""
        by_kind = [(kind, sum(one.kind is kind for one in self.bounces)) for kind in BounceKind]
        told = [f"{number} {_TOLD[kind]}" for kind, number in by_kind if number]
        if self.suppressed:
            told.append(f"suppressed: {', '.join(self.suppressed)}")
        if self.settled:
            told.append(f"{counted(self.settled, 'unknown mail')} known to be sent")
        return [
            *([f"bounces: {', '.join(told)}"] if told else []),
            *taken_lines(self.requests),
            *(
                f"a report names no mail of ours: {one.recipient or 'no address'}: {_words(one)}"
                for one in self.unmatched
                if _kind(one) is not None
            ),
            *(
                f"issue {one.issue_id} is paused: {one.reason}\n  to go on: publisher issue resume {one.issue_id}"
                for one in self.paused
            ),
            *(
                f"{one.file}: {one.reason}\n  what could be read was taken in; this is tried again the next time"
                for one in self.unread
            ),
        ]


_TOLD = {
    BounceKind.HARD: "hard",
    BounceKind.SOFT: "soft",
    BounceKind.COMPLAINT: "complained of",
    BounceKind.POLICY: "refused by policy (that is about the sender: see the words in 'publisher issue show')",
}


class Noted(Struct, frozen=True):
    """A refusal while sending: of which attempt at which delivery, and what it says of its reader."""

    delivery_id: int
    address_key: str
    attempt: int
    kind: BounceKind
    status: str
    diagnostic: str


def take_in(store: Store, reports: Sequence[Report], *, now: datetime, limits: Limits) -> Intake:
    """Record what is reported, with its consequences, in one transaction; the same report twice changes nothing.

    A hard bounce suppresses, a soft one where the address's history says so; a complaint suppresses and unsubscribes
    from everything; policy is recorded, and is no fault of the reader's. Whatever is reported of an unknown delivery
    proves that it was taken. An issue of which too much came back is paused. StoreBusy where nothing was taken in.
    """
    done = Intake()
    issue_ids: set[int] = set()
    with store.write() as connection:
        for report in reports:
            delivery = find_delivery(connection, store.secret, report)
            if delivery is None:
                done += _stranger(connection, report, now)
            else:
                done += _matched(connection, store.secret, report, delivery, now)
                issue_ids.add(delivery.issue_id)
        return done + Intake(paused=_pause(connection, issue_ids, limits))


def note(connection: sa.Connection, secret: bytes, noted: Iterable[Noted], now: datetime) -> list[str]:
    """Record refusals at SMTP time, within the caller's transaction; the addresses that are suppressed for them.

    Whether an issue has too many of them `pause_reasons` says: it counts, so ask it about once a second, not for each.
    """
    return list(_recorded(connection, secret, [_refusal(one, now) for one in noted]).suppressed)


def pause_reasons(connection: sa.Connection, issue_ids: Collection[int], limits: Limits) -> dict[int, str]:
    """Which of the issues are to be paused for what came back, and why.

    One that somebody let go on all the same only when twice as much has come back as then: the next bounce would undo
    their word.
    """
    found = {}
    for issue_id, share in bounces.shares(connection, issue_ids, FEWEST_COMPLAINTS).items():
        reason = over_limit(share.taken, share.hard, share.complaints, limits)
        if reason and share.hard + share.complaints >= 2 * bounces.put_up_with_at(connection, issue_id):
            found[issue_id] = reason
    return found


def _pause(connection: sa.Connection, issue_ids: Collection[int], limits: Limits) -> tuple[Pause, ...]:
    running = [one.id for one in issues.listed(connection, statuses=(IssueStatus.SENDING,)) if one.id in issue_ids]
    reasons = pause_reasons(connection, running, limits)
    for issue_id, reason in reasons.items():
        issues.move(connection, issue_id, IssueStatus.PAUSED, reason)
    return tuple(Pause(*one) for one in reasons.items())


def _stranger(connection: sa.Connection, report: Report, now: datetime) -> Intake:
    """Recorded only of an address that was ever mailed: what spam brings back that others sent in our name is no end of
    rows."""
    kind, key = _kind(report), address_key(report.recipient)
    if kind is not None and key is not None and bounces.was_mailed(connection, key):
        bounces.insert(connection, [_bounce(report, None, key, kind, now)])
    return Intake(unmatched=(report,))


def _matched(connection: sa.Connection, secret: bytes, report: Report, delivery: Delivery, now: datetime) -> Intake:
    done = Intake(settled=int(bounces.settle(connection, delivery.id)))
    kind = _kind(report)
    if kind is None:
        return done
    bounce = _bounce(report, delivery.id, delivery.recipient.address_key, kind, now)
    if delivery.recipient.email == FORGOTTEN:
        bounce = replace(bounce, diagnostic="")  # servers repeat the address
    return done + _recorded(connection, secret, [bounce])


def _kind(report: Report) -> BounceKind | None:
    if report.action is Action.COMPLAINT:
        return BounceKind.COMPLAINT
    return classify(report.status, report.diagnostic) if report.action is Action.FAILED else None


def _bounce(report: Report, delivery_id: int | None, address_key: str, kind: BounceKind, now: datetime) -> Bounce:
    about = str(delivery_id or address_key)
    said = (report.recipient or "", report.action, report.status, report.diagnostic, report.returned)
    key = _key(report.source, about, *said)
    return Bounce(key, delivery_id, address_key, kind, report.status, _words(report), report.source, now)


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()


def _words(report: Report) -> str:
    return (report.diagnostic or report.status or report.action)[:_LONGEST_WORDS]


def _refusal(one: Noted, now: datetime) -> Bounce:
    key = _key("smtp", str(one.delivery_id), str(one.attempt), one.status, one.diagnostic)
    words = one.diagnostic[:_LONGEST_WORDS]
    return Bounce(key, one.delivery_id, one.address_key, one.kind, one.status, words, "smtp", now)


def _recorded(connection: sa.Connection, secret: bytes, found: Sequence[Bounce]) -> Intake:
    new = bounces.insert(connection, found)
    whys = [why for bounce in new if (why := _why(connection, bounce)) is not None]
    fresh = suppressions.add_all(connection, secret, whys) if whys else set()
    for bounce in new:
        if bounce.kind is BounceKind.COMPLAINT:
            subscribers.unsubscribe(connection, bounce.address_key, None, bounce.at, by="complaint")
    bounces.tell(connection, new, {why.address_key for why in whys})
    return Intake(bounces=tuple(new), known=len(found) - len(new), suppressed=tuple(sorted(fresh)))


def _why(connection: sa.Connection, bounce: Bounce) -> Suppression | None:
    """The suppression that follows from a bounce, None where none does."""
    match bounce.kind:
        case BounceKind.HARD:
            kind, reason = SuppressionKind.HARD, f"bounced: {bounce.diagnostic}"
        case BounceKind.COMPLAINT:
            kind, reason = SuppressionKind.COMPLAINT, "complained to the provider"
        case BounceKind.SOFT if soft_limit_reached(bounces.history(connection, bounce.address_key)):
            kind, reason = SuppressionKind.SOFT, f"bounced again and again: {bounce.diagnostic}"
        case _:
            return None
    return Suppression(bounce.address_key, reason, bounce.at, kind)
