"""Digests: each reader's zone and pause, issues that wait, what an issue was made of, and its pages of the archive."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add what 0003 lacks; issues made before have no manifest and no page."""
    op.add_column("subscriptions", sa.Column("timezone", sa.String(length=64), nullable=True))
    op.add_column("subscriptions", sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True))
    named = sa.text("timezone IS NOT NULL")
    columns = ["newsletter", "timezone"]
    op.create_index("ix_subscriptions_zones", "subscriptions", columns, sqlite_where=named, postgresql_where=named)
    op.add_column("issues", sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("issues", sa.Column("audience", sa.Text(), nullable=False, server_default=""))
    op.add_column("issues", sa.Column("again", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("issues", sa.Column("greets", sa.String(length=64), nullable=True))
    op.add_column("issues", sa.Column("edition", sa.String(length=160), nullable=True))
    op.create_index(op.f("ix_issues_edition"), "issues", ["edition"])
    op.create_table(
        "manifests",
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_manifests_issue_id")),
        sa.PrimaryKeyConstraint("issue_id", name=op.f("pk_manifests")),
    )
    for part in ("subject", "html", "text"):
        name = f"{part}_sha256"
        op.add_column("variants", sa.Column(name, sa.String(length=64), nullable=False, server_default=""))
    op.add_column("deliveries", sa.Column("dated_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("variant_posts", sa.Column("resend", sa.Text(), nullable=False, server_default=""))
    op.add_column("deliveries", sa.Column("outgoing_id", sa.Integer(), nullable=True))
    op.create_table(
        "outgoings",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoings")),
        sa.UniqueConstraint("content", name=op.f("uq_outgoings_content")),
    )
    op.create_table(
        "introductions",
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_introductions_issue_id")),
        sa.PrimaryKeyConstraint("issue_id", "sha256", name=op.f("pk_introductions")),
    )
    op.create_table(
        "pages",
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_pages_issue_id")),
        sa.PrimaryKeyConstraint("issue_id", "language", name=op.f("pk_pages")),
    )
