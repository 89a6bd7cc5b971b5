"""What registers of others hold of the people in the exchange's test world."""

from __future__ import annotations

import datetime as dt

from app.sectors import models as m
from tests.exchange import people
from tests.exchange.people import TODAY

HELD = {"holder_number": people.AN_PIN}
DAY = dt.date(2020, 3, 4)
LAST_YEAR, NEXT_YEAR = TODAY.replace(year=TODAY.year - 1), TODAY.replace(year=TODAY.year + 1)


def _judgment(number, state, cleared_on):
    return m.JudicialRecord(
        number=number,
        offence="Đánh bạc",
        court="01",
        judged_on=DAY,
        sentence="suspended",
        months=12,
        cleared_on=cleared_on,
        state=state,
        **HELD,
    )


ROWS = (
    lambda: m.Subscriber(
        number="0590000009", telco="viettel", activated_on=DAY, state="active", **HELD
    ),
    lambda: m.HealthInsurance(
        number="DN4019900000001",
        facility="01001",
        valid_from=LAST_YEAR,
        valid_to=NEXT_YEAR,
        state="valid",
        **HELD,
    ),
    lambda: m.HealthInsurance(
        number="DN4019900000002",
        facility="01001",
        valid_from=DAY,
        valid_to=LAST_YEAR,
        state="valid",
        holder_number=people.BINH_PIN,
    ),
    lambda: m.SocialInsurance(
        number="9900000001", joined_on=DAY, months=60, state="paying", **HELD
    ),
    lambda: m.DriverLicence(
        number="990000000001",
        classes="A1",
        issued_by="01",
        issued_on=DAY,
        points=12,
        state="valid",
        **HELD,
    ),
    lambda: m.DriverLicence(
        number="990000000002",
        classes="B",
        issued_by="01",
        issued_on=DAY,
        expires_on=LAST_YEAR,
        points=12,
        state="valid",
        holder_number=people.BINH_PIN,
    ),
    lambda: m.Vehicle(
        plate="10A1-00009",
        kind="motorcycle",
        make="Honda",
        colour="Đen",
        registered_on=DAY,
        state="registered",
        **HELD,
    ),
    lambda: m.Organisation(
        tax_code="9900000019",
        name="Công ty (mô phỏng)",
        kind="enterprise",
        representative_number=people.AN_PIN,
        registered_on=DAY,
        nationally_known=True,
        state="active",
        state_since=DAY,
    ),
    lambda: m.CreditAccount(
        number="99000000001",
        lender="vib",
        kind="card",
        opened_on=DAY,
        amount=5_000_000,
        balance=1_000_000,
        months="---" * 22 + "000030",
        state="open",
        **HELD,
    ),
    lambda: m.CreditInquiry(lender="bidv", asked_on=LAST_YEAR, **HELD),
    lambda: m.BankAccount(
        number="9901000000001", bank="vietcombank", opened_on=DAY, state="active", **HELD
    ),
    lambda: m.TaxCode(number="9700000001", office="01", issued_on=DAY, state="active", **HELD),
    lambda: m.OnlineShop(
        number="99000000001",
        platform="san-mot",
        since=DAY,
        account_number="9901000000001",
        turnover=9_000,
        declared=0,
        state="active",
        **HELD,
    ),
    lambda: m.Benefit(
        number="99000000001",
        kind="merit",
        commune="00001",
        since=DAY,
        amount=500_000,
        state="no_account",
        **HELD,
    ),
    lambda: m.SchoolRecord(
        number="9900000001", school="99012001", year=2025, grade=9, state="studying", **HELD
    ),
    lambda: _judgment("9900000001", "cleared", LAST_YEAR),
    lambda: _judgment("9900000002", "serving", None),
    lambda: m.HealthBook(
        number="9900000001",
        facility="01001",
        conditions="I10",
        allergies="",
        vaccinations=3,
        state="active",
        **HELD,
    ),
    lambda: m.ElectricityCustomer(
        number="PD99000000001", commune="00001", since=DAY, kwh=200, state="active", **HELD
    ),
    lambda: m.LandCertificate(
        number="ZA 000009",
        house_id="26740000009",
        co_holder_number=people.BINH_PIN,
        kind="house",
        area=62,
        issued_on=DAY,
        state="mortgaged",
        **HELD,
    ),
)
TABLES = sorted({type(row()) for row in ROWS}, key=lambda table: table.__name__)


def keep(world) -> None:
    """Write all of it into a world."""
    world.writer.submit(lambda session: session.add_all([row() for row in ROWS]))


def forget(world) -> None:
    """Empty those registers again."""

    def job(session):
        for table in TABLES:
            session.query(table).delete()

    world.writer.submit(job)
