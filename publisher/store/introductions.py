"""Which editor's introductions have gone out, by the hash of their text."""

from collections.abc import Mapping

import sqlalchemy as sa

from publisher.core.lifecycle import CARRIED
from publisher.model.mailing import IssueStatus
from publisher.store.tables import deliveries, introductions, issues


def insert(connection: sa.Connection, issue_id: int, files: Mapping[str, str]) -> None:
    """Note the introductions of an issue: files by the SHA-256 of their bytes, in hex."""
    rows = [{"issue_id": issue_id, "sha256": sha256, "file": file} for sha256, file in files.items()]
    if rows:
        connection.execute(introductions.insert(), rows)


def of_issue(connection: sa.Connection, issue_id: int) -> dict[str, str]:
    """The files that an issue used up, each with the SHA-256 of its bytes."""
    query = sa.select(introductions.c.file, introductions.c.sha256).where(introductions.c.issue_id == issue_id)
    return {row.file: row.sha256 for row in connection.execute(query.order_by(introductions.c.file))}


def used(connection: sa.Connection, newsletter: str, edition: str | None) -> dict[str, int]:
    """The hashes that a newsletter has used up, each with its issue, for an issue of `edition`.

    Not by an issue of which nothing left before it was cancelled, nor by one of the same edition: readers of other
    zones, whose Monday comes later, are to read the same.
    """
    left = sa.exists().where(deliveries.c.issue_id == issues.c.id, deliveries.c.status.in_(CARRIED))
    query = (
        sa.select(introductions.c.sha256, issues.c.id)
        .join(issues, issues.c.id == introductions.c.issue_id)
        .where(issues.c.newsletter == newsletter, sa.or_(issues.c.status != IssueStatus.CANCELLED, left))
        .order_by(issues.c.id)
    )
    if edition is not None:
        query = query.where(issues.c.edition.is_distinct_from(edition))
    return {row.sha256: row.id for row in connection.execute(query)}
