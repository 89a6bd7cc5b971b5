"""Stands in for the next migration."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("persona", sa.Column("colour", sa.Text()))


def downgrade() -> None:
    op.drop_column("persona", "colour")
