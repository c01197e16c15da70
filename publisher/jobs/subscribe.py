"""The operator's hand on subscriptions: add, import, remove, suppress. Their word is the consent's evidence."""

import csv
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from publisher.core.lines import LONGEST_NAME, is_one_line
from publisher.core.words import LANGUAGE
from publisher.core.zones import zone_name
from publisher.errors import ContentError, NotFound, Problem, PublisherError, Severity, UsageError
from publisher.mail import parse_address
from publisher.model.newsletter import Frequency, Newsletter
from publisher.model.reader import Subscription, SubscriptionStatus, Suppression
from publisher.store import subscribers, suppressions
from publisher.store.engine import Store
from publisher.store.subscribers import Joining, Wish
from publisher.struct import Struct

COLUMNS = ("email", "name", "newsletter", "categories", "language", "frequency", "timezone")
_BATCH = 1000


class Request(Struct, frozen=True):
    """What the operator wrote of one reader; `newsletters` empty means every one."""

    email: str
    name: str = ""
    newsletters: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    language: str | None = None
    frequency: str | None = None
    timezone: str | None = None


class Imported(Struct, frozen=True):
    """What an import came to: rows that made a subscription, that were there already, that had left; wrong rows."""

    added: int
    present: int
    left: int
    problems: tuple[Problem, ...]


def wishes(request: Request, newsletters: Sequence[Newsletter], *, evidence: str) -> list[Wish]:
    """The subscriptions a request asks for; UsageError or NotFound say what is wrong with it."""
    address = parse_address(request.email)
    name = _name(request.name)
    chosen = [_named(newsletters, wanted) for wanted in request.newsletters] or list(newsletters)
    if not chosen:
        raise UsageError("no newsletter is configured", hint="add one under 'newsletters:' in config.yaml")
    return [
        Wish(
            email=address.email,
            address_key=address.key,
            name=name,
            newsletter=newsletter.name,
            default_frequency=next(iter(newsletter.schedules)),
            frequency=_frequency(newsletter, request.frequency),
            language=_language(request.language),
            categories=_categories(request.categories),
            timezone=zone_name(request.timezone) if request.timezone else None,
            evidence=evidence,
        )
        for newsletter in chosen
    ]


def add(
    store: Store, request: Request, newsletters: Sequence[Newsletter], *, evidence: str, now: datetime
) -> list[tuple[str, Joining]]:
    """Subscribe one reader, also one who had left; for each newsletter what became of it."""
    asked = wishes(request, newsletters, evidence=evidence)
    with store.write() as connection:
        return [(wish.newsletter, subscribers.subscribe(connection, wish, now, revive=True)) for wish in asked]


def outcomes(store: Store | None, request: Request, newsletters: Sequence[Newsletter]) -> list[tuple[str, Joining]]:
    """What `add` would make of a request, for each newsletter; nothing is written. Without a ledger all are new."""
    asked = wishes(request, newsletters, evidence="")
    if store is None:
        return [(wish.newsletter, Joining.ADDED) for wish in asked]
    yes = SubscriptionStatus.CONFIRMED
    with store.read() as connection:
        found = subscribers.listed(connection, status=yes, address_key=asked[0].address_key)
    there = {one.newsletter for one in found}
    return [(one.newsletter, Joining.PRESENT if one.newsletter in there else Joining.ADDED) for one in asked]


def import_file(
    store: Store,
    file: Path,
    newsletters: Sequence[Newsletter],
    *,
    now: datetime,
    progress: Callable[[int, int], None] | None = None,
) -> Imported:
    """Subscribe every row of a CSV file; wrong rows are reported by line and left out, the others are kept.

    UTF-8, with or without BOM; a header of COLUMNS, of which only `email` must be there; several categories
    or newsletters in one cell are divided by `;`. ContentError where the file or its header cannot be read.
    """
    rows = _rows(file)
    counts: Counter[Joining] = Counter()
    problems: list[Problem] = []
    for start in range(0, len(rows), _BATCH):
        # Committed in batches: an import that dies is run again, and its rows are there already.
        with store.write() as connection:
            for line, request in rows[start : start + _BATCH]:
                try:
                    asked = wishes(request, newsletters, evidence=f"imported from {file.name}, line {line}")
                except PublisherError as error:
                    problems.append(Problem(file.name, line, 1, Severity.ERROR, "import", error.in_one_line()))
                    continue
                # An old list must not bring back those who have left since.
                done = [subscribers.subscribe(connection, wish, now, revive=False, source=None) for wish in asked]
                # Of several newsletters the best counts: ADDED before LEFT before PRESENT, as they sort.
                counts[min(done)] += 1
        if progress is not None:
            progress(min(start + _BATCH, len(rows)), len(rows))
    return Imported(counts[Joining.ADDED], counts[Joining.PRESENT], counts[Joining.LEFT], tuple(problems))


