"""The cast as rows: every persona and relative as they stand on the world's start date.

A few dozen people, written one by one: the rule against loops over people is for populations.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, cast

import numpy as np

from app.identity.expiry import expires_on
from app.matching import addresses, names, numbers
from app.matching.dates import PartialDate
from app.matching.names import NameParts
from seed import dates, register, units
from seed.numbers import PERSONA_BLOCK
from seed.personas.cast import accounts, cards, documents, families, peoples, places
from seed.personas.roles import PHONE_PREFIX, Stay

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seed.personas.roles import AccountRole, Ago, CardRole, Home, Role

    Row = dict[str, object]
    Rows = dict[str, list[Row]]

CAST = (
    *families.HOMES,
    *documents.HOMES,
    *peoples.HOMES,
    *places.HOMES,
    *cards.HOMES,
    *accounts.HOMES,
)
AWAY = (*families.AWAY, *places.AWAY)
#: Old numbers of the cast start with what no province ever gave out, in either style.
OLD_PREFIX = {"realistic": "399", "reserved": "999"}
#: The first chip cards, the first cards of the 2024 form, and the first eID accounts.
CHIP_CARDS, FORM_2024, ACCOUNTS = dt.date(2021, 1, 1), dt.date(2024, 7, 1), dt.date(2022, 7, 18)
#: Births abroad are registered here with the capital.
CAPITAL_WARD = "00001"
HEAD_OFFICE = "Cục Cảnh sát quản lý hành chính về trật tự xã hội"
MINISTRY = "Bộ Công an"


class Spec(Protocol):
    """What of a world's spec decides over the cast."""

    @property
    def start_date(self) -> dt.date:
        """The day on which every purpose holds."""
        ...

    @property
    def pin_style(self) -> Literal["reserved", "realistic"]:
        """Which prefixes personal numbers have."""
        ...


class PersonaRow(NamedTuple):
    """A row of the sandbox's table of personas."""

    name: str
    citizen_id: int
    purpose: str
    purpose_en: str
    needs: str | None


@dataclasses.dataclass(frozen=True)
class Cast:
    """All rows of the cast by table, in order of their ids, and the personas among them."""

    rows: Rows
    personas: list[PersonaRow]


def size() -> int:
    """Return how many people the cast has."""
    return len(_roles())


def make(spec: Spec, first: Mapping[str, int]) -> Cast:
    """Return the cast's rows; `first` is the next free id of each table that has one."""
    book = _Book(spec, first)
    for role in _roles():
        book.write_citizen(role)
    for home in CAST:
        book.write_home(home)
    for role in _roles():
        book.write_stays(role)
        book.write_kinship(role)
        book.write_documents(role)
    personas = [
        PersonaRow(p.name, book.ids[role.key], p.purpose, p.purpose_en, p.needs)
        for role in _roles()
        if (p := role.persona) is not None
    ]
    return Cast(dict(book.rows) | register.cast_rows(book.members()), personas)


def day(start: dt.date, ago: Ago) -> dt.date:
    """Return a day before the start; 29 February becomes 1 March in a common year."""
    try:
        anniversary = start.replace(year=start.year - ago.years)
    except ValueError:
        anniversary = dt.date(start.year - ago.years, 3, 1)
    return anniversary - dt.timedelta(days=ago.days)


def _roles() -> list[Role]:
    return [role for home in CAST for role, _ in home.members] + list(AWAY)


