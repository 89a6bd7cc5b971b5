"""Provenance: who supplied each field of a person's record, when, and on what paper.

Nothing is kept for it. A field that a life event changed was supplied by whoever reported the
latest such event; any other came with the world, from the register or paper that the ministry
collected it from: the forms of the population census of 2020–21 (DC01) for those who were born
before the database opened, the birth registration since; cards, the residence register and the
register of civil status for what they hold (Circular 104/2020/TT-BCA and Decree 137/2015/NĐ-CP,
from memory). Which source a generated field is said to have is our reading.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from sqlalchemy import or_, select

from app.registry import events
from app.registry.fields import FIELDS
from app.registry.models import (
    Citizen,
    FieldChange,
    HouseholdMember,
    Kinship,
    LifeEvent,
    OldNumber,
    Residence,
    SupersededNumber,
)
from app.registry.rewinding import housemates, whose_relatives

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.orm import Session

#: The national population database opened on that day.
OPENED: Final = dt.date(2021, 7, 1)

Origin = Literal["census", "birth_registration", "civil_status", "residence", "card", "contact"]


#: Registers from which the database is filled, and that could be kept back.
REGISTERS: Final[tuple[Origin, ...]] = ("civil_status", "residence", "card", "contact")


class Provenance(NamedTuple):
    """Who supplied a field: `on` a day of the world's clock, None where it is not known.

    `source` is a kind of life event, or an `Origin` for what came with the world (`event_id` is
    None then). `supplied_by` is an agency's identity code or `operator` for an event, and the
    agency's slug for what came with the world.
    """

    supplied_by: str
    source: str
    source_vi: str
    source_en: str
    on: dt.date | None
    event_id: int | None
    documents: tuple[str, ...]


class _Paper(NamedTuple):
    supplied_by: str
    title_vi: str
    title_en: str


_PAPERS: Final[Mapping[Origin, _Paper]] = {
    "census": _Paper(
        "bca", "Phiếu thu thập thông tin dân cư (DC01)", "Population collection form (DC01)"
    ),
    "birth_registration": _Paper("btp", "Đăng ký khai sinh", "Birth registration"),
    "civil_status": _Paper("btp", "Cơ sở dữ liệu hộ tịch", "Register of civil status"),
    "residence": _Paper("bca", "Cơ sở dữ liệu về cư trú", "Residence register"),
    "card": _Paper("bca", "Hồ sơ cấp chứng minh nhân dân", "Files of old identity cards"),
    "contact": _Paper("bca", "Thông tin do công dân khai", "What the citizen stated"),
}


class _Held(NamedTuple):
    """Where a field is held: rows of a table, of some kinds; by its columns, empty: all of them.

    `back`: the rows are others', and this person is the relative in them.
    """

    table: str
    origin: Origin
    columns: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    back: bool = False


def _of_citizen(origin: Origin, *columns: str) -> _Held:
    return _Held(Citizen.__tablename__, origin, columns)


def _kin(*kinds: str, back: bool = False) -> _Held:
    return _Held(Kinship.__tablename__, "civil_status", (), kinds, back)


def _stay(*kinds: str) -> _Held:
    return _Held(Residence.__tablename__, "residence", (), kinds)


_NAME: Final = ("family_name", "middle_name", "given_name", "name_order", "full_name")
_HOME: Final = _Held(HouseholdMember.__tablename__, "residence")
_BORN: Final[Origin] = "birth_registration"
#: Fields that are not held in the citizen's column of their own name.
_HELD: Final[Mapping[str, _Held]] = {
    "full_name": _of_citizen(_BORN, *_NAME),
    "birth_date": _of_citizen(_BORN, "birth_year", "birth_month", "birth_day"),
    "birth_place": _of_citizen(_BORN, "birth_country", "birth_unit_id", "birth_place"),
    "birth_registration_place": _of_citizen(_BORN, "registration_country", "registration_unit_id"),
    "origin_place": _of_citizen(_BORN, "origin_country", "origin_unit_id"),
    "superseded_pins": _Held(SupersededNumber.__tablename__, "civil_status"),
    "old_numbers": _Held(OldNumber.__tablename__, "card"),
    "father": _kin("father"),
    "mother": _kin("mother"),
    "spouse": _kin("spouse"),
    "guardians": _kin("guardian"),
    "representatives": _kin("representative"),
    "children": _kin("father", "mother", back=True),
    "wards": _kin("guardian", back=True),
    "represented": _kin("representative", back=True),
    "permanent_residence": _stay("permanent"),
    "temporary_residence": _stay("temporary"),
    "current_residence": _stay("current", "temporary", "permanent"),
    "absence": _stay("absence"),
    "residence_history": _stay("permanent", "temporary", "current", "absence"),
    "residence_file_number": _HOME,
    "relationship_to_head": _HOME,
    "head_of_household": _HOME._replace(back=True),
    "household_members": _HOME._replace(back=True),
    "marital_status": _of_citizen("civil_status", "marital_status"),
    "state": _of_citizen("civil_status", "state"),
    "state_since": _of_citizen("civil_status", "state_since"),
    "death_date": _of_citizen("civil_status", "death_date"),
    "missing_since": _of_citizen("civil_status", "missing_since"),
    "phone": _of_citizen("contact", "phone"),
    "email": _of_citizen("contact", "email"),
}


class _Change(NamedTuple):
    table: str
    column: str
    kind: str | None
    is_own: bool
    event_id: int


def of(session: Session, citizen_id: int, names: Iterable[str]) -> dict[str, Provenance]:
    """Return who supplied each of the named fields of a citizen, in the order asked.

    A field in which nothing stands has the provenance of its last change, or of the paper that
    would have said it. The number of statements does not depend on the fields. KeyError for a
    field that is not in `fields.FIELDS`; what is not checked: that the id is somebody's.
    """
    asked = [FIELDS[name].name for name in names]
    changes = _changes(session, citizen_id)
    latest = {name: _latest(changes, _held(name)) for name in asked}
    events = _events(session, {event_id for event_id in latest.values() if event_id is not None})
    birth = _birth(session, citizen_id)
    return {
        name: _since_the_beginning(_held(name).origin, birth)
        if event_id is None
        else events[event_id]
        for name, event_id in latest.items()
    }


def supplied(register: str) -> tuple[str, frozenset[str]]:
    """Return who keeps one of `REGISTERS` (a slug), and which fields come from it."""
    fields = frozenset(name for name in FIELDS if _held(name).origin == register)
    keepers = {origin: paper.supplied_by for origin, paper in _PAPERS.items()}
    return {str(origin): keeper for origin, keeper in keepers.items()}[register], fields


def _held(name: str) -> _Held:
    return _HELD.get(name) or _of_citizen("birth_registration", name)


def _latest(changes: list[_Change], held: _Held) -> int | None:
    """Return the last event that changed what holds the field, or made or removed its row."""
    return max((one.event_id for one in changes if _concerns(one, held)), default=None)


def _concerns(change: _Change, held: _Held) -> bool:
    is_kin = held.table == Kinship.__tablename__
    is_whose = change.is_own != held.back if is_kin else change.is_own or held.back
    if change.table != held.table or not is_whose:
        return False
    is_kind = not held.kinds or change.kind is None or change.kind in held.kinds
    is_column = not held.columns or change.column in held.columns or change.column == "id"
    return is_kind and is_column


def _changes(session: Session, citizen_id: int) -> list[_Change]:
    """Return every change of rows that are the person's, or that name the person."""
    homes = session.scalars(
        select(HouseholdMember.household_id).where(
            HouseholdMember.citizen_id == citizen_id, HouseholdMember.to_date.is_(None)
        )
    )
    others = whose_relatives(session, [citizen_id]) | housemates(session, homes)
    rows = session.execute(
        select(
            FieldChange.table_name,
            FieldChange.row_id,
            FieldChange.field,
            FieldChange.old_value,
            FieldChange.citizen_id,
            FieldChange.event_id,
        ).where(FieldChange.citizen_id.in_(sorted({citizen_id, *others})))
    ).all()
    kinds, back = _kinds(session, citizen_id)
    for row in rows:  # of what was removed, or spoke of somebody else
        if row.field == "kind" and row.old_value is not None:
            kinds.setdefault((row.table_name, row.row_id), row.old_value)
        if row.field == "relative_id" and row.old_value == str(citizen_id):
            back.add((row.table_name, row.row_id))
    found = []
    for row in rows:
        key = (row.table_name, row.row_id)
        is_own = row.citizen_id == citizen_id
        if is_own or key in back or row.table_name == HouseholdMember.__tablename__:
            found.append(_Change(row.table_name, row.field, kinds.get(key), is_own, row.event_id))
    return found


