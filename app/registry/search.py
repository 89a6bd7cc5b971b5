"""Search: finding people by what an agency knows of them, by an index and never by reading on.

Whatever is asked is first turned into one *way in*, an index that leaves few people, and the rest
of what is known thins those out. Without a way in a search is refused with what to add.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from app.matching.addresses import address_key
from app.matching.names import name_key
from app.matching.numbers import is_old_number
from app.platform import errors
from app.platform.errors import InvalidParam
from app.registry import citizens, pages
from app.registry import units as units_
from app.registry.citizens import Brief
from app.registry.models import Citizen, Household, HouseholdMember, OldNumber, Residence
from app.registry.pages import Page

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from app.matching.dates import PartialDate
    from app.registry.units import Era

#: An address that this many people share is no address: a street, a commune.
MOST_AT_AN_ADDRESS = 2_000
_AFTER_ANY_TEXT = "\U0010ffff"

TOO_BROAD = errors.declare(
    code="search-too-broad",
    kind="invalid",
    fault_of="caller",
    title_vi="Tìm kiếm quá rộng",
    title_en="The search is too broad",
    next_vi="Cung cấp một trong: số CMND 9 số; số điện thoại; số hồ sơ cư trú; họ tên cùng ngày "
    "hoặc năm sinh; đơn vị hành chính cùng địa chỉ có số nhà.",
    next_en="Give one of these: an old 9-digit number; a phone number; a residence file number; "
    "a full name with the date or year of birth; a unit with an address down to the house.",
)
CRITERION_INVALID = errors.declare(
    code="search-criterion-invalid",
    kind="invalid",
    fault_of="caller",
    title_vi="Điều kiện tìm kiếm không đúng dạng",
    title_en="A search criterion is not in its form",
    next_vi="Sửa điều kiện nêu trong invalid_params rồi tìm lại.",
    next_en="Correct the criterion named in invalid_params and search again.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """What is known of a person; all of it must fit.

    Names fit whatever their accents and the order of their words. A birth date fits a record that
    says less. `unit` is a code of 2, 3 or 5 digits, of the era in force unless `era` says
    otherwise; an address fits where it begins alike, whichever era it was recorded in.
    """

    full_name: str | None = None
    birth_date: PartialDate | None = None
    sex: str | None = None
    old_number: str | None = None
    phone: str | None = None
    file_number: str | None = None
    unit: str | None = None
    era: Era | None = None
    address: str | None = None


def find(
    session: Session,
    criteria: Criteria,
    *,
    today: dt.date,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Brief]:
    """Return those who fit, by id, at most `limit` (and at most `pages.MOST`) of them.

    Raises `search-too-broad` where nothing narrows the search, `search-criterion-invalid`, and
    `cursor-invalid`.
    """
    after = -1 if cursor is None else pages.read(criteria, cursor, 1)[0]
    most = max(1, min(limit, pages.MOST))
    rows = session.execute(
        select(*citizens.COLUMNS)
        .where(_way_in(session, criteria, today), *_conditions(criteria), Citizen.id > after)
        .order_by(Citizen.id)
        .limit(most + 1)
    )
    found = [Brief._make(row) for row in rows]
    more = pages.write(criteria, (found[most - 1].id,)) if len(found) > most else None
    return Page(tuple(found[:most]), more)


def _way_in(session: Session, criteria: Criteria, today: dt.date) -> ColumnElement[bool]:
    """Choose the index: the first of `_WAYS` for which enough is known."""
    for way in _WAYS:
        condition = way(session, criteria, today)
        if condition is not None:
            return condition
    raise TOO_BROAD.error(_missing(criteria))


def _by_old_number(
    _session: Session, criteria: Criteria, _today: dt.date
) -> ColumnElement[bool] | None:
    if criteria.old_number is None:
        return None
    if not is_old_number(criteria.old_number):
        raise _invalid("old_number", "an old number is 9 digits")
    owners = select(OldNumber.citizen_id).where(OldNumber.number == criteria.old_number)
    return Citizen.id.in_(owners)


def _by_phone(
    _session: Session, criteria: Criteria, _today: dt.date
) -> ColumnElement[bool] | None:
    return None if criteria.phone is None else Citizen.phone == criteria.phone


def _by_household(
    _session: Session, criteria: Criteria, today: dt.date
) -> ColumnElement[bool] | None:
    if criteria.file_number is None:
        return None
    members = (
        select(HouseholdMember.citizen_id)
        .join(Household, Household.id == HouseholdMember.household_id)
        .where(
            Household.file_number == criteria.file_number,
            HouseholdMember.from_date <= today,
            or_(HouseholdMember.to_date.is_(None), HouseholdMember.to_date > today),
        )
    )
    return Citizen.id.in_(members)


def _by_name(_session: Session, criteria: Criteria, _today: dt.date) -> ColumnElement[bool] | None:
    if criteria.full_name is None or criteria.birth_date is None:
        return None
    key = _name(criteria.full_name)
    return (Citizen.name_key == key) & (Citizen.birth_year == criteria.birth_date.year)


def _by_address(
    session: Session, criteria: Criteria, today: dt.date
) -> ColumnElement[bool] | None:
    if criteria.unit is None or criteria.address is None:
        return None
    start = address_key(criteria.address)
    if not start:
        return None
    units = units_.of(session)
    unit = units_.find(units, criteria.unit, criteria.era or units_.era_on(today))
    if unit is None:
        raise _invalid("unit", "no unit of that era has this code")
    there = (
        select(Residence.citizen_id)
        .where(
            Residence.unit_id.in_(units_.within(units, unit)),
            Residence.address_key >= start,
            Residence.address_key < start + _AFTER_ANY_TEXT,
            Residence.kind != "absence",
            Residence.from_date <= today,
            or_(Residence.to_date.is_(None), Residence.to_date > today),
        )
        .limit(MOST_AT_AN_ADDRESS + 1)
    )
    found = session.scalars(there).all()
    if len(found) > MOST_AT_AN_ADDRESS:
        raise TOO_BROAD.error(
            "Too many people live at addresses that begin like this; add the house number."
        )
    return Citizen.id.in_(set(found))


_WAYS: tuple[Callable[[Session, Criteria, dt.date], ColumnElement[bool] | None], ...] = (
    _by_old_number,
    _by_phone,
    _by_household,
    _by_name,
    _by_address,
)


def _conditions(criteria: Criteria) -> list[ColumnElement[bool]]:
    """What thins out those found by the way in: the facts on the person's own row."""
    conditions: list[ColumnElement[bool]] = []
    if criteria.full_name is not None:
        conditions.append(Citizen.name_key == _name(criteria.full_name))
    if criteria.sex is not None:
        conditions.append(Citizen.sex == criteria.sex)
    if criteria.phone is not None:
        conditions.append(Citizen.phone == criteria.phone)
    if criteria.birth_date is not None:
        year, month, day = criteria.birth_date
        conditions.append(Citizen.birth_year == year)
        known = ((Citizen.birth_month, month), (Citizen.birth_day, day))
        conditions += [
            func.coalesce(column, part) == part for column, part in known if part is not None
        ]
    return conditions


def _name(full_name: str) -> str:
    key = name_key(full_name)
    if not key:
        raise _invalid("full_name", "a name has at least one letter")
    return key


def _missing(criteria: Criteria) -> str:
    if criteria.full_name is not None:
        return "A name alone fits too many people; add the date or at least the year of birth."
    if criteria.unit is not None:
        return "A unit alone fits too many people; add the address, down to the house number."
    if criteria.address is not None:
        return "An address needs its unit: add the code of the commune, ward or province."
    return ""


def _invalid(name: str, reason: str) -> errors.DancuError:
    return CRITERION_INVALID.error(params=(InvalidParam(name, reason),))
