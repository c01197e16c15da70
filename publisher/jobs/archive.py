"""The web archive as it stands: which pages the world may see, written when an issue goes and by every build.

The ledger alone knows the pages. A build that finds them as they were left does not ask it: which there are, and what
they were made of, stands in a note of `cache.db`.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from publisher.cache import FILE_NAME as CACHE_NAME
from publisher.cache import kept, peek
from publisher.config import Config, database_file, database_url, place_of
from publisher.errors import Problem, PublisherError, Severity, StoreError
from publisher.jobs.archive_paths import ISSUES, KINDS, issue_path, list_path
from publisher.jobs.archive_sheets import sheets, signs
from publisher.jobs.feed_paths import require_own_pages
from publisher.jobs.feed_press import Press, Sheet
from publisher.jobs.feed_records import FeedRecord
from publisher.jobs.ids import Witness, feeds_in, ids_bytes
from publisher.jobs.library import Library
from publisher.jobs.reading import read
from publisher.model.newsletter import Period
from publisher.struct import Struct

if TYPE_CHECKING:
    import sqlalchemy as sa

    from publisher.store.engine import Store

NOTE = "archive"
"""The note of the index that says which pages there are."""

_T = TypeVar("_T")


class Archive(Struct, frozen=True):
    """The files that there are to be; `key` changes with all that they are made of but the ledger's word on which
    issues went. `pages` are issue and language of each page. None of it can be told where `fault` says why."""

    key: str
    pages: tuple[tuple[int, str], ...]
    sheets: tuple[Sheet, ...]
    fault: str | None = None


def archive(library: Library) -> Archive | None:
    """By the note of before, where that still holds, else by the ledger; None where there is no ledger, as in a fresh
    checkout: then what stands is all there is."""
    if not database_file(library.config).exists():
        return None
    key = _key(library, library.known.witness)
    return _noted(library, key) or _guarded(key, lambda: _asked(library, key))


def put(library: Library, press: Press, made: Archive) -> list[Problem]:
    """Have the files written; those that cannot be told or made now stay as they are, and why."""
    if made.fault is not None:
        return [_untold(library, made.fault)]
    wanted = [sheet for sheet in made.sheets if not press.stands(sheet)]
    try:
        for sheet, data in [(sheet, sheet.make()) for sheet in wanted]:
            press.add(sheet, data)
    except StoreError as error:
        for sheet in wanted:
            press.leave(sheet.path)
        return [_untold(library, error.message)]
    library.index.put_note(NOTE, _dump(made))
    return []


def with_pages(library: Library, made: Archive | None) -> set[str]:
    """The newsletters whose issues can be read; where that cannot be told now, those of which they stand."""
    lists = library.known.feeds if made is None or made.fault is not None else made.sheets
    return {one.name for one in lists if one.kind == ISSUES}


def is_page(record: FeedRecord) -> bool:
    """Whether a file is one of the archive."""
    return record.kind in KINDS


def publish(library: Library, store: "Store", now: datetime) -> list[str]:
    """Write the pages of issues that go, and remove those of issues that do not; the files written.

    ConfigError where a page of the site lies in the way, OutputError, TemplateError.
    """
    from publisher.store import issues

    with store.read() as connection:
        witness = Witness(store.uid, issues.count(connection))
    made = _told(library, store, _key(library, witness))
    require_own_pages(library, [sheet.path for sheet in made.sheets if sheet.format == "html"])
    # As the file has them now: an issue of another newsletter may have been made since the posts were read.
    standing = feeds_in(ids_bytes(library.config.home))
    press = Press(library, now, lambda feeds: library.keep(witness, feeds=feeds), _unheard, standing)
    put(library, press, made)
    press.end(is_page)
    return press.written


def publish_early(library: Library, store: "Store", now: datetime) -> None:
    """The same as soon as an issue is made, while the posts are at hand. What fails is tried again, and told, before
    its first mail leaves; see `refresh`."""
    with suppress(PublisherError):
        publish(library, store, now)


def require_room(library: Library, connection: "sa.Connection", newsletter: str, period: Period | None = None) -> None:
    """ConfigError where the site has a page of its own where that of the next issue, or their list, would lie."""
    from publisher.store import issues

    number = issues.next_number(connection, newsletter, period.edition if period else None)
    config = library.config
    require_own_pages(library, [issue_path(config, newsletter, number), list_path(config, newsletter)])


def refresh(config: Config, store: "Store", now: datetime) -> list[str]:
    """The same, where the ledger says something else than what was written last: an issue that waited goes, one was
    cancelled, or a process died before it got to that. The files written."""
    from publisher.store import pages

    with store.read() as connection:
        shown = pages.shown(connection)
    note = peek(config.home / CACHE_NAME, NOTE).get(NOTE)
    if shown == ([(issue, language) for issue, language in json.loads(note)["pages"]] if note else []):
        return []
    return read(config, lambda library: publish(library, store, now), at=now)


def _untold(library: Library, fault: str) -> Problem:
    """That the ledger does not tell the pages now."""
    file, line, column = place_of(library.config, "database")
    message = f"the pages of newsletters' issues stay as they are: {fault}"
    return Problem(file, line, column, Severity.WARNING, "no-ledger", message)


def _unheard(_one: Sheet | FeedRecord, _old: bytes, _new: bytes | None) -> None:
    """Who reads a newsletter's feed is told of issues, and no post left it."""


def _key(library: Library, witness: Witness | None) -> str:
    config = library.config
    told = f"{config.key}\n{library.place.site!r}\n{signs(config)}\n{witness!r}"
    return hashlib.sha256(told.encode(errors="surrogatepass")).hexdigest()


def _guarded(key: str, work: Callable[[], Archive]) -> Archive:
    try:
        return work()
    except StoreError as error:
        return Archive(key, (), (), error.message)


def _asked(library: Library, key: str) -> Archive:
    from publisher.store.engine import Store

    with closing(Store(database_url(library.config))) as store:
        return _told(library, store, key)


def _told(library: Library, store: "Store", key: str) -> Archive:
    from publisher.store import pages

    with store.read() as connection:
        found = pages.visible(connection)
        shown = pages.shown(connection)
    return Archive(key, tuple(shown), tuple(sheets(library, found)))


def _noted(library: Library, key: str) -> Archive | None:
    """What the note says; its files are made by the ledger, which is asked once, where one is missing."""
    told = json.loads(library.index.note(NOTE) or "{}")
    if told.get("key") != key:
        return None

    @cache
    def asked() -> dict[str, Sheet]:
        return {sheet.path: sheet for sheet in _asked(library, key).sheets}

    with kept():
        pages = tuple((issue, language) for issue, language in told["pages"])
        return Archive(key, pages, tuple(_later(asked, *row) for row in told["sheets"]))


def _later(asked: Callable[[], dict[str, Sheet]], path: str, kind: str, name: str, format_: str, mark: str) -> Sheet:
    return Sheet(
        path=path,
        kind=kind,
        name=name,
        format=format_,
        fingerprint=lambda: mark,
        make=lambda: asked()[path].make(),
        updated=lambda: asked()[path].updated(),
    )


def _dump(made: Archive) -> str:
    rows: Sequence[Sequence[str]] = [
        (one.path, one.kind, one.name, one.format, one.fingerprint()) for one in made.sheets
    ]
    return json.dumps({"key": made.key, "pages": made.pages, "sheets": rows}, ensure_ascii=False)
