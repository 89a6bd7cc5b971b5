"""How agencies are told of entries: each field of a register, and how it is read of people."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from app.registry import citizens, fields
from app.sectors import (
    bank_accounts,
    credit,
    driver_licences,
    electricity,
    health_book,
    health_insurance,
    judicial_records,
    organisations,
    schools,
    shapes,
    social_insurance,
    subscribers,
    tax,
    vehicles,
    welfare,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sqlalchemy.orm import Session

    Read: TypeAlias = Callable[[Session, Sequence[int], dt.date], Sequence[Any]]
    _OfCitizen: TypeAlias = Callable[[Session, int, str], Iterable[Any]]


def entries(of_citizen: _OfCitizen, shape: type[Any], besides: str | None = None) -> Read:
    """Return how a register's entries are read as a list of `shape`, whose members are columns.

    Entries in the state `besides` are left out.
    """
    names = [field.name for field in dataclasses.fields(shape)]

    def read(session: Session, citizen_ids: Sequence[int], _today: dt.date) -> list[list[Any]]:
        return [
            [
                shape(**{name: getattr(entry, name) for name in names})
                for entry in held
                if besides is None or entry.state != besides
            ]
            for held in _of_each(session, citizen_ids, of_citizen)
        ]

    return read


def any_good(of_citizen: _OfCitizen, is_good: Callable[[Any, dt.date], bool]) -> Read:
    """Return how it is read whether one of a register's entries, at least, is good on the day."""

    def read(session: Session, citizen_ids: Sequence[int], today: dt.date) -> list[bool]:
        return [
            any(is_good(entry, today) for entry in held)
            for held in _of_each(session, citizen_ids, of_citizen)
        ]

    return read


def _of_each(
    session: Session, citizen_ids: Sequence[int], of_citizen: _OfCitizen
) -> Iterator[Iterable[Any]]:
    """Give what stands in the name of each."""
    pins = {brief.id: brief.pin for brief in citizens.read(session, citizen_ids)}
    return (of_citizen(session, citizen_id, pins[citizen_id]) for citizen_id in citizen_ids)


def _own_phone(session: Session, citizen_ids: Sequence[int], today: dt.date) -> list[bool]:
    """Read whether the number each is reached by is in use and in their own name."""
    known = fields.read(session, citizen_ids, ("phone",), today)
    return [
        each["phone"] is not None and subscribers.is_own_name(session, each["phone"], citizen_id)
        for citizen_id, each in zip(citizen_ids, known, strict=True)
    ]


def _represented(session: Session, _citizen_id: int, pin: str) -> list[Any]:
    return organisations.represented_by(session, pin)


#: By field: its type, words, and reader; True where the field is sensitive (bank data, crimes and
#: health: Decree 13/2023, Art 2 (4), and what is known of its successor).
TABLE: Final[tuple[tuple[str, Any, str, str, Read, bool], ...]] = (
    (
        "subscriptions",
        list[shapes.Subscription],
        "Các số thuê bao di động đứng tên",
        "Mobile numbers in the person's name",
        entries(subscribers.of_citizen, shapes.Subscription),
        False,
    ),
    (
        "phone_in_own_name",
        bool,
        "Số thuê bao liên hệ là chính chủ",
        "The number on record is in the person's own name",
        _own_phone,
        False,
    ),
    (
        "health_insurance_cards",
        list[shapes.InsuranceCard],
        "Thẻ bảo hiểm y tế",
        "Health-insurance cards",
        entries(health_insurance.of_citizen, shapes.InsuranceCard),
        False,
    ),
    (
        "health_insurance_valid",
        bool,
        "Thẻ bảo hiểm y tế còn giá trị hôm nay",
        "Health insurance is good today",
        any_good(health_insurance.of_citizen, health_insurance.is_good),
        False,
    ),
    (
        "social_insurance_books",
        list[shapes.InsuranceBook],
        "Sổ bảo hiểm xã hội",
        "Books of social insurance",
        entries(social_insurance.of_citizen, shapes.InsuranceBook),
        False,
    ),
    (
        "driver_licences",
        list[shapes.Licence],
        "Giấy phép lái xe",
        "Driving licences",
        entries(driver_licences.of_citizen, shapes.Licence),
        False,
    ),
    (
        "driver_licence_valid",
        bool,
        "Giấy phép lái xe còn giá trị hôm nay",
        "A driving licence is good today",
        any_good(driver_licences.of_citizen, driver_licences.is_good),
        False,
    ),
    (
        "vehicles",
        list[shapes.OwnedVehicle],
        "Xe đã đăng ký",
        "Registered vehicles",
        entries(vehicles.of_citizen, shapes.OwnedVehicle),
        False,
    ),
    (
        "organisations_represented",
        list[shapes.Represented],
        "Tổ chức do công dân làm đại diện theo pháp luật",
        "Organisations represented",
        entries(_represented, shapes.Represented),
        False,
    ),
    (
        "credit_accounts",
        list[shapes.Credit],
        "Khoản vay, thẻ tín dụng",
        "Loans and credit cards",
        entries(credit.of_citizen, shapes.Credit),
        True,
    ),
    (
        "credit_inquiries",
        list[shapes.AskedCredit],
        "Lịch sử tra cứu tín dụng",
        "Who asked about the person's credit",
        entries(credit.inquiries, shapes.AskedCredit),
        True,
    ),
    (
        "bank_accounts",
        list[shapes.PaymentAccount],
        "Tài khoản thanh toán",
        "Bank accounts",
        entries(bank_accounts.of_citizen, shapes.PaymentAccount),
        True,
    ),
    (
        "tax_codes",
        list[shapes.PersonalTaxCode],
        "Mã số thuế cá nhân",
        "Tax codes",
        entries(tax.of_citizen, shapes.PersonalTaxCode),
        False,
    ),
    (
        "online_shops",
        list[shapes.SellerAccount],
        "Tài khoản bán hàng trên sàn thương mại điện tử",
        "Sellers' accounts on platforms",
        entries(tax.shops, shapes.SellerAccount),
        False,
    ),
    (
        "benefits",
        list[shapes.DrawnBenefit],
        "Trợ cấp an sinh xã hội",
        "Welfare benefits",
        entries(welfare.of_citizen, shapes.DrawnBenefit),
        False,
    ),
    (
        "school_records",
        list[shapes.PupilRecord],
        "Học bạ số",
        "School records",
        entries(schools.of_citizen, shapes.PupilRecord),
        False,
    ),
    (
        "convictions",
        list[shapes.Judgment],
        "Án tích chưa được xóa (Phiếu lý lịch tư pháp số 1)",
        "Convictions that are not cleared (certificate no. 1)",
        entries(judicial_records.of_citizen, shapes.Judgment, besides="cleared"),
        True,
    ),
    (
        "all_convictions",
        list[shapes.Judgment],
        "Án tích đã và chưa được xóa (Phiếu lý lịch tư pháp số 2)",
        "All convictions, cleared ones too (certificate no. 2)",
        entries(judicial_records.of_citizen, shapes.Judgment),
        True,
    ),
    (
        "health_books",
        list[shapes.HealthRecord],
        "Sổ sức khỏe điện tử",
        "Electronic health books",
        entries(health_book.of_citizen, shapes.HealthRecord),
        True,
    ),
    (
        "electricity_contracts",
        list[shapes.PowerContract],
        "Hợp đồng mua bán điện",
        "Contracts for electricity",
        entries(electricity.of_citizen, shapes.PowerContract),
        False,
    ),
)
