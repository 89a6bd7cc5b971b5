"""Corrected numbers: what a grant adds to the verdicts of those found, and what it costs."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.exchange import fees
from app.exchange.callers import Room
from app.exchange.jobs import running
from app.exchange.log import leaves
from app.exchange.models import Leaf, LeafEntry
from app.exchange.reconciling import asking
from tests.exchange import people
from tests.exchange.reconciling.conftest import AN
from tests.exchange.reconciling.test_running import ROWS

#: Social security has grants for both, with an officer: to compare, and to be told the number.
BY = {"client": "bhxh", "purpose": "social-insurance", "officer": "can-bo-1"}
TOLD = {**BY, "fields": ("pin",)}


def test_whoever_is_found_is_told_by_the_number_on_record(reconciled):
    wrong = f"{AN[0][:-1]}9"
    told, _ = reconciled([*ROWS, (wrong, *AN[1:])], **TOLD)
    assert [row["pin"] for row in told] == [
        *[AN[0]] * 4,  # right, old, cancelled, without marks
        None,  # another name
        *[None] * 2,
        people.HUNG_PIN,
        *[None] * 2,
        None,  # one digit wrong: among ten people that might be anybody
    ]
    assert told[-1]["verdict"] == "ambiguous"


def test_what_is_not_asked_for_is_not_told(reconciled):
    told, _ = reconciled(ROWS[:1], **BY)
    assert "pin" not in told[0]


def test_who_is_not_told_what_is_near_is_not_told_its_number(reconciled, change):
    change("bhxh", cleansing=False)
    told, _ = reconciled(ROWS[:4], **TOLD)
    assert [(row["verdict"], row["pin"]) for row in told[2:]] == [
        ("match", AN[0]),
        ("mismatch", None),
    ]
    change("bhxh", outcome_detail=False)
    told, _ = reconciled([*ROWS[:2], ROWS[4]], **TOLD)
    assert [(row["verdict"], row["pin"]) for row in told] == [
        ("match", AN[0]),
        ("match", AN[0]),
        ("no_match", None),
    ]


def test_leaf_entries_and_fees_name_what_was_asked(world, reconciled, show):
    _, job_id = reconciled(ROWS, **TOLD)
    job = show(job_id)
    assert job.fields == ["pin"]
    with world.session() as session:
        leaf = leaves.parse(session.scalars(select(Leaf.body).where(Leaf.seq == job.leaf)).one())
        bodies = session.scalars(select(LeafEntry.body).where(LeafEntry.seq == job.leaf)).all()
    asked = ["full_name", "birth_date", "pin"]
    assert sorted(leaf.fields) == sorted(asked)
    assert {tuple(sorted(leaves.parse_entry(body).fields)) for body in bodies} == {
        tuple(sorted(asked))
    }
    fees.settle(world)
    with world.session() as session:
        [line] = fees.report(session).lines
    assert (line.answers, line.fields) == (8, 24)


@pytest.mark.parametrize(
    ("client", "purpose", "reason"),
    [
        ("viettel", "data-cleansing", "PURPOSE_NOT_ALLOWED"),  # may compare, and no more
        ("bhxh", "social-insurance", "OFFICER_REQUIRED"),
        ("vietcombank-basic", "ekyc", "PURPOSE_NOT_ALLOWED"),
    ],
)
def test_without_a_grant_for_the_number_nothing_runs(access, client, purpose, reason):
    caller = access.poll().callers[client]
    verdict = asking.admit(caller, people.errand(purpose), {"fields": ["pin"]}, Room.ENOUGH)
    assert verdict.reason == reason


def test_a_grant_that_ends_meanwhile_ends_the_job(world, prepared, show, change):
    job_id = prepared(ROWS, **TOLD)
    change("bhxh", state="suspended")
    running.run(people.claimed(world, job_id))
    assert show(job_id).state == "refused"
