"""Whose number is this? The lookups that verification and every reading begin with.

The statements are here once and in three dialects of placeholder, because the hot route asks with
`sqlite3` or `asyncpg` directly: both ways of asking must find the same people. A personal number
is looked up among current and superseded ones in one statement, so that the work is the same
whether it exists, is superseded or is nobody's.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from sqlalchemy import text

from app.matching.dates import PartialDate
from app.matching.numbers import NumberKind, classify
from app.matching.verdicts import Record
from app.platform import engines

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

Via = Literal["pin", "superseded", "old"]

_COLUMNS = """c.id, c.pin, c.state, c.full_name, c.birth_year, c.birth_month, c.birth_day,
    c.sex, c.nationality, c.ethnicity, c.origin_unit_id"""
_PERSONAL = """
SELECT c.pin, 'pin', {columns} FROM citizen c WHERE c.pin {number}
UNION ALL
SELECT s.pin, 'superseded', {columns} FROM superseded_number s
    JOIN citizen c ON c.id = s.citizen_id WHERE s.pin {number}
"""
_OLD = """
SELECT o.number, 'old', {columns} FROM old_number o
    JOIN citizen c ON c.id = o.citizen_id WHERE o.number {number} ORDER BY c.id
"""
_PERMANENT = """
SELECT r.citizen_id, r.unit_id FROM residence r WHERE r.citizen_id {number}
    AND r.kind = 'permanent' AND r.from_date <= {day} AND (r.to_date IS NULL OR r.to_date > {day})
"""
_PARENTS = """
SELECT k.citizen_id, k.kind, COALESCE(p.full_name, k.relative_name) FROM kinship k
    LEFT JOIN citizen p ON p.id = k.relative_id
    WHERE k.citizen_id {number} AND k.kind IN ('father', 'mother') AND k.to_date IS NULL
"""


class Hit(NamedTuple):
    """A row of `personal` or `old`: the number asked, how it led here, and what is compared."""

    number: str
    via: Via
    citizen_id: int
    pin: str
    state: str
    full_name: str
    birth_year: int
    birth_month: int | None
    birth_day: int | None
    sex: str
    nationality: str
    ethnicity: str
    origin_unit_id: int | None

    def record(self) -> Record:
        """What a claim is compared with; provinces and parents are asked for apart."""
        return Record(
            full_name=self.full_name,
            birth_date=PartialDate(self.birth_year, self.birth_month, self.birth_day),
            sex=self.sex,
            nationality=self.nationality,
            ethnicity=self.ethnicity,
        )


@dataclass(frozen=True, slots=True)
class Found:
    """All who have or had a number: nobody, one person, or several (old numbers only)."""

    number: str
    hits: tuple[Hit, ...]

    @property
    def only(self) -> Hit | None:
        """The one person, unless there is none or there are several."""
        return self.hits[0] if len(self.hits) == 1 else None


class Parents(NamedTuple):
    """The full names of a person's parents, as far as they are on record."""

    father_name: str | None = None
    mother_name: str | None = None


@dataclass(frozen=True, slots=True)
class Statements:
    """The four lookups in one driver's placeholders.

    First parameter: the number, or the citizen's id; many at once as a JSON array (SQLite) or an
    array (PostgreSQL). Second parameter of `permanent`: the day, ISO text on SQLite. Rows of
    `personal` and `old` fill a `Hit`; of `permanent` they are citizen and unit id; of `parents`
    citizen id, kind and name.
    """

    personal: str
    old: str
    permanent: str
    parents: str


def _statements(number: str, day: str) -> Statements:
    forms = (_PERSONAL, _OLD, _PERMANENT, _PARENTS)
    values = {"number": number, "day": day, "columns": _COLUMNS}
    return Statements(*[form.format(**values) for form in forms])


SQLITE_ONE = _statements("= ?1", "?2")
SQLITE_MANY = _statements("IN (SELECT value FROM json_each(?1))", "?2")
POSTGRES_ONE = _statements("= $1", "$2")
POSTGRES_MANY = _statements("= ANY($1)", "$2")
_NAMED_MANY = {
    "sqlite": _statements("IN (SELECT value FROM json_each(:keys))", ":day"),
    "postgresql": _statements("= ANY(:keys)", ":day"),
}


def find(session: Session, number: str) -> Found:
    """Return who has or had this personal (12 digits) or old number (9); nobody for other text."""
    return find_many(session, [number])[number]


def find_many(session: Session, numbers: Iterable[str]) -> dict[str, Found]:
    """Look up many numbers in at most two statements; every number asked for is a key."""
    asked = list(dict.fromkeys(numbers))
    return grouped(asked, map(Hit._make, hits(session, asked)))


def hits(session: Session, numbers: Iterable[str]) -> list[Sequence[Any]]:
    """Look up different numbers in at most two statements; return the rows of `Hit` as they come.

    For what counts many of them, and needs no object for each.
    """
    kinds: dict[NumberKind | None, list[str]] = {}
    for number in numbers:
        kinds.setdefault(classify(number), []).append(number)
    rows: list[Sequence[Any]] = []
    for kind, name in ((NumberKind.PERSONAL, "personal"), (NumberKind.OLD, "old")):
        if kind in kinds:
            rows += _rows(session, name, kinds[kind])
    return rows


def grouped(numbers: Iterable[str], hits: Iterable[Hit]) -> dict[str, Found]:
    """Return what was found for each number asked, in that order."""
    by_number: dict[str, list[Hit]] = {number: [] for number in numbers}
    for hit in hits:
        by_number[hit.number].append(hit)
    return {number: Found(number, tuple(found)) for number, found in by_number.items()}


def permanent_units(
    session: Session, citizen_ids: Iterable[int], day: dt.date
) -> dict[int, int | None]:
    """Return the unit of each citizen's permanent residence on `day`; who has none is left out.

    The unit is the one recorded, possibly of the older era: `units.province_of` shows it as of a
    day. It is None where the permanent address is abroad.
    """
    rows = _rows(session, "permanent", list(citizen_ids), day)
    return dict(tuple(row) for row in rows)


def parents(session: Session, citizen_ids: Iterable[int]) -> dict[int, Parents]:
    """Return the names of each citizen's parents; who has none on record is left out."""
    return named_parents(_rows(session, "parents", list(citizen_ids)))


def named_parents(rows: Iterable[Sequence[Any]]) -> dict[int, Parents]:
    """Put the rows of `parents` together."""
    found: dict[int, Parents] = {}
    for citizen_id, kind, name in rows:
        known = found.get(citizen_id, Parents())
        found[citizen_id] = known._replace(**{f"{kind}_name": name})
    return found


def _rows(
    session: Session, name: str, keys: list[Any], day: dt.date | None = None
) -> Sequence[Sequence[Any]]:
    dialect = engines.dialect(session.get_bind())
    sqlite = dialect == "sqlite"
    values: dict[str, object] = {"keys": json.dumps(keys) if sqlite else keys}
    if day is not None:
        values["day"] = day.isoformat() if sqlite else day
    return session.execute(text(getattr(_NAMED_MANY[dialect], name)), values).all()
