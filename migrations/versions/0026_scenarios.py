"""Scenarios: files made for testers, and the answers that were scored."""

import sqlalchemy as sa
from alembic import op

from migrations.baseline.types import INTEGER

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scenario_run",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("world_id", sa.String(length=32), nullable=False),
        sa.Column("scenario", sa.Text(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("practice", sa.Boolean(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows", INTEGER, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario_run")),
    )
    op.create_index("ix_scenario_run_agency_code", "scenario_run", ["agency_code"], unique=False)
    op.create_table(
        "scenario_submission",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.Column("number", INTEGER, nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scorecard", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["scenario_run.id"],
            name=op.f("fk_scenario_submission_run_id_scenario_run"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario_submission")),
        sa.UniqueConstraint("run_id", "number", name=op.f("uq_scenario_submission_run_id_number")),
    )


def downgrade() -> None:
    op.drop_table("scenario_submission")
    op.drop_table("scenario_run")
