"""The ledger's tables. A change here comes with a migration; a test compares the two."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from publisher.store.instant import Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True, autoincrement=True)


meta = Table("meta", metadata, Column("key", String(40), primary_key=True), Column("value", Text, nullable=False))

subscribers = Table(
    "subscribers",
    metadata,
    _id(),
    Column("email", String(320), nullable=False),
    Column("address_key", String(320), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("fields", JSON(none_as_null=True)),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    _id(),
    Column("subscriber_id", ForeignKey("subscribers.id", ondelete="CASCADE"), nullable=False),
    Column("newsletter", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("frequency", String(16), nullable=False),
    Column("language", String(35)),
    Column("categories", JSON(none_as_null=True)),
    Column("confirmed_at", Instant),
    Column("wished_at", Instant, nullable=False),
    Column("unsubscribed_at", Instant),
    Column("evidence", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("timezone", String(64)),
    Column("paused_until", Instant),
    Column("left_by", Text, nullable=False, server_default=""),
    UniqueConstraint("subscriber_id", "newsletter"),
    Index(None, "newsletter", "status"),
    Index(
        "ix_subscriptions_zones",
        "newsletter",
        "timezone",
        sqlite_where=text("timezone IS NOT NULL"),
        postgresql_where=text("timezone IS NOT NULL"),
    ),
)

issues = Table(
    "issues",
    metadata,
    _id(),
    Column("uid", String(32), nullable=False, unique=True),
    Column("newsletter", String(64)),
    Column("number", Integer),
    Column("kind", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("period", String(160), unique=True),
    Column("sender", Text, nullable=False),
    Column("reply_to", Text),
    Column("list_title", Text, nullable=False),
    Column("archive_url", Text, nullable=False, server_default=""),
    Column("page_url", Text),
    Column("at", Instant, nullable=False),
    Column("since", Instant),
    Column("created_at", Instant, nullable=False),
    Column("recipients", Integer, nullable=False, server_default="0"),
    Column("urgent", Boolean, nullable=False, server_default=false()),
    Column("resume_at", Instant),
    Column("setbacks", Integer, nullable=False, server_default="0"),
    Column("starts_at", Instant),
    Column("audience", Text, nullable=False, server_default=""),
    Column("again", Boolean, nullable=False, server_default=false()),
    Column("greets", String(64)),
    Column("edition", String(160)),
    Column("letter", String(16)),
    Column("asked_sha256", String(64)),
    UniqueConstraint("newsletter", "number"),
    Index(None, "edition"),
    Index(None, "status"),
)

variants = Table(
    "variants",
    metadata,
    _id(),
    Column("issue_id", ForeignKey("issues.id"), nullable=False),
    Column("key", String(64), nullable=False),
    Column("language", String(35), nullable=False),
    Column("marker", String(64), nullable=False),
    Column("subject", Text, nullable=False),
    Column("preheader", Text, nullable=False, server_default=""),
    Column("html", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("subject_sha256", String(64), nullable=False, server_default=""),
    Column("html_sha256", String(64), nullable=False, server_default=""),
    Column("text_sha256", String(64), nullable=False, server_default=""),
    UniqueConstraint("issue_id", "key"),
)

pictures = Table(
    "pictures",
    metadata,
    Column("issue_id", ForeignKey("issues.id"), primary_key=True),
    Column("cid", String(128), primary_key=True),
    Column("type", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

variant_pictures = Table(
    "variant_pictures",
    metadata,
    Column("variant_id", ForeignKey("variants.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("cid", String(128), nullable=False),
)

variant_posts = Table(
    "variant_posts",
    metadata,
    Column("variant_id", ForeignKey("variants.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("post_id", Text, nullable=False),
    Column("resend", Text, nullable=False, server_default=""),
    Index(None, "post_id"),
)

manifests = Table(
    "manifests",
    metadata,
    Column("issue_id", ForeignKey("issues.id"), primary_key=True),
    Column("content", JSON(none_as_null=True), nullable=False),
)

introductions = Table(
    "introductions",
    metadata,
    Column("issue_id", ForeignKey("issues.id"), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("file", Text, nullable=False),
)

pages = Table(
    "pages",
    metadata,
    Column("issue_id", ForeignKey("issues.id"), primary_key=True),
    Column("language", String(35), primary_key=True),
    Column("path", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("content", JSON(none_as_null=True), nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    _id(),
    Column("issue_id", ForeignKey("issues.id"), nullable=False),
    Column("variant_id", ForeignKey("variants.id"), nullable=False),
    Column("subscriber_id", ForeignKey("subscribers.id", ondelete="SET NULL")),
    Column("email", String(320), nullable=False),
    Column("address_key", String(320), nullable=False),
    Column("name", String(200), nullable=False),
    Column("language", String(35)),
    Column("message_id", String(320), nullable=False),
    Column("status", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_reply", Text, nullable=False),
    Column("due_at", Instant),
    Column("owner", String(255)),
    Column("lease_until", Instant),
    Column("attempted_at", Instant),
    Column("settled_by", String(16)),
    Column("dated_at", Instant),
    # No foreign key: PostgreSQL would look it up for every mail.
    Column("outgoing_id", Integer),
    Column("fields", JSON(none_as_null=True)),
    # The address first: planned in the order of addresses, an issue of a million is appended at a few places at a time,
    # and one index answers for both.
    UniqueConstraint("address_key", "issue_id"),
    Index(None, "issue_id"),
)

unsent = text("deliveries.status <> 'sent'")
"""What a query must say word for word, for SQLite to look into the index below."""

# Of an issue of a million all but a few thousand end as sent, and are then in no index of states: what is left to do is
# found, and counted, among what is left.
Index(
    "ix_deliveries_unsent",
    deliveries.c.issue_id,
    deliveries.c.status,
    deliveries.c.due_at,
    sqlite_where=text("status <> 'sent'"),
    postgresql_where=text("status <> 'sent'"),
)

outgoings = Table("outgoings", metadata, _id(), Column("content", Text, nullable=False, unique=True))

attempts = Table(
    "attempts",
    metadata,
    _id(),
    Column("delivery_id", ForeignKey("deliveries.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("outcome", String(16), nullable=False),
    Column("code", Integer),
    Column("reply", Text, nullable=False),
    Column("server", String(128), nullable=False, server_default=""),
    Index(None, "delivery_id"),
)

bounces = Table(
    "bounces",
    metadata,
    _id(),
    Column("key", String(64), nullable=False, unique=True),
    Column("delivery_id", ForeignKey("deliveries.id")),
    Column("address_key", String(320), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("diagnostic", Text, nullable=False),
    Column("source", String(32), nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "delivery_id"),
    Index(None, "address_key"),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("address_key", String(320), primary_key=True),
    Column("kind", String(16), nullable=False, server_default="hand"),
    Column("reason", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
)

destinations = Table(
    "destinations",
    metadata,
    Column("name", String(255), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("stopped_until", Instant, nullable=False),
    Column("stops", Integer, nullable=False),
)

usage = Table(
    "usage",
    metadata,
    Column("server", String(128), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("sent", Integer, nullable=False),
)

paces = Table(
    "paces",
    metadata,
    Column("server", String(128), primary_key=True),
    Column("free_at", Instant, nullable=False),
)
