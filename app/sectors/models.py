"""All tables of the registers: what others hold about people, by the numbers they were given.

No entry refers to a citizen by key: a ministry or company knows a number, which may be an old or a
cancelled one, or nobody's.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Base, identity

SUBSCRIBER_STATES = ("active", "blocked", "ended")
ORGANISATION_STATES = ("active", "suspended", "dissolved")
PERMIT_KINDS = ("permanent", "temporary")
PERMIT_STATES = ("valid", "cancelled")
HEALTH_INSURANCE_STATES = ("valid", "suspended", "ended")
LICENCE_STATES = ("valid", "suspended", "revoked")
VEHICLE_KINDS = ("motorcycle", "car")
VEHICLE_STATES = ("registered", "recovered")
SOCIAL_INSURANCE_STATES = ("paying", "reserved", "pension", "settled")


def _one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


class Subscriber(Base):
    """A mobile number and in whose name it is: a personal number or an old one of nine digits."""

    __tablename__ = "subscriber"
    __table_args__ = (
        _one_of("state", SUBSCRIBER_STATES),
        Index("uq_subscriber_number", "number", unique=True),
        Index("ix_subscriber_holder_number", "holder_number"),
    )
    id: Mapped[identity]
    number: Mapped[str] = mapped_column(String(10))
    holder_number: Mapped[str] = mapped_column(String(12))
    telco: Mapped[str]
    activated_on: Mapped[dt.date]
    state: Mapped[str] = mapped_column(String(7))


class Organisation(Base):
    """An organisation by its tax code, with the personal number of its legal representative.

    `nationally_known`: it is in a national database, so that an account takes three working days.
    """

    __tablename__ = "organisation"
    __table_args__ = (
        _one_of("state", ORGANISATION_STATES),
        Index("uq_organisation_tax_code", "tax_code", unique=True),
        Index("ix_organisation_representative_number", "representative_number"),
    )
    id: Mapped[identity]
    tax_code: Mapped[str] = mapped_column(String(10))
    name: Mapped[str]
    kind: Mapped[str]
    representative_number: Mapped[str] = mapped_column(String(12))
    registered_on: Mapped[dt.date]
    nationally_known: Mapped[bool]
    state: Mapped[str] = mapped_column(String(9))
    state_since: Mapped[dt.date]


class ResidencePermit(Base):
    """A foreigner's permanent or temporary residence card, with the passport it goes with."""

    __tablename__ = "residence_permit"
    __table_args__ = (
        _one_of("kind", PERMIT_KINDS),
        _one_of("state", PERMIT_STATES),
        Index("uq_residence_permit_number", "number", unique=True),
        Index("ix_residence_permit_holder_number", "holder_number"),
    )
    id: Mapped[identity]
    number: Mapped[str] = mapped_column(String(9))
    holder_number: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(9))
    passport_number: Mapped[str] = mapped_column(String(12))
    passport_expires_on: Mapped[dt.date]
    issued_on: Mapped[dt.date]
    expires_on: Mapped[dt.date]
    state: Mapped[str] = mapped_column(String(9))


class HealthInsurance(Base):
    """A health-insurance card by its code of 15 characters (Decision 1351/QĐ-BHXH).

    `holder_name` is how this register writes the holder, NULL where it is as in the population
    database: so are those of the other registers here.
    """

    __tablename__ = "health_insurance"
    __table_args__ = (
        _one_of("state", HEALTH_INSURANCE_STATES),
        Index("uq_health_insurance_number", "number", unique=True),
        Index("ix_health_insurance_holder_number", "holder_number"),
    )
    id: Mapped[identity]
    number: Mapped[str] = mapped_column(String(15))
    holder_number: Mapped[str] = mapped_column(String(12))
    holder_name: Mapped[str | None]
    facility: Mapped[str] = mapped_column(String(5))
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date]
    state: Mapped[str] = mapped_column(String(9))


class DriverLicence(Base):
    """A driving licence with its classes; `expires_on` is NULL for those of motorcycles."""

    __tablename__ = "driver_licence"
    __table_args__ = (
        _one_of("state", LICENCE_STATES),
        Index("uq_driver_licence_number", "number", unique=True),
        Index("ix_driver_licence_holder_number", "holder_number"),
    )
    id: Mapped[identity]
    number: Mapped[str] = mapped_column(String(12))
    holder_number: Mapped[str] = mapped_column(String(12))
    holder_name: Mapped[str | None]
    classes: Mapped[str]
    issued_by: Mapped[str] = mapped_column(String(2))
    issued_on: Mapped[dt.date]
    expires_on: Mapped[dt.date | None]
    points: Mapped[int]
    state: Mapped[str] = mapped_column(String(9))


class Vehicle(Base):
    """A registered vehicle by its number plate, its owner's (Law 36/2024/QH15, Art 36)."""

    __tablename__ = "vehicle"
    __table_args__ = (
        _one_of("kind", VEHICLE_KINDS),
        _one_of("state", VEHICLE_STATES),
        Index("uq_vehicle_plate", "plate", unique=True),
        Index("ix_vehicle_holder_number", "holder_number"),
    )
    id: Mapped[identity]
    plate: Mapped[str] = mapped_column(String(12))
    holder_number: Mapped[str] = mapped_column(String(12))
    holder_name: Mapped[str | None]
    kind: Mapped[str] = mapped_column(String(10))
    make: Mapped[str]
    colour: Mapped[str]
    registered_on: Mapped[dt.date]
    state: Mapped[str] = mapped_column(String(10))


class SocialInsurance(Base):
    """A social-insurance book: who pays, since when, and for how many months so far."""

    __tablename__ = "social_insurance"
    __table_args__ = (
        _one_of("state", SOCIAL_INSURANCE_STATES),
        Index("uq_social_insurance_number", "number", unique=True),
        Index("ix_social_insurance_holder_number", "holder_number"),
    )
    id: Mapped[identity]
    number: Mapped[str] = mapped_column(String(10))
    holder_number: Mapped[str] = mapped_column(String(12))
    holder_name: Mapped[str | None]
    joined_on: Mapped[dt.date]
    months: Mapped[int]
    state: Mapped[str] = mapped_column(String(8))
