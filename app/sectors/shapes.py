"""What agencies are told of entries in registers: everything but how the holder is written."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - read at run time, where JSON schemas are made of it
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A mobile number in somebody's name; `face`: whether theirs was compared with a chip."""

    number: str
    telco: str
    activated_on: dt.date
    ported_on: dt.date | None
    face: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InsuranceCard:
    """A health-insurance card; `visits` are those of the last twelve months."""

    number: str
    facility: str
    valid_from: dt.date
    valid_to: dt.date
    visits: int
    last_visit_on: dt.date | None
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InsuranceBook:
    """A book of social insurance; `months` are those that were paid for."""

    number: str
    joined_on: dt.date
    months: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """A driving licence; `classes` are divided by commas."""

    number: str
    classes: str
    issued_on: dt.date
    expires_on: dt.date | None
    points: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedVehicle:
    """A registered vehicle."""

    plate: str
    kind: str
    make: str
    colour: str
    registered_on: dt.date
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Represented:
    """An organisation whose legal representative somebody is."""

    tax_code: str
    name: str
    kind: str
    registered_on: dt.date
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """A loan or card, in đồng; `group` is that of the debt, 1 to 5."""

    number: str
    lender: str
    kind: str
    opened_on: dt.date
    closed_on: dt.date | None
    amount: int
    balance: int
    group: int
    days_past_due: list[int | None]
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedCredit:
    """That a lender asked about somebody's credit."""

    lender: str
    asked_on: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAccount:
    """An account at a bank."""

    number: str
    bank: str
    opened_on: dt.date
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalTaxCode:
    """A person's tax code."""

    number: str
    office: str
    issued_on: dt.date
    migrated_on: dt.date | None
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerAccount:
    """A seller's account on a platform, in đồng."""

    number: str
    platform: str
    since: dt.date
    tax_code: str | None
    account_number: str
    turnover: int
    declared: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnBenefit:
    """A monthly benefit, in đồng, and whether it reaches an account."""

    number: str
    kind: str
    commune: str
    since: dt.date
    amount: int
    account_number: str | None
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PupilRecord:
    """A pupil's record of the school year that begins in `year`."""

    number: str
    school: str
    year: int
    grade: int
    average: int | None
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgment:
    """A judgment; `months` are those of prison."""

    number: str
    offence: str
    court: str
    judged_on: dt.date
    sentence: str
    months: int
    cleared_on: dt.date | None
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthRecord:
    """A health book; `conditions` are codes of ICD-10 divided by commas."""

    number: str
    facility: str
    conditions: str
    allergies: str
    vaccinations: int
    last_visit_on: dt.date | None
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerContract:
    """A contract for electricity; `kwh` a month on average."""

    number: str
    commune: str
    since: dt.date
    kwh: int
    state: str
