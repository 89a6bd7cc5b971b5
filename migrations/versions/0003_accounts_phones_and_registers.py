"""Accounts have a history, applications and phones; the first registers of others."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _create_failed_proof() -> None:
    op.create_table(
        "failed_proof",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("factor", sa.Text(), nullable=False),
        sa.Column("failures", _INTEGER, nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("barred_until", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("subject", "factor", name="pk_failed_proof"),
    )


def _create_organisation() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", _INTEGER, nullable=False),
        sa.Column("tax_code", sa.String(length=10), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("representative_number", sa.String(length=12), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=False),
        sa.Column("nationally_known", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("state_since", sa.Date(), nullable=False),
        sa.CheckConstraint("state IN ('active', 'suspended', 'dissolved')", name="state_known"),
        sa.PrimaryKeyConstraint("id", name="pk_organisation"),
    )
    op.create_index(
        "ix_organisation_representative_number", "organisation", ["representative_number"]
    )
    op.create_index("uq_organisation_tax_code", "organisation", ["tax_code"], unique=True)


def _create_organisation_account() -> None:
    op.create_table(
        "organisation_account",
        sa.Column("id", _INTEGER, nullable=False),
        sa.Column("tax_code", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("state_since", sa.Date(), nullable=False),
        sa.Column("collected_on", sa.Date(), nullable=False),
        sa.Column("activated_on", sa.Date()),
        sa.CheckConstraint(
            "state IN ('collected', 'active', 'locked', 'closed')", name="state_known"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_organisation_account"),
    )
    op.create_index(
        "uq_organisation_account_tax_code", "organisation_account", ["tax_code"], unique=True
    )


def _create_residence_permit() -> None:
    op.create_table(
        "residence_permit",
        sa.Column("id", _INTEGER, nullable=False),
        sa.Column("number", sa.String(length=9), nullable=False),
        sa.Column("holder_number", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=9), nullable=False),
        sa.Column("passport_number", sa.String(length=12), nullable=False),
        sa.Column("passport_expires_on", sa.Date(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.CheckConstraint("kind IN ('permanent', 'temporary')", name="kind_known"),
        sa.CheckConstraint("state IN ('valid', 'cancelled')", name="state_known"),
        sa.PrimaryKeyConstraint("id", name="pk_residence_permit"),
    )
    op.create_index("ix_residence_permit_holder_number", "residence_permit", ["holder_number"])
    op.create_index("uq_residence_permit_number", "residence_permit", ["number"], unique=True)


def _create_subscriber() -> None:
    op.create_table(
        "subscriber",
        sa.Column("id", _INTEGER, nullable=False),
        sa.Column("number", sa.String(length=10), nullable=False),
        sa.Column("holder_number", sa.String(length=12), nullable=False),
        sa.Column("telco", sa.Text(), nullable=False),
        sa.Column("activated_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=7), nullable=False),
        sa.CheckConstraint("state IN ('active', 'blocked', 'ended')", name="state_known"),
        sa.PrimaryKeyConstraint("id", name="pk_subscriber"),
    )
    op.create_index("ix_subscriber_holder_number", "subscriber", ["holder_number"])
    op.create_index("uq_subscriber_number", "subscriber", ["number"], unique=True)


def _create_account_application() -> None:
    op.create_table(
        "account_application",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("citizen_id", _INTEGER, nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("level", _INTEGER),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("decided_on", sa.Date()),
        sa.Column("filed_by", sa.Text(), nullable=False),
        sa.Column("officer", sa.Text()),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("law", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("phone", sa.String(length=10)),
        sa.Column("email", sa.Text()),
        sa.Column("representative_id", _INTEGER),
        sa.Column("refusal", sa.Text()),
        sa.CheckConstraint("kind IN ('register', 'upgrade', 'lock', 'unlock')", name="kind_known"),
        sa.CheckConstraint("state IN ('pending', 'approved', 'refused')", name="state_known"),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name="fk_account_application_citizen_id_citizen"
        ),
        sa.ForeignKeyConstraint(
            ["representative_id"],
            ["citizen.id"],
            name="fk_account_application_representative_id_citizen",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_account_application"),
    )
    op.create_index("ix_account_application_citizen_id", "account_application", ["citizen_id"])
    op.create_index(
        "uq_account_application_pending",
        "account_application",
        ["citizen_id", "organisation"],
        unique=True,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )


def _create_approval() -> None:
    op.create_table(
        "approval",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("citizen_id", _INTEGER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title_vi", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("proofs", sa.JSON(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("state IN ('pending', 'accepted', 'refused')", name="state_known"),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name="fk_approval_citizen_id_citizen"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_approval"),
    )
    op.create_index("ix_approval_citizen_id", "approval", ["citizen_id"])


def _create_message() -> None:
    op.create_table(
        "message",
        sa.Column("id", _INTEGER, nullable=False),
        sa.Column("citizen_id", _INTEGER, nullable=False),
        sa.Column("phone", sa.String(length=10)),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("text_vi", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("code", sa.String(length=6)),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name="fk_message_citizen_id_citizen"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
    )
    op.create_index("ix_message_citizen_id", "message", ["citizen_id"])


def _create_account_contact() -> None:
    op.create_table(
        "account_contact",
        sa.Column("account_id", _INTEGER, nullable=False),
        sa.Column("phone", sa.String(length=10)),
        sa.Column("email", sa.Text()),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_account_contact_account_id_account"
        ),
        sa.PrimaryKeyConstraint("account_id", name="pk_account_contact"),
    )
    op.create_index("uq_account_contact_phone", "account_contact", ["phone"], unique=True)


def _create_account_device() -> None:
    op.create_table(
        "account_device",
        sa.Column("id", _INTEGER, nullable=False),
        sa.Column("account_id", _INTEGER, nullable=False),
        sa.Column("number", _INTEGER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("bound_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date()),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_account_device_account_id_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_account_device"),
    )
    op.create_index("ix_account_device_account_id", "account_device", ["account_id"])
    op.create_index(
        "uq_account_device_active",
        "account_device",
        ["account_id"],
        unique=True,
        sqlite_where=sa.text("ended_on IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL"),
    )


def _create_account_event() -> None:
    op.create_table(
        "account_event",
        sa.Column("id", _INTEGER, nullable=False),
        sa.Column("account_id", _INTEGER),
        sa.Column("organisation_account_id", _INTEGER),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("done_by", sa.Text(), nullable=False),
        sa.Column("officer", sa.Text()),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("level", _INTEGER),
        sa.CheckConstraint(
            "state IN ('collected', 'active', 'locked', 'closed')", name="state_known"
        ),
        sa.CheckConstraint(
            "(account_id IS NULL) <> (organisation_account_id IS NULL)", name="of_one_account"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_account_event_account_id_account"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_account_id"],
            ["organisation_account.id"],
            name="fk_account_event_organisation_account_id_organisation_account",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_account_event"),
    )
    op.create_index("ix_account_event_account_id", "account_event", ["account_id"])
    op.create_index(
        "ix_account_event_organisation_account_id", "account_event", ["organisation_account_id"]
    )


def _create_account_passcode() -> None:
    op.create_table(
        "account_passcode",
        sa.Column("account_id", _INTEGER, nullable=False),
        sa.Column("verifier", sa.Text(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_account_passcode_account_id_account"
        ),
        sa.PrimaryKeyConstraint("account_id", name="pk_account_passcode"),
    )


#: In the order that foreign keys allow.
TABLES = {
    "failed_proof": _create_failed_proof,
    "organisation": _create_organisation,
    "organisation_account": _create_organisation_account,
    "residence_permit": _create_residence_permit,
    "subscriber": _create_subscriber,
    "account_application": _create_account_application,
    "approval": _create_approval,
    "message": _create_message,
    "account_contact": _create_account_contact,
    "account_device": _create_account_device,
    "account_event": _create_account_event,
    "account_passcode": _create_account_passcode,
}


def upgrade() -> None:
    for create in TABLES.values():
        create()


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)
