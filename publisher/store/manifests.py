"""What issues were made of, and the hashes of their variants."""

import hashlib
from collections.abc import Iterator

import sqlalchemy as sa

from publisher.model.mailing import Rendered
from publisher.model.manifest import Manifest, VariantRecord
from publisher.store.tables import manifests, variant_posts, variants
from publisher.struct import of_plain, to_plain

_PARTS = ("subject", "html", "text")


def hashes(rendered: Rendered) -> dict[str, str]:
    """The SHA-256, in hex, of each part of a variant as it is stored, in UTF-8, by column."""
    return {f"{part}_sha256": _sha256(getattr(rendered, part)) for part in _PARTS}


def insert(connection: sa.Connection, issue_id: int, manifest: Manifest) -> None:
    """Keep what an issue was made of."""
    connection.execute(manifests.insert().values(issue_id=issue_id, content=to_plain(manifest)))


def of_issue(connection: sa.Connection, issue_id: int) -> Manifest | None:
    """What an issue was made of; None for one that was skipped, or made before manifests were kept."""
    content = connection.scalar(sa.select(manifests.c.content).where(manifests.c.issue_id == issue_id))
    return None if content is None else of_plain(content, Manifest)


def of_plan(connection: sa.Connection, plan: str) -> list[int]:
    """The issues that were made by applying the plan with this hash."""
    query = sa.select(manifests.c.issue_id).where(manifests.c.content["plan"].as_string() == plan)
    return list(connection.scalars(query.order_by(manifests.c.issue_id)))


def variants_of(connection: sa.Connection, issue_id: int) -> list[VariantRecord]:
    """The variants of an issue by their hashes, in the order they were planned."""
    recorded = ("key", "language", *(f"{part}_sha256" for part in _PARTS))
    query = sa.select(variants.c.id, *(variants.c[name] for name in recorded)).where(variants.c.issue_id == issue_id)
    posts = _posts(connection, issue_id)
    return [
        VariantRecord(key, language, tuple(posts.get(own, ())), *sums)
        for own, key, language, *sums in connection.execute(query.order_by(variants.c.id))
    ]


def altered(connection: sa.Connection, issue_id: int, variant_id: int | None = None) -> Iterator[tuple[str, str]]:
    """The keys of variants, of all or one, that are no longer what they were when they were planned, each with the part
    that is not."""
    query = sa.select(variants).where(variants.c.issue_id == issue_id).order_by(variants.c.id)
    if variant_id is not None:
        query = query.where(variants.c.id == variant_id)
    # Thousands of variants are more than a process should hold.
    for row in connection.execution_options(yield_per=20).execute(query).mappings():
        for part in _PARTS:
            recorded = row[f"{part}_sha256"]
            if recorded and recorded != _sha256(row[part]):
                yield row["key"], part


def _posts(connection: sa.Connection, issue_id: int) -> dict[int, list[str]]:
    query = sa.select(variant_posts.c.variant_id, variant_posts.c.post_id)
    its = query.join(variants, variants.c.id == variant_posts.c.variant_id).where(variants.c.issue_id == issue_id)
    found: dict[int, list[str]] = {}
    for variant_id, post_id in connection.execute(its.order_by(variant_posts.c.variant_id, variant_posts.c.position)):
        found.setdefault(variant_id, []).append(post_id)
    return found


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
