"""What becomes of a row, as the ledger stands: who is added, who is brought up to date, who stays away."""

from datetime import datetime

from publisher.core.fields import merged
from publisher.jobs.importing.nouns import Choice, Entry, Outcome, Standing
from publisher.model.bounce import SuppressionKind
from publisher.model.reader import Suppression
from publisher.store.intake import Changes, Held, Known, Reader

_BEST = list(Outcome)
_YES, _NO, _ASKED = "confirmed", "unsubscribed", "unconfirmed"


class Deciding:
    """The rows of a stretch, decided one after the other: what one changes is known to the next."""

    def __init__(self, known: Known, now: datetime, *, keeps_unconfirmed: bool) -> None:
        self._known, self._now = known, now
        self._keeps_unconfirmed = keeps_unconfirmed
        self.changes = Changes()

    def decide(self, entry: Entry) -> Outcome:
        """What becomes of a row; what is to be written for it is in `changes`."""
        match entry.standing:
            case Standing.SUPPRESSED:
                return self._block(entry)
            case Standing.LEFT:
                return self._end(entry)
            case Standing.UNCONFIRMED if not self._keeps_unconfirmed:
                return Outcome.UNCONFIRMED
        if entry.address_key in self._known.suppressed:
            return Outcome.SUPPRESSED
        reader = self._reader(entry)
        found = [self._joined(reader, entry, one) for one in entry.choices]
        best = found[0] if len(found) == 1 else min(found, key=_BEST.index)
        if best is Outcome.LEFT:
            return best
        renamed = self._renamed(reader, entry)
        return Outcome.UPDATED if best is Outcome.PRESENT and renamed else best

    def _block(self, entry: Entry) -> Outcome:
        key = entry.address_key
        if self._known.suppressed.get(key) == SuppressionKind.FORGOTTEN:
            return Outcome.SUPPRESSED
        why = Suppression(key, entry.reason, entry.created_at or entry.left_at or self._now, entry.kind)
        self._known.suppressed.setdefault(key, entry.kind)
        self.changes.suppressions.append(why)
        return Outcome.BLOCKED

    def _end(self, entry: Entry) -> Outcome:
        """Take over that somebody has left, unless they said yes here since."""
        key = entry.address_key
        if key in self._known.suppressed and key not in self._known.readers:
            return Outcome.SUPPRESSED
        reader = self._reader(entry)
        ended = [self._left(reader, entry, one) for one in entry.choices]
        return Outcome.UNSUBSCRIBED if any(ended) else Outcome.PRESENT

    def _left(self, reader: Reader, entry: Entry, choice: Choice) -> bool:
        before = reader.held.get(choice.newsletter)
        if before is not None and (before.status == _NO or self._said_yes_since(before, entry.left_at)):
            return False
        base = before or self._new(entry, choice, _NO)
        held = base.replaced(status=_NO, unsubscribed_at=entry.left_at or self._now, left_by=entry.left_by)
        self._write(reader, choice.newsletter, held)
        return True

    def _said_yes_since(self, before: Held, left_at: datetime | None) -> bool:
        if left_at is None or before.confirmed_at is None or before.created_at == self._now:
            return False
        return before.status == _YES and before.confirmed_at > left_at

    def _joined(self, reader: Reader, entry: Entry, choice: Choice) -> Outcome:
        before = reader.held.get(choice.newsletter)
        status = _ASKED if entry.standing is Standing.UNCONFIRMED else _YES
        if before is None or (before.status == _ASKED and status == _YES):
            self._write(reader, choice.newsletter, self._new(entry, choice, status))
            return Outcome.ADDED
        if before.status == _NO:
            return Outcome.LEFT
        after = self._up_to_date(before, choice)
        if after == before:
            return Outcome.PRESENT
        self._write(reader, choice.newsletter, after)
        return Outcome.UPDATED

    def _new(self, entry: Entry, choice: Choice, status: str) -> Held:
        return Held(
            status,
            choice.frequency or choice.default_frequency,
            choice.language,
            choice.categories,
            # The operator's word where the file has no date.
            entry.confirmed_at or (self._now if status == _YES else None),
            self._now,
            None,
            entry.evidence,
            entry.created_at or self._now,
            choice.timezone,
            entry.paused_until,
            "",
        )

    def _up_to_date(self, before: Held, choice: Choice) -> Held:
        """An empty cell changes nothing."""
        categories = before.categories if choice.categories is None else choice.categories
        language = choice.language or before.language
        changed = categories != before.categories or language != before.language
        return before.replaced(
            frequency=choice.frequency or before.frequency,
            language=language,
            categories=categories,
            timezone=choice.timezone or before.timezone,
            wished_at=self._now if changed else before.wished_at,
        )

    def _reader(self, entry: Entry) -> Reader:
        key = entry.address_key
        found = self._known.readers.get(key)
        if found is None:
            found = self._known.readers[key] = Reader(key, None, entry.name, entry.fields, {})
            when = entry.created_at or self._now
            self.changes.readers.append((entry.email, key, entry.name, when, entry.fields))
        return found

    def _renamed(self, reader: Reader, entry: Entry) -> bool:
        fields = _merged(reader.fields, entry.fields)
        name = entry.name or reader.name
        if (name, fields) == (reader.name, reader.fields):
            return False
        reader.name, reader.fields = name, fields
        self.changes.renamed[reader.address_key] = reader
        return True

    def _write(self, reader: Reader, newsletter: str, held: Held) -> None:
        reader.held[newsletter] = held
        self.changes.held[reader.address_key, newsletter] = held


def _merged(before: str | None, given: str | None) -> str | None:
    if given is None or given == before:
        return before
    import json

    values = merged(json.loads(before) if before else None, json.loads(given))
    return json.dumps(values) if values else None
