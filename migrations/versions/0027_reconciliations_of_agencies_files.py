"""Reconciliations: files of agencies that are held against the registry in the background."""

import sqlalchemy as sa
from alembic import op

from migrations.baseline.types import INTEGER

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_INDEXED = ("client_id", "expires_at", "state")


def upgrade() -> None:
    op.create_table(
        "reconciliation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("officer", sa.Text()),
        sa.Column("dossier", sa.Text()),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("format", sa.String(length=7), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=13), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("done", sa.Double(), nullable=False),
        sa.Column("rows", INTEGER),
        sa.Column("today", sa.Date()),
        sa.Column("file_sha256", sa.String(length=64)),
        sa.Column("problem", sa.Text()),
        sa.Column("leaf", INTEGER),
        sa.Column("entries", INTEGER, nullable=False),
        sa.Column("summary", sa.JSON()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "state IN ('awaiting_file', 'waiting', 'running', 'done', 'failed', 'refused',"
            " 'cancelled')",
            name=op.f("ck_reconciliation_state_known"),
        ),
        sa.CheckConstraint("done BETWEEN 0 AND 1", name=op.f("ck_reconciliation_done_is_a_share")),
        sa.ForeignKeyConstraint(
            ["client_id"], ["system.client_id"], name=op.f("fk_reconciliation_client_id_system")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation")),
    )
    for column in _INDEXED:
        op.create_index(f"ix_reconciliation_{column}", "reconciliation", [column], unique=False)


def downgrade() -> None:
    op.drop_table("reconciliation")
