"""Checks that reports of different life events share: what can be true of somebody.

Each yields its objections, named by the member at fault, without repeating what was sent.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import TYPE_CHECKING, Any

from app.matching.dates import PartialDate
from app.matching.numbers import STYLES
from app.platform.errors import InvalidParam
from app.registry import numbers
from app.registry import units as units_
from app.registry.reporting.drawing import PERSONA_BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from app.matching.numbers import PinStyle
    from app.registry.models import Citizen, Kinship
    from app.registry.reporting.facts import Facts
    from app.registry.reporting.payloads import Name, Place, Relative, Residence
    from app.registry.reporting.reports import Case
    from app.registry.units import Unit

#: Personal numbers begin with births of this year, and the registry with them.
FIRST_YEAR = 1900
#: A woman gives birth at this age at the earliest; a father is no younger.
YOUNGEST_PARENT = 12
#: And at this age at the latest, by our own rule: the UN's pattern of fertility, which the
#: generator follows, ends at 49, and what comes later is more often a wrong number than a birth.
OLDEST_MOTHER = 55
#: A child may be born this long after its father's death (Law on Marriage and Family, Art 88).
POSTHUMOUS = dt.timedelta(days=300)
#: From this age a person acts for themselves and for others (Civil Code 2015, Art 20).
OF_AGE = 18
#: Born later, nobody got one: 9-digit cards were for those of 14, and ended in February 2021.
LAST_YEAR_WITH_OLD_NUMBER = 2007
#: The Law on Marriage and Family 2014 is in force from this day (Art 132).
_MARRIAGE_AT_FULL_AGE = dt.date(2015, 1, 1)

_MAY_BE_ABROAD = "current_residence"

_PHONE = re.compile(r"0(3[2-9]|5[25689]|7[06-9]|8[1-9]|9\d)\d{7}", re.ASCII)
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@([A-Za-z0-9-]{1,63}\.){1,8}invalid", re.ASCII)
_SIGNS_IN_NAMES = frozenset(" '’-.")  # H'Hoa, Niê-Kdăm


def subject(case: Case[Any], member: str, pin: str | None) -> Iterator[InvalidParam]:
    """Somebody on record has the number, and no earlier row changed anything of theirs."""
    citizen = case.facts.people.get(pin or "")
    if pin is not None and citizen is None:
        yield InvalidParam(member, "nobody has this number now", "không ai đang mang số này")
    elif citizen is not None and citizen.id in case.facts.touched:
        yield InvalidParam(
            member,
            "an earlier row has changed something of the same person: report this in another file",
            "một dòng trước đã thay đổi thông tin của người này: hãy khai báo ở một tệp khác",
        )


def day(case: Case[Any]) -> Iterator[InvalidParam]:
    """What is reported has happened, after 1900, and on the one day that is said of it."""
    said, report = case.payload.date, case.report
    if said is None:
        return
    if said > report.today:
        yield InvalidParam("date", "it is in the future", "ngày ở tương lai")
    if said.year < FIRST_YEAR:
        yield InvalidParam(
            "date",
            f"nothing on record is older than {FIRST_YEAR}",
            f"sổ đăng ký không có gì trước năm {FIRST_YEAR}",
        )
    if report.occurred_on is not None and report.occurred_on != said:
        yield InvalidParam(
            "date",
            "the report's occurred_on is another day: say one of the two",
            "khác ngày occurred_on của khai báo: chỉ nêu một trong hai",
        )


def name(member: str, said: Name) -> Iterator[InvalidParam]:
    """A name is letters (Civil Code 2015, Art 26 (3)): no digits, no other signs."""
    for part in ("family", "middle", "given"):
        yield from name_text(f"{member}.{part}", getattr(said, part))
    if not said.given or all(character in _SIGNS_IN_NAMES for character in said.given):
        yield InvalidParam(f"{member}.given", "nobody is without a given name", "thiếu tên")
    if said.order == "given_only" and said.family:
        yield InvalidParam(
            f"{member}.order", "a name with a family name shows it", "tên có họ thì phải hiện họ"
        )


def name_text(member: str, text: str) -> Iterator[InvalidParam]:
    """What stands in a name is letters, each with the marks on it, and what joins them."""
    before = ""
    for character in text:
        kind = "" if character in _SIGNS_IN_NAMES else unicodedata.category(character)[0]
        if kind not in ("", "L") and (kind, before) not in (("M", "L"), ("M", "M")):
            yield InvalidParam(
                member,
                "a name has letters, spaces, apostrophes and hyphens only",
                "tên chỉ gồm chữ cái, dấu cách, dấu nháy và gạch nối",
            )
            return
        before = kind


def birth(member: str, said: str, today: dt.date) -> Iterator[InvalidParam]:
    """Nobody on record was born before 1900, where numbers begin, or is born in the future."""
    if int(said[:4]) < FIRST_YEAR:
        yield InvalidParam(
            member,
            f"personal numbers begin with births of {FIRST_YEAR}",
            f"số định danh tính từ năm {FIRST_YEAR}",
        )
    if said > today.isoformat()[: len(said)]:
        yield InvalidParam(member, "it is in the future", "ngày ở tương lai")


def place(member: str, said: Place, facts: Facts, today: dt.date) -> Iterator[InvalidParam]:
    """A unit is one of its era; abroad there are none."""
    if said.unit is None:
        return
    if said.country != "VN":
        yield InvalidParam(
            f"{member}.unit", "units are those of Vietnam", "đơn vị hành chính chỉ ở Việt Nam"
        )
    elif unit_of(said, facts, today) is None:
        era = said.era or units_.era_on(today)
        yield InvalidParam(
            f"{member}.unit",
            f"there is no such unit in the era {era}",
            f"không có đơn vị hành chính này trong danh mục {era}",
        )


def registered(said: Place) -> Iterator[InvalidParam]:
    """A birth registered in Vietnam was registered in one of its units."""
    if said.country == "VN" and said.unit is None:
        yield InvalidParam(
            "registration_place.unit",
            "a birth registered in Vietnam has its unit",
            "đăng ký khai sinh trong nước phải có đơn vị hành chính",
        )


def address(member: str, said: Place, facts: Facts, today: dt.date) -> Iterator[InvalidParam]:
    """An address names the smallest unit of its era, and the line below it."""
    yield from place(member, said, facts, today)
    unit = unit_of(said, facts, today)
    if said.country == "VN" and said.unit is None:
        yield InvalidParam(
            f"{member}.unit", "an address needs its unit", "thiếu đơn vị hành chính"
        )
    elif unit is not None and not _is_smallest(unit, facts):
        yield InvalidParam(
            f"{member}.unit",
            "an address is in a ward or commune",
            "địa chỉ phải thuộc một xã, phường, thị trấn hoặc đặc khu",
        )
    if not said.detail:
        yield InvalidParam(
            f"{member}.detail", "an address says more than its unit", "thiếu số nhà, đường, thôn"
        )


def unit_of(said: Place, facts: Facts, today: dt.date) -> Unit | None:
    """Return the unit a place names, in the era it says or the one in force."""
    if said.unit is None:
        return None
    return units_.find(facts.units, said.unit, said.era or units_.era_on(today))


def _is_smallest(unit: Unit, facts: Facts) -> bool:
    if unit.tier == 3:
        return True
    inside = (other for other in facts.units.by_id.values() if other.parent_id == unit.id)
    return unit.tier == 2 and next(inside, None) is None  # an island district without wards


def residence(
    member: str, said: Residence, facts: Facts, born: str, today: dt.date
) -> Iterator[InvalidParam]:
    """A residence is an address, from a day the person lived to see, and has not ended tomorrow.

    Permanent and temporary residences are registered by communes (Law on Residence 2020, Art 2).
    """
    if said.place.country != "VN" and member != _MAY_BE_ABROAD:
        yield InvalidParam(
            f"{member}.place.country",
            f"it is registered in Vietnam; an address abroad is the {_MAY_BE_ABROAD}",
            f"chỉ đăng ký tại Việt Nam; địa chỉ ở nước ngoài khai ở {_MAY_BE_ABROAD}",
        )
    else:
        yield from address(f"{member}.place", said.place, facts, today)
    start = said.from_date or today
    if is_before(start, born):
        yield InvalidParam(f"{member}.from_date", "it is before the birth", "trước ngày sinh")
    if start > today:
        yield InvalidParam(f"{member}.from_date", "it is in the future", "ngày ở tương lai")
    if said.to_date is not None and said.to_date <= start:
        yield InvalidParam(
            f"{member}.to_date", "it is not after from_date", "không sau ngày bắt đầu"
        )
    elif said.to_date is not None and said.to_date > today:
        yield InvalidParam(
            f"{member}.to_date",
            "it is in the future: leave it out while the residence lasts",
            "ngày ở tương lai: bỏ trống khi còn cư trú",
        )


def code(member: str, said: str, known: Mapping[str, str]) -> Iterator[InvalidParam]:
    """A code is one of its list."""
    if said not in known:
        yield InvalidParam(member, "the list has no such code", "danh mục không có mã này")


def phone(member: str, said: str) -> Iterator[InvalidParam]:
    """A mobile number has ten digits and one of the prefixes in use."""
    if not _PHONE.fullmatch(said):
        yield InvalidParam(
            member,
            "a mobile number is 0, a mobile prefix in use and seven digits",
            "số di động gồm 0, đầu số đang dùng và bảy chữ số",
        )


def email(member: str, said: str) -> Iterator[InvalidParam]:
    """An address ends in .invalid (RFC 2606), so that nothing ever reaches anybody."""
    if not _EMAIL.fullmatch(said):
        yield InvalidParam(
            member,
            "an address here ends in .invalid, so that it cannot be anybody's",
            "địa chỉ phải kết thúc bằng .invalid để không thuộc về ai",
        )


def is_before(day: dt.date, born: str) -> bool:
    """Whether a day lies before a birth date, as far as that is known."""
    return day.isoformat()[: len(born)] < born


def old_number(member: str, born: str) -> Iterator[InvalidParam]:
    """A 9-digit card was for those who were 14 while it was issued."""
    if int(born[:4]) > LAST_YEAR_WITH_OLD_NUMBER:
        yield InvalidParam(
            member,
            f"nobody born after {LAST_YEAR_WITH_OLD_NUMBER} got a 9-digit card",
            f"người sinh sau năm {LAST_YEAR_WITH_OLD_NUMBER} không có CMND 9 số",
        )


def relative(member: str, said: Relative, facts: Facts) -> Iterator[InvalidParam]:
    """Another person is named by number or by name, and the number is somebody's."""
    if (said.pin is None) == (said.full_name is None):
        yield InvalidParam(
            member, "give either pin or full_name", "cung cấp pin hoặc full_name, không cả hai"
        )
    elif said.pin is not None and said.pin not in facts.people:
        yield InvalidParam(
            f"{member}.pin", "nobody has this number now", "không ai đang mang số này"
        )
    elif said.full_name is not None:
        yield from name_text(f"{member}.full_name", said.full_name)


