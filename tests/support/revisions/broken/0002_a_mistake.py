"""A migration that does harm and then fails."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM citizen")
    raise LookupError


def downgrade() -> None:
    raise NotImplementedError
