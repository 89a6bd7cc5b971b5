"""Revision 0001: the world's own row."""

import sqlalchemy as sa
from alembic import op

from migrations.baseline.types import INTEGER


def _create_world() -> None:
    op.create_table(
        "world",
        sa.Column("one", INTEGER, autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("seed", INTEGER, nullable=False),
        sa.Column("size", INTEGER, nullable=False),
        sa.Column("generator_version", sa.Text(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("pin_style", sa.String(length=9), nullable=False),
        sa.Column("today", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("parent_name", sa.String(length=40)),
        sa.Column("parent_id", sa.String(length=32)),
        sa.Column("parent_checkpoint", sa.Text()),
        sa.Column("training", sa.Boolean(), nullable=False),
        sa.Column("retention_days", INTEGER, nullable=False),
        sa.Column("log_retention_days", INTEGER, nullable=False),
        sa.Column("secret", sa.LargeBinary()),
        sa.Column("key_version", INTEGER, nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("untouched", sa.Boolean(), nullable=False),
        sa.CheckConstraint("today >= start_date", name="clock_runs_forward"),
        sa.CheckConstraint("key_version >= 1", name="key_version_counts"),
        sa.CheckConstraint("log_retention_days >= 1", name="log_retention_positive"),
        sa.CheckConstraint("one = 1", name="only_row"),
        sa.CheckConstraint("(parent_id IS NULL) = (parent_name IS NULL)", name="parent_whole"),
        sa.CheckConstraint("pin_style IN ('reserved', 'realistic')", name="pin_style_known"),
        sa.CheckConstraint("retention_days >= 0", name="retention_not_negative"),
        sa.CheckConstraint("size >= 1", name="size_positive"),
        sa.PrimaryKeyConstraint("one", name="pk_world"),
    )


#: In the order that foreign keys allow.
TABLES = {
    "world": _create_world,
}
