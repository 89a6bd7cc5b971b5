"""Facts: what the registry holds of the people that a report speaks of, read all at once.

Reports come one or many at a time. Everything any of them may need is read beforehand by a bounded
number of statements; after that checks and effects look only here, and each accepted report adds
what it changed, so that a later one of the same file sees it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import ARRAY, any_, func, literal, select

from app.platform import engines
from app.registry import codes as codes_
from app.registry import lookup
from app.registry import units as units_
from app.registry.codes import HEAD
from app.registry.kinship import PARENTS
from app.registry.models import (
    Citizen,
    Household,
    HouseholdMember,
    Kinship,
    OldNumber,
    Residence,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute, Session

    from app.platform.database import Base
    from app.registry.codes import Codes
    from app.registry.units import Units

Row = TypeVar("Row")

#: As far as the law looks where it asks whether two people are related (Law on Marriage and
#: Family 2014, Art 3 (18)): those with grandparents in common.
GENERATIONS = 3
#: As far as one has to look to say what somebody is to the head of a household: to the parents of
#: parents, and of spouses (`homes`). For a child of known parents it is one less.
NEAR_GENERATIONS = 2

#: Ids up to this one are the generator's, those of later versions too (`world fill`).
GENERATED = 10**12


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What one report speaks of: people and households by number.

    `subjects` are to be changed, `new_pins` and `old_numbers` to be given to somebody. Of
    `families` one has to know how people are related, and to those they live with; of `heads` only
    what those they live with are to them, or would be to each other's head; of `parents` only what
    a child of theirs is to the head they live with.
    """

    pins: frozenset[str] = frozenset()
    families: frozenset[str] = frozenset()
    heads: frozenset[str] = frozenset()
    parents: frozenset[str] = frozenset()
    new_pins: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()
    file_numbers: frozenset[str] = frozenset()
    house_ids: frozenset[str] = frozenset()
    old_numbers: frozenset[str] = frozenset()


def given(*numbers: str | None) -> frozenset[str]:
    """Return the numbers that a report gives, of those it may give."""
    return frozenset(number for number in numbers if number is not None)


