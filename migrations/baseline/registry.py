"""Revision 0001: the registry."""

import sqlalchemy as sa
from alembic import op

from migrations.baseline.types import INTEGER


def _create_ethnicity() -> None:
    op.create_table(
        "ethnicity",
        sa.Column("code", sa.String(length=2), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("other_names", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_ethnicity"),
    )


def _create_relationship() -> None:
    op.create_table(
        "relationship",
        sa.Column("code", sa.String(length=2), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_relationship"),
    )


def _create_religion() -> None:
    op.create_table(
        "religion",
        sa.Column("code", sa.String(length=2), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("other_names", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_religion"),
    )


def _create_unit() -> None:
    op.create_table(
        "unit",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("era", sa.String(length=4), nullable=False),
        sa.Column("tier", INTEGER, nullable=False),
        sa.Column("code", sa.String(length=5), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("short_name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("parent_id", INTEGER),
        sa.Column("province_id", INTEGER, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("latitude", sa.Double()),
        sa.Column("longitude", sa.Double()),
        sa.CheckConstraint("era IN ('2004', '2025')", name="era_known"),
        sa.CheckConstraint("tier BETWEEN 1 AND 3", name="tier_known"),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name="fk_unit_parent_id_unit"),
        sa.ForeignKeyConstraint(["province_id"], ["unit.id"], name="fk_unit_province_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_unit"),
        sa.UniqueConstraint("era", "tier", "code", name="uq_unit_era_tier_code"),
    )


def _create_citizen() -> None:
    op.create_table(
        "citizen",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("pin", sa.String(length=12), nullable=False),
        sa.Column("family_name", sa.Text(), nullable=False),
        sa.Column("middle_name", sa.Text(), nullable=False),
        sa.Column("given_name", sa.Text(), nullable=False),
        sa.Column("name_order", sa.String(length=12), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column(
            "name_key",
            sa.Text().with_variant(sa.Text(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("other_name", sa.Text()),
        sa.Column("birth_year", INTEGER, nullable=False),
        sa.Column("birth_month", INTEGER),
        sa.Column("birth_day", INTEGER),
        sa.Column("sex", sa.String(length=1), nullable=False),
        sa.Column("birth_country", sa.String(length=2), nullable=False),
        sa.Column("birth_unit_id", INTEGER),
        sa.Column("birth_place", sa.Text()),
        sa.Column("registration_country", sa.String(length=2), nullable=False),
        sa.Column("registration_unit_id", INTEGER),
        sa.Column("origin_country", sa.String(length=2), nullable=False),
        sa.Column("origin_unit_id", INTEGER),
        sa.Column("ethnicity", sa.String(length=2), nullable=False),
        sa.Column("religion", sa.String(length=2), nullable=False),
        sa.Column("nationality", sa.String(length=2), nullable=False),
        sa.Column("second_nationality", sa.String(length=2)),
        sa.Column("blood_type", sa.String(length=2)),
        sa.Column("marital_status", sa.String(length=13), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("death_date", sa.Date()),
        sa.Column("missing_since", sa.Date()),
        sa.Column("state_since", sa.Date()),
        sa.Column("phone", sa.String(length=10)),
        sa.Column("email", sa.Text()),
        sa.Column("number_note", sa.Text()),
        sa.Column("surname_note", sa.Text()),
        sa.Column("remarks", sa.Text()),
        sa.CheckConstraint(
            "birth_day IS NULL OR birth_month IS NOT NULL", name="birth_day_needs_month"
        ),
        sa.CheckConstraint(
            "birth_day IS NULL OR birth_day BETWEEN 1 AND 31", name="birth_day_range"
        ),
        sa.CheckConstraint(
            "birth_month IS NULL OR birth_month BETWEEN 1 AND 12", name="birth_month_range"
        ),
        sa.CheckConstraint("blood_type IN ('O', 'A', 'B', 'AB')", name="blood_type_known"),
        sa.CheckConstraint(
            "(state = 'dead') = (death_date IS NOT NULL)", name="death_date_iff_dead"
        ),
        sa.CheckConstraint("email IS NULL OR email LIKE '%.invalid'", name="email_cannot_be_real"),
        sa.CheckConstraint(
            "marital_status IN ('unknown', 'never_married', 'married', 'separated', "
            "'divorced', 'widowed')",
            name="marital_status_known",
        ),
        sa.CheckConstraint(
            "state <> 'missing' OR missing_since IS NOT NULL", name="missing_has_date"
        ),
        sa.CheckConstraint(
            "name_order IN ('family_first', 'family_last', 'given_only')", name="name_order_known"
        ),
        sa.CheckConstraint("length(pin) = 12", name="pin_length"),
        sa.CheckConstraint("sex IN ('M', 'F', 'U')", name="sex_known"),
        sa.CheckConstraint(
            "state IN ('alive', 'dead', 'missing', 'emigrated', 'under_review')",
            name="state_known",
        ),
        sa.ForeignKeyConstraint(
            ["birth_unit_id"], ["unit.id"], name="fk_citizen_birth_unit_id_unit"
        ),
        sa.ForeignKeyConstraint(
            ["ethnicity"], ["ethnicity.code"], name="fk_citizen_ethnicity_ethnicity"
        ),
        sa.ForeignKeyConstraint(
            ["origin_unit_id"], ["unit.id"], name="fk_citizen_origin_unit_id_unit"
        ),
        sa.ForeignKeyConstraint(
            ["registration_unit_id"], ["unit.id"], name="fk_citizen_registration_unit_id_unit"
        ),
        sa.ForeignKeyConstraint(
            ["religion"], ["religion.code"], name="fk_citizen_religion_religion"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_citizen"),
    )
    op.create_index("ix_citizen_birth_year_id", "citizen", ["birth_year", "id"], unique=False)
    op.create_index(
        "ix_citizen_name_key_birth_year", "citizen", ["name_key", "birth_year"], unique=False
    )
    op.create_index("ix_citizen_phone", "citizen", ["phone"], unique=False)
    op.create_index("ix_citizen_pin", "citizen", ["pin"], unique=True)
    op.create_index(
        "ix_citizen_state_id",
        "citizen",
        ["state", "id"],
        unique=False,
        sqlite_where=sa.text("state <> 'alive'"),
        postgresql_where=sa.text("state <> 'alive'"),
    )


def _create_household() -> None:
    op.create_table(
        "household",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("file_number", sa.String(length=12), nullable=False),
        sa.Column("unit_id", INTEGER, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column(
            "address_key",
            sa.Text().with_variant(sa.Text(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("house_id", sa.Text()),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date()),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_household_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_household"),
        sa.UniqueConstraint("file_number", name="uq_household_file_number"),
    )
    op.create_index(
        "ix_household_unit_id_address_key", "household", ["unit_id", "address_key"], unique=False
    )


def _create_unit_succession() -> None:
    op.create_table(
        "unit_succession",
        sa.Column("legacy_unit_id", INTEGER, nullable=False),
        sa.Column("unit_id", INTEGER, nullable=False),
        sa.Column("relation", sa.String(length=9), nullable=False),
        sa.CheckConstraint("relation IN ('whole', 'part_main', 'part')", name="relation_known"),
        sa.ForeignKeyConstraint(
            ["legacy_unit_id"], ["unit.id"], name="fk_unit_succession_legacy_unit_id_unit"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_unit_succession_unit_id_unit"),
        sa.PrimaryKeyConstraint("legacy_unit_id", "unit_id", name="pk_unit_succession"),
    )
    op.create_index("ix_unit_succession_unit_id", "unit_succession", ["unit_id"], unique=False)


def _create_household_member() -> None:
    op.create_table(
        "household_member",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("household_id", INTEGER, nullable=False),
        sa.Column("citizen_id", INTEGER, nullable=False),
        sa.Column("relationship", sa.String(length=2), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date()),
        sa.CheckConstraint("to_date IS NULL OR to_date >= from_date", name="dates_in_order"),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name="fk_household_member_citizen_id_citizen"
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name="fk_household_member_household_id_household"
        ),
        sa.ForeignKeyConstraint(
            ["relationship"],
            ["relationship.code"],
            name="fk_household_member_relationship_relationship",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_household_member"),
    )
    op.create_index(
        "ix_household_member_citizen_id", "household_member", ["citizen_id"], unique=False
    )
    op.create_index(
        "ix_household_member_household_id", "household_member", ["household_id"], unique=False
    )
    op.create_index(
        "uq_household_member_citizen",
        "household_member",
        ["citizen_id"],
        unique=True,
        sqlite_where=sa.text("to_date IS NULL"),
        postgresql_where=sa.text("to_date IS NULL"),
    )
    op.create_index(
        "uq_household_member_head",
        "household_member",
        ["household_id"],
        unique=True,
        sqlite_where=sa.text("relationship = '01' AND to_date IS NULL"),
        postgresql_where=sa.text("relationship = '01' AND to_date IS NULL"),
    )


def _create_kinship() -> None:
    op.create_table(
        "kinship",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("citizen_id", INTEGER, nullable=False),
        sa.Column("kind", sa.String(length=14), nullable=False),
        sa.Column("relative_id", INTEGER),
        sa.Column("relative_name", sa.Text()),
        sa.Column("relative_nationality", sa.String(length=2)),
        sa.Column("from_date", sa.Date()),
        sa.Column("to_date", sa.Date()),
        sa.Column("end_reason", sa.String(length=11)),
        sa.CheckConstraint("(to_date IS NULL) = (end_reason IS NULL)", name="end_has_reason"),
        sa.CheckConstraint(
            "end_reason IN ('death', 'divorce', 'annulment', 'came_of_age', 'ended')",
            name="end_reason_known",
        ),
        sa.CheckConstraint(
            "kind IN ('father', 'mother', 'spouse', 'guardian', 'representative')",
            name="kind_known",
        ),
        sa.CheckConstraint("relative_id IS NULL OR relative_id <> citizen_id", name="not_oneself"),
        sa.CheckConstraint(
            "relative_id IS NOT NULL OR relative_name IS NOT NULL", name="relative_known"
        ),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name="fk_kinship_citizen_id_citizen"
        ),
        sa.ForeignKeyConstraint(
            ["relative_id"], ["citizen.id"], name="fk_kinship_relative_id_citizen"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_kinship"),
    )
    op.create_index("ix_kinship_citizen_id", "kinship", ["citizen_id"], unique=False)
    op.create_index("ix_kinship_relative_id", "kinship", ["relative_id"], unique=False)
    op.create_index(
        "uq_kinship_current",
        "kinship",
        ["citizen_id", "kind"],
        unique=True,
        sqlite_where=sa.text("to_date IS NULL AND kind IN ('father', 'mother', 'spouse')"),
        postgresql_where=sa.text("to_date IS NULL AND kind IN ('father', 'mother', 'spouse')"),
    )


def _create_life_event() -> None:
    op.create_table(
        "life_event",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("citizen_id", INTEGER, nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_by", sa.Text(), nullable=False),
        sa.Column("officer", sa.Text()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("documents", sa.JSON(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name="fk_life_event_citizen_id_citizen"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_life_event"),
    )
    op.create_index("ix_life_event_citizen_id", "life_event", ["citizen_id"], unique=False)


def _create_old_number() -> None:
    op.create_table(
        "old_number",
        sa.Column("number", sa.String(length=9), nullable=False),
        sa.Column("citizen_id", INTEGER, nullable=False),
        sa.Column("issued_on", sa.Date()),
        sa.Column("issued_unit_id", INTEGER),
        sa.CheckConstraint("length(number) = 9", name="number_length"),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name="fk_old_number_citizen_id_citizen"
        ),
        sa.ForeignKeyConstraint(
            ["issued_unit_id"], ["unit.id"], name="fk_old_number_issued_unit_id_unit"
        ),
        sa.PrimaryKeyConstraint("number", "citizen_id", name="pk_old_number"),
    )
    op.create_index("ix_old_number_citizen_id", "old_number", ["citizen_id"], unique=False)


def _create_residence() -> None:
    op.create_table(
        "residence",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("citizen_id", INTEGER, nullable=False),
        sa.Column("kind", sa.String(length=9), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("unit_id", INTEGER),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column(
            "address_key",
            sa.Text().with_variant(sa.Text(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("household_id", INTEGER),
        sa.Column("reason", sa.Text()),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date()),
        sa.CheckConstraint("to_date IS NULL OR to_date >= from_date", name="dates_in_order"),
        sa.CheckConstraint(
            "kind IN ('permanent', 'temporary', 'current', 'absence')", name="kind_known"
        ),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name="fk_residence_citizen_id_citizen"
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name="fk_residence_household_id_household"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_residence_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_residence"),
    )
    op.create_index("ix_residence_citizen_id", "residence", ["citizen_id"], unique=False)
    op.create_index(
        "ix_residence_unit_id_address_key", "residence", ["unit_id", "address_key"], unique=False
    )


def _create_superseded_number() -> None:
    op.create_table(
        "superseded_number",
        sa.Column("pin", sa.String(length=12), nullable=False),
        sa.Column("citizen_id", INTEGER, nullable=False),
        sa.Column("superseded_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.CheckConstraint("length(pin) = 12", name="pin_length"),
        sa.CheckConstraint(
            "reason IN ('sex_reassignment', 'birth_year_corrected', 'entry_error')",
            name="reason_known",
        ),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name="fk_superseded_number_citizen_id_citizen"
        ),
        sa.PrimaryKeyConstraint("pin", name="pk_superseded_number"),
    )
    op.create_index(
        "ix_superseded_number_citizen_id", "superseded_number", ["citizen_id"], unique=False
    )


def _create_field_change() -> None:
    op.create_table(
        "field_change",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("event_id", INTEGER, nullable=False),
        sa.Column("citizen_id", INTEGER, nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("row_id", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("old_value", sa.Text()),
        sa.Column("new_value", sa.Text()),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizen.id"], name="fk_field_change_citizen_id_citizen"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["life_event.id"], name="fk_field_change_event_id_life_event"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_field_change"),
    )
    op.create_index("ix_field_change_citizen_id", "field_change", ["citizen_id"], unique=False)
    op.create_index("ix_field_change_event_id", "field_change", ["event_id"], unique=False)


#: In the order that foreign keys allow.
TABLES = {
    "ethnicity": _create_ethnicity,
    "relationship": _create_relationship,
    "religion": _create_religion,
    "unit": _create_unit,
    "citizen": _create_citizen,
    "household": _create_household,
    "unit_succession": _create_unit_succession,
    "household_member": _create_household_member,
    "kinship": _create_kinship,
    "life_event": _create_life_event,
    "old_number": _create_old_number,
    "residence": _create_residence,
    "superseded_number": _create_superseded_number,
    "field_change": _create_field_change,
}
