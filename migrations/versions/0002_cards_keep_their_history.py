"""Cards keep their history, and can be made what a test needs."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STATES = (
    "'requested', 'taken_biometrics', 'approved', 'printed', 'delivered', 'active', 'expired', "
    "'lost', 'damaged', 'held', 'revoked', 'superseded'"
)
_VARIANTS = "'cloned', 'tampered', 'untrusted_signer', 'revoked_signer'"


def upgrade() -> None:
    op.create_table(
        "card_event",
        sa.Column("id", _ID, nullable=False),
        sa.Column("card_id", _ID, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True)),
        sa.Column("recorded_by", sa.Text()),
        sa.CheckConstraint(f"state IN ({_STATES})", name="state_known"),
        sa.ForeignKeyConstraint(["card_id"], ["card.id"], name="fk_card_event_card_id_card"),
        sa.PrimaryKeyConstraint("id", name="pk_card_event"),
    )
    op.create_index("ix_card_event_card_id", "card_event", ["card_id"], unique=False)
    # With the column, so that SQLite need not write the whole table anew to take the constraint.
    op.execute(
        "ALTER TABLE card ADD COLUMN variant VARCHAR(16) "
        f"CONSTRAINT ck_card_variant_known CHECK (variant IN ({_VARIANTS}))"
    )


def downgrade() -> None:
    op.drop_column("card", "variant")
    op.drop_table("card_event")
