"""All tables of the registry on one page: what the Law on Identity 2023, Art 9 keeps of a person.

Numbers in brackets are the 26 field groups of that article; group 14 (cards) belongs to the
identity room, and biometrics are not kept. Rows made by the generator carry their own ids, so that
the same world has the same rows on every database.

- Every period is half-open: `to_date` is the first day on which the row no longer holds, and NULL
  means "still". A move on day D closes one row and opens the next with the same D.
- A nationality or country is ISO 3166-1 alpha-2; the nationality `XX` is "not determined".
- Columns named `…_key` hold text folded by `app.matching`; they sort by code point on every
  database, so that a prefix is a range.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Base, identity

SEXES = ("M", "F", "U")
NAME_ORDERS = ("family_first", "family_last", "given_only")
STATES = ("alive", "dead", "missing", "emigrated", "under_review")
MARITAL_STATUSES = ("unknown", "never_married", "married", "separated", "divorced", "widowed")
BLOOD_TYPES = ("O", "A", "B", "AB")
RESIDENCE_KINDS = ("permanent", "temporary", "current", "absence")
KINSHIP_KINDS = ("father", "mother", "spouse", "guardian", "representative")
KINSHIP_ENDS = ("death", "divorce", "annulment", "came_of_age", "ended")
SUPERSESSION_REASONS = ("sex_reassignment", "birth_year_corrected", "entry_error")
SUCCESSIONS = ("whole", "part_main", "part")

folded = Annotated[str, mapped_column(Text().with_variant(Text(collation="C"), "postgresql"))]


def _one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


class Unit(Base):
    """An administrative unit of one era: province (tier 1), district (2), ward or commune (3).

    Codes of the two eras overlap, so `id` = era offset (0 for '2004', 1,000,000 for '2025')
    + tier × 100,000 + code: legacy ward 00004 is 300004, the commune 00004 of 2025 is 1300004.
    Only the legacy era has districts; five of them, islands, have no wards and stand for one.
    """

    __tablename__ = "unit"
    __table_args__ = (
        UniqueConstraint("era", "tier", "code"),
        _one_of("era", ("2004", "2025")),
        CheckConstraint("tier BETWEEN 1 AND 3", name="tier_known"),
    )
    id: Mapped[identity]
    era: Mapped[str] = mapped_column(String(4))
    tier: Mapped[int]
    code: Mapped[str] = mapped_column(String(5))
    name: Mapped[str]
    short_name: Mapped[str]
    type: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    province_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]


class UnitSuccession(Base):
    """Which commune of 2025 took over which legacy ward; a ward with several rows was divided.

    A legacy district without wards has its row here like a ward.
    """

    __tablename__ = "unit_succession"
    __table_args__ = (_one_of("relation", SUCCESSIONS),)
    legacy_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True, index=True)
    relation: Mapped[str] = mapped_column(String(9))


class Ethnicity(Base):
    """Ethnic groups in the order of Decision 121-TCTK/1979, as HL7 Vietnam's core guide has it."""

    __tablename__ = "ethnicity"
    code: Mapped[str] = mapped_column(String(2), primary_key=True)
    name: Mapped[str]
    other_names: Mapped[str]
    source: Mapped[str]


class Religion(Base):
    """Religions; codes 1–4 from HL7 Vietnam's core guide, the rest ours and `source` says so."""

    __tablename__ = "religion"
    code: Mapped[str] = mapped_column(String(2), primary_key=True)
    name: Mapped[str]
    other_names: Mapped[str]
    source: Mapped[str]


class Relationship(Base):
    """Relationships to the head of a household; the list is ours, '01' is the head."""

    __tablename__ = "relationship"
    code: Mapped[str] = mapped_column(String(2), primary_key=True)
    name: Mapped[str]
    source: Mapped[str]


