"""One register of consents: asked for, given, refused, ended; who decided, and which leaf."""

import sqlalchemy as sa
from alembic import op

from migrations.baseline.types import INTEGER

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_PUT_ASIDE = "CREATE TABLE consent_before AS SELECT * FROM consent"
_FORWARD = """
INSERT INTO consent (id, citizen_id, agency_id, purpose, fields, declined, from_date, to_date,
    evidence, state, means, client_id)
SELECT id, citizen_id, agency_id, purpose, fields, declined, from_date, to_date, evidence,
    CASE state WHEN 'active' THEN 'given' ELSE state END,
    CASE WHEN evidence LIKE 'sign-in %' THEN 'sign-in' ELSE 'paper' END,
    (SELECT client_id FROM system WHERE consent_before.evidence LIKE 'sign-in %'
        AND consent_before.evidence LIKE '% at ' || client_id)
FROM consent_before
"""
_BACK = """
INSERT INTO consent (id, citizen_id, agency_id, purpose, fields, declined, from_date, to_date,
    evidence, state)
SELECT id, citizen_id, agency_id, purpose, fields, declined, from_date, to_date, evidence,
    CASE state WHEN 'given' THEN 'active' WHEN 'ended' THEN 'withdrawn' ELSE state END
FROM consent_before
"""


def upgrade() -> None:
    _put_aside()
    op.create_table(
        "consent",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("citizen_id", INTEGER),
        sa.Column("agency_id", INTEGER, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("declined", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date()),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("means", sa.String(length=8), nullable=False),
        sa.Column("client_id", sa.Text()),
        sa.Column("why", sa.Text()),
        sa.Column("approval", sa.String(length=32)),
        sa.Column("asked_at", sa.DateTime(timezone=True)),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("decided_by", INTEGER),
        sa.Column("leaf", INTEGER),
        sa.Column("ended_on", sa.Date()),
        sa.CheckConstraint(
            "state IN ('asked', 'given', 'refused', 'withdrawn', 'expired', 'ended')",
            name=op.f("ck_consent_state_known"),
        ),
        sa.CheckConstraint(
            "means IN ('paper', 'sign-in', 'phone', 'assisted')",
            name=op.f("ck_consent_means_known"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_consent_agency_id_agency"),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name="fk_consent_citizen_id_citizen"
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["system.client_id"], name=op.f("fk_consent_client_id_system")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["citizen.id"], name=op.f("fk_consent_decided_by_citizen")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_consent"),
    )
    _index()
    op.execute(_FORWARD)
    op.drop_table("consent_before")


def downgrade() -> None:
    op.execute("DELETE FROM consent WHERE state = 'asked' OR citizen_id IS NULL")
    _put_aside()
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
        sa.Column("declined", sa.JSON(), server_default="[]", nullable=False),
        sa.CheckConstraint(
            "state IN ('active', 'withdrawn', 'expired', 'refused')",
            name=op.f("ck_consent_state_known"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_consent_agency_id_agency"),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name="fk_consent_citizen_id_citizen"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_consent"),
    )
    _index()
    op.execute(_BACK)
    op.drop_table("consent_before")


def _put_aside() -> None:
    """Keep the rows in a table without constraints: their names are wanted for the new one."""
    op.execute(_PUT_ASIDE)
    op.drop_table("consent")


def _index() -> None:
    op.create_index(
        "ix_consent_citizen_id_agency_id", "consent", ["citizen_id", "agency_id"], unique=False
    )
