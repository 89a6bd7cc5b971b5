"""The cast as rows, in worlds of any start and style; what each persona is has its own tests."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import NamedTuple

import pyarrow as pa
import pytest

from app.identity import bulk as identity
from app.matching import numbers
from app.matching.dates import of
from app.registry import bulk as registry
from app.registry.countries import NATIONALITIES
from app.sectors import bulk as sectors
from seed.personas import rows
from seed.personas.rows import AWAY, CAST

SCHEMAS = {**registry.SCHEMAS, **identity.SCHEMAS, **sectors.SCHEMAS}


class Spec(NamedTuple):
    start_date: dt.date
    pin_style: str


STARTS = [dt.date(2018, 1, 1), dt.date(2024, 2, 29), dt.date(2024, 5, 1), dt.date(2026, 1, 1)]


@pytest.fixture(params=STARTS, ids=str)
def start(request) -> dt.date:
    return request.param


@pytest.fixture(params=["reserved", "realistic"])
def cast(request, start) -> rows.Cast:
    return rows.make(Spec(start, request.param), defaultdict(lambda: 1))


def citizens(cast: rows.Cast) -> dict[str, dict]:
    by_id = {row["id"]: row for row in cast.rows["citizen"]}
    return {persona.name: by_id[persona.citizen_id] for persona in cast.personas}


def test_there_are_at_least_thirty_personas_with_a_purpose_in_both_languages(cast):
    assert len(cast.personas) >= 30
    assert len({persona.name for persona in cast.personas}) == len(cast.personas)
    assert all(persona.purpose and persona.purpose_en for persona in cast.personas)


def test_no_serial_and_no_key_is_given_twice():
    roles = [role for home in CAST for role, _ in home.members] + list(AWAY)
    serials = [role.serial for role in roles]
    serials += [role.superseded[0] for role in roles if role.superseded]
    assert len(set(serials)) == len(serials)
    assert len({role.key for role in roles}) == len(roles)


def test_every_country_and_nationality_of_the_cast_is_one(cast):
    said = {
        (column, value)
        for found in cast.rows.values()
        for row in found
        for column, value in row.items()
        if column.endswith(("country", "nationality")) and value is not None
    }
    assert {("birth_country", "CZ"), ("nationality", "XX")} <= said
    assert {value for _, value in said} <= NATIONALITIES
    assert {column for column, value in said if value == "XX"} == {"nationality"}


def test_rows_fit_the_tables(cast):
    for table, found in cast.rows.items():
        batch = pa.RecordBatch.from_pylist(found, SCHEMAS[table])
        batch.validate(full=True)
        assert set(found[0]) == set(SCHEMAS[table].names)
        for field in SCHEMAS[table]:
            assert field.nullable or batch.column(field.name).null_count == 0, field.name


def test_numbers_agree_with_their_holders_except_where_noted(cast, start):
    for row in cast.rows["citizen"]:
        born = of(row["birth_year"], row["birth_month"], row["birth_day"])
        warnings = numbers.structure_warnings(row["pin"], born, row["sex"], start)
        assert bool(warnings) == (row["number_note"] is not None), row["full_name"]
        assert row["pin"][6:8] == "99"


def test_spouses_stand_in_each_others_rows(cast):
    rows_of_spouses = [row for row in cast.rows["kinship"] if row["kind"] == "spouse"]
    spouses = [row for row in rows_of_spouses if row["relative_id"] is not None]
    assert len(rows_of_spouses) - len(spouses) == 1  # who is known by name only
    pairs = {(row["citizen_id"], row["relative_id"]): row["to_date"] for row in spouses}
    assert len(pairs) == len(spouses) >= 4
    assert all(pairs[relative, citizen] == ended for (citizen, relative), ended in pairs.items())


def test_children_are_younger_than_their_parents_by_more_than_fifteen_years(cast):
    born = {row["id"]: row["birth_year"] for row in cast.rows["citizen"]}
    parents = [row for row in cast.rows["kinship"] if row["kind"] in {"father", "mother"}]
    known = [row for row in parents if row["relative_id"] is not None]
    assert known
    assert all(born[row["citizen_id"]] - born[row["relative_id"]] > 15 for row in known)


def test_ages_hold_on_the_start_date(cast, start):
    people = citizens(cast)
    minor = people["minor-13"]
    birthday = dt.date(minor["birth_year"] + 13, minor["birth_month"], minor["birth_day"])
    assert birthday <= start < birthday.replace(year=birthday.year + 1)
    assert start.year - people["centenarian"]["birth_year"] >= 100
    assert people["centenarian"]["birth_month"] is None
    newborn = people["newborn"]
    age = start - dt.date(newborn["birth_year"], newborn["birth_month"], newborn["birth_day"])
    assert age.days < 30


def test_states_hold_on_the_start_date(cast):
    people = citizens(cast)
    for state in ("missing", "emigrated", "under-review"):
        assert people[state]["state"] == state.replace("-", "_")
    assert people["deceased"]["state"] == "dead"
    assert people["deceased"]["death_date"] is not None
    assert people["widowed"]["marital_status"] == "widowed"


def test_two_people_share_an_old_number(cast):
    people = citizens(cast)
    pair = {people["old-number-shared"]["id"], people["old-number-shared-2"]["id"]}
    holders = defaultdict(set)
    for row in cast.rows["old_number"]:
        holders[row["number"]].add(row["citizen_id"])
    assert pair in holders.values()


def test_cards_are_what_the_personas_are_named_for():
    start = dt.date(2026, 1, 1)
    cast = rows.make(Spec(start, "reserved"), defaultdict(lambda: 1))
    people = citizens(cast)
    cards = defaultdict(list)
    for row in cast.rows["card"]:
        cards[row["citizen_id"]].append(row)
    (expired,) = cards[people["card-expired"]["id"]]
    assert expired["state"] == "active"
    assert expired["expires_on"] < start
    (lost,) = cards[people["card-lost"]["id"]]
    assert lost["state"] == "lost"
    (unlimited,) = cards[people["card-unlimited"]["id"]]
    assert unlimited["expires_on"] is None
    (valid,) = cards[people["adult-level-2"]["id"]]
    assert valid["state"] == "active"
    assert valid["expires_on"] > start
    assert not cards[people["no-card-14"]["id"]]
