"""Whose name a child bears by the custom of its people, read back from what is written."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import polars as pl

from seed import name_lists
from tests.support.rules import kin, known

LISTS = name_lists.load()


class Person(NamedTuple):
    people: int
    sex: int
    family: str
    given: str


class Family(NamedTuple):
    """A child with both parents, and how its people hand names down."""

    system: str
    child: Person
    father: Person
    mother: Person


def families(tables, *, noted=False):
    """Every child whose parents are both in the world, by whether a note is there."""
    columns = ("ethnicity", "sex", "family_name", "given_name")
    rows = known(tables, *columns, "surname_note")
    for kind in ("father", "mother"):
        parents = kin(tables, kind).select("citizen_id", "relative_id")
        people = known(tables, *columns).rename({name: f"{kind}_{name}" for name in columns})
        parents = parents.join(people, left_on="relative_id", right_on="id").drop("relative_id")
        rows = rows.join(parents, left_on="id", right_on="citizen_id")
    rows = rows.filter(pl.col("surname_note").is_not_null() == noted)
    return [_family(row) for row in rows.iter_rows(named=True)]


def _family(row):
    child, father, mother = (
        Person(
            int(row[f"{who}ethnicity"]),
            "MF".index(row[f"{who}sex"]),
            row[f"{who}family_name"],
            row[f"{who}given_name"],
        )
        for who in ("", "father_", "mother_")
    )
    return Family(_system(child.people, father), child, father, mother)


def _system(people, father):
    if LISTS.maternal[people]:
        return "mother"
    if LISTS.patronymic[people].any() and father.people == people:
        return "patronymic"
    return "particle" if particle(people, 0) is not None else "father"


def follows(family):
    """Whether the child is named as its people do it."""
    child, father = family.child, family.father
    if LISTS.patronymic[child.people].any() and child.family == father.given:
        return True
    return _hands_down(family.mother if LISTS.maternal[child.people] else father, child)


def is_of_a_parent(family):
    return any(_hands_down(parent, family.child) for parent in (family.father, family.mother))


def _hands_down(giver, child):
    inherited = lineage(giver)
    if inherited == "":
        return child.family == (particle(child.people, child.sex) or "")
    return lineage(child) == inherited or child.family == inherited


def lineage(person):
    """The surname without what sex makes of it; '' where a particle stands in its place."""
    if person.family == particle(person.people, person.sex):
        return ""
    of_men = _daughters().get((int(LISTS.surname_list[person.people]), person.family))
    return of_men or person.family


@cache
def particle(people, sex):
    """What a people writes where others have a surname; None where it has no such custom."""
    key = (LISTS.group[people] * 2 + sex) * 2
    if not LISTS.forms.draw.has(np.array([key]))[0]:
        return None
    row = LISTS.forms.draw.take(np.random.default_rng(0), np.array([key]))[0]
    return LISTS.words[LISTS.forms.family[row]]


@cache
def _daughters():
    return {
        (form.surname_list, LISTS.words[word]): LISTS.words[form.man]
        for form in LISTS.gendered
        for word in form.women
    }