class Citizen(Base):
    """One person: names [1, 2], number [3], birth [4–7], origin [8], coded facts [9–12, 21].

    State and its dates are group 24, phone and e-mail 25, remarks 26.
    """

    __tablename__ = "citizen"
    __table_args__ = (
        Index("ix_citizen_pin", "pin", unique=True),
        Index("ix_citizen_name_key_birth_year", "name_key", "birth_year"),
        Index("ix_citizen_birth_year_id", "birth_year", "id"),
        Index("ix_citizen_phone", "phone"),
        Index(
            "ix_citizen_state_id",
            "state",
            "id",
            sqlite_where=text("state <> 'alive'"),
            postgresql_where=text("state <> 'alive'"),
        ),
        CheckConstraint("length(pin) = 12", name="pin_length"),
        CheckConstraint(
            "birth_month IS NULL OR birth_month BETWEEN 1 AND 12", name="birth_month_range"
        ),
        CheckConstraint("birth_day IS NULL OR birth_day BETWEEN 1 AND 31", name="birth_day_range"),
        CheckConstraint(
            "birth_day IS NULL OR birth_month IS NOT NULL", name="birth_day_needs_month"
        ),
        CheckConstraint("(state = 'dead') = (death_date IS NOT NULL)", name="death_date_iff_dead"),
        CheckConstraint(
            "state <> 'missing' OR missing_since IS NOT NULL", name="missing_has_date"
        ),
        CheckConstraint("email IS NULL OR email LIKE '%.invalid'", name="email_cannot_be_real"),
        _one_of("sex", SEXES),
        _one_of("name_order", NAME_ORDERS),
        _one_of("state", STATES),
        _one_of("marital_status", MARITAL_STATUSES),
        _one_of("blood_type", BLOOD_TYPES),
    )
    id: Mapped[identity]
    pin: Mapped[str] = mapped_column(String(12))
    family_name: Mapped[str]
    middle_name: Mapped[str]
    given_name: Mapped[str]
    name_order: Mapped[str] = mapped_column(String(12))
    full_name: Mapped[str]
    name_key: Mapped[folded]
    other_name: Mapped[str | None]
    birth_year: Mapped[int]
    birth_month: Mapped[int | None]
    birth_day: Mapped[int | None]
    sex: Mapped[str] = mapped_column(String(1))
    birth_country: Mapped[str] = mapped_column(String(2))
    birth_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    birth_place: Mapped[str | None]
    registration_country: Mapped[str] = mapped_column(String(2))
    registration_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    origin_country: Mapped[str] = mapped_column(String(2))
    origin_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    ethnicity: Mapped[str] = mapped_column(ForeignKey("ethnicity.code"))
    religion: Mapped[str] = mapped_column(ForeignKey("religion.code"))
    nationality: Mapped[str] = mapped_column(String(2))
    second_nationality: Mapped[str | None] = mapped_column(String(2))
    blood_type: Mapped[str | None] = mapped_column(String(2))
    marital_status: Mapped[str] = mapped_column(String(13))
    state: Mapped[str] = mapped_column(String(12))
    death_date: Mapped[dt.date | None]
    missing_since: Mapped[dt.date | None]
    state_since: Mapped[dt.date | None]
    phone: Mapped[str | None] = mapped_column(String(10))
    email: Mapped[str | None]
    number_note: Mapped[str | None]
    surname_note: Mapped[str | None]
    remarks: Mapped[str | None]


class SupersededNumber(Base):
    """A cancelled personal number, never given to anybody else (Decree 70/2024, Art 11)."""

    __tablename__ = "superseded_number"
    __table_args__ = (
        _one_of("reason", SUPERSESSION_REASONS),
        CheckConstraint("length(pin) = 12", name="pin_length"),
    )
    pin: Mapped[str] = mapped_column(String(12), primary_key=True)
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizen.id"), index=True)
    superseded_on: Mapped[dt.date]
    reason: Mapped[str] = mapped_column(String(20))


class OldNumber(Base):
    """A 9-digit card number [13]: a person may have had several, and two people the same one."""

    __tablename__ = "old_number"
    __table_args__ = (CheckConstraint("length(number) = 9", name="number_length"),)
    number: Mapped[str] = mapped_column(String(9), primary_key=True)
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizen.id"), primary_key=True, index=True)
    issued_on: Mapped[dt.date | None]
    issued_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))


