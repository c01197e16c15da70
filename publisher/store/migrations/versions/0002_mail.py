"""Pictures that travel in a mail, where an issue can be read, and variants as templates of the second stage."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add what 0001 lacks; variants that wait to be sent keep their places for the recipient."""
    op.add_column("issues", sa.Column("archive_url", sa.Text(), nullable=False, server_default=""))
    op.add_column("issues", sa.Column("page_url", sa.Text(), nullable=True))
    op.add_column("variants", sa.Column("preheader", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "pictures",
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("cid", sa.String(length=128), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_pictures_issue_id")),
        sa.PrimaryKeyConstraint("issue_id", "cid", name=op.f("pk_pictures")),
    )
    op.create_table(
        "variant_pictures",
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("cid", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(["variant_id"], ["variants.id"], name=op.f("fk_variant_pictures_variant_id")),
        sa.PrimaryKeyConstraint("variant_id", "position", name=op.f("pk_variant_pictures")),
    )
    _convert(op.get_bind())


def _convert(connection: sa.Connection) -> None:
    """Until 0002 a place was the marker, a name, and the marker again."""
    parts = ("subject", "html", "text")
    variants = sa.table("variants", sa.column("id"), sa.column("marker"), *map(sa.column, parts))
    # One after the other: all that was ever sent may be more than there is memory.
    for variant_id in connection.scalars(sa.select(variants.c.id)).all():
        row = connection.execute(sa.select(variants).where(variants.c.id == variant_id)).one()
        slot = re.compile(f"{row.marker}([a-z_]+?){row.marker}")
        code = rf"{row.marker}[[ subscriber.\1 ]]{row.marker}"
        values = {part: slot.sub(code, getattr(row, part)) for part in parts}
        connection.execute(variants.update().where(variants.c.id == variant_id).values(values))
