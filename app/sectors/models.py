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
LAND_KINDS = ("house", "apartment")
LAND_STATES = ("valid", "mortgaged", "disputed", "revoked")
SOCIAL_INSURANCE_STATES = ("paying", "reserved", "pension", "settled")
FACE_STATES = ("not_checked", "matched", "failed")
BANK_ACCOUNT_STATES = ("active", "frozen", "closed")
CREDIT_KINDS = ("card", "consumer", "vehicle", "home", "business")
CREDIT_STATES = ("open", "closed", "written_off")
BENEFIT_KINDS = ("old_age", "disability", "orphan", "single_parent", "merit", "poor")
TAX_CODE_STATES = ("active", "migrated", "to_be_corrected", "merged", "closed")
SHOP_STATES = ("active", "closed")
PUPIL_STATES = ("studying", "left")
SENTENCES = ("fine", "suspended", "prison")
SENTENCE_STATES = ("serving", "served", "cleared")
HEALTH_BOOK_STATES = ("active", "closed")
ELECTRICITY_STATES = ("active", "ended")
BENEFIT_STATES = ("no_account", "unpaid", "paid")


def _one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


class _Held:
    """What every entry about a person has: the number that was shown, and what was written.

    `holder_name` and `holder_birth_date` are NULL where the register has them as the population
    database does.
    """

    id: Mapped[identity]
    holder_number: Mapped[str] = mapped_column(String(12), index=True)
    holder_name: Mapped[str | None]
    holder_birth_date: Mapped[dt.date | None]


class Subscriber(_Held, Base):
    """A mobile number and in whose name it is: a personal number or an old one of nine digits.

    `dealer` is who sold the card, NULL where it was activated in the operator's app; `device` is
    the first 14 digits of the IMEI of the telephone it was last seen in; `ported_on` the day on
    which the number was taken to this operator from another.
    """

    __tablename__ = "subscriber"
    __table_args__ = (
        _one_of("state", SUBSCRIBER_STATES),
        _one_of("face", FACE_STATES),
        Index("uq_subscriber_number", "number", unique=True),
    )
    number: Mapped[str] = mapped_column(String(10))
    telco: Mapped[str]
    activated_on: Mapped[dt.date]
    ported_on: Mapped[dt.date | None]
    dealer: Mapped[str | None] = mapped_column(String(7))
    device: Mapped[str | None] = mapped_column(String(14))
    face: Mapped[str] = mapped_column(String(11), default="not_checked")
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


class HealthInsurance(_Held, Base):
    """A health-insurance card by its code of 15 characters (Decision 1351/QĐ-BHXH).

    `visits` are those of the last twelve months that it paid for.
    """

    __tablename__ = "health_insurance"
    __table_args__ = (
        _one_of("state", HEALTH_INSURANCE_STATES),
        Index("uq_health_insurance_number", "number", unique=True),
    )
    number: Mapped[str] = mapped_column(String(15))
    facility: Mapped[str] = mapped_column(String(5))
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date]
    visits: Mapped[int] = mapped_column(default=0)
    last_visit_on: Mapped[dt.date | None]
    state: Mapped[str] = mapped_column(String(9))


class DriverLicence(_Held, Base):
    """A driving licence with its classes; `expires_on` is NULL for those of motorcycles."""

    __tablename__ = "driver_licence"
    __table_args__ = (
        _one_of("state", LICENCE_STATES),
        Index("uq_driver_licence_number", "number", unique=True),
    )
    number: Mapped[str] = mapped_column(String(12))
    classes: Mapped[str]
    issued_by: Mapped[str] = mapped_column(String(2))
    issued_on: Mapped[dt.date]
    expires_on: Mapped[dt.date | None]
    points: Mapped[int]
    state: Mapped[str] = mapped_column(String(9))


class Vehicle(_Held, Base):
    """A registered vehicle by its number plate, its owner's (Law 36/2024/QH15, Art 36)."""

    __tablename__ = "vehicle"
    __table_args__ = (
        _one_of("kind", VEHICLE_KINDS),
        _one_of("state", VEHICLE_STATES),
        Index("uq_vehicle_plate", "plate", unique=True),
    )
    plate: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(10))
    make: Mapped[str]
    colour: Mapped[str]
    registered_on: Mapped[dt.date]
    state: Mapped[str] = mapped_column(String(10))