def listed(store: Store, newsletter: str | None) -> Sequence[Subscription]:
    """Subscriptions by address, of one newsletter or all."""
    with store.read() as connection:
        return subscribers.listed(connection, newsletter=newsletter)


def suppressed(store: Store) -> Sequence[Suppression]:
    """Suppressed addresses, in order."""
    with store.read() as connection:
        return suppressions.listed(connection)


def held_back(store: Store, email: str) -> str | None:
    """Why an address gets no mail, whatever it subscribes to; None where it does."""
    with store.read() as connection:
        return suppressions.reason_of(connection, store.secret, parse_address(email).key)


def remove(store: Store, email: str, newsletter: str | None, now: datetime) -> int:
    """End an address's subscriptions, to one newsletter or all; NotFound where there is none."""
    address = parse_address(email)
    with store.write() as connection:
        ended = subscribers.unsubscribe(connection, address.key, newsletter, now)
    if not ended:
        raise NotFound("subscription of", email, hint="'publisher subscriber list' shows those there are")
    return ended


def pause(store: Store, email: str, newsletter: str | None, until: datetime, now: datetime) -> int:
    """Send an address no newsletter, or not this one, until then; how many. NotFound, UsageError for what is past."""
    if until <= now:
        raise UsageError("a pause ends in the future", hint="write the first day on which mail may come again")
    return _paused(store, email, newsletter, until)


def unpause(store: Store, email: str, newsletter: str | None) -> int:
    """End a pause, or leave what was not paused as it is; how many subscriptions. NotFound where there is none."""
    return _paused(store, email, newsletter, None)


def _paused(store: Store, email: str, newsletter: str | None, until: datetime | None) -> int:
    address = parse_address(email)
    with store.write() as connection:
        changed = subscribers.pause(connection, address.key, newsletter, until)
    if not changed:
        raise NotFound("subscription of", email, hint="'publisher subscriber list' shows those there are")
    return changed


def _name(text: str) -> str:
    name = text.strip()
    if not is_one_line(name) or len(name) > LONGEST_NAME:
        raise UsageError(f"the name {name[:40]!r} is not one line of at most {LONGEST_NAME} characters")
    return name


def _named(newsletters: Sequence[Newsletter], name: str) -> Newsletter:
    for newsletter in newsletters:
        if newsletter.name == name:
            return newsletter
    names = ", ".join(newsletter.name for newsletter in newsletters) or "none is configured"
    raise NotFound("newsletter", name, hint=f"newsletters: {names}")


def _frequency(newsletter: Newsletter, name: str | None) -> Frequency | None:
    if not name:
        return None
    for frequency in newsletter.schedules:
        if frequency == name:
            return frequency
    offered = ", ".join(newsletter.schedules)
    raise UsageError(f"newsletter {newsletter.name!r} has no frequency {name!r}; it has: {offered}")


def _categories(names: Sequence[str]) -> tuple[str, ...] | None:
    wanted = tuple(name.strip() for name in names)
    if not all(wanted):
        raise UsageError("a category without a name", hint="leave the category out to mean all")
    return wanted or None


def _language(tag: str | None) -> str | None:
    if tag and not LANGUAGE.fullmatch(tag):
        raise UsageError(f"{tag!r} is no language", hint="write a tag such as ja or en-GB")
    return tag or None


def _rows(file: Path) -> list[tuple[int, Request]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle, strict=True)
            _check_header(file, reader.fieldnames)
            return [(reader.line_num, _request(file, reader.line_num, row)) for row in reader]
    except OSError as error:
        raise _unreadable(file, 0, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise _unreadable(file, 0, "not UTF-8: save it as UTF-8 (in Excel: 'CSV UTF-8')") from error
    except csv.Error as error:
        raise _unreadable(file, reader.line_num, str(error)) from error


def _check_header(file: Path, names: Sequence[str] | None) -> None:
    present = [name.strip() for name in names or []]
    unknown = [name for name in present if name not in COLUMNS]
    if "email" not in present:
        raise _unreadable(file, 1, f"the first line must name the columns, 'email' among them: {','.join(COLUMNS)}")
    if unknown:
        raise _unreadable(file, 1, f"unknown column {unknown[0]!r}; known: {','.join(COLUMNS)}")


def _request(file: Path, line: int, row: dict[str | None, Any]) -> Request:
    if None in row:
        raise _unreadable(file, line, "more cells than columns: a cell with a comma in it needs quotes")
    cells = {key.strip(): (value or "").strip() for key, value in row.items() if isinstance(value, str) and key}
    return Request(
        email=cells.get("email", ""),
        name=cells.get("name", ""),
        newsletters=_several(cells.get("newsletter", "")),
        categories=_several(cells.get("categories", "")),
        language=cells.get("language") or None,
        frequency=cells.get("frequency") or None,
        timezone=cells.get("timezone") or None,
    )


def _several(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _unreadable(file: Path, line: int, message: str) -> ContentError:
    return ContentError([Problem(file.name, line, 1 if line else 0, Severity.ERROR, "import", message)])