class Household(Base):
    """People who live together under one residence file [20].

    `address` is the line below the unit (house number, street, hamlet); `house_id` identifies the
    dwelling (`houses`), in which several households may live.
    """

    __tablename__ = "household"
    __table_args__ = (
        Index("ix_household_unit_id_address_key", "unit_id", "address_key"),
        Index("ix_household_house_id", "house_id"),
    )
    id: Mapped[identity]
    file_number: Mapped[str] = mapped_column(String(12), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    address: Mapped[str]
    address_key: Mapped[folded]
    house_id: Mapped[str] = mapped_column(String(14))
    from_date: Mapped[dt.date]
    to_date: Mapped[dt.date | None]


class HouseholdMember(Base):
    """Who belongs to a household, as what [22, 23], and when; at most one head at a time."""

    __tablename__ = "household_member"
    __table_args__ = (
        Index(
            "uq_household_member_head",
            "household_id",
            unique=True,
            sqlite_where=text("relationship = '01' AND to_date IS NULL"),
            postgresql_where=text("relationship = '01' AND to_date IS NULL"),
        ),
        Index(
            "uq_household_member_citizen",
            "citizen_id",
            unique=True,
            sqlite_where=text("to_date IS NULL"),
            postgresql_where=text("to_date IS NULL"),
        ),
        Index("ix_household_member_citizen_id", "citizen_id"),
        Index("ix_household_member_household_id", "household_id"),
        CheckConstraint("to_date IS NULL OR to_date >= from_date", name="dates_in_order"),
    )
    id: Mapped[identity]
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"))
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizen.id"))
    relationship: Mapped[str] = mapped_column(ForeignKey("relationship.code"))
    from_date: Mapped[dt.date]
    to_date: Mapped[dt.date | None]


class Residence(Base):
    """Where a citizen is registered, stays or is absent from [16–19], from when to when.

    Who has no row of kind `current` lives at the temporary address, else at the permanent one.
    `unit_id` is the unit in force on `from_date`; `units.as_of` shows it as of any other day.
    `address` is the line below the unit; abroad it is the whole address and `unit_id` is NULL.
    """

    __tablename__ = "residence"
    __table_args__ = (
        _one_of("kind", RESIDENCE_KINDS),
        CheckConstraint("to_date IS NULL OR to_date >= from_date", name="dates_in_order"),
        Index("ix_residence_citizen_id", "citizen_id"),
        Index("ix_residence_unit_id_address_key", "unit_id", "address_key"),
    )
    id: Mapped[identity]
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizen.id"))
    kind: Mapped[str] = mapped_column(String(9))
    country: Mapped[str] = mapped_column(String(2))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    address: Mapped[str]
    address_key: Mapped[folded]
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"))
    reason: Mapped[str | None]
    from_date: Mapped[dt.date]
    to_date: Mapped[dt.date | None]


class Kinship(Base):
    """`relative` is the `kind` of `citizen` [15]; spouses have a row each way.

    A relative who is not in this world (most parents of the old) has a name and no id. Parents
    stay parents when they die: their rows end by adoption or correction only.
    """

    __tablename__ = "kinship"
    __table_args__ = (
        _one_of("kind", KINSHIP_KINDS),
        _one_of("end_reason", KINSHIP_ENDS),
        CheckConstraint(
            "relative_id IS NOT NULL OR relative_name IS NOT NULL", name="relative_known"
        ),
        CheckConstraint("relative_id IS NULL OR relative_id <> citizen_id", name="not_oneself"),
        CheckConstraint("(to_date IS NULL) = (end_reason IS NULL)", name="end_has_reason"),
        Index("ix_kinship_citizen_id", "citizen_id"),
        Index("ix_kinship_relative_id", "relative_id"),
        Index(
            "uq_kinship_current",
            "citizen_id",
            "kind",
            unique=True,
            sqlite_where=text("to_date IS NULL AND kind IN ('father', 'mother', 'spouse')"),
            postgresql_where=text("to_date IS NULL AND kind IN ('father', 'mother', 'spouse')"),
        ),
    )
    id: Mapped[identity]
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizen.id"))
    kind: Mapped[str] = mapped_column(String(14))
    relative_id: Mapped[int | None] = mapped_column(ForeignKey("citizen.id"))
    relative_name: Mapped[str | None]
    relative_nationality: Mapped[str | None] = mapped_column(String(2))
    from_date: Mapped[dt.date | None]
    to_date: Mapped[dt.date | None]
    end_reason: Mapped[str | None] = mapped_column(String(11))


class LifeEvent(Base):
    """What happened to a citizen, who reported it and why: the only way the registry changes.

    `occurred_on` and `recorded_on` are days of the world's clock, `recorded_at` is real time.
    """

    __tablename__ = "life_event"
    __table_args__ = (Index("ix_life_event_citizen_id", "citizen_id"),)
    id: Mapped[identity]
    kind: Mapped[str]
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizen.id"))
    occurred_on: Mapped[dt.date]
    recorded_on: Mapped[dt.date]
    recorded_at: Mapped[dt.datetime]
    reported_by: Mapped[str]
    officer: Mapped[str | None]
    reason: Mapped[str]
    documents: Mapped[list[str]]
    payload: Mapped[dict[str, object]]


class FieldChange(Base):
    """One field that a life event changed, and what stood there before: nothing is lost.

    A row that came into being has one change, of its key from NULL. A row that was removed has
    one for each of its columns, to NULL. Values are text as ISO writes them.
    """

    __tablename__ = "field_change"
    __table_args__ = (
        Index("ix_field_change_citizen_id", "citizen_id"),
        Index(
            "ix_field_change_relative",
            "old_value",
            sqlite_where=text("field = 'relative_id'"),
            postgresql_where=text("field = 'relative_id'"),
        ),
    )
    id: Mapped[identity]
    event_id: Mapped[int] = mapped_column(ForeignKey("life_event.id"), index=True)
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizen.id"))
    table_name: Mapped[str]
    row_id: Mapped[str]
    field: Mapped[str]
    old_value: Mapped[str | None]
    new_value: Mapped[str | None]
