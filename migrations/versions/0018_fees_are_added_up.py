"""Fees are added up from the log, by system, month and kind."""

import sqlalchemy as sa
from alembic import op

from migrations.baseline.types import INTEGER

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fee_sum",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("answers", INTEGER, nullable=False),
        sa.Column("fields", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("client_id", "month", "kind", name=op.f("pk_fee_sum")),
    )
    op.create_table(
        "fee_head",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("size", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_head")),
    )


def downgrade() -> None:
    op.drop_table("fee_head")
    op.drop_table("fee_sum")
