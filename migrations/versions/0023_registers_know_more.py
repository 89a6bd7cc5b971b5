"""Registers say how they write a birth date; lines have dealers; credit, welfare and accounts."""

import sqlalchemy as sa
from alembic import op

from migrations.baseline.types import INTEGER

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_HELD = ("subscriber", "health_insurance", "driver_licence", "vehicle", "social_insurance")
_MADE = ("bank_account", "credit_account", "credit_inquiry", "benefit")


def _create(name: str, digits: int, *rest: sa.Column | sa.CheckConstraint) -> None:  # type: ignore[type-arg]  # of any type
    """Make a register's table: its number, who holds it, and what it says."""
    op.create_table(
        name,
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("holder_number", sa.String(length=12), nullable=False),
        sa.Column("holder_name", sa.Text()),
        sa.Column("holder_birth_date", sa.Date()),
        sa.Column("number", sa.String(length=digits), nullable=False),
        *rest,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    op.create_index(f"uq_{name}_number", name, ["number"], unique=True)
    op.create_index(f"ix_{name}_holder_number", name, ["holder_number"], unique=False)


def _one_of(table: str, column: str, *values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}_known"))


def upgrade() -> None:
    for table in _HELD:
        op.add_column(table, sa.Column("holder_birth_date", sa.Date()))
    for column in (
        sa.Column("holder_name", sa.Text()),
        sa.Column("ported_on", sa.Date()),
        sa.Column("dealer", sa.String(length=7)),
        sa.Column("device", sa.String(length=14)),
    ):
        op.add_column("subscriber", column)
    # With its check: both databases understand it so, and SQLite needs no new table.
    op.execute(
        "ALTER TABLE subscriber ADD COLUMN face VARCHAR(11) DEFAULT 'not_checked' NOT NULL "
        "CONSTRAINT ck_subscriber_face_known "
        "CHECK (face IN ('not_checked', 'matched', 'failed'))"
    )
    op.add_column(
        "health_insurance", sa.Column("visits", INTEGER, server_default="0", nullable=False)
    )
    op.add_column("health_insurance", sa.Column("last_visit_on", sa.Date()))
    op.add_column("social_insurance", sa.Column("account_number", sa.String(length=13)))
    _create(
        "bank_account",
        13,
        sa.Column("bank", sa.Text(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=6), nullable=False),
        _one_of("bank_account", "state", "active", "frozen", "closed"),
    )
    _create(
        "credit_account",
        11,
        sa.Column("lender", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date()),
        sa.Column("amount", INTEGER, nullable=False),
        sa.Column("balance", INTEGER, nullable=False),
        sa.Column("months", sa.String(length=72), nullable=False),
        sa.Column("state", sa.String(length=11), nullable=False),
        _one_of("credit_account", "kind", "card", "consumer", "vehicle", "home", "business"),
        _one_of("credit_account", "state", "open", "closed", "written_off"),
    )
    op.create_table(
        "credit_inquiry",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("holder_number", sa.String(length=12), nullable=False),
        sa.Column("lender", sa.Text(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_inquiry")),
    )
    op.create_index(
        "ix_credit_inquiry_holder_number", "credit_inquiry", ["holder_number"], unique=False
    )
    kinds = ("old_age", "disability", "orphan", "single_parent", "merit", "poor")
    _create(
        "benefit",
        11,
        sa.Column("kind", sa.String(length=13), nullable=False),
        sa.Column("commune", sa.String(length=5), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("amount", INTEGER, nullable=False),
        sa.Column("account_number", sa.String(length=13)),
        sa.Column("state", sa.String(length=10), nullable=False),
        _one_of("benefit", "kind", *kinds),
        _one_of("benefit", "state", "no_account", "unpaid", "paid"),
        sa.CheckConstraint(
            "(account_number IS NULL) = (state = 'no_account')",
            name=op.f("ck_benefit_account_where_stated"),
        ),
    )


def downgrade() -> None:
    for table in _MADE:
        op.drop_table(table)
    for table in _HELD:
        op.drop_column(table, "holder_birth_date")
    for column in ("holder_name", "ported_on", "dealer", "device", "face"):
        op.drop_column("subscriber", column)
    op.drop_column("health_insurance", "visits")
    op.drop_column("health_insurance", "last_visit_on")
    op.drop_column("social_insurance", "account_number")
