"""The ledger's tables of how readers come, and of those who ask after them: sign-ups, letters, limits, keys, events."""

from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from publisher.store.instant import Instant
from publisher.store.tables import metadata


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True, autoincrement=True)


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


sign_ups = Table(
    "sign_ups",
    metadata,
    _id(),
    Column("uid", String(32), nullable=False, unique=True),
    Column("email", String(320), nullable=False),
    Column("address_key", String(320), nullable=False),
    Column("name", String(200), nullable=False),
    Column("language", String(35), nullable=False),
    Column("wishes", JSON, nullable=False),
    Column("source", String(32), nullable=False),
    Column("wording", Text, nullable=False),
    Column("ip", String(64), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("confirmed_at", Instant),
    Column("confirmed_wording", Text, nullable=False),
    Column("confirmed_ip", String(64), nullable=False),
    Index(None, "address_key"),
    Index("ix_sign_ups_waiting", "expires_at", **_where("confirmed_at IS NULL")),
)

letters = Table(
    "letters",
    metadata,
    _id(),
    Column("kind", String(16), nullable=False),
    Column("email", String(320), nullable=False),
    Column("address_key", String(320), nullable=False),
    Column("language", String(35), nullable=False),
    Column("newsletter", String(64)),
    Column("sign_up_id", ForeignKey("sign_ups.id", ondelete="SET NULL")),
    Column("asked_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("made_at", Instant),
    Column("delivery_id", Integer),
    Column("said", JSON, nullable=False),
    Index(None, "address_key", "asked_at"),
    Index(None, "delivery_id"),
    Index("ix_letters_due", "due_at", **_where("due_at IS NOT NULL")),
)

limits = Table(
    "limits",
    metadata,
    Column("key", String(160), primary_key=True),
    Column("since", Instant, nullable=False),
    Column("number", Integer, nullable=False),
    Index(None, "since"),
)

keys = Table(
    "keys",
    metadata,
    _id(),
    Column("name", String(64), nullable=False),
    Column("prefix", String(16), nullable=False, unique=True),
    Column("sha256", String(64), nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
)

imports = Table(
    "imports",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("file", Text, nullable=False),
    Column("done", Integer, nullable=False),
    Column("counts", JSON, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
)

events = Table(
    "events",
    metadata,
    _id(),
    Column("uid", String(32), nullable=False, unique=True),
    Column("kind", String(32), nullable=False),
    Column("at", Instant, nullable=False),
    Column("subscriber_id", ForeignKey("subscribers.id", ondelete="SET NULL")),
    Column("newsletter", String(64)),
    Column("issue_id", ForeignKey("issues.id")),
    Column("data", JSON, nullable=False),
    Index(None, "subscriber_id"),
    Index(None, "issue_id"),
)

hooks = Table(
    "hooks",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("url", Text, nullable=False),
    # Each between spaces, so that to look for one in SQL needs no functions of JSON.
    Column("kinds", Text, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("failing_since", Instant),
    Column("rests_until", Instant),
    Column("ended_at", Instant),
    Column("words", Text, nullable=False),
)

hook_posts = Table(
    "hook_posts",
    metadata,
    _id(),
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), nullable=False),
    Column("hook", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Instant),
    Column("last_reply", Text, nullable=False),
    UniqueConstraint("event_id", "hook"),
    Index("ix_hook_posts_due", "hook", "due_at", **_where("due_at IS NOT NULL")),
    Index("ix_hook_posts_failed", "hook", "event_id", **_where("status = 'failed'")),
)

mailboxes = Table(
    "mailboxes",
    metadata,
    Column("name", String(255), primary_key=True),
    Column("validity", String(32), nullable=False),
    Column("seen", Integer, nullable=False),
)
