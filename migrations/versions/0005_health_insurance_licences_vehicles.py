"""Registers of health insurance, driving licences, vehicles and social insurance."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from migrations.baseline.types import INTEGER

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _create(
    name: str, number: str, states: tuple[str, ...], *columns: sa.Column[Any] | sa.CheckConstraint
) -> None:
    """Make a register's table: its number, who holds it, and what it says."""
    listed = ", ".join(f"'{state}'" for state in states)
    op.create_table(
        name,
        sa.Column("id", INTEGER, nullable=False),
        columns[0],
        sa.Column("holder_number", sa.String(length=12), nullable=False),
        sa.Column("holder_name", sa.Text()),
        *columns[1:],
        sa.CheckConstraint(f"state IN ({listed})", name=op.f(f"ck_{name}_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    op.create_index(f"uq_{name}_{number}", name, [number], unique=True)
    op.create_index(f"ix_{name}_holder_number", name, ["holder_number"], unique=False)


def upgrade() -> None:
    _create(
        "health_insurance",
        "number",
        ("valid", "suspended", "ended"),
        sa.Column("number", sa.String(length=15), nullable=False),
        sa.Column("facility", sa.String(length=5), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
    )
    _create(
        "driver_licence",
        "number",
        ("valid", "suspended", "revoked"),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("classes", sa.Text(), nullable=False),
        sa.Column("issued_by", sa.String(length=2), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date()),
        sa.Column("points", INTEGER, nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
    )
    _create(
        "vehicle",
        "plate",
        ("registered", "recovered"),
        sa.Column("plate", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("make", sa.Text(), nullable=False),
        sa.Column("colour", sa.Text(), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.CheckConstraint("kind IN ('motorcycle', 'car')", name=op.f("ck_vehicle_kind_known")),
    )
    _create(
        "social_insurance",
        "number",
        ("paying", "reserved", "pension", "settled"),
        sa.Column("number", sa.String(length=10), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("months", INTEGER, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
    )


def downgrade() -> None:
    for name in ("social_insurance", "vehicle", "driver_licence", "health_insurance"):
        op.drop_table(name)
