"""Delivery at full strength: bounces, servers and their days, and indexes that a million deliveries can bear."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add what 0002 lacks; deliveries under way stay as they are."""
    _issues()
    _deliveries()
    _bounces()
    _servers()


def _issues() -> None:
    op.add_column("issues", sa.Column("recipients", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("issues", sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("issues", sa.Column("resume_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("issues", sa.Column("setbacks", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE issues SET recipients = (SELECT count(*) FROM deliveries WHERE issue_id = issues.id)")


def _deliveries() -> None:
    for index in ("status_due_at", "issue_id_status", "address_key"):
        op.drop_index(f"ix_deliveries_{index}", table_name="deliveries")
    with op.batch_alter_table("deliveries") as table:
        table.add_column(sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("settled_by", sa.String(length=16), nullable=True))
        table.drop_constraint("uq_deliveries_message_id", type_="unique")
        table.drop_constraint("uq_deliveries_issue_id_address_key", type_="unique")
        table.create_unique_constraint("uq_deliveries_address_key_issue_id", ["address_key", "issue_id"])
    op.create_index("ix_deliveries_issue_id", "deliveries", ["issue_id"])
    op.create_index(
        "ix_deliveries_unsent",
        "deliveries",
        ["issue_id", "status", "due_at"],
        sqlite_where=sa.text("status <> 'sent'"),
        postgresql_where=sa.text("status <> 'sent'"),
    )
    op.add_column("attempts", sa.Column("server", sa.String(length=128), nullable=False, server_default=""))
    # Until 0003 an attempt was a row from its beginning on; now its beginning stands in the delivery.
    started = "SELECT max(started_at) FROM attempts WHERE delivery_id = deliveries.id AND ended_at IS NULL"
    op.execute(f"UPDATE deliveries SET attempted_at = ({started}) WHERE status = 'attempting'")
    op.execute("DELETE FROM attempts WHERE ended_at IS NULL")
    op.execute("UPDATE deliveries SET settled_by = 'hand' WHERE reason = 'settled by hand'")


def _bounces() -> None:
    op.create_table(
        "bounces",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=True),
        sa.Column("address_key", sa.String(length=320), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("diagnostic", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_bounces_delivery_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bounces")),
        sa.UniqueConstraint("key", name=op.f("uq_bounces_key")),
    )
    op.create_index("ix_bounces_delivery_id", "bounces", ["delivery_id"])
    op.create_index("ix_bounces_address_key", "bounces", ["address_key"])
    op.add_column("suppressions", sa.Column("kind", sa.String(length=16), nullable=False, server_default="hand"))


def _servers() -> None:
    op.create_table(
        "destinations",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("stopped_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stops", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_destinations")),
    )
    op.create_table(
        "usage",
        sa.Column("server", sa.String(length=128), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("server", "day", name=op.f("pk_usage")),
    )
    op.create_table(
        "paces",
        sa.Column("server", sa.String(length=128), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("server", name=op.f("pk_paces")),
    )
    op.create_table(
        "mailboxes",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("validity", sa.String(length=32), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mailboxes")),
    )
