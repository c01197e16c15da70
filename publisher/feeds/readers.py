"""What feed readers would notice between two versions of a feed, by the ids and values that each really compares."""

from collections.abc import Iterable

from publisher.feeds import as_freshrss, as_miniflux, as_reader
from publisher.feeds.kept import Kept, document
from publisher.model.seen import Noticed, Reader, Seen


def seen(old: bytes | None, new: bytes | None) -> dict[Reader, Seen]:
    """What each reader makes of `new` when all it has is `old`; None is a feed that is not there.

    Each version is RSS, Atom or JSON Feed, whatever the other is. One that is none of these, or not well-formed, has no
    entries. A reader that saw versions before `old` may know an entry that is told as new.
    """
    before, after = _kept(old), _kept(new)
    return {reader: _compare(before[reader], after[reader]) for reader in Reader}


def _kept(data: bytes | None) -> dict[Reader, list[Kept]]:
    feed = document(data) if data else None
    if feed is None:
        return {reader: [] for reader in Reader}
    return {
        Reader.MINIFLUX: as_miniflux.kept(feed),
        Reader.FRESHRSS: as_freshrss.kept(feed),
        Reader.READER: as_reader.kept(feed),
    }


def _compare(before: Iterable[Kept], after: list[Kept]) -> Seen:
    known = {one.key: one for one in before}
    now = {one.key for one in after}
    both = [(one, _changed(known[one.key].values, one.values)) for one in after if one.key in known]
    return Seen(
        new=tuple(_noticed(one) for one in after if one.key not in known),
        updated=tuple(_noticed(one, changed) for one, changed in both if changed),
        unchanged=tuple(_noticed(one) for one, changed in both if not changed),
        gone=tuple(_noticed(one) for key, one in known.items() if key not in now),
    )


def _noticed(one: Kept, changed: tuple[str, ...] = ()) -> Noticed:
    # In one line: feeds wrap their titles.
    return Noticed(" ".join(one.title.split()), one.id, changed)


def _changed(before: dict[str, object], after: dict[str, object]) -> tuple[str, ...]:
    names = dict.fromkeys([*after, *before])
    return tuple(name for name in names if before.get(name) != after.get(name))
