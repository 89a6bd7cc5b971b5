"""Webhooks: where systems are sent what the change feed tells, each message and each attempt."""

import sqlalchemy as sa
from alembic import op

from migrations.baseline.types import INTEGER

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("officer", sa.Text(), nullable=True),
        sa.Column("dossier", sa.Text(), nullable=True),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("kinds", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("provinces", sa.JSON(none_as_null=True), nullable=True),
        _moment("created_at"),
        sa.Column("secret_version", INTEGER, nullable=False),
        _moment("previous_until", nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=True),
        sa.Column("held", sa.Text(), nullable=True),
        _moment("failing_since", nullable=True),
        sa.Column("event_id", INTEGER, nullable=False),
        sa.Column("person_id", INTEGER, nullable=False),
        sa.Column("turn", INTEGER, nullable=False),
        _moment("lease_until", nullable=True),
        _moment("look_at"),
        sa.CheckConstraint(
            "state IN ('active', 'paused', 'disabled')", name=op.f("ck_webhook_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["system.client_id"], name=op.f("fk_webhook_client_id_system")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_index(op.f("ix_webhook_client_id"), "webhook", ["client_id"], unique=False)
    op.create_table(
        "webhook_message",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("webhook_id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("event_id", INTEGER, nullable=True),
        sa.Column("citizen_id", INTEGER, nullable=True),
        _moment("created_at"),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attempts", INTEGER, nullable=False),
        _moment("due_at", nullable=True),
        _moment("settled_at", nullable=True),
        sa.CheckConstraint(
            "state IN ('due', 'delivered', 'dead')", name=op.f("ck_webhook_message_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_message_webhook_id_webhook")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_message")),
        sa.UniqueConstraint(
            "webhook_id", "message_id", name=op.f("uq_webhook_message_webhook_id_message_id")
        ),
    )
    op.create_index(
        "ix_webhook_message_webhook_id_state", "webhook_message", ["webhook_id", "state", "due_at"]
    )
    op.create_table(
        "webhook_attempt",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("webhook_id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("number", INTEGER, nullable=False),
        _moment("at"),
        sa.Column("leaf_seq", INTEGER, nullable=True),
        sa.Column("outcome", sa.String(length=11), nullable=False),
        sa.Column("status", INTEGER, nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("duration_ms", INTEGER, nullable=True),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_attempt_webhook_id_webhook")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_attempt")),
    )
    op.create_index(
        "ix_webhook_attempt_webhook_id_id", "webhook_attempt", ["webhook_id", "id"], unique=False
    )


def downgrade() -> None:
    op.drop_table("webhook_attempt")
    op.drop_table("webhook_message")
    op.drop_table("webhook")
