"""Revision 0001: agencies, requests and the log."""

import sqlalchemy as sa
from alembic import op

from migrations.baseline.types import INTEGER


def _create_access_version() -> None:
    op.create_table(
        "access_version",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_access_version"),
    )


def _create_agency() -> None:
    op.create_table(
        "agency",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("code", sa.String(length=35), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agency"),
        sa.UniqueConstraint("code", name="uq_agency_code"),
        sa.UniqueConstraint("slug", name="uq_agency_slug"),
    )


def _create_checkpoint() -> None:
    op.create_table(
        "checkpoint",
        sa.Column("size", INTEGER, autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_checkpoint"),
    )


def _create_idempotency_key() -> None:
    op.create_table(
        "idempotency_key",
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("boot_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", INTEGER),
        sa.Column("headers", sa.JSON(none_as_null=True)),
        sa.Column("body", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("caller", "key", name="pk_idempotency_key"),
    )
    op.create_index(
        "ix_idempotency_key_created_at", "idempotency_key", ["created_at"], unique=False
    )


def _create_leaf() -> None:
    op.create_table(
        "leaf",
        sa.Column("seq", INTEGER, autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("subject", sa.String(length=64)),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("body", sa.Text()),
        sa.PrimaryKeyConstraint("seq", name="pk_leaf"),
    )
    op.create_index("ix_leaf_subject", "leaf", ["subject"], unique=False)


def _create_log_head() -> None:
    op.create_table(
        "log_head",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("size", INTEGER, nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_log_head"),
    )


def _create_request_log() -> None:
    op.create_table(
        "request_log",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("method", sa.String(length=7), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text()),
        sa.Column("agency_code", sa.Text()),
        sa.Column("status", INTEGER, nullable=False),
        sa.Column("outcome", sa.Text()),
        sa.Column("problem_code", sa.Text()),
        sa.Column("leaf_seq", INTEGER),
        sa.Column("gate", sa.Text()),
        sa.Column("request_body", sa.Text()),
        sa.Column("response_body", sa.Text()),
        sa.Column("duration_us", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_request_log"),
        sa.UniqueConstraint("request_id", name="uq_request_log_request_id"),
    )
    op.create_index(
        "ix_request_log_agency_code_id", "request_log", ["agency_code", "id"], unique=False
    )
    op.create_index(
        "ix_request_log_client_id_id", "request_log", ["client_id", "id"], unique=False
    )


def _create_revoked_token() -> None:
    op.create_table(
        "revoked_token",
        sa.Column("jti", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("jti", name="pk_revoked_token"),
    )
    op.create_index("ix_revoked_token_expires_at", "revoked_token", ["expires_at"], unique=False)


def _create_spent_assertion() -> None:
    op.create_table(
        "spent_assertion",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("jti", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "jti", name="pk_spent_assertion"),
    )
    op.create_index(
        "ix_spent_assertion_expires_at", "spent_assertion", ["expires_at"], unique=False
    )


def _create_tree_node() -> None:
    op.create_table(
        "tree_node",
        sa.Column("level", INTEGER, nullable=False),
        sa.Column("position", INTEGER, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("level", "position", name="pk_tree_node"),
    )


def _create_access_grant() -> None:
    op.create_table(
        "access_grant",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("agency_id", INTEGER, nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("officer_required", sa.Boolean(), nullable=False),
        sa.Column("dossier_required", sa.Boolean(), nullable=False),
        sa.Column("consent_required", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates_in_order"),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name="fk_access_grant_agency_id_agency"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_access_grant"),
        sa.UniqueConstraint(
            "agency_id",
            "purpose",
            "service",
            "valid_from",
            name="uq_access_grant_agency_id_purpose_service_valid_from",
        ),
    )
    op.create_index("ix_access_grant_agency_id", "access_grant", ["agency_id"], unique=False)


def _create_leaf_entry() -> None:
    op.create_table(
        "leaf_entry",
        sa.Column("seq", INTEGER, nullable=False),
        sa.Column("position", INTEGER, nullable=False),
        sa.Column("subject", sa.String(length=64)),
        sa.Column("body", sa.Text()),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["leaf.seq"], name="fk_leaf_entry_seq_leaf"),
        sa.PrimaryKeyConstraint("seq", "position", name="pk_leaf_entry"),
    )
    op.create_index("ix_leaf_entry_subject", "leaf_entry", ["subject"], unique=False)


def _create_system() -> None:
    op.create_table(
        "system",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("agency_id", INTEGER, nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("auth_method", sa.String(length=19), nullable=False),
        sa.Column("secret_version", INTEGER, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("state_reason", sa.Text()),
        sa.Column("security_level", INTEGER, nullable=False),
        sa.Column("inspected_until", sa.Date(), nullable=False),
        sa.Column("daily_quota", INTEGER, nullable=False),
        sa.Column("jwks", sa.JSON(none_as_null=True)),
        sa.Column("outcome_detail", sa.Boolean(), nullable=False),
        sa.Column("cleansing", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "auth_method IN ('client_secret_basic', 'private_key_jwt')", name="auth_method_known"
        ),
        sa.CheckConstraint("security_level BETWEEN 1 AND 5", name="security_level_known"),
        sa.CheckConstraint(
            "state IN ('requested', 'assessed', 'connected', 'exchanging', 'suspended')",
            name="state_known",
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_system_agency_id_agency"),
        sa.PrimaryKeyConstraint("id", name="pk_system"),
        sa.UniqueConstraint("client_id", name="uq_system_client_id"),
    )
    op.create_index("ix_system_agency_id", "system", ["agency_id"], unique=False)


def _create_consent() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("citizen_id", INTEGER, nullable=False),
        sa.Column("agency_id", INTEGER, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date()),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.CheckConstraint(
            "state IN ('active', 'withdrawn', 'expired', 'refused')", name="state_known"
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_consent_agency_id_agency"),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name="fk_consent_citizen_id_citizen"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_consent"),
    )
    op.create_index(
        "ix_consent_citizen_id_agency_id", "consent", ["citizen_id", "agency_id"], unique=False
    )


def _create_failed_guess() -> None:
    op.create_table(
        "failed_guess",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("window", INTEGER, nullable=False),
        sa.Column("failures", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["system.client_id"], name="fk_failed_guess_client_id_system"
        ),
        sa.PrimaryKeyConstraint("client_id", "subject", "window", name="pk_failed_guess"),
    )
    op.create_index(
        "ix_failed_guess_window_failures", "failed_guess", ["window", "failures"], unique=False
    )


def _create_usage() -> None:
    op.create_table(
        "usage",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("questions", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["system.client_id"], name="fk_usage_client_id_system"
        ),
        sa.PrimaryKeyConstraint("client_id", "day", name="pk_usage"),
    )


#: In the order that foreign keys allow.
TABLES = {
    "access_version": _create_access_version,
    "agency": _create_agency,
    "checkpoint": _create_checkpoint,
    "idempotency_key": _create_idempotency_key,
    "leaf": _create_leaf,
    "log_head": _create_log_head,
    "request_log": _create_request_log,
    "revoked_token": _create_revoked_token,
    "spent_assertion": _create_spent_assertion,
    "tree_node": _create_tree_node,
    "access_grant": _create_access_grant,
    "leaf_entry": _create_leaf_entry,
    "system": _create_system,
    "consent": _create_consent,
    "failed_guess": _create_failed_guess,
    "usage": _create_usage,
}
