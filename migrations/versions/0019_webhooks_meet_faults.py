"""Webhooks meet faults: the delivery log says which."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("webhook_attempt", sa.Column("fault", sa.Text()))


def downgrade() -> None:
    op.drop_column("webhook_attempt", "fault")
