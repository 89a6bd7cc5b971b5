"""Registers of tax, schools, judicial records, health books and electricity."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from migrations.baseline.types import INTEGER

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_MADE = (
    "tax_code",
    "online_shop",
    "school_record",
    "judicial_record",
    "health_book",
    "electricity_customer",
)


def _create(name: str, digits: int, *rest: sa.Column[Any] | sa.CheckConstraint) -> None:
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


def _text(name: str, length: int | None = None, *, nullable: bool = False) -> sa.Column[Any]:
    kind = sa.Text() if length is None else sa.String(length=length)
    return sa.Column(name, kind, nullable=nullable)


def _day(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Date(), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, INTEGER, nullable=nullable)


def upgrade() -> None:
    states = ("active", "migrated", "to_be_corrected", "merged", "closed")
    _create(
        "tax_code",
        12,
        _text("office", 2),
        _day("issued_on"),
        _day("migrated_on", nullable=True),
        _text("state", 15),
        _one_of("tax_code", "state", *states),
    )
    _create(
        "online_shop",
        11,
        _text("platform"),
        _day("since"),
        _text("tax_code", 12, nullable=True),
        _text("account_number", 13),
        _number("turnover"),
        _number("declared"),
        _text("state", 6),
        _one_of("online_shop", "state", "active", "closed"),
    )
    _create(
        "school_record",
        10,
        _text("school", 8),
        _number("year"),
        _number("grade"),
        _number("average", nullable=True),
        _text("state", 8),
        _one_of("school_record", "state", "studying", "left"),
    )
    _create(
        "judicial_record",
        10,
        _text("offence"),
        _text("court", 2),
        _day("judged_on"),
        _text("sentence", 9),
        _number("months"),
        _day("cleared_on", nullable=True),
        _text("state", 7),
        _one_of("judicial_record", "sentence", "fine", "suspended", "prison"),
        _one_of("judicial_record", "state", "serving", "served", "cleared"),
    )
    _create(
        "health_book",
        10,
        _text("facility", 5),
        _text("conditions"),
        _text("allergies"),
        _number("vaccinations"),
        _day("last_visit_on", nullable=True),
        _text("state", 6),
        _one_of("health_book", "state", "active", "closed"),
    )
    _create(
        "electricity_customer",
        13,
        _text("commune", 5),
        _day("since"),
        _number("kwh"),
        _text("state", 6),
        _one_of("electricity_customer", "state", "active", "ended"),
    )


def downgrade() -> None:
    for table in _MADE:
        op.drop_table(table)