@dataclass(slots=True, kw_only=True)
class Facts:
    """The registry as far as the reports reach. Rows are those of `models`, by what finds them.

    `membership` is what each belongs to now, `members` are a household's; `memberships`, `kin`,
    `stays` and `old_numbers` hold what has ended too. `holders` are who has a 9-digit number.
    `taken` are numbers that new ones must not repeat; `touched` are the citizens whose rows an
    accepted report changed. Of citizens in `whole` all rows are in `kin`.
    """

    units: Units
    codes: Codes
    people: dict[str, Citizen] = field(default_factory=dict)
    people_by_id: dict[int, Citizen] = field(default_factory=dict)
    households: dict[int, Household] = field(default_factory=dict)
    household_ids: dict[str, int] = field(default_factory=dict)
    membership: dict[int, HouseholdMember] = field(default_factory=dict)
    memberships: dict[int, list[HouseholdMember]] = field(
        default_factory=lambda: defaultdict(list)
    )
    members: dict[int, list[HouseholdMember]] = field(default_factory=lambda: defaultdict(list))
    kin: dict[int, list[Kinship]] = field(default_factory=lambda: defaultdict(list))
    named_by: dict[int, list[Kinship]] = field(default_factory=lambda: defaultdict(list))
    stays: dict[int, list[Residence]] = field(default_factory=lambda: defaultdict(list))
    old_numbers: dict[int, list[OldNumber]] = field(default_factory=lambda: defaultdict(list))
    holders: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    taken: set[str] = field(default_factory=set)
    touched: set[int] = field(default_factory=set)
    whole: set[int] = field(default_factory=set)
    last_ids: dict[type[Base], Iterator[int]] = field(default_factory=dict)

    def next_id(self, table: type[Base]) -> int:
        """Return the id of the next new row of that table."""
        return next(self.last_ids[table])

    def note(self, rows: Iterable[Base]) -> None:
        """Take up rows, read or new, so that whatever comes later finds them."""
        for row in rows:
            match row:
                case Citizen():
                    self.people[row.pin] = self.people_by_id[row.id] = row
                case Household():
                    self.households[row.id] = row
                    self.household_ids[row.file_number] = row.id
                case HouseholdMember():
                    self._note_member(row)
                case Kinship():
                    self._note_kin(row)
                case Residence():
                    self.stays[row.citizen_id].append(row)
                case OldNumber():
                    self.old_numbers[row.citizen_id].append(row)
                    self.holders[row.number].add(row.citizen_id)

    def person(self, citizen_id: int | None) -> Citizen | None:
        """Return who has this id, if that was read; nobody has None."""
        return None if citizen_id is None else self.people_by_id.get(citizen_id)

    def forget(self, rows: Iterable[Base]) -> None:
        """Drop rows that an accepted report removes: kinship and 9-digit numbers."""
        for row in rows:
            match row:
                case Kinship():
                    self.kin[row.citizen_id].remove(row)
                    if row.relative_id is not None:
                        self.named_by[row.relative_id].remove(row)
                case OldNumber():
                    self.old_numbers[row.citizen_id].remove(row)
                    self.holders[row.number].discard(row.citizen_id)

    def touch(self, rows: Iterable[Base]) -> None:
        """Remember whose rows an accepted report changed: each row is changed once in a file."""
        for row in rows:
            if not isinstance(row, Household):
                own = row.id if isinstance(row, Citizen) else getattr(row, "citizen_id", 0)
                self.touched.add(own)

    def open_members(self, household_id: int) -> list[HouseholdMember]:
        """Return who belongs to the household now."""
        return [row for row in self.members[household_id] if row.to_date is None]

    def head(self, household_id: int) -> HouseholdMember | None:
        """Return the head's membership of the household, if it has a head now."""
        return next(
            (row for row in self.open_members(household_id) if row.relationship == HEAD), None
        )

    def open_kin(self, citizen_id: int, kind: str) -> Kinship | None:
        """Return the citizen's row of kinship of that kind that has not ended."""
        rows = self.kin[citizen_id]
        return next((row for row in rows if row.kind == kind and row.to_date is None), None)

    def children(self, citizen_id: int) -> list[tuple[Kinship, Citizen]]:
        """Return those whose father or mother the citizen is on record as, with that row."""
        return [
            (row, self.people_by_id[row.citizen_id])
            for row in self.named_by[citizen_id]
            if row.kind in PARENTS and row.to_date is None
        ]

    def _note_member(self, row: HouseholdMember) -> None:
        self.memberships[row.citizen_id].append(row)
        self.members[row.household_id].append(row)
        if row.to_date is None:
            self.membership[row.citizen_id] = row

    def _note_kin(self, row: Kinship) -> None:
        self.kin[row.citizen_id].append(row)
        if row.relative_id is not None:
            self.named_by[row.relative_id].append(row)


def read(session: Session, wanted: Iterable[Wanted], tables: Iterable[type[Base]]) -> Facts:
    """Read what all these reports need, and where the ids of new rows of `tables` begin."""
    asked = list(wanted)
    families = frozenset().union(*(one.families for one in asked))
    heads = frozenset().union(*(one.heads for one in asked))
    parents = frozenset().union(*(one.parents for one in asked))
    pins = families.union(heads, parents, *(one.pins | one.subjects for one in asked))
    subjects = frozenset().union(*(one.subjects for one in asked))
    files = frozenset().union(*(one.file_numbers for one in asked))
    facts = Facts(units=units_.of(session), codes=codes_.of(session))
    facts.taken = taken(session, frozenset().union(*(one.new_pins for one in asked)))
    facts.last_ids = _last_ids(session, tables)
    facts.note(_all(session, Citizen, Citizen.pin, pins))
    ids = set(facts.people_by_id)
    facts.note(_all(session, Household, Household.file_number, files))
    houses = frozenset().union(*(one.house_ids for one in asked))
    facts.note(_all(session, Household, Household.house_id, houses))
    changing = {facts.people[pin].id for pin in subjects if pin in facts.people}
    _read_homes(session, facts, ids, changing)
    _read_kin(session, facts, changing)
    _read_families(session, facts, families, GENERATIONS)
    _read_families(session, facts, heads - families, NEAR_GENERATIONS)
    _read_families(session, facts, parents - heads - families, NEAR_GENERATIONS - 1)
    facts.note(_all(session, Residence, Residence.citizen_id, changing))
    said = frozenset().union(*(one.old_numbers for one in asked))
    own = _all(session, OldNumber, OldNumber.citizen_id, changing)
    others = _all(session, OldNumber, OldNumber.number, said)
    facts.note({id(row): row for row in (*own, *others)}.values())
    return facts


