"""The past: what stood on record of a person at the end of an earlier day.

Answers are those that a reading on that day gave: whatever was recorded later, about the person
or about those named beside them, is taken back, also where it happened earlier. Before the world
began nothing is known to have changed: then rows go by their own dates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.platform import errors
from app.registry import rewinding
from app.registry.fields import FIELDS
from app.registry.households import Household, Member
from app.registry.kinship import READ_BACK, Relative
from app.registry.lookup import Hit, Parents
from app.registry.models import (
    Citizen,
    HouseholdMember,
    Kinship,
    OldNumber,
    Residence,
    SupersededNumber,
)
from app.registry.models import Household as HouseholdRow
from app.registry.numbers import OldNumber as OldCard
from app.registry.residences import Stay
from app.registry.subjects import Subject, View
from app.registry.values import CancelledNumber

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from app.registry.lookup import Found, Via
    from app.registry.subjects import Source


NOT_YET = errors.declare(
    code="citizen-not-on-record-yet",
    kind="not_found",
    fault_of="caller",
    title_vi="Ngày đó công dân chưa có trong sổ đăng ký",
    title_en="On that day the citizen was not on record yet",
    next_vi="Chọn ngày từ khi người đó được đăng ký: GET /control/v1/citizens/{pin}/history.",
    next_en="Choose a day since the registration: GET /control/v1/citizens/{pin}/history.",
)


def read(session: Session, citizen_id: int, names: Iterable[str], day: dt.date) -> dict[str, Any]:
    """Return the named fields as they were on record at the end of `day`.

    Who came on record later is read as they came. KeyError for a field that is not in the
    catalogue and for an id that is nobody's.
    """
    asked = [FIELDS[name] for name in names]
    needs = {source for field in asked for source in field.needs}
    came = rewinding.recorded_on(session, citizen_id)
    then = day if came is None else max(day, came)
    person = _Rewound(session, citizen_id, then).subject(needs, day)
    return {field.name: field.read(person) for field in asked}


def known(
    session: Session, found: Found, day: dt.date
) -> list[tuple[Hit, int | None, Parents | None]]:
    """Return who had a number on record at the end of `day`, of those it leads to now.

    Each as a look-up on that day would have found them, with the unit of their permanent
    residence and their parents' names. A number that was given later was nobody's then.
    """
    hits = [hit for hit in found.hits if is_on_record(session, hit.citizen_id, day)]
    told = [_known(_Rewound(session, hit.citizen_id, day), hit, day) for hit in hits]
    return [each for each in told if each is not None]


def _known(
    past: _Rewound, hit: Hit, day: dt.date
) -> tuple[Hit, int | None, Parents | None] | None:
    subject = past.subject({"old", "superseded", "stays", "stated"}, day)
    row = subject.row
    via: dict[str, Via] = {old.number: "old" for old in subject.old}
    via |= {cancelled.pin: "superseded" for cancelled in subject.superseded}
    via[row.pin] = "pin"
    if hit.number not in via:
        return None
    then = Hit(
        number=hit.number,
        via=via[hit.number],
        citizen_id=row.id,
        **{name: getattr(row, name) for name in Hit._fields[3:]},
    )
    homes = [stay.unit_id for stay in subject.stays if _lives(stay, day)]
    names = {
        f"{relative.kind}_name": relative.full_name
        for relative in subject.stated
        if relative.kind in {"father", "mother"} and relative.to_date is None
    }
    return then, homes[0] if homes else None, Parents(**names) if names else None


def _lives(stay: Stay, day: dt.date) -> bool:
    """Whether it is a permanent residence on that day, as `lookup` counts it."""
    is_there = stay.from_date <= day and (stay.to_date is None or stay.to_date > day)
    return stay.kind == "permanent" and is_there


def is_on_record(session: Session, citizen_id: int, day: dt.date) -> bool:
    """Whether somebody had come on record by the end of `day`."""
    came = rewinding.recorded_on(session, citizen_id)
    return came is None or came <= day


class _Rewound:
    """One person's records at the end of a day, made into what the catalogue's fields read."""

    def __init__(self, session: Session, citizen_id: int, then: dt.date) -> None:
        self._session, self._id, self._then = session, citizen_id, then
        self._people: dict[int, Citizen] = {}
        self._load({citizen_id})
        if citizen_id not in self._people:
            raise KeyError(citizen_id)

    def subject(self, needs: set[Source], day: dt.date) -> Subject:
        """Return the person as of `day`, with the sources that are needed."""
        home = self._household(day) if "household" in needs else None
        stated = self._stated() if "stated" in needs else ()
        read_back = self._read_back() if "read_back" in needs else ()
        others = {row.relative_id for row in (*stated, *read_back)} - {None}
        others |= {member.citizen_id for member in (() if home is None else home.members)}
        cards = self._old_cards({one for one in others if one is not None})
        own = self._old_cards({self._id}) if "old" in needs else {}
        last_old = {one: found[0].number for one, found in cards.items()}
        view = View(day, self._session, last_old)
        return Subject(
            row=self._people[self._id],
            view=view,
            old=tuple(own.get(self._id, ())),
            superseded=self._superseded() if "superseded" in needs else (),
            stays=self._stays() if "stays" in needs else (),
            household=home,
            stated=stated,
            read_back=read_back,
        )

    def _load(self, citizen_ids: set[int]) -> None:
        missing = citizen_ids - set(self._people)
        if missing:
            found = rewinding.rows(self._session, Citizen, missing, self._then)
            self._people |= {row.id: row for row in found}

    def _stays(self) -> tuple[Stay, ...]:
        rows = rewinding.rows(self._session, Residence, [self._id], self._then)
        rows.sort(key=lambda row: (row.from_date, row.id))
        homes = self._households(
            {row.household_id for row in rows if row.household_id is not None}
        )
        return tuple(
            Stay(
                row.citizen_id,
                row.kind,
                row.country,
                row.unit_id,
                row.address,
                row.from_date,
                row.to_date,
                row.reason,
                None if row.household_id is None else homes[row.household_id].file_number,
                None if row.household_id is None else homes[row.household_id].house_id,
            )
            for row in rows
        )

    def _households(self, ids: set[int]) -> dict[int, Household]:
        columns = [getattr(HouseholdRow, name) for name in Household._fields[:-1]]
        rows = self._session.execute(select(*columns).where(HouseholdRow.id.in_(sorted(ids))))
        return {row.id: Household._make((*row, ())) for row in rows}

    def _household(self, day: dt.date) -> Household | None:
        own = rewinding.rows(self._session, HouseholdMember, [self._id], self._then)
        now = next((row.household_id for row in own if _holds(row, day)), None)
        if now is None:
            return None
        mates = rewinding.housemates(self._session, [now])
        rows = rewinding.rows(self._session, HouseholdMember, mates, self._then)
        rows = [row for row in rows if row.household_id == now and _holds(row, day)]
        rows.sort(key=lambda row: (row.relationship, row.id))
        self._load({row.citizen_id for row in rows})
        return self._households({now})[now]._replace(members=tuple(map(self._member, rows)))

    def _member(self, row: HouseholdMember) -> Member:
        person = self._people[row.citizen_id]
        return Member(
            row.household_id,
            row.citizen_id,
            row.relationship,
            row.from_date,
            row.to_date,
            person.full_name,
            person.pin,
            person.nationality,
        )

    def _stated(self) -> tuple[Relative, ...]:
        rows = rewinding.rows(self._session, Kinship, [self._id], self._then)
        rows.sort(key=lambda row: (row.from_date is not None, str(row.from_date), row.id))
        self._load({row.relative_id for row in rows if row.relative_id is not None})
        return tuple(
            Relative(row.citizen_id, row.kind, row.relative_id, *self._told(row), *_period(row))  # type: ignore[arg-type]  # kinds are those of the table
            for row in rows
        )

    def _told(self, row: Kinship) -> tuple[str, str | None, str | None]:
        """Return name, number and nationality of a relative; one by name only has no number."""
        if row.relative_id is None:
            return str(row.relative_name), None, row.relative_nationality
        person = self._people[row.relative_id]
        return person.full_name, person.pin, person.nationality

    def _read_back(self) -> tuple[Relative, ...]:
        whose = rewinding.whose_relatives(self._session, [self._id])
        rows = rewinding.rows(self._session, Kinship, whose, self._then)
        rows = [row for row in rows if row.relative_id == self._id and row.kind in READ_BACK]
        self._load({row.citizen_id for row in rows})
        rows.sort(key=lambda row: _born(self._people[row.citizen_id]))
        people = [self._people[row.citizen_id] for row in rows]
        return tuple(
            Relative(
                self._id,
                READ_BACK[row.kind],
                person.id,
                person.full_name,
                person.pin,
                person.nationality,
                *_period(row),
            )
            for row, person in zip(rows, people, strict=True)
        )

    def _old_cards(self, citizen_ids: set[int]) -> dict[int, list[OldCard]]:
        if not citizen_ids:
            return {}
        rows = rewinding.rows(self._session, OldNumber, citizen_ids, self._then)
        rows.sort(key=lambda row: row.number)
        rows.sort(key=lambda row: str(row.issued_on or ""), reverse=True)
        return {
            citizen_id: [
                OldCard(row.citizen_id, row.number, row.issued_on, row.issued_unit_id)
                for row in found
            ]
            for citizen_id, found in rewinding.by_citizen(rows).items()
        }

    def _superseded(self) -> tuple[CancelledNumber, ...]:
        rows = rewinding.rows(self._session, SupersededNumber, [self._id], self._then)
        rows.sort(key=lambda row: (row.superseded_on, row.pin))
        return tuple(
            CancelledNumber(pin=row.pin, superseded_on=row.superseded_on, reason=row.reason)
            for row in rows
        )


def _holds(row: HouseholdMember, day: dt.date) -> bool:
    return row.from_date <= day and (row.to_date is None or row.to_date > day)


def _period(row: Kinship) -> tuple[dt.date | None, dt.date | None, str | None]:
    return row.from_date, row.to_date, row.end_reason


def _born(person: Citizen) -> tuple[int, int, int, int]:
    return person.birth_year, person.birth_month or 0, person.birth_day or 0, person.id