def guardian(member: str, person: Citizen, day: dt.date) -> Iterator[InvalidParam]:
    """A guardian or representative lives and is of age (Civil Code 2015, Art 49 and 138)."""
    if person.state in ("dead", "missing"):
        yield InvalidParam(member, "is dead or missing", "người này đã chết hoặc mất tích")
    if not may_have_been(OF_AGE, birth_of(person), day):
        yield InvalidParam(
            member,
            f"is under {OF_AGE} on that day",
            f"người này chưa đủ {OF_AGE} tuổi vào ngày đó",
        )


def parent(member: str, sex: str, parent_: Citizen, born: PartialDate) -> Iterator[InvalidParam]:
    """A parent is of an age for it and lived then; a mother is a woman, a father a man."""
    if parent_.sex not in (sex, "U"):
        yield InvalidParam(member, "the sex on record is another", "giới tính trên sổ không khớp")
    if not is_old_enough(birth_of(parent_), born):
        yield InvalidParam(
            member,
            f"no parent is younger than {YOUNGEST_PARENT} at a birth",
            f"cha, mẹ phải từ {YOUNGEST_PARENT} tuổi trở lên khi sinh con",
        )
    if sex == "F" and is_past_bearing(birth_of(parent_), born):
        yield InvalidParam(
            member,
            f"no mother is older than {OLDEST_MOTHER} at a birth",
            f"mẹ không quá {OLDEST_MOTHER} tuổi khi sinh con",
        )
    died = parent_.death_date
    grace = POSTHUMOUS if sex == "M" else dt.timedelta()
    if died is not None and _earliest(born) > died + grace:
        yield InvalidParam(member, "had died before the birth", "đã chết trước khi người này sinh")


