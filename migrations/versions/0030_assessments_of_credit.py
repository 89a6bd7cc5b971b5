"""Assessments of credit, and second looks at them."""

import sqlalchemy as sa
from alembic import op

from migrations.baseline.types import INTEGER

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "credit_assessment",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("citizen_id", INTEGER, nullable=False),
        sa.Column("agency_id", INTEGER, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("consent", sa.String(length=36), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("scorecard", sa.Text(), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("score", INTEGER, nullable=False),
        sa.Column("band", sa.String(length=1), nullable=False),
        sa.Column("thin_file", sa.Boolean(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("leaf", INTEGER, nullable=False),
        sa.Column("appealed_by", sa.String(length=7), nullable=True),
        sa.Column("ground", sa.String(length=10), nullable=True),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("appealed_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(length=9), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("left_out", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("second_score", INTEGER, nullable=True),
        sa.Column("second_marks", sa.JSON(none_as_null=True), nullable=True),
        sa.CheckConstraint(
            "appealed_by IN ('citizen', 'agency')",
            name=op.f("ck_credit_assessment_appealed_by_known"),
        ),
        sa.CheckConstraint(
            "ground IN ('data-wrong', 'not-mine', 'changed', 'other')",
            name=op.f("ck_credit_assessment_ground_known"),
        ),
        sa.CheckConstraint(
            "outcome IN ('raised', 'lowered', 'unchanged')",
            name=op.f("ck_credit_assessment_outcome_known"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_credit_assessment_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_credit_assessment_citizen_id_citizen")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_assessment")),
    )
    for column in ("citizen_id", "agency_id", "due_on"):
        op.create_index(f"ix_credit_assessment_{column}", "credit_assessment", [column])


def downgrade() -> None:
    op.drop_table("credit_assessment")
