"""Which post is which: what `ids.json` remembers against what was just read."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from itertools import islice
from urllib.parse import urlsplit

from publisher.config import Config, refusal
from publisher.content import Index, has_records, holder, mirror, orphans, outdated, strays
from publisher.core.identity import Identities, Record, assign, is_provisional, record_of
from publisher.errors import Problem, Severity
from publisher.jobs.feed_records import FeedRecord
from publisher.jobs.ids import NOTE, Witness, feeds_in, ids_bytes, mark_of, parse
from publisher.model.site import PLACEHOLDER_HOST, Site
from publisher.struct import Struct

_BATCH = 1000


class Known(Struct, frozen=True):
    """What was recognised. `ids` are those of posts that no record named, by file; `changed` are records to be written.

    `left_out` are files whose post has no id, because another has it. `provisional`: the file holds ids of the
    placeholder's days, which go; `placeholder`: these days last. `mark` is the file's as it was read, `feeds` what it
    says of them.
    """

    ids: dict[str, str]
    changed: Sequence[Record]
    left_out: Set[str]
    problems: tuple[Problem, ...]
    witness: Witness | None
    provisional: bool
    placeholder: bool
    mark: str
    feeds: tuple[FeedRecord, ...]


def recognise(
    config: Config, site: Site, index: Index, *, unreadable: Collection[str], changed: Collection[str] | None = None
) -> Known:
    """Give each post of the index its id; `unreadable` are files that are there, though nothing can be read of them.
    Only the files of `changed` can have another post than their record says, where these are given.

    ConfigError where `ids.json` is damaged, or knows the posts at an address that is not known any more.
    """
    placeholder = urlsplit(site.url).hostname == PLACEHOLDER_HOST
    data = ids_bytes(config.home)
    if placeholder:
        _require_no_lost_address(config, data)
    is_new = _read_anew(data, site, index, placeholder=placeholder)
    within = None if is_new else changed
    renewed = [record_of(record.id, seen, record) for record, seen in outdated(index, within)]
    ids: dict[str, str] = {}
    disputed = json.loads(index.note("disputed") or "[]")
    left_out = {file for file, _ in disputed}
    problems = [Problem(file, 1, 1, Severity.ERROR, "duplicate-id", message) for file, message in disputed]
    for found in _assigned(site, index, unreadable, within):
        ids |= found.ids
        renewed += [record for record in _fresh(found) if record.source not in left_out]
        left_out.update(second for _, second in found.clashes)
        problems += _problems(found)
    renewed.sort()
    return Known(
        ids=ids,
        changed=renewed,
        left_out=left_out,
        problems=tuple(problems),
        witness=_witness(index.note("witness") or ""),
        provisional=index.note("provisional") == "yes",
        placeholder=placeholder,
        mark=mark_of(data, site.url),
        feeds=feeds_in(data),
    )


def _require_no_lost_address(config: Config, data: bytes | None) -> None:
    """A half-saved configuration of the engine, or one that is gone, must not turn good links into placeholders."""
    urls = (urlsplit(record.url) for record in parse(data).records)
    known = next((url for url in urls if url.hostname and url.hostname != PLACEHOLDER_HOST), None)
    if known:
        message = f"is not known any more; the posts were at {known.scheme}://{known.netloc}/"
        hint = (
            "mend the engine's configuration, or write the address into site.url; until then the feeds stay as they are"
        )
        raise refusal(config, "site.url", message, hint=hint)


def _read_anew(data: bytes | None, site: Site, index: Index, *, placeholder: bool) -> bool:
    """Mirror the file in the index, where it is another than the last time; True where it is.

    Lines that are in dispute are looked at each time: which of them count hangs on the files that are there.
    """
    mark = mark_of(data, site.url)
    if index.note(NOTE) == mark and not index.note("disputed"):
        return False
    memory = parse(data)
    witness = memory.witness
    index.put_note("witness", "" if witness is None else f"{witness.uid} {witness.issues}")
    provisional = not placeholder and any(is_provisional(record.id) for record in memory.records)
    index.put_note("provisional", "yes" if provisional else "")
    records, disputed = _one_each(_without_former(memory.records) if provisional else memory.records, index)
    index.put_note("disputed", json.dumps(disputed, ensure_ascii=False) if disputed else "")
    mirror(index, records, lambda id_: placeholder or not is_provisional(id_))
    index.put_note(NOTE, mark)
    return True


def _without_former(records: Sequence[Record]) -> list[Record]:
    """Without the placeholder's ids of files that have another: a branch of before site.url was set may bring some."""
    named = {record.source for record in records if not is_provisional(record.id)}
    return [record for record in records if record.source not in named or not is_provisional(record.id)]


