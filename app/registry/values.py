"""The shapes of what is read of a person: frozen, ready to be written as JSON, without our ids."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - read at run time, where JSON schemas are made of these
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """A code of one of the lists, and its name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPlace:
    """A place as written on one day: the units in force then, the smallest known and those above.

    Until 30 June 2025 a ward has a district, since then none. `divided` says that the unit on
    record was shared out between several: `commune` is the main one, `alternatives` the others.
    Abroad only `country` and the text are known.
    """

    text: str
    country: str
    province: Coded | None = None
    district: Coded | None = None
    commune: Coded | None = None
    divided: bool = False
    alternatives: tuple[Coded, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """An address and from when to when it holds (`to_date` is the first day it does not).

    `house_id` is the identifier of the dwelling, where the person belongs to a household there.
    """

    place: KnownPlace
    from_date: dt.date
    to_date: dt.date | None = None
    reason: str | None = None
    house_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastStay:
    """One row of a person's residence history, of whatever kind."""

    kind: str
    place: KnownPlace
    from_date: dt.date
    to_date: dt.date | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Another person as Art 9 (15, 23) gives them: name, numbers, nationality.

    One who is not in this world has a name only. `old_number` is the last one issued.
    """

    full_name: str
    pin: str | None = None
    old_number: str | None = None
    nationality: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of the household and what they are to its head."""

    relationship: Coded
    full_name: str
    pin: str
    old_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OldCard:
    """A 9-digit number a person had; where the office is not known there is no province."""

    number: str
    issued_on: dt.date | None = None
    issued_in: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelledNumber:
    """A personal number that was cancelled, and why (Decree 70/2024, Art 11)."""

    pin: str
    superseded_on: dt.date
    reason: str
