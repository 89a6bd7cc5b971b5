"""Jobs: extracts beside reconciliations, in one table; what was asked before is asked again."""

import sqlalchemy as sa
from alembic import op

from migrations.baseline.types import INTEGER

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_STATES = ("awaiting_file", "waiting", "running", "done", "failed", "refused", "cancelled")
_ALWAYS = ("created_at", "expires_at")


def upgrade() -> None:
    op.drop_table("reconciliation")
    _make(
        "job",
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("kind", sa.String(length=14), nullable=False),
        sa.CheckConstraint(
            "kind IN ('reconciliation', 'extract')", name=op.f("ck_job_kind_known")
        ),
    )


def downgrade() -> None:
    op.drop_table("job")
    _make("reconciliation", sa.Column("mapping", sa.JSON(), nullable=False))


def _make(name: str, *more: sa.schema.SchemaItem) -> None:
    texts = ("purpose", "request_id", "what")
    states = ", ".join(f"'{state}'" for state in _STATES)
    op.create_table(
        name,
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        *(sa.Column(text, sa.Text(), nullable=False) for text in texts),
        *(sa.Column(text, sa.Text()) for text in ("officer", "dossier", "problem")),
        sa.Column("format", sa.String(length=7), nullable=False),
        sa.Column("state", sa.String(length=13), nullable=False),
        sa.Column("done", sa.Double(), nullable=False),
        sa.Column("entries", INTEGER, nullable=False),
        *(sa.Column(number, INTEGER) for number in ("rows", "leaf")),
        sa.Column("today", sa.Date()),
        sa.Column("file_sha256", sa.String(length=64)),
        sa.Column("summary", sa.JSON()),
        *(sa.Column(at, sa.DateTime(timezone=True), nullable=False) for at in _ALWAYS),
        *(sa.Column(at, sa.DateTime(timezone=True)) for at in ("finished_at", "lease_until")),
        *more,
        sa.CheckConstraint(f"state IN ({states})", name=op.f(f"ck_{name}_state_known")),
        sa.CheckConstraint("done BETWEEN 0 AND 1", name=op.f(f"ck_{name}_done_is_a_share")),
        sa.ForeignKeyConstraint(
            ["client_id"], ["system.client_id"], name=op.f(f"fk_{name}_client_id_system")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    for column in ("client_id", "expires_at", "state"):
        op.create_index(f"ix_{name}_{column}", name, [column], unique=False)
