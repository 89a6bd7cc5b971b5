"""What can be said of a persona or of somebody who lives with one: the words the cast is told in.

Days and years count back from the world's start date, so that every purpose holds on that day.
"""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Ago:
    """A day before the start date: whole years, then days."""

    years: int = 0
    days: int = 0


@dataclasses.dataclass(frozen=True)
class CardRole:
    """A chip card, which ends by the rule of the law; without `issued` it is asked for only.

    `form` is said where it matters: the card is then issued while that form was. `variant` makes
    it other than genuine.
    """

    issued: Ago | None
    state: str = "active"
    since: Ago | None = None
    reason: str = "first"
    form: str | None = None
    variant: str | None = None


@dataclasses.dataclass(frozen=True)
class AccountRole:
    """An eID account: collected, and activated unless `activated` is None.

    `phone` is one that was bound to it and is somebody else's by now.
    """

    level: int = 2
    state: str = "active"
    collected: Ago = Ago(2)
    activated: Ago | None = Ago(1, 350)
    since: Ago | None = None
    phone: int | None = None


@dataclasses.dataclass(frozen=True)
class OldNumberRole:
    """A 9-digit number: `serial` ends it, so that two people can share one."""

    serial: int
    issued: Ago


@dataclasses.dataclass(frozen=True)
class Stay:
    """A residence besides the household's: kind, ward (legacy code), line below it, period."""

    kind: str
    ward: str
    address: str
    since: Ago
    until: Ago | None = None
    reason: str | None = None


@dataclasses.dataclass(frozen=True)
class Persona:
    """Why a citizen is a persona: its name, its purpose in both languages, the dates it needs."""

    name: str
    purpose: str
    purpose_en: str
    needs: str | None = None


@dataclasses.dataclass(frozen=True)
class Role:
    """One person of the cast; `serial` makes the last six digits of the number (990000 + it)."""

    key: str
    serial: int
    name: tuple[str, str, str]
    sex: str
    born: Ago
    persona: Persona | None = None
    name_order: str = "family_first"
    precision: str = "day"
    birth_ward: str | None = None
    birth_country: str = "VN"
    birth_place: str | None = None
    origin_country: str = "VN"
    other_name: str | None = None
    ethnicity: str = "01"
    religion: str = "00"
    nationality: str = "VN"
    second_nationality: str | None = None
    blood_type: str | None = None
    marital_status: str = "never_married"
    state: str = "alive"
    state_since: Ago | None = None
    father: str | None = None
    mother: str | None = None
    father_name: str | None = None
    mother_name: str | None = None
    spouse: str | None = None
    spouse_name: str | None = None
    married: Ago | None = None
    marriage_ended: tuple[Ago, str] | None = None
    guardian: str | None = None
    cards: tuple[CardRole, ...] = ()
    account: AccountRole | None = None
    old_numbers: tuple[OldNumberRole, ...] = ()
    superseded: tuple[int, Ago, str] | None = None
    number_of: tuple[int, str] | None = None
    number_note: str | None = None
    surname_note: str | None = None
    stays: tuple[Stay, ...] = ()
    phone: int | None = None
    email: str | None = None
    remarks: str | None = None


@dataclasses.dataclass(frozen=True)
class Home:
    """A household of the cast: a legacy ward, the line below it, members with their relationship.

    The first member is the head. `since` is when it was set up; `joined` when a member came later.
    """

    key: int
    ward: str
    address: str
    members: tuple[tuple[Role, str], ...]
    since: Ago = Ago(6)

    @property
    def house_id(self) -> str:
        """The identifier of their house: a block that generated ones stay below."""
        return f"{self.ward}999{self.key:03}"


#: Telephone numbers of the cast; no block is reserved for tests in Vietnam, so this is our choice.
PHONE_PREFIX = "0999990"

#: Relationships to the head of a household, as the registry's list codes them.
HEAD, WIFE, CHILD, MOTHER = "01", "02", "04", "07"
YOUNG_KIN = "13"

VALID = (CardRole(Ago(3, 100)),)
LEVEL_1 = AccountRole(level=1)
LEVEL_2 = AccountRole()
