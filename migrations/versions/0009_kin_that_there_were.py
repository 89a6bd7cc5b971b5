"""Whose kin somebody was before a correction is found by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_field_change_relative",
        "field_change",
        ["old_value"],
        unique=False,
        sqlite_where=sa.text("field = 'relative_id'"),
        postgresql_where=sa.text("field = 'relative_id'"),
    )


def downgrade() -> None:
    op.drop_index("ix_field_change_relative", table_name="field_change")
