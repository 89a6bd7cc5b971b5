"""A job names who runs it, so that two who find it at once do not both."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("job", sa.Column("runner", sa.String(length=32), nullable=True))


def downgrade() -> None:
    op.drop_column("job", "runner")
