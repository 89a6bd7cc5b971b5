"""Wallets: documents, credentials, offers, share codes, and what systems ask to be shown."""

import sqlalchemy as sa
from alembic import op

from migrations.baseline.types import INTEGER

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "spent_nonce",
        sa.Column("nonce", sa.String(length=120), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_spent_nonce")),
    )
    op.create_index("ix_spent_nonce_expires_at", "spent_nonce", ["expires_at"], unique=False)

    op.create_table(
        "presentation_request",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("claims", sa.JSON(), nullable=False),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("citizen_id", INTEGER),
        sa.Column("approval", sa.String(length=32)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name=op.f("fk_presentation_request_citizen_id_citizen")
        ),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["system.client_id"],
            name=op.f("fk_presentation_request_client_id_system"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presentation_request")),
    )
    op.create_index(
        "ix_presentation_request_expires_at", "presentation_request", ["expires_at"], unique=False
    )

    op.create_table(
        "wallet_document",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("account_id", INTEGER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("claims", sa.JSON(), nullable=False),
        sa.Column("expires_on", sa.Date()),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("state_since", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "state IN ('integrated', 'refused', 'withdrawn', 'removed')",
            name=op.f("ck_wallet_document_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_wallet_document_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wallet_document")),
    )
    op.create_index(
        "uq_wallet_document_of_account",
        "wallet_document",
        ["account_id", "kind", "number"],
        unique=True,
    )

    op.create_table(
        "credential",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("document_id", INTEGER, nullable=False),
        sa.Column("jkt", sa.String(length=43), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("text", sa.Text()),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["wallet_document.id"],
            name=op.f("fk_credential_document_id_wallet_document"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
    )
    op.create_index("ix_credential_document_id", "credential", ["document_id"], unique=False)
    op.create_index("ix_credential_revoked_at", "credential", ["revoked_at"], unique=False)

    op.create_table(
        "credential_offer",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("document_id", INTEGER, nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("tx_code_hash", sa.LargeBinary(length=32)),
        sa.Column("wrong_codes", INTEGER, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("redeemed_at", sa.DateTime(timezone=True)),
        sa.Column("token_hash", sa.LargeBinary(length=32)),
        sa.Column("issued", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["wallet_document.id"],
            name=op.f("fk_credential_offer_document_id_wallet_document"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential_offer")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_credential_offer_code_hash")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_credential_offer_token_hash")),
    )
    op.create_index(
        "ix_credential_offer_expires_at", "credential_offer", ["expires_at"], unique=False
    )

    op.create_table(
        "share_code",
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("document_id", INTEGER, nullable=False),
        sa.Column("claims", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("redeemed_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["wallet_document.id"],
            name=op.f("fk_share_code_document_id_wallet_document"),
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_share_code")),
    )
    op.create_index("ix_share_code_expires_at", "share_code", ["expires_at"], unique=False)

    op.create_table(
        "wallet_event",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("document_id", INTEGER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["wallet_document.id"],
            name=op.f("fk_wallet_event_document_id_wallet_document"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wallet_event")),
    )
    op.create_index("ix_wallet_event_document_id", "wallet_event", ["document_id"], unique=False)


def downgrade() -> None:
    for name in (
        "wallet_event",
        "share_code",
        "credential_offer",
        "credential",
        "wallet_document",
        "presentation_request",
        "spent_nonce",
    ):
        op.drop_table(name)
