"""The clock moves: months of life that have been drawn, and what is to happen in them."""

import sqlalchemy as sa
from alembic import op

from migrations.baseline.types import INTEGER

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "life_month",
        sa.Column("number", INTEGER, autoincrement=False, nullable=False),
        sa.Column("drawn_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_life_month")),
    )
    op.create_table(
        "coming_event",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("objections", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coming_event")),
    )


def downgrade() -> None:
    op.drop_table("coming_event")
    op.drop_table("life_month")