class _Book:
    """The rows written so far, the ids given out, and what the world's spec decides."""

    def __init__(self, spec: Spec, first: Mapping[str, int]) -> None:
        self._start = spec.start_date
        self._style = spec.pin_style
        self._next = Counter(dict(first))
        self.rows: Rows = defaultdict(list)
        self.ids = {role.key: self._id("citizen") for role in _roles()}

    def write_citizen(self, role: Role) -> None:
        """Write the person, with numbers of all kinds."""
        born = self._day(role.born)
        self.rows["citizen"].append(
            self._names(role)
            | self._birth(role, born)
            | {
                "id": self.ids[role.key],
                "pin": self._pin(role, born),
                "sex": role.sex,
                "ethnicity": role.ethnicity,
                "religion": role.religion,
                "nationality": role.nationality,
                "second_nationality": role.second_nationality,
                "blood_type": role.blood_type,
                "marital_status": role.marital_status,
                "phone": None if role.phone is None else f"{PHONE_PREFIX}{role.phone:03}",
                "email": role.email,
                "number_note": role.number_note,
                "surname_note": role.surname_note,
                "remarks": role.remarks,
            }
            | self._state(role)
        )
        self._write_numbers(role, born)

    def write_home(self, home: Home) -> None:
        """Write a household, its members and their permanent residence there."""
        since = self._day(home.since)
        unit = _unit(home.ward, since)
        number = self._id("household")
        key = addresses.address_key(home.address)
        self.rows["household"].append(
            {
                "id": number,
                # Generated files are numbered from 1 up; those of the cast end the range.
                "file_number": f"99{home.key:07}",
                "unit_id": unit,
                "address": home.address,
                "address_key": key,
                "house_id": home.house_id,
                "from_date": since,
                "to_date": None,
            }
        )
        for role, relationship in home.members:
            joined = max(since, self._day(role.born))
            self.rows["household_member"].append(
                {
                    "id": self._id("household_member"),
                    "household_id": number,
                    "citizen_id": self.ids[role.key],
                    "relationship": relationship,
                    "from_date": joined,
                    "to_date": None,
                }
            )
            here = Stay("permanent", home.ward, home.address, home.since)
            self._write_residence(role, here, number)

    def write_stays(self, role: Role) -> None:
        """Write the residences besides the household's, and those of who has left."""
        for stay in role.stays:
            self._write_residence(role, stay)

    def write_kinship(self, role: Role) -> None:
        """Write parents, spouse and guardian."""
        born = self._day(role.born)
        for kind in ("father", "mother"):
            key, name = getattr(role, kind), getattr(role, f"{kind}_name")
            if key or name:
                self._write_relative(role, kind, key, name, born)
        if role.married is not None:
            wed = self._day(role.married)
            self._write_relative(role, "spouse", role.spouse, role.spouse_name, wed)
        if role.guardian is not None:
            self._write_relative(role, "guardian", role.guardian, None, self._day(role.born))

    def write_documents(self, role: Role) -> None:
        """Write cards and the eID account that had been introduced by then."""
        born = self._day(role.born)
        if self._start > CHIP_CARDS:
            self.rows["card"].extend(
                self._card(role, card, born)
                for card in role.cards
                if card.form != "2024" or self._start > FORM_2024
            )
        if self._start > ACCOUNTS and role.account is not None:
            self.rows["account"].append(self._account(role, role.account))
            if role.account.phone is not None:
                phone = f"{PHONE_PREFIX}{role.account.phone:03}"
                account_id = self.rows["account"][-1]["id"]
                self.rows["account_contact"].append(
                    {"account_id": account_id, "phone": phone, "email": None}
                )

    def members(self) -> register.Cast:
        """Return the cast as the registers see it."""
        houses = {role.key: home.house_id for home in CAST for role, _ in home.members}
        members = {
            role.key: register.Member(
                role,
                self.ids[role.key],
                self._pin(role, self._day(role.born)),
                houses.get(role.key),
            )
            for role in _roles()
        }
        return register.Cast(members, self._start, self._day)

    def _names(self, role: Role) -> Row:
        order = cast("names.NameOrder", role.name_order)
        full = names.join(NameParts(*role.name), order)
        family, middle, given = role.name
        return {
            "family_name": family,
            "middle_name": middle,
            "given_name": given,
            "name_order": role.name_order,
            "full_name": full,
            "name_key": names.name_key(full),
            "other_name": role.other_name,
        }

    def _birth(self, role: Role, born: dt.date) -> Row:
        here = role.birth_country == "VN"
        unit = _unit(role.birth_ward or CAPITAL_WARD, born)
        return {
            "birth_year": born.year,
            "birth_month": None if role.precision == "year" else born.month,
            "birth_day": born.day if role.precision == "day" else None,
            "birth_country": role.birth_country,
            "birth_unit_id": unit if here else None,
            "birth_place": role.birth_place,
            "registration_country": "VN",
            "registration_unit_id": unit,
            "origin_country": role.origin_country,
            "origin_unit_id": unit if role.origin_country == "VN" else None,
        }

    def _state(self, role: Role) -> Row:
        since = None if role.state_since is None else self._day(role.state_since)
        return {
            "state": role.state,
            "death_date": since if role.state == "dead" else None,
            "missing_since": since if role.state == "missing" else None,
            "state_since": since,
        }

    def _pin(self, role: Role, born: dt.date) -> str:
        years, sex = role.number_of or (0, role.sex)
        return self._number(role, sex, born.year + years, role.serial)

    def _number(self, role: Role, sex: str, year: int, serial: int) -> str:
        ward = role.birth_ward or CAPITAL_WARD
        return numbers.compose(
            _province(ward),
            cast("Literal['M', 'F']", sex),
            year,
            PERSONA_BLOCK + serial,
            self._style,
        )

    def _write_numbers(self, role: Role, born: dt.date) -> None:
        if role.superseded is not None:
            serial, since, reason = role.superseded
            self.rows["superseded_number"].append(
                {
                    "pin": self._number(role, role.sex, born.year - 1, serial),
                    "citizen_id": self.ids[role.key],
                    "superseded_on": self._day(since),
                    "reason": reason,
                }
            )
        for old in role.old_numbers:
            issued = self._day(old.issued)
            self.rows["old_number"].append(
                {
                    "number": f"{OLD_PREFIX[self._style]}{old.serial:06}",
                    "citizen_id": self.ids[role.key],
                    "issued_on": issued,
                    "issued_unit_id": units.LEGACY_PROVINCE
                    + int(_province(role.birth_ward or CAPITAL_WARD)),
                }
            )

    def _write_residence(self, role: Role, stay: Stay, household: int | None = None) -> None:
        since = max(self._day(stay.since), self._day(role.born))
        self.rows["residence"].append(
            {
                "id": self._id("residence"),
                "citizen_id": self.ids[role.key],
                "kind": stay.kind,
                "country": "VN",
                "unit_id": _unit(stay.ward, since),
                "address": stay.address,
                "address_key": addresses.address_key(stay.address),
                "household_id": household,
                "reason": stay.reason,
                "from_date": since,
                "to_date": None if stay.until is None else self._day(stay.until),
            }
        )

    def _write_relative(
        self, role: Role, kind: str, key: str | None, name: str | None, since: dt.date
    ) -> None:
        ended = role.marriage_ended if kind == "spouse" else None
        self.rows["kinship"].append(
            {
                "id": self._id("kinship"),
                "citizen_id": self.ids[role.key],
                "kind": kind,
                "relative_id": None if key is None else self.ids[key],
                "relative_name": name,
                "relative_nationality": None if name is None else "VN",
                "from_date": since,
                "to_date": None if ended is None else self._day(ended[0]),
                "end_reason": None if ended is None else ended[1],
            }
        )

    def _card(self, role: Role, card: CardRole, born: dt.date) -> Row:
        issued = None if card.issued is None else self._issue_day(card.issued, card.form)
        new = (issued or self._start) >= FORM_2024
        number = self._pin(role, born)
        if card.state == "superseded" and role.superseded is not None:
            number = self._number(role, role.sex, born.year - 1, role.superseded[0])
        since = issued or self._start
        if card.since is not None:
            since = self._day(card.since)
        return {
            "id": self._id("card"),
            "citizen_id": self.ids[role.key],
            "number": number,
            "form": "2024" if new else "2021",
            "state": card.state,
            "state_since": max(since, issued or since),
            "issued_on": issued,
            "issued_by": None if issued is None else MINISTRY if new else HEAD_OFFICE,
            "expires_on": None if issued is None else _last_day(born, issued),
            "issue_reason": card.reason,
            "variant": card.variant,
        }

    def _issue_day(self, issued: Ago, form: str | None) -> dt.date:
        day = max(self._day(issued), CHIP_CARDS)
        if form is None:
            return day
        return max(day, FORM_2024) if form == "2024" else min(day, FORM_2024 - dt.timedelta(1))

    def _account(self, role: Role, account: AccountRole) -> Row:
        collected = max(self._day(account.collected), ACCOUNTS)
        activated = None if account.activated is None else self._day(account.activated)
        activated = None if activated is None else max(activated, collected)
        since = activated or collected
        return {
            "id": self._id("account"),
            "citizen_id": self.ids[role.key],
            "level": account.level,
            "state": account.state,
            "state_since": since
            if account.since is None
            else max(since, self._day(account.since)),
            "collected_on": collected,
            "activated_on": activated,
        }

    def _day(self, ago: Ago) -> dt.date:
        return day(self._start, ago)

    def _id(self, table: str) -> int:
        given = self._next[table]
        self._next[table] += 1
        return given


def _last_day(born: dt.date, issued: dt.date) -> dt.date | None:
    return expires_on(PartialDate(born.year, born.month, born.day), issued)


@functools.cache
def _place(ward: str) -> int:
    """Return a legacy ward's place in the arrays of wards."""
    found = np.flatnonzero(units.wards().unit == units.LEGACY_WARD + int(ward))
    return int(found[0])


def _province(ward: str) -> str:
    """Return the two-digit code of the legacy province a ward lies in."""
    return f"{units.provinces().code[units.wards().province[_place(ward)]]:02}"


def _unit(ward: str, on: dt.date) -> int:
    """Return the unit in force on a day where a legacy ward is or was."""
    place = np.array([_place(ward)])
    return int(units.wards().of_day(place, np.array([dates.number(on)], np.int32))[0])
