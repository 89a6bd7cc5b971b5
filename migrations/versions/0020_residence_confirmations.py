"""Residence confirmations: what stands in place of a paper, by the hash of its code."""

import sqlalchemy as sa
from alembic import op

from migrations.baseline.types import INTEGER

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "residence_confirmation",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("citizen_id", INTEGER, nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("leaf_seq", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"],
            ["citizen.id"],
            name=op.f("fk_residence_confirmation_citizen_id_citizen"),
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_residence_confirmation")),
    )
    op.create_index(
        "ix_residence_confirmation_citizen_id", "residence_confirmation", ["citizen_id"]
    )


def downgrade() -> None:
    op.drop_table("residence_confirmation")
