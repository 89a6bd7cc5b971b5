"""Faults on demand: profiles, which of them a call met, and that there are any."""

import sqlalchemy as sa
from alembic import op

from migrations.baseline.types import INTEGER

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fault",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("profile", sa.JSON(), nullable=False),
        sa.Column("met", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_fault")),
    )
    op.add_column("world", sa.Column("weather", INTEGER, server_default="0", nullable=False))
    op.add_column("request_log", sa.Column("fault", sa.Text()))


def downgrade() -> None:
    op.drop_column("request_log", "fault")
    op.drop_column("world", "weather")
    op.drop_table("fault")
