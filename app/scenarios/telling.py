"""What testers are told: the values that answers are made of, without anything heavy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import msgspec


class ColumnView(msgspec.Struct, frozen=True, kw_only=True):
    """A column: what stands there, in both languages; `values` where it is one of a few."""

    name: str
    kind: str
    vi: str
    en: str
    values: Mapping[str, str] = {}


class ScenarioLine(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario in a list."""

    name: str
    title_vi: str
    title_en: str
    client: str
    simulated: bool = True


class ScenarioView(ScenarioLine, frozen=True, kw_only=True):
    """A scenario, with everything a tester needs who writes an own solution.

    `columns` are the agency's file, `answers` the answer's, beside `record_id`. `mix` are the
    shares of the kinds of rows; `costs[situation][action]` is in thousand đồng a row, or in per
    cent of the column `stake`. `past` are the columns of a file of rows whose outcome is known,
    `consents` the fields that those who consented agreed to.
    """

    story_vi: str
    story_en: str
    law: str
    purpose: str
    columns: list[ColumnView]
    answers: list[ColumnView]
    mix: Mapping[str, float]
    action: str
    costs: Mapping[str, Mapping[str, int]]
    stake: str | None
    past: list[ColumnView]
    consents: list[str]
    difficulties: list[str]
    smallest: int
    largest: int


class RunView(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was made. One of practice is the same everywhere: its score proves nothing.

    `absent` are kinds of rows of which a file of this size has none.
    """

    id: str
    scenario: str
    agency: str
    client: str
    parameters: Mapping[str, Any]
    practice: bool
    started_on: dt.date
    started_at: dt.datetime
    rows: int
    absent: list[str]
    submissions: int
    files: list[str]
    simulated: bool = True


class ClassScore(msgspec.Struct, frozen=True, kw_only=True):
    """How well one class was told from the others; None where nothing is to be divided by."""

    name: str
    rows: int
    answered: int
    right: int
    precision: float | None
    recall: float | None
    f1: float | None


class AnswerScore(msgspec.Struct, frozen=True, kw_only=True):
    """How well one answer fits the truth.

    `confusion[i][j]` are the rows of class i that were answered j, both in the order of `classes`.
    `bound` is the best accuracy that the file's own ambiguity allows: rows that look alike in all
    that can be seen cannot be told apart.
    """

    answer: str
    accuracy: float
    bound: float
    macro_f1: float
    classes: list[ClassScore]
    confusion: list[list[int]]


class NumberScore(msgspec.Struct, frozen=True, kw_only=True):
    """How well numbers were found: right, wrong, missing, and given where there is none."""

    answer: str
    right: int
    wrong: int
    missing: int
    invented: int


class CostLine(msgspec.Struct, frozen=True, kw_only=True):
    """What one action cost on rows of one situation, in thousand đồng."""

    situation: str
    action: str
    rows: int
    cost: int


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What the submission costs, in thousand đồng.

    `bound` is the least that any rule can come to that sees what can be seen; `naive` is taking
    the registry at its letter; `constant` is doing one thing with every row, by action.
    """

    total: int
    bound: int
    naive: int
    constant: Mapping[str, int]
    lines: list[CostLine]


class CalibrationBin(msgspec.Struct, frozen=True, kw_only=True):
    """A tenth of the rows by their probability: what was expected of them, and what came."""

    rows: int
    expected: float
    observed: float


class GroupScore(msgspec.Struct, frozen=True, kw_only=True):
    """How an answer treats a group of people: `by` what, and which (`name`).

    `expected` is the mean of what was said. `approved` are the shares of all, `good_refused` of
    those without the event, `bad_approved` of those with it; None where there are none.
    """

    by: str
    name: str
    rows: int
    events: int
    expected: float
    approved: float
    good_refused: float | None
    bad_approved: float | None
    auc: float | None


class ProbabilityScore(msgspec.Struct, frozen=True, kw_only=True):
    """How good probabilities of an event are: discrimination, calibration, profit, by group.

    `…_bound` is what the hidden process's own probabilities come to. Profits are in thousand
    đồng; refusing everything brings none. The curves are points (share of non-events, of events).
    """

    answer: str
    rows: int
    events: int
    auc: float | None
    auc_bound: float | None
    gini: float | None
    ks: float | None
    brier: float
    brier_bound: float
    calibration_error: float
    profit: int
    profit_bound: int
    profit_naive: int
    calibration: list[CalibrationBin]
    roc: list[tuple[float, float]]
    roc_bound: list[tuple[float, float]]
    groups: list[GroupScore]


class Scorecard(msgspec.Struct, frozen=True, kw_only=True):
    """What a submission is worth.

    `score` is 100 at the bound of the cost and 0 at the cheapest of what needs no thought (one
    action for all, or the registry at its letter); below that it is negative. `probability` is
    there where the scenario asks for one.
    """

    scenario: str
    run: str
    submission: int
    practice: bool
    rows: int
    score: float
    answers: list[AnswerScore]
    numbers: list[NumberScore]
    cost: Cost
    submitted_on: dt.date
    probability: ProbabilityScore | None = None
    simulated: bool = True


class Complaint(msgspec.Struct, frozen=True, kw_only=True):
    """A subscriber who complained, and what was shown: `chip` (read, with the face) or `photo`."""

    record_id: str
    made_on: dt.date
    shows: str
    decision: str | None
    decided_on: dt.date | None


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """Where a submission's block stands on the world's today, `day` days after it.

    `steps` are the days on which each step begins, `states` how many stand where. Counted against
    the truth: rightful subscribers who are blocked, whose numbers are `lost`, who are back; the
    unlawful who are back, and who can call. `cost` is in thousand đồng up to today.
    """

    scenario: str
    run: str
    submission: int
    submitted_on: dt.date
    day: int
    steps: Mapping[str, dt.date]
    states: Mapping[str, int]
    open_complaints: int
    complaints: list[Complaint]
    wrongly_blocked: int
    lost: int
    reinstated: int
    wrongly_reinstated: int
    fraud_left: int
    cost: int
    simulated: bool = True


class Rival(msgspec.Struct, frozen=True, kw_only=True):
    """A submission beside the best: on how many rows it was right where that was wrong."""

    submission: int
    score: float
    cost: int
    accuracy: Mapping[str, float]
    better: int
    worse: int


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The submissions of a run, the best first; `better` and `worse` are told against it."""

    run: str
    best: int | None
    submissions: list[Rival]
    simulated: bool = True