class LandCertificate(_Held, Base):
    """A certificate of land use and house ownership, for one house (Law on Land 31/2024/QH15).

    `house_id` is the population database's identifier of the house; `area` is in square metres.
    """

    __tablename__ = "land_certificate"
    __table_args__ = (
        _one_of("kind", LAND_KINDS),
        _one_of("state", LAND_STATES),
        Index("uq_land_certificate_number", "number", unique=True),
        Index("ix_land_certificate_house_id", "house_id"),
        Index("ix_land_certificate_co_holder_number", "co_holder_number"),
    )
    number: Mapped[str] = mapped_column(String(11))
    house_id: Mapped[str] = mapped_column(String(14))
    co_holder_number: Mapped[str | None] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(9))
    area: Mapped[int]
    issued_on: Mapped[dt.date]
    state: Mapped[str] = mapped_column(String(9))


class SocialInsurance(_Held, Base):
    """A social-insurance book: who pays, since when, and for how many months so far.

    `account_number` is where a pension is paid to, NULL where it is paid in cash.
    """

    __tablename__ = "social_insurance"
    __table_args__ = (
        _one_of("state", SOCIAL_INSURANCE_STATES),
        Index("uq_social_insurance_number", "number", unique=True),
    )
    number: Mapped[str] = mapped_column(String(10))
    joined_on: Mapped[dt.date]
    months: Mapped[int]
    account_number: Mapped[str | None] = mapped_column(String(13))
    state: Mapped[str] = mapped_column(String(8))


class BankAccount(_Held, Base):
    """An account for payments at a bank: of payees, sellers and some others."""

    __tablename__ = "bank_account"
    __table_args__ = (
        _one_of("state", BANK_ACCOUNT_STATES),
        Index("uq_bank_account_number", "number", unique=True),
    )
    number: Mapped[str] = mapped_column(String(13))
    bank: Mapped[str]
    opened_on: Mapped[dt.date]
    state: Mapped[str] = mapped_column(String(6))


class CreditAccount(_Held, Base):
    """A loan or card as the bureau has it, money in đồng.

    `months` are the days past due at the end of the last 24 months, the oldest first, three
    figures each (`030`), `---` for a month in which the account was not open.
    """

    __tablename__ = "credit_account"
    __table_args__ = (
        _one_of("kind", CREDIT_KINDS),
        _one_of("state", CREDIT_STATES),
        Index("uq_credit_account_number", "number", unique=True),
    )
    number: Mapped[str] = mapped_column(String(11))
    lender: Mapped[str]
    kind: Mapped[str] = mapped_column(String(8))
    opened_on: Mapped[dt.date]
    closed_on: Mapped[dt.date | None]
    amount: Mapped[int]
    balance: Mapped[int]
    months: Mapped[str] = mapped_column(String(72))
    state: Mapped[str] = mapped_column(String(11))


class CreditInquiry(Base):
    """That a lender asked the bureau about somebody, on a day."""

    __tablename__ = "credit_inquiry"
    __table_args__ = (Index("ix_credit_inquiry_holder_number", "holder_number"),)
    id: Mapped[identity]
    holder_number: Mapped[str] = mapped_column(String(12))
    lender: Mapped[str]
    asked_on: Mapped[dt.date]


class Benefit(_Held, Base):
    """A monthly benefit of social welfare, in đồng: whose, why, where and how it is paid.

    `commune` is the unit of the office that pays (five digits, of the day it was granted). State:
    without an account, with one that nothing was paid to this month, or paid to.
    """

    __tablename__ = "benefit"
    __table_args__ = (
        _one_of("kind", BENEFIT_KINDS),
        _one_of("state", BENEFIT_STATES),
        CheckConstraint(
            "(account_number IS NULL) = (state = 'no_account')", name="account_where_stated"
        ),
        Index("uq_benefit_number", "number", unique=True),
    )
    number: Mapped[str] = mapped_column(String(11))
    kind: Mapped[str] = mapped_column(String(13))
    commune: Mapped[str] = mapped_column(String(5))
    since: Mapped[dt.date]
    amount: Mapped[int]
    account_number: Mapped[str | None] = mapped_column(String(13))
    state: Mapped[str] = mapped_column(String(10))


