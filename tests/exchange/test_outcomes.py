"""The table of outcomes against a list written by hand, and what it must never let through."""

from __future__ import annotations

from itertools import product

import pytest

from app.exchange.outcomes import (
    ROWS,
    STATES,
    Agreement,
    Outcome,
    Standing,
    agreement,
    row,
    table_markdown,
)
from app.exchange.refusals import PROBLEMS
from app.matching.findings import MATCH, MISMATCH, NOT_ON_RECORD, Finding, Reason, Verdict, near

PARTIAL_MATCH = Finding(Verdict.MATCH, Reason.DOB_PARTIAL)
PARTIAL_GAP = Finding(Verdict.NOT_ON_RECORD, Reason.DOB_PARTIAL)
NEAR = near(Reason.DIACRITICS)


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ([MATCH, MATCH], Agreement.AGREES),
        ([MATCH, PARTIAL_MATCH], Agreement.AGREES_IN_PART),
        ([MATCH, PARTIAL_GAP], Agreement.UNKNOWN_IN_PART),
        ([MATCH, NOT_ON_RECORD], Agreement.UNKNOWN),
        ([PARTIAL_GAP, NOT_ON_RECORD], Agreement.UNKNOWN),
        ([MATCH, NEAR], Agreement.NEAR),
        ([PARTIAL_GAP, NEAR], Agreement.NEAR),
        ([NOT_ON_RECORD, NEAR], Agreement.UNKNOWN),
        ([MATCH, NEAR, NOT_ON_RECORD, MISMATCH], Agreement.DIFFERS),
        ([], Agreement.DIFFERS),
    ],
)
def test_the_weakest_finding_decides_how_a_claim_stands(findings, expected):
    assert agreement(dict(enumerate(findings))) is expected


@pytest.mark.parametrize(
    ("number", "agreed", "state", "outcome", "plain"),
    [
        ("current", "agrees", "alive", "match", "match"),
        ("old", "agrees", "alive", "old_number_linked", "match"),
        ("current", "differs", "alive", "mismatch", "no_match"),
        ("current", "near", "alive", "near_match", "no_match"),
        ("current", "unknown", "alive", "not_on_record", "no_match"),
        ("current", "agrees_in_part", "alive", "birth_date_partial", "match"),
        ("current", "unknown_in_part", "alive", "birth_date_partial", "no_match"),
        ("superseded", "agrees", "alive", "superseded_number", "no_match"),
        ("superseded", "differs", "dead", "superseded_number", "no_match"),
        ("shared", "agrees", "alive", "ambiguous", "no_match"),
        ("unknown", "agrees", "alive", "not_found", "no_match"),
        ("current", "agrees", "dead", "deceased", "no_match"),
        ("current", "near", "dead", "deceased", "no_match"),
        ("current", "differs", "dead", "mismatch", "no_match"),
        ("current", "agrees", "missing", "missing", "no_match"),
        ("current", "agrees", "under_review", "under_review", "no_match"),
        ("old", "agrees", "emigrated", "emigrated", "match"),
    ],
)
def test_the_table_answers_each_case_as_published(number, agreed, state, outcome, plain):
    told = row(Standing(number), Agreement(agreed), state)
    assert (told.outcome, told.plain) == (outcome, plain)


def test_without_detail_there_are_two_answers_only():
    assert {entry.plain for entry in ROWS} == {Outcome.MATCH, Outcome.NO_MATCH}


def test_a_plain_match_always_means_a_person_whose_claim_holds():
    for number, agreed, state in product(Standing, Agreement, STATES):
        if row(number, agreed, state).plain is Outcome.MATCH:
            assert number in {Standing.CURRENT, Standing.OLD}
            assert agreed in {Agreement.AGREES, Agreement.AGREES_IN_PART}
            assert state in {"alive", "emigrated"}


def test_the_state_of_a_person_is_told_only_to_who_described_them_rightly():
    for number, agreed, state in product(Standing, (Agreement.DIFFERS, Agreement.UNKNOWN), STATES):
        told = row(number, agreed, state).outcome
        assert told not in {
            Outcome.DECEASED,
            Outcome.MISSING,
            Outcome.UNDER_REVIEW,
            Outcome.EMIGRATED,
        }


def test_every_row_of_the_table_decides_some_case():
    decided = {
        row(number, agreed, state)
        for number, agreed, state in product(Standing, Agreement, STATES)
    }
    assert decided == set(ROWS)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_printed_table_shows_every_row_and_every_refusal(language):
    lines = table_markdown(language).splitlines()
    assert len(lines) == 2 + len(ROWS) + len(PROBLEMS)
    assert all(line.count("|") == lines[0].count("|") for line in lines)
    assert "| 429 | `quota-exceeded` |" in table_markdown(language)
    assert "| 403 | `no-consent` |" in table_markdown(language)
