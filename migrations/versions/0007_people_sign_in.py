"""People sign in: requests, pages, sessions, codes and what systems registered for it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TABLES = (
    "ended_access",
    "sign_in_leg",
    "spent_proof",
    "sign_in",
    "sign_in_fault",
    "sign_in_session",
    "sign_in_system",
    "sign_in_code",
    "sign_in_page",
    "sign_in_refresh",
)


def upgrade() -> None:
    op.create_table(
        "ended_access",
        sa.Column("jti", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("jti", name="pk_ended_access"),
    )
    op.create_index("ix_ended_access_expires_at", "ended_access", ["expires_at"], unique=False)

    op.create_table(
        "sign_in_leg",
        sa.Column("id", _INT, nullable=False),
        sa.Column("sign_in_id", sa.String(length=32)),
        sa.Column("client_id", sa.Text()),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leg", sa.String(length=32), nullable=False),
        sa.Column("carried", sa.JSON(), nullable=False),
        sa.Column("gave", sa.JSON(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("why", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_leg"),
    )
    op.create_index("ix_sign_in_leg_at", "sign_in_leg", ["at"], unique=False)
    op.create_index(
        "ix_sign_in_leg_sign_in_id_id", "sign_in_leg", ["sign_in_id", "id"], unique=False
    )

    op.create_table(
        "spent_proof",
        sa.Column("proof", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("proof", name="pk_spent_proof"),
    )
    op.create_index("ix_spent_proof_expires_at", "spent_proof", ["expires_at"], unique=False)

    op.create_table(
        "sign_in",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("flow", sa.String(length=6), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("handle", sa.LargeBinary(length=32)),
        sa.Column("user_code", sa.String(length=8)),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("dpop_jkt", sa.String(length=43)),
        sa.Column("approval", sa.Text()),
        sa.Column("state", sa.String(length=7), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("interval_seconds", _INT, nullable=False),
        sa.Column("polled_at", sa.DateTime(timezone=True)),
        sa.Column("citizen_id", _INT),
        sa.Column("session_id", sa.String(length=32)),
        sa.Column("auth_time", _INT),
        sa.Column("level", _INT),
        sa.Column("amr", sa.JSON(none_as_null=True)),
        sa.Column("assurance", _INT),
        sa.Column("fields", sa.JSON(none_as_null=True)),
        sa.Column("consent_id", sa.String(length=36)),
        sa.Column("ended_reason", sa.Text()),
        sa.CheckConstraint("flow IN ('code', 'device', 'ciba')", name="flow_known"),
        sa.CheckConstraint(
            "state IN ('open', 'granted', 'given', 'refused', 'revoked')",
            name="state_known",
        ),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name="fk_sign_in_citizen_id_citizen"
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["system.client_id"], name="fk_sign_in_client_id_system"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in"),
        sa.UniqueConstraint("handle", name="uq_sign_in_handle"),
        sa.UniqueConstraint("user_code", name="uq_sign_in_user_code"),
    )
    op.create_index("ix_sign_in_citizen_id", "sign_in", ["citizen_id"], unique=False)
    op.create_index("ix_sign_in_expires_at", "sign_in", ["expires_at"], unique=False)

    op.create_table(
        "sign_in_fault",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["system.client_id"], name="fk_sign_in_fault_client_id_system"
        ),
        sa.PrimaryKeyConstraint("client_id", "name", name="pk_sign_in_fault"),
    )
    op.create_table(
        "sign_in_session",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("secret", sa.LargeBinary(length=32), nullable=False),
        sa.Column("citizen_id", _INT, nullable=False),
        sa.Column("auth_time", _INT, nullable=False),
        sa.Column("level", _INT, nullable=False),
        sa.Column("amr", sa.JSON(), nullable=False),
        sa.Column("assurance", _INT, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name="fk_sign_in_session_citizen_id_citizen"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_session"),
        sa.UniqueConstraint("secret", name="uq_sign_in_session_secret"),
    )
    op.create_index(
        "ix_sign_in_session_expires_at", "sign_in_session", ["expires_at"], unique=False
    )

    op.create_table(
        "sign_in_system",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("redirect_uris", sa.JSON(), nullable=False),
        sa.Column("post_logout_redirect_uris", sa.JSON(), nullable=False),
        sa.Column("id_token_alg", sa.String(length=5), nullable=False),
        sa.Column("require_par", sa.Boolean(), nullable=False),
        sa.Column("require_dpop", sa.Boolean(), nullable=False),
        sa.Column("dpop_nonce", sa.Boolean(), nullable=False),
        sa.CheckConstraint("id_token_alg IN ('ES256', 'RS256')", name="id_token_alg_known"),
        sa.ForeignKeyConstraint(
            ["client_id"], ["system.client_id"], name="fk_sign_in_system_client_id_system"
        ),
        sa.PrimaryKeyConstraint("client_id", name="pk_sign_in_system"),
    )
    op.create_table(
        "sign_in_code",
        sa.Column("code", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sign_in_id", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["sign_in_id"], ["sign_in.id"], name="fk_sign_in_code_sign_in_id_sign_in"
        ),
        sa.PrimaryKeyConstraint("code", name="pk_sign_in_code"),
    )
    op.create_index("ix_sign_in_code_expires_at", "sign_in_code", ["expires_at"], unique=False)

    op.create_table(
        "sign_in_page",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("sign_in_id", sa.String(length=32), nullable=False),
        sa.Column("secret", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_over", sa.Boolean(), nullable=False),
        sa.Column("number", sa.String(length=12)),
        sa.Column("session_id", sa.String(length=32)),
        sa.Column("approval", sa.Text()),
        sa.Column("approval_until", sa.DateTime(timezone=True)),
        sa.Column("has_sent_code", sa.Boolean(), nullable=False),
        sa.Column("notice", sa.Text()),
        sa.ForeignKeyConstraint(
            ["sign_in_id"], ["sign_in.id"], name="fk_sign_in_page_sign_in_id_sign_in"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_page"),
    )
    op.create_index("ix_sign_in_page_expires_at", "sign_in_page", ["expires_at"], unique=False)

    op.create_table(
        "sign_in_refresh",
        sa.Column("token", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sign_in_id", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["sign_in_id"], ["sign_in.id"], name="fk_sign_in_refresh_sign_in_id_sign_in"
        ),
        sa.PrimaryKeyConstraint("token", name="pk_sign_in_refresh"),
    )
    op.create_index(
        "ix_sign_in_refresh_expires_at", "sign_in_refresh", ["expires_at"], unique=False
    )

    op.add_column(
        "system", sa.Column("fapi", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("system", "fapi")
    for table in reversed(_TABLES):
        op.drop_table(table)
