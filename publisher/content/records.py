"""The records of `ids.json`, mirrored in the index, where they can be joined with the posts.

A record that does not stand names an id of the days when the site's address was unknown: its post was out, and gets
another id.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import UTC, datetime

from publisher.content.index import SETTLED, Index
from publisher.core.identity import Record, Sighting

_SEEN = "p.path, p.address, p.url, p.title, p.published, p.digest"
_RECORD = "id, source, url, published, title, digest, updated, text"
_OF_R = ", ".join(f"r.{name}" for name in _RECORD.split(", "))
_WIDTH = len(Record._fields)
_DIFFERS = "(p.digest, p.url, p.title) != (r.digest, r.url, r.title) OR p.published IS NOT r.moment"
_MANY = 1000
_INSERT = f"INSERT OR REPLACE INTO records ({_RECORD}, standing, moment) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def mirror(index: Index, records: Iterable[Record], stands: Callable[[str], bool]) -> None:
    """Have these records and no others; `stands` says whether an id still counts."""
    index.put_note(SETTLED, "")
    index.write("DELETE FROM records")
    index.write_many(_INSERT, [(*record, int(stands(record.id)), _moment(record.published)) for record in records])


def put_records(index: Index, records: Iterable[Record]) -> None:
    """Keep records that are new or changed, each in the place of the one with its id."""
    # REPLACE removes what has the same id as well as what has the same file.
    index.write_many(_INSERT, [(*record, 1, _moment(record.published)) for record in records])


def _moment(published: str) -> int | None:
    """Whole seconds since 1970, which SQLite compares ten times as fast as it writes dates; None for no date.

    None, too, where a hand left the zone out: the machine's own would make of it what another machine does not.
    """
    try:
        moment = datetime.fromisoformat(published)
        return int(moment.timestamp()) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def strays(index: Index, within: Collection[str] | None = None) -> Iterator[Sighting]:
    """Posts that no record names, by (published, address); only of the files `within`, where these are given."""
    sql = f"SELECT {_SEEN} FROM posts p LEFT JOIN records r ON r.source = p.path AND r.standing WHERE r.id IS NULL"
    if within is None:
        return map(_sighting, index.rows(f"{sql} ORDER BY p.published, p.address"))
    found = [_sighting(row) for path in within for row in index.rows(f"{sql} AND p.path = ?", path)]
    return iter(sorted(found, key=lambda seen: (seen.published, seen.path)))


def outdated(index: Index, within: Collection[str] | None = None) -> Iterator[tuple[Record, Sighting]]:
    """Posts that are no longer as their record says, with that; only those of `within`, where it is given."""
    sql = f"SELECT {_OF_R}, {_SEEN} FROM posts p JOIN records r ON r.source = p.path WHERE r.standing AND ({_DIFFERS})"
    if within is None:
        rows = index.rows(sql)
    else:
        rows = [row for path in within for row in index.rows(f"{sql} AND p.path = ?", path)]
    return ((Record(*row[:_WIDTH]), _sighting(row[_WIDTH:])) for row in rows)


def settle(index: Index) -> None:
    """Note that every post is as its record says: the next scan has to compare only what it read anew."""
    if not is_settled(index):
        index.put_note(SETTLED, "yes")


def is_settled(index: Index) -> bool:
    """Whether no post was read since `settle`."""
    return index.note(SETTLED) == "yes"


def orphans(index: Index, strays: int | None = None) -> list[Record]:
    """Records whose file holds no post; `strays` is how many posts no record names, where that is known."""
    counts = "SELECT (SELECT count(*) FROM posts), (SELECT count(*) FROM records WHERE standing)"
    # A count is quicker than a join, and most often all there is to it.
    if strays is not None and (both := index.rows(counts)[0])[0] - strays == both[1]:
        return []
    sql = f"SELECT {_OF_R} FROM records r LEFT JOIN posts p ON p.path = r.source WHERE r.standing AND p.path IS NULL"
    return [Record(*row) for row in index.rows(sql)]


def has_records(index: Index) -> bool:
    """Whether any post is remembered."""
    return bool(index.rows("SELECT 1 FROM records LIMIT 1"))


def records_of(index: Index, sources: Collection[str]) -> dict[str, Record]:
    """The records of files, by file."""
    if len(sources) > _MANY:
        rows = index.rows(f"SELECT {_RECORD} FROM records WHERE standing")
        return {row[1]: Record(*row) for row in rows if row[1] in sources}
    return {source: record for source in sources if (record := record_named(index, source))}


def record_named(index: Index, source: str) -> Record | None:
    """The record of a file."""
    found = index.rows(f"SELECT {_RECORD} FROM records WHERE standing AND source = ?", source)
    return Record(*found[0]) if found else None


def holder(index: Index, id_: str) -> str | None:
    """The file of the post that has the id."""
    sql = "SELECT r.source FROM records r JOIN posts p ON p.path = r.source WHERE r.standing AND r.id = ?"
    found = index.rows(sql, id_)
    return str(found[0][0]) if found else None


def recorded_ids(index: Index) -> dict[str, str]:
    """The ids of posts with a record, by file."""
    return dict(index.rows("SELECT p.path, r.id FROM posts p JOIN records r ON r.source = p.path WHERE r.standing"))


def recorded_before(index: Index, moment: str) -> list[str]:
    """Files recorded with a date up to `moment`, as core.identity.moment_text writes it."""
    return [row[0] for row in index.rows("SELECT source FROM records WHERE published <= ?", moment)]


def _sighting(row: tuple[str, str, str, str, int, str]) -> Sighting:
    source, path, url, title, published, digest = row
    return Sighting(source, path, url, title, datetime.fromtimestamp(published, UTC), digest)