def _kinds(
    session: Session, citizen_id: int
) -> tuple[dict[tuple[str, str], str], set[tuple[str, str]]]:
    """Return of which kind rows are, by table and key, and which are others' about the person."""
    stays = session.execute(
        select(Residence.id, Residence.kind).where(Residence.citizen_id == citizen_id)
    )
    kinds = {(Residence.__tablename__, str(row.id)): row.kind for row in stays}
    back = set()
    kin = session.execute(
        select(Kinship.id, Kinship.kind, Kinship.citizen_id).where(
            or_(Kinship.citizen_id == citizen_id, Kinship.relative_id == citizen_id)
        )
    )
    for row in kin:
        key = (Kinship.__tablename__, str(row.id))
        kinds[key] = row.kind
        if row.citizen_id != citizen_id:
            back.add(key)
    return kinds, back


def _events(session: Session, ids: set[int]) -> dict[int, Provenance]:
    rows = session.execute(
        select(
            LifeEvent.id,
            LifeEvent.kind,
            LifeEvent.reported_by,
            LifeEvent.recorded_on,
            LifeEvent.documents,
        ).where(LifeEvent.id.in_(sorted(ids)))
    )
    return {
        row.id: Provenance(
            supplied_by=row.reported_by,
            source=row.kind,
            source_vi=events.kinds()[row.kind].title_vi,
            source_en=events.kinds()[row.kind].title_en,
            on=row.recorded_on,
            event_id=row.id,
            documents=tuple(row.documents),
        )
        for row in rows
    }


def _birth(session: Session, citizen_id: int) -> dt.date | None:
    """Return the birth date if it is after the database opened: all of those are full."""
    row = session.execute(
        select(Citizen.birth_year, Citizen.birth_month, Citizen.birth_day).where(
            Citizen.id == citizen_id
        )
    ).one()
    if row.birth_month is None or row.birth_day is None:
        return None
    born = dt.date(row.birth_year, row.birth_month, row.birth_day)
    return born if born >= OPENED else None


def _since_the_beginning(origin: Origin, birth: dt.date | None) -> Provenance:
    """Return where a field came from that no event has touched.

    Who was born before the database opened had everything about the birth collected by then.
    """
    is_of_birth = origin == "birth_registration"
    told: Origin = "census" if is_of_birth and birth is None else origin
    paper = _PAPERS[told]
    on = birth if is_of_birth and birth is not None else OPENED if told == "census" else None
    return Provenance(
        supplied_by=paper.supplied_by,
        source=told,
        source_vi=paper.title_vi,
        source_en=paper.title_en,
        on=on,
        event_id=None,
        documents=(),
    )