def is_by_birth(row: Kinship, child: Citizen) -> bool:
    """Whether a row of a parent tells who bore the child; an adoption begins on a later day."""
    return row.from_date is None or row.from_date <= _latest(birth_of(child))


def is_old_enough(parent_born: PartialDate, born: PartialDate) -> bool:
    """Whether the parent may have been `YOUNGEST_PARENT` at the birth, by what is known."""
    return may_have_been(YOUNGEST_PARENT, parent_born, _latest(born))


def may_have_been(age: int, born: PartialDate, day: dt.date) -> bool:
    """Whether somebody may have been of that age on `day`, by what is known of the birth."""
    return (day.year, day.month, day.day) >= (born.year + age, born.month or 1, born.day or 1)


def lawful_age(sex: str, day: dt.date) -> int:
    """Return how many years one has to have lived to marry on `day`.

    A man 20 and a woman 18 (Law on Marriage and Family 2014, Art 8). Before that law it was enough
    to have entered that year of life (Resolution 02/2000/NQ-HĐTP of the Supreme People's Court,
    point 1a; Decree 70/2001/NĐ-CP, Art 3).
    """
    age = 20 if sex == "M" else 18
    return age if day >= _MARRIAGE_AT_FULL_AGE else age - 1


def exact(date: PartialDate) -> dt.date | None:
    """Return the day, if it is known."""
    if date.month is None or date.day is None:
        return None
    return dt.date(date.year, date.month, date.day)