def _one_each(records: Sequence[Record], index: Index) -> tuple[list[Record], list[tuple[str, str]]]:
    """One record for each id, as merging two branches may leave two: that whose file is there and, of one file, that
    whose text changed last, or readers would be told of the change once more.

    What only a person can tell is in dispute, by the file, with what to do: an id whose files are both there, of which
    the first has it; and a file that is there and has several ids.
    """
    kept: dict[str, Record] = {}
    disputed: list[tuple[str, str]] = []
    for record in records:
        other = kept.setdefault(record.id, record)
        if other.source == record.source:
            kept[record.id] = max(other, record, key=lambda one: one.updated)
        elif not index.has_post(other.source):
            kept[record.id] = record
        elif index.has_post(record.source):
            message = f"ids.json gives it the id of {other.source}, {record.id}: remove the line that is wrong"
            disputed.append((record.source, message))
    found = list(kept.values())
    return found, disputed + [(file, _several(ids)) for file, ids in _split(found).items() if index.has_post(file)]


def _split(records: Iterable[Record]) -> dict[str, list[str]]:
    """The ids of the files that have more than one."""
    ids: dict[str, list[str]] = {}
    for record in records:
        ids.setdefault(record.source, []).append(record.id)
    return {file: found for file, found in ids.items() if len(found) > 1}


def _several(ids: Sequence[str]) -> str:
    return (
        f"ids.json gives it {len(ids)} ids, {' and '.join(ids)}:"
        " it is left out until you remove the line whose id no feed has shown"
    )


def _assigned(
    site: Site, index: Index, unreadable: Collection[str], within: Collection[str] | None
) -> Iterator[Identities]:
    """A first reading of a hundred thousand posts is done in batches: with nothing to be recognised they are strangers
    to one another, but for an id that two of them claim."""
    fresh = strays(index, within)
    number = None
    if within is not None:
        few = list(fresh)
        fresh, number = iter(few), len(few)
    gone = [] if number == 0 else orphans(index, number)
    given: dict[str, str] = {}
    is_first = not has_records(index)

    def taken(id_: str) -> str | None:
        return given.get(id_) or (None if is_first else holder(index, id_))

    while batch := list(islice(fresh, None if gone else _BATCH)):
        found = assign(batch, gone, url=site.url, timezone=site.timezone, unreadable=unreadable, taken=taken)
        given |= {id_: source for source, id_ in found.ids.items()}
        yield found


def _fresh(found: Identities) -> Iterator[Record]:
    named = set(found.ids.values())
    return (record for record in found.records if record.id in named)


def _witness(text: str) -> Witness | None:
    uid, _, number = text.rpartition(" ")
    return Witness(uid, int(number)) if uid else None


def _problems(found: Identities) -> Sequence[Problem]:
    clashes = [
        Problem(
            second, 1, 1, Severity.ERROR, "duplicate-id", f"has the date and address of {first}: change one of them"
        )
        for first, second in found.clashes
    ]
    suspects = [
        Problem(
            fresh,
            1,
            1,
            Severity.WARNING,
            "looks-renamed",
            f"looks like {gone}, which is gone, changed in several ways at once: readers will see it as new;"
            f" to keep its id, build once under the old file name, with the ids.json of before",
        )
        for fresh, gone in found.suspects
    ]
    return [*clashes, *suspects]
