"""Revision 0001: personas."""

import sqlalchemy as sa
from alembic import op

from migrations.baseline.types import INTEGER


def _create_persona() -> None:
    op.create_table(
        "persona",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("citizen_id", INTEGER, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("purpose_en", sa.Text(), nullable=False),
        sa.Column("needs", sa.Text()),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name="fk_persona_citizen_id_citizen"
        ),
        sa.PrimaryKeyConstraint("name", name="pk_persona"),
    )
    op.create_index("ix_persona_citizen_id", "persona", ["citizen_id"], unique=False)


#: In the order that foreign keys allow.
TABLES = {
    "persona": _create_persona,
}
