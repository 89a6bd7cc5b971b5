"""Public services: dossiers, what was done about each, and steps of linked procedures."""

import sqlalchemy as sa
from alembic import op

from migrations.baseline.types import INTEGER

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_STATES = (
    "'draft', 'submitted', 'received', 'more_information_wanted', 'approved', 'refused', "
    "'withdrawn', 'delivered'"
)


def upgrade() -> None:
    op.create_table(
        "dossier",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("citizen_id", INTEGER, nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("province", sa.String(length=2)),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("clerk", sa.Text()),
        sa.Column("consent_id", sa.String(length=36)),
        sa.Column("state", sa.String(length=23), nullable=False),
        sa.Column("state_since", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.Column("submitted_on", sa.Date()),
        sa.Column("due_on", sa.Date()),
        sa.Column("days_left", INTEGER),
        sa.Column("closed_on", sa.Date()),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("declaration", sa.JSON()),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("prefilled", INTEGER, nullable=False),
        sa.Column("required", INTEGER, nullable=False),
        sa.Column("fee", INTEGER, nullable=False),
        sa.Column("fee_waived", sa.Boolean(), nullable=False),
        sa.Column("result", sa.Text()),
        sa.CheckConstraint(f"state IN ({_STATES})", name=op.f("ck_dossier_state_known")),
        sa.CheckConstraint(
            "channel IN ('online', 'assisted')", name=op.f("ck_dossier_channel_known")
        ),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_dossier_citizen_id_citizen")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier")),
        sa.UniqueConstraint("code", name=op.f("uq_dossier_code")),
    )
    op.create_index("ix_dossier_citizen_id", "dossier", ["citizen_id"])
    op.create_index("ix_dossier_agency_state", "dossier", ["agency", "state"])
    op.create_table(
        "dossier_event",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("dossier_id", INTEGER, nullable=False),
        sa.Column("state", sa.String(length=23), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("officer", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("leaf_seq", INTEGER),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_dossier_event_dossier_id_dossier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_event")),
    )
    op.create_index("ix_dossier_event_dossier_id", "dossier_event", ["dossier_id"])
    op.create_table(
        "procedure_step",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("dossier_id", INTEGER, nullable=False),
        sa.Column("position", INTEGER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=7), nullable=False),
        sa.Column("attempts", INTEGER, nullable=False),
        sa.Column("done_on", sa.Date()),
        sa.Column("code", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("result", sa.JSON()),
        sa.Column("leaf_seq", INTEGER),
        sa.CheckConstraint(
            "state IN ('waiting', 'held', 'done', 'refused')",
            name=op.f("ck_procedure_step_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_procedure_step_dossier_id_dossier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procedure_step")),
        sa.UniqueConstraint("dossier_id", "name", name=op.f("uq_procedure_step_dossier_id_name")),
    )
    op.create_index("ix_procedure_step_state", "procedure_step", ["state"])


def downgrade() -> None:
    op.drop_table("procedure_step")
    op.drop_table("dossier_event")
    op.drop_table("dossier")
