"""Which post is which: what `ids.json` remembers against what was just read."""

import json
from collections.abc import Collection, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from publisher.config import Config
from publisher.content import Index, holder, mirror, orphans, outdated, strays
from publisher.core.identity import Identities, Record, assign, is_provisional, record_of
from publisher.errors import Problem, Severity
from publisher.jobs.ids import Witness, ids_bytes, mark_of, parse
from publisher.model.site import PLACEHOLDER_HOST, Site

_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Known:
    """What was recognised. `ids` are those of posts that no record named, by file; `changed` are records to be written.

    `left_out` are files whose post has no id, because another has it. `provisional`: the file holds ids of the
    placeholder's days, which go; `placeholder`: these days last.
    """

    ids: dict[str, str]
    changed: Sequence[Record]
    left_out: Set[str]
    problems: tuple[Problem, ...]
    witness: Witness | None
    provisional: bool
    placeholder: bool


def recognise(config: Config, site: Site, index: Index, *, unreadable: Collection[str]) -> Known:
    """Give each post of the index its id; `unreadable` are files that are there, though nothing can be read of them.

    ConfigError where `ids.json` is damaged.
    """
    placeholder = urlsplit(site.url).hostname == PLACEHOLDER_HOST
    _read_anew(ids_bytes(config.home), site, index, placeholder=placeholder)
    changed = [record_of(id_, seen) for id_, seen in outdated(index)]
    ids: dict[str, str] = {}
    doubled = [tuple(pair) for pair in json.loads(index.note("doubled") or "[]")]
    left_out = {second for _, second, _ in doubled}
    problems = [_doubled(*pair) for pair in doubled]
    for found in _assigned(site, index, unreadable):
        ids |= found.ids
        changed += [record for record in _fresh(found) if record.source not in left_out]
        left_out.update(second for _, second in found.clashes)
        problems += _problems(found)
    changed.sort()
    return Known(
        ids=ids,
        changed=changed,
        left_out=left_out,
        problems=tuple(problems),
        witness=_witness(index.note("witness") or ""),
        provisional=index.note("provisional") == "yes",
        placeholder=placeholder,
    )


def _read_anew(data: bytes | None, site: Site, index: Index, *, placeholder: bool) -> None:
    """Mirror the file in the index, where it is another than the last time."""
    mark = mark_of(data, site.url)
    if index.note("ids") == mark:
        return
    memory = parse(data)
    witness = memory.witness
    index.put_note("witness", "" if witness is None else f"{witness.uid} {witness.issues}")
    provisional = not placeholder and any(is_provisional(record.id) for record in memory.records)
    index.put_note("provisional", "yes" if provisional else "")
    records, doubled = _one_each(memory.records, index)
    index.put_note("doubled", json.dumps(doubled, ensure_ascii=False))
    mirror(index, records, lambda id_: placeholder or not is_provisional(id_))
    index.put_note("ids", mark)


def _one_each(records: Sequence[Record], index: Index) -> tuple[list[Record], list[tuple[str, str, str]]]:
    """One record for each id, as merging two branches may leave two: that whose file is there.

    Where the files of both are there both claim the id: the first has it, and the pairs are told, with the id.
    """
    kept: dict[str, Record] = {}
    doubled: list[tuple[str, str, str]] = []
    for record in records:
        other = kept.setdefault(record.id, record)
        if other.source == record.source or not index.has_post(other.source):
            kept[record.id] = record
        elif index.has_post(record.source):
            doubled.append((other.source, record.source, record.id))
    return list(kept.values()), doubled


def _assigned(site: Site, index: Index, unreadable: Collection[str]) -> Iterator[Identities]:
    """A first reading of a hundred thousand posts is done in batches: with nothing to be recognised they are strangers
    to one another, but for an id that two of them claim."""
    gone = orphans(index)
    fresh = strays(index)
    given: dict[str, str] = {}

    def taken(id_: str) -> str | None:
        return given.get(id_) or holder(index, id_)

    while batch := list(islice(fresh, None if gone else _BATCH)):
        found = assign(batch, gone, url=site.url, timezone=site.timezone, unreadable=unreadable, taken=taken)
        given |= {id_: source for source, id_ in found.ids.items()}
        yield found


def _doubled(first: str, second: str, id_: str) -> Problem:
    message = f"ids.json gives it the id of {first}, {id_}: remove the line that is wrong"
    return Problem(second, 1, 1, Severity.ERROR, "duplicate-id", message)


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