def is_past_bearing(mother_born: PartialDate, born: PartialDate) -> bool:
    """Whether the mother was certainly over `OLDEST_MOTHER` at the birth, by what is known."""
    youngest, earliest = _latest(mother_born), _earliest(born)
    return (earliest.year, earliest.month, earliest.day) >= (
        youngest.year + OLDEST_MOTHER + 1,
        youngest.month,
        youngest.day,
    )


def birth_of(person: Citizen) -> PartialDate:
    """Return a citizen's date of birth."""
    return PartialDate(person.birth_year, person.birth_month, person.birth_day)


def surname(family: str, parents: Sequence[Citizen], *, noted: bool) -> Iterator[InvalidParam]:
    """A child has its father's surname or its mother's (Civil Code 2015, Art 26 (2)).

    Where only one parent is known, or names have no surname, nothing can be said.
    """
    known = {person.family_name for person in parents}
    if family and len(parents) > 1 and family not in known and not noted:
        yield InvalidParam(
            "surname_note",
            "the surname is neither parent's; say why",
            "họ không theo cha hoặc mẹ; nêu lý do",
        )


def _earliest(date: PartialDate) -> dt.date:
    return dt.date(date.year, date.month or 1, date.day or 1)


def _latest(date: PartialDate) -> dt.date:
    day = exact(date)
    if day is not None:
        return day
    if date.month is None or date.month == 12:
        return dt.date(date.year, 12, 31)
    return dt.date(date.year, date.month + 1, 1) - dt.timedelta(days=1)


def digits(
    member: str, pin: str, born: PartialDate, sex: str, today: dt.date
) -> Iterator[InvalidParam]:
    """The digits of a number fit its holder; who knows better says so in `number_note`."""
    for warning in numbers.warnings(pin, born, sex, today):
        yield InvalidParam(
            member,
            f"{warning}: correct it, or say in number_note why it is so",
            f"{warning}: sửa lại, hoặc nêu lý do trong number_note",
        )


def free(member: str, pin: str, facts: Facts, style: PinStyle) -> Iterator[InvalidParam]:
    """A number to be given is nobody's, now or before, and of the world's style."""
    if pin in facts.taken or pin in facts.people:
        yield InvalidParam(
            member, "somebody has or had this number", "số này đã được cấp cho người khác"
        )
    if int(pin[6:]) >= PERSONA_BLOCK:
        yield InvalidParam(
            member,
            f"last digits from {PERSONA_BLOCK} are kept for personas of this and later versions",
            f"sáu số cuối từ {PERSONA_BLOCK} dành cho các nhân vật mẫu",
        )
    if STYLES.get(pin[0]) != style:
        yield InvalidParam(
            member,
            f"numbers of this world are {style}",
            f"số trong thế giới này theo kiểu {style}",
        )


def state(
    said: str,
    dates: Mapping[str, dt.date | None],
    born: str,
    today: dt.date,
) -> Iterator[InvalidParam]:
    """A state has its date, and no date lies before the birth or after today."""
    for member, owner in (("death_date", "dead"), ("missing_since", "missing")):
        if dates[member] is not None and said != owner:
            yield InvalidParam(
                member, f"only the state {owner} has it", f"chỉ dùng với tình trạng {owner}"
            )
        if said == owner and dates[member] is None:
            yield InvalidParam(
                member, f"the state {owner} needs it", f"tình trạng {owner} cần ngày"
            )
    for member, day in dates.items():
        if day is not None and is_before(day, born):
            yield InvalidParam(member, "it is before the birth", "trước ngày sinh")
        if day is not None and day > today:
            yield InvalidParam(member, "it is in the future", "ngày ở tương lai")
