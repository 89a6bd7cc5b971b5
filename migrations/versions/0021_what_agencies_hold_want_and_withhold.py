"""Agencies say which fields they hold and want, and some withhold theirs."""

import sqlalchemy as sa
from alembic import op

from migrations.baseline.types import INTEGER

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "field_inventory",
        sa.Column("agency_id", INTEGER, nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("holds", sa.JSON(), nullable=False),
        sa.Column("wants", sa.JSON(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=False),
        sa.Column("officer", sa.Text()),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_field_inventory_agency_id_agency")
        ),
        sa.PrimaryKeyConstraint("agency_id", name=op.f("pk_field_inventory")),
    )
    op.create_table(
        "withholding",
        sa.Column("register", sa.String(12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("register", name=op.f("pk_withholding")),
    )


def downgrade() -> None:
    op.drop_table("withholding")
    op.drop_table("field_inventory")
