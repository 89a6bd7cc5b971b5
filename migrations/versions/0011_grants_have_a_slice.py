"""Grants have a slice: which kinds of life event, and whose, a change feed covers."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("access_grant", sa.Column("kinds", sa.JSON(none_as_null=True)))
    op.add_column("access_grant", sa.Column("provinces", sa.JSON(none_as_null=True)))


def downgrade() -> None:
    op.drop_column("access_grant", "provinces")
    op.drop_column("access_grant", "kinds")
