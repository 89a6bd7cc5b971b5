"""Every house has an identifier, and a register says whose it is."""

import sqlalchemy as sa
from alembic import op

from migrations.baseline.types import INTEGER

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

#: Reported households are numbered from here on: see `app.registry.reporting.facts`.
_GENERATED = 10**12
#: The ward's code, then nine digits; generated households' are in a block of their own.
_FILLED = f"""
UPDATE household SET new_house_id =
  substr('00000' || CAST(unit_id % 100000 AS TEXT),
         length(CAST(unit_id % 100000 AS TEXT)) + 1)
  || substr(CAST(1000000000 + CASE WHEN id > {_GENERATED} THEN id - {_GENERATED}
                                   ELSE id + 500000000 END AS TEXT), 2)
"""  # noqa: S608 - nothing here comes from outside


def upgrade() -> None:
    _identify_houses()
    op.create_table(
        "land_certificate",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("number", sa.String(length=11), nullable=False),
        sa.Column("house_id", sa.String(length=14), nullable=False),
        sa.Column("holder_number", sa.String(length=12), nullable=False),
        sa.Column("holder_name", sa.Text()),
        sa.Column("holder_birth_date", sa.Date()),
        sa.Column("co_holder_number", sa.String(length=12)),
        sa.Column("kind", sa.String(length=9), nullable=False),
        sa.Column("area", INTEGER, nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.CheckConstraint(
            "kind IN ('house', 'apartment')", name=op.f("ck_land_certificate_kind_known")
        ),
        sa.CheckConstraint(
            "state IN ('valid', 'mortgaged', 'disputed', 'revoked')",
            name=op.f("ck_land_certificate_state_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_land_certificate")),
    )
    op.create_index("uq_land_certificate_number", "land_certificate", ["number"], unique=True)
    for column in ("house_id", "holder_number", "co_holder_number"):
        op.create_index(
            f"ix_land_certificate_{column}", "land_certificate", [column], unique=False
        )


def _identify_houses() -> None:
    """Make the column anew: SQLite cannot tell a column that it may no longer be null."""
    op.add_column(
        "household",
        sa.Column("new_house_id", sa.String(length=14), server_default="", nullable=False),
    )
    op.execute(_FILLED)
    op.execute("UPDATE household SET new_house_id = house_id WHERE length(house_id) = 11")
    op.drop_column("household", "house_id")
    op.execute("ALTER TABLE household RENAME COLUMN new_house_id TO house_id")
    op.create_index("ix_household_house_id", "household", ["house_id"], unique=False)


def downgrade() -> None:
    op.drop_table("land_certificate")
    op.drop_index("ix_household_house_id", table_name="household")
    op.drop_column("household", "house_id")
    op.add_column("household", sa.Column("house_id", sa.Text()))
