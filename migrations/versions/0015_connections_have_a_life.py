"""Connections have a life, step by step, and systems a pace."""

import sqlalchemy as sa
from alembic import op

from migrations.baseline.types import INTEGER

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

STEPS = "'request', 'assess', 'connect', 'exchange', 'suspend', 'resume', 'put'"


def upgrade() -> None:
    op.create_table(
        "connection_event",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("step", sa.String(8), nullable=False),
        sa.Column("from_state", sa.String(10)),
        sa.Column("to_state", sa.String(10), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("security_level", INTEGER),
        sa.Column("inspected_on", sa.Date()),
        sa.Column("inspected_until", sa.Date()),
        sa.CheckConstraint(f"step IN ({STEPS})", name=op.f("ck_connection_event_step_known")),
        sa.ForeignKeyConstraint(
            ["client_id"], ["system.client_id"], name=op.f("fk_connection_event_client_id_system")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection_event")),
    )
    op.create_index(op.f("ix_connection_event_client_id"), "connection_event", ["client_id"])
    op.create_table(
        "rate_limit",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("questions", INTEGER, nullable=False),
        sa.Column("seconds", INTEGER, nullable=False),
        sa.CheckConstraint(
            "questions > 0 AND seconds > 0", name=op.f("ck_rate_limit_pace_possible")
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["system.client_id"], name=op.f("fk_rate_limit_client_id_system")
        ),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_rate_limit")),
    )


def downgrade() -> None:
    op.drop_table("rate_limit")
    op.drop_table("connection_event")