def _read_homes(session: Session, facts: Facts, ids: set[int], changing: set[int]) -> None:
    """Read where people belong, and before if they are to be changed, and who else belongs."""
    own = _all(session, HouseholdMember, HouseholdMember.citizen_id, ids)
    held = [row for row in own if row.to_date is None or row.citizen_id in changing]
    homes = {row.household_id for row in held if row.to_date is None}
    facts.note(_all(session, Household, Household.id, homes - set(facts.households)))
    others = _all(session, HouseholdMember, HouseholdMember.household_id, facts.households)
    rows = {row.id: row for row in (*held, *(row for row in others if row.to_date is None))}
    facts.note(rows.values())


def _read_kin(session: Session, facts: Facts, citizen_ids: set[int]) -> None:
    """Read the kin of those who are to be changed, and the kin of these, people first."""
    own = _all(session, Kinship, Kinship.citizen_id, citizen_ids)
    back = _all(session, Kinship, Kinship.relative_id, citizen_ids)
    near = {row.relative_id for row in own if row.kind == "spouse"}
    near |= {row.citizen_id for row in back}
    further = _all(session, Kinship, Kinship.citizen_id, near - citizen_ids - {None})
    facts.whole |= citizen_ids | {row.citizen_id for row in further}
    rows = {row.id: row for row in (*own, *back, *further)}
    named = {row.relative_id for row in rows.values()} | {row.citizen_id for row in rows.values()}
    facts.note(_all(session, Citizen, Citizen.id, named - set(facts.people_by_id) - {None}))
    facts.note(rows.values())


def _read_families(session: Session, facts: Facts, pins: Iterable[str], generations: int) -> None:
    """Read the kin of these people and of those they live with, generations up, and people.

    Up go parents and spouses, those of the past too; down only their own children.
    """
    own = {facts.people[pin].id for pin in pins if pin in facts.people}
    if not own:
        return
    homes = {facts.membership[one].household_id for one in own if one in facts.membership}
    frontier = own | {row.citizen_id for home in homes for row in facts.open_members(home)}
    people, read = set(frontier), set[int]()
    rows = {row.id: row for row in _all(session, Kinship, Kinship.relative_id, own)}
    for _ in range(generations):
        found = [row for one in frontier & facts.whole for row in facts.kin[one]]
        found += _all(session, Kinship, Kinship.citizen_id, frontier - facts.whole)
        rows |= {row.id: row for row in found}
        read |= frontier
        named = (row.relative_id for row in found if row.kind in (*PARENTS, "spouse"))
        frontier = {one for one in named if one is not None} - people
        people |= frontier
    people |= {row.citizen_id for row in rows.values()}
    facts.note(_all(session, Citizen, Citizen.id, people - set(facts.people_by_id)))
    known = {row.id for noted in facts.kin.values() for row in noted}
    facts.note(row for row in rows.values() if row.id not in known)
    facts.whole |= read


def taken(session: Session, pins: Iterable[str]) -> set[str]:
    """Return which of these numbers somebody has or had: none is given twice."""
    found = lookup.find_many(session, pins)
    return {pin for pin, holders in found.items() if holders.hits}


def _last_ids(session: Session, tables: Iterable[type[Base]]) -> dict[type[Base], Iterator[int]]:
    """Number new rows after the greatest id there is: one process writes at a time.

    They begin above all that any version of the generator gives to its own rows.
    """
    asked = list(tables)
    greatest = [
        select(func.coalesce(func.max(table.__table__.c.id), 0)).scalar_subquery()
        for table in asked
    ]
    found = session.execute(select(*greatest)).one()
    return {
        table: count(max(last, GENERATED) + 1) for table, last in zip(asked, found, strict=True)
    }


def _all(
    session: Session,
    table: type[Row],
    column: InstrumentedAttribute[Any],
    values: Iterable[Any],
) -> Sequence[Row]:
    asked = list(values)
    if not asked:
        return ()
    return session.scalars(select(table).where(_among(session, column, asked))).all()


def _among(
    session: Session, column: InstrumentedAttribute[Any], values: list[Any]
) -> ColumnElement[bool]:
    """Write `column IN values` with one parameter: a file speaks of tens of thousands."""
    if engines.dialect(session.get_bind()) == "sqlite":
        listed = func.json_each(json.dumps(values)).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == any_(literal(values, ARRAY(column.type)))
