"""Chips are read in sessions, and sign challenges of ours."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "chip_session",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("card_id", _ID, nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("turn", _ID, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["card_id"], ["card.id"], name="fk_chip_session_card_id_card"),
        sa.PrimaryKeyConstraint("id", name="pk_chip_session"),
    )
    op.create_index("ix_chip_session_expires_at", "chip_session", ["expires_at"], unique=False)
    op.create_table(
        "chip_challenge",
        sa.Column("challenge", sa.String(length=16), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("challenge", name="pk_chip_challenge"),
    )
    op.create_index("ix_chip_challenge_expires_at", "chip_challenge", ["expires_at"], unique=False)


def downgrade() -> None:
    op.drop_table("chip_challenge")
    op.drop_table("chip_session")
