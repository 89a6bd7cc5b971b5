"""A lesson counts the calls from the moment it began, not also from a line of the request log."""

import sqlalchemy as sa
from alembic import op

from migrations.baseline.types import INTEGER

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("learner_lesson", "since")


def downgrade() -> None:
    op.add_column(
        "learner_lesson", sa.Column("since", INTEGER, nullable=False, server_default="0")
    )