class TaxCode(_Held, Base):
    """A person's tax code: ten digits until June 2025, the personal number since.

    `migrated_on` is when the personal number took over. Codes whose holder is not as in the
    population database are `to_be_corrected` (status 10); of several one is kept, others `merged`.
    """

    __tablename__ = "tax_code"
    __table_args__ = (
        _one_of("state", TAX_CODE_STATES),
        Index("uq_tax_code_number", "number", unique=True),
    )
    number: Mapped[str] = mapped_column(String(12))
    office: Mapped[str] = mapped_column(String(2))
    issued_on: Mapped[dt.date]
    migrated_on: Mapped[dt.date | None]
    state: Mapped[str] = mapped_column(String(15))


class OnlineShop(_Held, Base):
    """A seller's account on a platform, its turnover of last year and what of it was declared."""

    __tablename__ = "online_shop"
    __table_args__ = (
        _one_of("state", SHOP_STATES),
        Index("uq_online_shop_number", "number", unique=True),
    )
    number: Mapped[str] = mapped_column(String(11))
    platform: Mapped[str]
    since: Mapped[dt.date]
    tax_code: Mapped[str | None] = mapped_column(String(12))
    account_number: Mapped[str] = mapped_column(String(13))
    turnover: Mapped[int]
    declared: Mapped[int]
    state: Mapped[str] = mapped_column(String(6))


class SchoolRecord(_Held, Base):
    """A pupil's digital school record: grade 1–12 of the school year, and the last result.

    `year` is the one in which the school year begins; `average` is ten times that of the year
    before, NULL where there was none.
    """

    __tablename__ = "school_record"
    __table_args__ = (
        _one_of("state", PUPIL_STATES),
        Index("uq_school_record_number", "number", unique=True),
    )
    number: Mapped[str] = mapped_column(String(10))
    school: Mapped[str] = mapped_column(String(8))
    year: Mapped[int]
    grade: Mapped[int]
    average: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(8))


class JudicialRecord(_Held, Base):
    """A judgment: the sentence in months (of prison, suspended too), and when it was cleared."""

    __tablename__ = "judicial_record"
    __table_args__ = (
        _one_of("sentence", SENTENCES),
        _one_of("state", SENTENCE_STATES),
        Index("uq_judicial_record_number", "number", unique=True),
    )
    number: Mapped[str] = mapped_column(String(10))
    offence: Mapped[str]
    court: Mapped[str] = mapped_column(String(2))
    judged_on: Mapped[dt.date]
    sentence: Mapped[str] = mapped_column(String(9))
    months: Mapped[int]
    cleared_on: Mapped[dt.date | None]
    state: Mapped[str] = mapped_column(String(7))


class HealthBook(_Held, Base):
    """An electronic health book: conditions as codes of ICD-10, divided by commas, '' for none."""

    __tablename__ = "health_book"
    __table_args__ = (
        _one_of("state", HEALTH_BOOK_STATES),
        Index("uq_health_book_number", "number", unique=True),
    )
    number: Mapped[str] = mapped_column(String(10))
    facility: Mapped[str] = mapped_column(String(5))
    conditions: Mapped[str]
    allergies: Mapped[str]
    vaccinations: Mapped[int]
    last_visit_on: Mapped[dt.date | None]
    state: Mapped[str] = mapped_column(String(6))


class ElectricityCustomer(_Held, Base):
    """A household's contract for electricity by its customer code, `kwh` a month on average."""

    __tablename__ = "electricity_customer"
    __table_args__ = (
        _one_of("state", ELECTRICITY_STATES),
        Index("uq_electricity_customer_number", "number", unique=True),
    )
    number: Mapped[str] = mapped_column(String(13))
    commune: Mapped[str] = mapped_column(String(5))
    since: Mapped[dt.date]
    kwh: Mapped[int]
    state: Mapped[str] = mapped_column(String(6))
