"""What a sign-up leads to, by what is known of its address. The one who asks is told the same in every case."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum, auto

from publisher.model.sign_up import LetterKind, SignUp, Wanted
from publisher.struct import Struct, replace

APART = timedelta(hours=1)
"""Between two letters to one address that anybody can bring about."""

_LINKS = (LetterKind.KNOWN, LetterKind.PREFERENCES)
_SAYS = {LetterKind.KNOWN: (LetterKind.CONFIRM, *_LINKS), LetterKind.PREFERENCES: _LINKS}
"""Which letters make one of this kind needless for an hour."""


class Bar(Enum):
    """What the suppressions say of an address: nothing; what its owner may lift by confirming; or no mail at all."""

    NONE = auto()
    LIFTS = auto()
    SHUT = auto()


class Past(Struct, frozen=True):
    """A letter to an address: the sign-up it is about, when it is to be made (None once it is), and when it went (None
    before)."""

    id: int
    kind: LetterKind
    sign_up_id: int | None
    due_at: datetime | None
    went_at: datetime | None


class Standing(Struct, frozen=True):
    """What is known of an address: which newsletters it reads, the sign-up that waits, its latest letters in order."""

    bar: Bar = Bar.NONE
    reads: frozenset[str] = frozenset()
    waiting: SignUp | None = None
    past: tuple[Past, ...] = ()


class Step(Struct, frozen=True):
    """What follows: which wishes the sign-up has now, None where there is none; which letter goes, None where none
    does, not before `at`; and the waiting letter that it takes the place of, if any."""

    wishes: Mapping[str, Wanted] | None = None
    letter: LetterKind | None = None
    at: datetime | None = None
    instead_of: int | None = None


def step(standing: Standing, wanted: Mapping[str, Wanted], now: datetime) -> Step:
    """What a sign-up leads to. Nothing that was asked for is lost: it is in the letter that is under way, or in one an
    hour after that."""
    if standing.bar is Bar.SHUT:
        return Step()
    new = {name: one for name, one in wanted.items() if name not in standing.reads}
    if not new and standing.bar is Bar.NONE:
        return told(standing.past, LetterKind.KNOWN, None, now)
    before = dict(standing.waiting.wishes) if standing.waiting else {}
    sign_up_id = standing.waiting.id if standing.waiting else None
    next_letter = told(standing.past, LetterKind.CONFIRM, sign_up_id, now)
    return replace(next_letter, wishes=before | (new or dict(wanted)))


def free_at(past: Sequence[Past], now: datetime) -> datetime:
    """When the next letter may go: an hour after the last one, or after the one that is still to go."""
    last = [one.went_at or max(one.due_at or now, now) for one in past]
    return max([now, *(moment + APART for moment in last)])


def told(past: Sequence[Past], kind: LetterKind, sign_up_id: int | None, now: datetime) -> Step:
    """Which letter goes, where none that says the same is under way or went within the hour."""
    if any(_says_it(one, kind, sign_up_id) and _is_recent(one, now) for one in past):
        return Step()
    unmade = next((one for one in past if one.due_at is not None and _may_become(one, kind)), None)
    if unmade is not None:
        return Step(letter=kind, at=unmade.due_at, instead_of=unmade.id)
    return Step(letter=kind, at=free_at(past, now))


def _says_it(one: Past, kind: LetterKind, sign_up_id: int | None) -> bool:
    if kind is LetterKind.CONFIRM:
        return one.kind is kind and sign_up_id is not None and one.sign_up_id == sign_up_id
    return one.kind in _SAYS.get(kind, ())


def _may_become(one: Past, kind: LetterKind) -> bool:
    """A letter that is not made yet may say more instead: one to confirm also leads to what the others lead to."""
    return kind is LetterKind.CONFIRM and one.kind in (kind, *_LINKS)


def _is_recent(one: Past, now: datetime) -> bool:
    return one.went_at is None or one.went_at > now - APART
