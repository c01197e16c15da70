"""What of a newsletter's posts is new to a reader: posts as bits of a number, so that fifty thousand cost one step."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import compress
from typing import TypeVar

from publisher.core.selection import Candidate, Terms, Why
from publisher.core.slugs import category_slug
from publisher.core.words import speaks
from publisher.model.reader import Wish

_REMEMBERED = 1 << 13
"""Wishes: a million readers have thousands, of which few bear to be kept."""

_Label = TypeVar("_Label", bound=Hashable)

STEPS = (Why.NOBODY, Why.ONLY, Why.CATEGORIES, Why.LANGUAGE, Why.BEFORE, Why.CARRIED, Why.WAITS)
"""What stands between a candidate and a reader, in the order in which it is asked."""


class Sieve:
    """The candidates in their order, the first as the lowest bit: the pinned ones, then the others, each newest first.

    `fewest` is how many must be new to a reader for a mail, unless one of them came out `patience` ago or longer.
    """

    def __init__(
        self, candidates: Sequence[Candidate], terms: Terms, *, fewest: int = 1, patience: timedelta | None = None
    ) -> None:
        self._ids = [one.id for one in candidates]
        self.terms, self._fewest = terms, fewest
        pinned = [one.post.published for one in candidates if one.post.mail.pinned]
        self._pinned, self._others = pinned, [one.post.published for one in candidates[len(pinned) :]]
        slugs = terms.slugs
        self._of_category = _masks({category_slug(name, slugs) for name in one.post.categories} for one in candidates)
        self._of_language = _masks((one.post.language,) for one in candidates)
        self._of_frequency = _masks(one.post.mail.only or ("",) for one in candidates)
        self._asked = lru_cache(_REMEMBERED)(self._asked_anew)
        self._after = lru_cache(_REMEMBERED)(self._after_anew)
        self._old = 0 if patience is None else self.all & ~self._after(terms.at - patience)

    @property
    def all(self) -> int:
        """Every candidate."""
        return (1 << len(self._ids)) - 1

    def steps(self, wish: Wish, since: datetime, carried: int) -> tuple[int, ...]:
        """What is left after each of STEPS for who wishes so, whose digests reach back to `since`, with `carried`."""
        *asked, wished = self._asked(wish)
        recent = wished & self._after(since)
        new = recent & ~carried
        return (self.all, *asked, wished, recent, new, 0 if self._is_short(new) else new)

    def new(self, wish: Wish, since: datetime, carried: int) -> int:
        """What goes to such a reader."""
        return self.steps(wish, since, carried)[-1]

    def ids(self, mask: int) -> tuple[str, ...]:
        """The candidates' ids, in order."""
        return tuple(compress(self._ids, map("1".__eq__, reversed(f"{mask:b}"))))

    def _is_short(self, new: int) -> bool:
        return new.bit_count() < self._fewest and not new & self._old

    def _asked_anew(self, wish: Wish) -> tuple[int, int, int]:
        newsletter, slugs = self.terms.newsletter, self.terms.slugs
        only = self._of_frequency.get("", 0) | self._of_frequency.get(newsletter.frequency_of(wish.frequency), 0)
        chosen = (
            only if wish.categories is None else only & self._within({category_slug(c, slugs) for c in wish.categories})
        )
        return only, chosen, chosen & self._said([wish.language] if wish.language else newsletter.languages)

    def _within(self, slugs: Iterable[str]) -> int:
        return _union(self._of_category.get(slug, 0) for slug in slugs)

    def _said(self, spoken: Sequence[str]) -> int:
        """A post that names no language is for everybody; a reader of `ja` reads `ja-JP`, too (RFC 4647 section
        3.3.1); nothing `spoken` means any."""
        return _union(
            mask
            for language, mask in self._of_language.items()
            if not spoken or language is None or speaks(spoken, language)
        )

    def _after_anew(self, moment: datetime) -> int:
        """Those that came out after it: newest first, they are the first of the pinned and the first of the others."""
        pinned, others = _later(self._pinned, moment), _later(self._others, moment)
        return ((1 << pinned) - 1) | ((1 << others) - 1) << len(self._pinned)


def _later(newest_first: Sequence[datetime], moment: datetime) -> int:
    return bisect_left(newest_first, True, key=lambda one: one <= moment)


def _union(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found


def _masks(labels: Iterable[Iterable[_Label]]) -> dict[_Label, int]:
    """Which candidates have each label. Written as digits first: to set one bit of fifty thousand copies them all."""
    places: dict[_Label, list[int]] = defaultdict(list)
    number = 0
    for number, theirs in enumerate(labels, 1):
        for label in theirs:
            places[label].append(number - 1)
    return {label: _mask(bits, number) for label, bits in places.items()}


def _mask(bits: Iterable[int], length: int) -> int:
    digits = bytearray(b"0") * length
    for bit in bits:
        digits[length - 1 - bit] = ord("1")
    return int(digits, 2)
