"""What holds of a person and those they belong to: parents, wards, the head of the household.

Part of `consistency`: asked of a person as a report leaves them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from app.platform.errors import InvalidParam
from app.registry.kinship import PARENTS
from app.registry.models import HouseholdMember
from app.registry.reporting import checks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.registry.reporting.consistency import Outcome

#: Who is tied by a marriage that has not ended.
MARRIED = ("married", "separated")


class _Place(NamedTuple):
    """Who can be this to a head of household; a spouse is married, others have an age for it."""

    sex: str | None
    age: int = 0
    is_spouse: bool = False


_GRANDPARENT = 2 * checks.YOUNGEST_PARENT
#: By the code of the registry's own list; codes that are not here are anybody's.
_PLACES = {
    "02": _Place("F", is_spouse=True),
    "03": _Place("M", is_spouse=True),
    "06": _Place("M", checks.YOUNGEST_PARENT),
    "07": _Place("F", checks.YOUNGEST_PARENT),
    "08": _Place("M", _GRANDPARENT),
    "09": _Place("F", _GRANDPARENT),
    "10": _Place("M"),
    "11": _Place("F"),
    "14": _Place("F", 18),
    "15": _Place("M", 20),
    "16": _Place(None, checks.YOUNGEST_PARENT),
}


def _two_parents(outcome: Outcome) -> Iterator[InvalidParam]:
    """Father and mother are two people."""
    if not outcome.changes(*PARENTS):
        return
    rows = [outcome.facts.open_kin(outcome.citizen.id, kind) for kind in PARENTS]
    ids = [row.relative_id for row in rows if row is not None and row.relative_id is not None]
    if len(set(ids)) < len(ids):
        yield InvalidParam(
            outcome.at("mother", "father"),
            "the same person is the other parent",
            "người này đã được ghi là cha hoặc mẹ còn lại",
        )


def _wards(outcome: Outcome) -> Iterator[InvalidParam]:
    """Whoever is a guardian was of age when that began."""
    if not outcome.changes("birth_year", "birth_month", "birth_day"):
        return
    born = checks.birth_of(outcome.citizen)
    kinds = ("guardian", "representative")
    rows = (row for row in outcome.facts.named_by[outcome.citizen.id] if row.kind in kinds)
    days = [row.from_date for row in rows if row.from_date is not None]
    if not all(checks.may_have_been(checks.OF_AGE, born, day) for day in days):
        yield InvalidParam(
            "birth_date",
            f"the person would have been under {checks.OF_AGE} as somebody's guardian",
            f"người này sẽ dưới {checks.OF_AGE} tuổi khi làm người giám hộ theo sổ đăng ký",
        )


def _relationships(outcome: Outcome) -> Iterator[InvalidParam]:
    """Who is something to a head can be that: a wife is a married woman, a father a grown man."""
    if not outcome.touched(HouseholdMember) and not outcome.changes("sex", "marital_status"):
        return
    member = outcome.facts.membership.get(outcome.citizen.id)
    place = None if member is None or member.to_date else _PLACES.get(member.relationship)
    if place is not None and not _fits(place, outcome):
        yield InvalidParam(
            "household.relationship"
            if "household" in outcome.said
            else outcome.at("relationship_to_head", "marital_status", "sex"),
            "the person's sex, age or marital status is not of that relationship to the head",
            "giới tính, tuổi hoặc tình trạng hôn nhân không hợp với quan hệ với chủ hộ",
        )


def _fits(place: _Place, outcome: Outcome) -> bool:
    citizen = outcome.citizen
    if place.sex is not None and citizen.sex not in (place.sex, "U"):
        return False
    if place.is_spouse and citizen.marital_status not in MARRIED:
        return False
    return checks.may_have_been(place.age, checks.birth_of(citizen), outcome.today)


RULES = (_two_parents, _wards, _relationships)
