"""Requests of data subjects: what agencies are asked to do with somebody's data, and by when."""

import sqlalchemy as sa
from alembic import op

from migrations.baseline.types import INTEGER

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "data_request",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("citizen_id", INTEGER, nullable=False),
        sa.Column("filed_by", INTEGER, nullable=False),
        sa.Column("agency_id", INTEGER, nullable=False),
        sa.Column("right_asked", sa.String(length=11), nullable=False),
        sa.Column("purpose", sa.Text()),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("consent", sa.String(length=36)),
        sa.Column("event", sa.Text()),
        sa.Column("payload", sa.JSON()),
        sa.Column("documents", sa.JSON(), nullable=False),
        sa.Column("law", sa.Text(), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=False),
        sa.Column("acknowledge_by", sa.Date()),
        sa.Column("acknowledged_on", sa.Date()),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("extended", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(length=7)),
        sa.Column("answered_on", sa.Date()),
        sa.Column("answer", sa.Text()),
        sa.Column("leaf", INTEGER),
        sa.CheckConstraint(
            "right_asked IN ('access', 'correction', 'erasure', 'withdrawal', 'restriction',"
            " 'objection')",
            name=op.f("ck_data_request_right_asked_known"),
        ),
        sa.CheckConstraint(
            "outcome IN ('granted', 'refused')", name=op.f("ck_data_request_outcome_known")
        ),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_data_request_citizen_id_citizen")
        ),
        sa.ForeignKeyConstraint(
            ["filed_by"], ["citizen.id"], name=op.f("fk_data_request_filed_by_citizen")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_data_request_agency_id_agency")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_request")),
    )
    op.create_index("ix_data_request_citizen_id", "data_request", ["citizen_id"], unique=False)
    op.create_index("ix_data_request_agency_id", "data_request", ["agency_id"], unique=False)


def downgrade() -> None:
    op.drop_table("data_request")
