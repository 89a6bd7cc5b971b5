"""Revision 0001: cards and accounts."""

import sqlalchemy as sa
from alembic import op

from migrations.baseline.types import INTEGER


def _create_account() -> None:
    op.create_table(
        "account",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("citizen_id", INTEGER, nullable=False),
        sa.Column("level", INTEGER, nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("state_since", sa.Date(), nullable=False),
        sa.Column("collected_on", sa.Date(), nullable=False),
        sa.Column("activated_on", sa.Date()),
        sa.CheckConstraint(
            "state <> 'active' OR activated_on IS NOT NULL", name="active_was_activated"
        ),
        sa.CheckConstraint("level IN (1, 2)", name="level_known"),
        sa.CheckConstraint(
            "state IN ('collected', 'active', 'locked', 'closed')", name="state_known"
        ),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name="fk_account_citizen_id_citizen"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
    )
    op.create_index("uq_account_citizen_id", "account", ["citizen_id"], unique=True)


def _create_card() -> None:
    op.create_table(
        "card",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("citizen_id", INTEGER, nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("form", sa.String(length=4), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("state_since", sa.Date(), nullable=False),
        sa.Column("issued_on", sa.Date()),
        sa.Column("issued_by", sa.Text()),
        sa.Column("expires_on", sa.Date()),
        sa.Column("issue_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("form IN ('2021', '2024')", name="form_known"),
        sa.CheckConstraint(
            "state IN ('requested', 'taken_biometrics', 'approved', 'printed', "
            "'delivered', 'active', 'expired', 'lost', 'damaged', 'held', "
            "'revoked', 'superseded')",
            name="state_known",
        ),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizen.id"], name="fk_card_citizen_id_citizen"),
        sa.PrimaryKeyConstraint("id", name="pk_card"),
    )
    op.create_index("ix_card_citizen_id", "card", ["citizen_id"], unique=False)
    op.create_index("ix_card_number", "card", ["number"], unique=False)
    op.create_index(
        "uq_card_active",
        "card",
        ["citizen_id"],
        unique=True,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )


#: In the order that foreign keys allow.
TABLES = {
    "account": _create_account,
    "card": _create_card,
}
