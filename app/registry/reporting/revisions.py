"""Revisions: a citizen as a correction would leave them, and whether their number still fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from app.matching.dates import PartialDate
from app.matching.numbers import StructureWarning, compose
from app.registry import numbers
from app.registry.reporting import entries

if TYPE_CHECKING:
    from app.registry.life_events.correction import Correction
    from app.registry.models import Citizen
    from app.registry.reporting.reports import Case

Ground = Literal["sex_reassignment", "birth_year_corrected", "entry_error"]

_PLACES = {"registration_place": "registration", "birth_place": "birth", "origin": "origin"}
_GROUNDS: dict[StructureWarning, Ground] = {
    StructureWarning.SEX_DIFFERS: "sex_reassignment",
    StructureWarning.CENTURY_DIFFERS: "birth_year_corrected",
    StructureWarning.YEAR_DIFFERS: "birth_year_corrected",
}


@dataclass(frozen=True, slots=True)
class Revision:
    """A citizen, and the columns that a correction would give other values."""

    citizen: Citizen
    columns: dict[str, Any]

    def value(self, column: str) -> Any:
        """What the column would hold."""
        return self.columns.get(column, getattr(self.citizen, column))

    @property
    def birth(self) -> PartialDate:
        """The date of birth there would be."""
        year, month, day = (self.value(f"birth_{part}") for part in ("year", "month", "day"))
        return PartialDate(year, month, day)

    def changes(self, *columns: str) -> bool:
        """Whether any of these columns would change."""
        return any(self.value(column) != getattr(self.citizen, column) for column in columns)


def revise(case: Case[Correction]) -> Revision:
    """Work out the columns of the person's own row; KeyError if nobody has the number."""
    said, facts = case.payload, case.facts
    citizen = facts.people[said.pin]
    members = said.model_fields_set
    columns: dict[str, Any] = {}
    if "name" in members:
        columns |= entries.name_columns(said.name)
    if "birth_date" in members:
        columns |= entries.birth_columns(said.birth_date)
    for member, prefix in _PLACES.items():
        if member in members:
            place = getattr(said, member)
            columns |= entries.place_columns(prefix, place, facts, case.report.today)
    plain = members & {*entries.AS_SAID, "ethnicity"}
    columns |= {name: getattr(said, name) for name in plain}
    return Revision(citizen, columns)


def ground(case: Case[Correction], revision: Revision) -> Ground | None:
    """Say why the number must be established anew (Circular 59/2021, Art 6), or None.

    That is so where a change of sex, year of birth or province of registration leaves the present
    number contradicting its holder, and where the report gives a ground itself.
    """
    if case.payload.ground is not None:
        return case.payload.ground
    pin, sex = revision.citizen.pin, revision.value("sex")
    if revision.changes("sex", "birth_year"):
        warnings = numbers.warnings(pin, revision.birth, sex, case.report.today)
        grounds = [_GROUNDS[warning] for warning in warnings if warning in _GROUNDS]
        if grounds:
            return grounds[0]
    unit_id = revision.value("registration_unit_id")
    moved = revision.changes("registration_unit_id") and unit_id is not None
    return "entry_error" if moved and _province(case, revision) != pin[1:3] else None


def stem(case: Case[Correction]) -> str | None:
    """Return the first six digits of the number the revised person needs, if it is to be drawn."""
    if case.payload.pin not in case.facts.people or case.payload.new_pin is not None:
        return None
    revision = revise(case)
    year, sex = revision.birth.year, revision.value("sex")
    if ground(case, revision) is None or not 1900 <= year <= 2399:
        return None
    province = _province(case, revision)
    return compose(province, "F" if sex == "F" else "M", year, 0, case.report.pin_style)[:6]


def _province(case: Case[Correction], revision: Revision) -> str:
    """The province of the registration in its own era; born abroad, the present number's."""
    units, unit_id = case.facts.units, revision.value("registration_unit_id")
    if unit_id is None:
        return revision.citizen.pin[1:3]
    return units.by_id[units.by_id[unit_id].province_id].code
