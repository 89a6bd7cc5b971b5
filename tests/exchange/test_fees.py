"""What is charged, what it saves, and that the sums are those of the log."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import update

from app.exchange import fees, fresh_start, proof
from app.exchange.log import leaves, retention, store
from app.exchange.log.leaves import Kind
from app.exchange.models import LeafEntry
from app.platform import clock

BANK, TELCO, PROVINCE = "vietcombank-basic", "viettel", "ha-noi"
FOUR = ("full_name", "birth_date", "sex", "nationality")


@pytest.fixture
def log(world, access):
    """Log exchanges, as the rooms above do."""

    def draft(system=BANK, day="2026-01-01", outcome="match", **more):
        said = {
            "agency": access.snapshot().callers[system].agency_code,
            "system": system,
            "purpose": "ekyc",
            "legal_basis": "Luật",
            "kind": Kind.VERIFICATION,
            "outcome": outcome,
            "fields": FOUR,
            "request_id": "0" * 32,
            "domain_time": day,
            "salt": proof.salt(),
        }
        return leaves.LeafDraft(**said | more)

    def write(*asked):
        drafts = [draft(**one) for one in asked]
        world.writer.submit(lambda session: store.append(session, world, drafts, now=clock.now()))

    return write


@pytest.fixture
def told(world):
    """Settle and report."""

    def report(**named):
        fees.settle(world)
        with world.session() as session:
            return fees.report(session, **named)

    return report


def batch(*people):
    """The entries of a batch: of each person the outcome and how many fields."""
    return leaves.entry_tree(
        [
            leaves.Entry(
                fields=FOUR[:fields],
                outcome=outcome,
                position=place,
                request_id="0" * 32,
                salt=proof.salt(),
            )
            for place, (outcome, fields) in enumerate(people)
        ]
    )


def test_a_field_costs_1000_dong_and_half_of_it_until_2023(log, told):
    """Four fields each: 0 before the circular, 4 × 500 in 2023, 4 × 1,000 since."""
    log(*({"day": day} for day in ("2022-08-31", "2023-12-31", "2024-01-01", "2024-01-02")))
    lines = told().lines
    assert [(line.month, line.tariff, line.spent) for line in lines] == [
        ("2022-08", 0, 0),
        ("2023-12", 500, 2_000),
        ("2024-01", 1_000, 8_000),
    ]


def test_the_worked_example_of_the_document(log, told):
    """One bank, two answers of four fields: 8,000 đ, where by hand they are 58,000 đ."""
    log({}, {}, {"outcome": "refused:QUOTA_EXCEEDED"}, {"outcome": "replayed"})
    report = told()
    [line] = report.lines
    assert (line.answers, line.fields, line.spent) == (2, 8, 8_000)
    assert (line.by_hand, line.saved) == (58_000, 50_000)
    assert (report.spent, report.saved, report.up_to) == (8_000, 50_000, 4)


def test_the_telcos_of_2023_saved_what_was_reported():
    """120 million subscribers, four fields at 500 đ: 143 billion đ."""
    saved = 120_000_000 * (fees.BY_HAND["telco"] - 4 * fees.tariff("2023-07"))
    assert round(saved / 1e9) == 143


def test_a_state_body_spends_nothing_and_saves_all(log, told):
    log({"system": PROVINCE})
    [line] = told().lines
    assert (line.free, line.spent, line.saved) == (True, 0, 29_000)


def test_each_person_of_a_batch_is_charged_for_what_was_told_of_them(log, told):
    people = batch(("match", 4), ("refused:NO_CONSENT", 2), ("no_match", 3))
    log({"entries": people, "outcome": "answered", "system": TELCO})
    [line] = told().lines
    assert (line.answers, line.fields) == (2, 7)


def test_what_is_not_of_the_population_database_is_free(log, told):
    log({"kind": Kind.CHIP}, {"kind": Kind.ACCOUNT}, {"kind": Kind.DISCLOSURE, "fields": ()})
    [line] = told().lines
    assert (line.kind, line.answers, line.spent) == ("disclosure", 1, 0)


def test_sums_grow_with_the_log_and_are_of_one_agency_and_month(log, told, access):
    log({}, {"system": TELCO})
    assert told().answers == 2
    log({}, {"day": "2026-02-01"})
    assert told().answers == 4
    assert told().answers == 4
    code = access.snapshot().callers[BANK].agency_code
    assert told(agency_code=code).answers == 3
    assert told(agency_code=code, month="2026-02").answers == 1


def test_a_long_log_is_settled_in_slices(log, told, monkeypatch):
    monkeypatch.setattr(fees, "_SLICE", 3)
    monkeypatch.setattr(fees, "_MOST_PEOPLE", 4)
    many = batch(*[("match", 1)] * 5)
    log({}, {}, {"entries": many}, {"entries": many}, {}, {}, {})
    report = told()
    assert (report.answers, report.up_to) == (15, 7)


def test_what_retention_removed_before_is_not_charged(world, log, told):
    log({})
    later = clock.now() + dt.timedelta(days=1)
    retention.enforce(world, keep=dt.timedelta(0), now=later, today=world.today)
    report = told()
    assert (report.lines, report.up_to) == ((), 2)


def test_of_a_batch_what_is_left_of_its_people_is_charged(world, log, told):
    log({"entries": batch(("match", 4), ("match", 4), ("match", 4))})
    gone = update(LeafEntry).where(LeafEntry.position == 1).values(body=None)
    world.writer.submit(lambda session: session.execute(gone))
    assert told().answers == 2


def test_what_was_added_up_stays_when_its_leaves_go(world, log, told):
    log({}, {"entries": batch(("match", 2))})
    before = told().lines
    later = clock.now() + dt.timedelta(days=1)
    retention.enforce(world, keep=dt.timedelta(0), now=later, today=world.today)
    assert told().lines == before


def test_another_incarnation_of_the_world_owes_nothing(world, log, told):
    log({})
    told()
    world.writer.submit(fresh_start.begin)
    with world.session() as session:
        assert fees.report(session).lines == ()
