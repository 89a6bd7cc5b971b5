"""Reconciliations: what each caller is told of each row, and what a run leaves behind."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import select

from app.exchange import fees
from app.exchange.jobs import keeping, running, sealing, work
from app.exchange.log import leaves, merkle
from app.exchange.models import Leaf, LeafEntry
from app.exchange.proof import citizen_subject, number_subject
from app.exchange.reconciling import comparing, telling
from app.exchange.snapshots import MOST_FAILED_GUESSES
from app.platform import clock
from tests.exchange import people
from tests.exchange.reconciling.conftest import AN
from tests.registry import country

ROWS = [
    AN,
    (people.AN_OLD, *AN[1:]),
    (people.AN_CANCELLED, *AN[1:]),
    (AN[0], "Nguyen Van An", AN[2]),
    (AN[0], "Trần Thị Bưởi", AN[2]),
    (people.NOBODYS, "Trần Thị Bưởi", "1990-01-02"),
    (None, "Trần Thị Bưởi", "1990-01-02"),
    (people.HUNG_PIN, "Phạm Văn Hùng", "1970-02-02"),
    (AN[0], "", AN[2]),
    (AN[0], AN[1], "30/02/1980"),
]


def test_each_row_is_told_in_its_place(reconciled):
    told, _ = reconciled(ROWS)
    assert [row["row"] for row in told] == list(range(1, 11))
    assert [(row["verdict"], row["reasons"], row["state"]) for row in told] == [
        ("match", None, None),
        ("match", "old_number", None),
        ("match", "superseded_number", None),
        ("near_match", "diacritics", None),
        ("mismatch", "name_differs", None),
        ("not_found", None, None),
        ("not_found", None, None),
        ("match", None, "missing"),
        ("unreadable", "name_unreadable", None),
        ("unreadable", "birth_date_unreadable", None),
    ]
    assert told[0]["score"] == 1.0
    assert told[8]["score"] is None


def test_how_sure_is_sure_enough_is_for_the_caller_to_say(reconciled, show):
    row = (f"{AN[0][:-1]}9", *AN[1:])  # one digit is wrong: among ten people that may be anybody
    [told], job_id = reconciled([row])
    assert (told["verdict"], show(job_id).strictness) == ("ambiguous", 10)
    [told], job_id = reconciled([row], strictness=2)
    assert (told["verdict"], show(job_id).strictness) == ("near_match", 2)
    assert told["reasons"] == "number_digit_wrong"


def test_without_detail_a_caller_is_told_match_or_no_match(reconciled):
    told, _ = reconciled(ROWS, client="vietcombank-basic", purpose="ekyc")
    verdicts = [row["verdict"] for row in told]
    assert verdicts == ["match"] * 3 + ["no_match"] * 4 + ["match"] + ["unreadable"] * 2
    assert {row["score"] for row in told} == {row["state"] for row in told} == {None}
    assert [row["reasons"] for row in told[:8]] == [None] * 8


def test_what_is_near_is_told_to_those_who_cleanse(reconciled, change):
    change("viettel", cleansing=False)
    told, _ = reconciled(ROWS[3:4])
    assert told[0]["verdict"] == "mismatch"


def test_the_leaf_holds_an_entry_for_each_answered_row(world, access, reconciled, show):
    told, job_id = reconciled(ROWS)
    job = show(job_id)
    with world.session() as session:
        [leaf] = session.scalars(select(Leaf).where(Leaf.seq == job.leaf))
        mine = select(LeafEntry).where(LeafEntry.seq == job.leaf).order_by(LeafEntry.position)
        entries = list(session.scalars(mine))
    text = leaves.parse(leaf.body)
    assert (text.kind, text.outcome, text.entries) == ("verification", "reconciled", 8)
    tree = merkle.HashTree([entry.hash for entry in entries])
    assert tree.root().hex() == text.entries_root
    read = [leaves.parse_entry(entry.body) for entry in entries]
    assert [entry.outcome for entry in read] == [row["verdict"] for row in told[:8]]
    assert [entry.hash for entry in entries] == [
        merkle.leaf_hash(entry.body.encode()) for entry in entries
    ]
    an = citizen_subject(access, country.AN)
    assert [entry.subject for entry in entries[:5]] == [an] * 5
    assert entries[5].subject == number_subject(access, people.NOBODYS)
    assert entries[6].subject is None
    signed = job.signed_summary.split(".")
    assert len(signed) == 3
    assert job.counts == {
        "match": 4, "mismatch": 1, "near_match": 1, "not_found": 2, "unreadable": 2
    }  # fmt: skip
    assert job.reasons["diacritics"] == 1
    assert (job.state, job.done, job.receipt is not None) == ("done", 1.0, True)


def test_a_failed_claim_is_logged_by_its_number_where_no_detail_is_told(
    world, access, reconciled, show
):
    _, job_id = reconciled([ROWS[4]], client="vietcombank-basic", purpose="ekyc")
    with world.session() as session:
        entry = session.scalars(select(LeafEntry).where(LeafEntry.seq == show(job_id).leaf)).one()
    assert entry.subject == number_subject(access, AN[0])


def test_every_answered_row_is_charged(world, reconciled):
    reconciled(ROWS)
    fees.settle(world)
    with world.session() as session:
        [line] = fees.report(session).lines
    assert (line.answers, line.fields) == (8, 16)


def test_parts_make_no_difference(world, reconciled, monkeypatch):
    whole, _ = reconciled(ROWS)
    monkeypatch.setattr(comparing, "_A_PART", 4)
    monkeypatch.setattr(telling, "_A_SLICE", 3)
    monkeypatch.setattr(sealing, "_A_FILE", 3)
    monkeypatch.setattr(sealing, "_A_SLICE", 2)
    parts, job_id = reconciled(ROWS)
    assert parts == whole
    kept = [file.name for file in work.folder(world, job_id).iterdir()]
    assert kept == ["results"]


def test_a_file_is_no_way_to_guess(reconciled):
    guesses = [(AN[0], AN[1], f"1980-06-{day:02d}") for day in range(1, MOST_FAILED_GUESSES + 2)]
    told, _ = reconciled([*guesses, AN, ROWS[7]])
    assert {(row["verdict"], row["reasons"]) for row in told[:-1]} == {
        ("refused", "too_many_guesses")
    }
    assert told[-1]["verdict"] == "match"


def test_who_has_guessed_too_often_before_is_told_nothing(access, reconciled):
    guesses = [(AN[0], AN[1], f"1980-06-{day:02d}") for day in range(1, MOST_FAILED_GUESSES + 1)]
    told, _ = reconciled(guesses)
    assert "mismatch" in {row["verdict"] for row in told}
    access.poll()
    told, _ = reconciled([AN, ROWS[7]])
    assert [row["verdict"] for row in told] == ["refused", "match"]
    told, _ = reconciled([(AN[0], AN[1], "1980-07-01")])
    assert told[0]["verdict"] == "refused"


def test_a_revocation_ends_a_job(world, prepared, show, change):
    job_id = prepared(ROWS)
    change("viettel", state="suspended")
    running.run(people.claimed(world, job_id))
    job = show(job_id)
    assert (job.state, job.problem) == ("refused", "connection-suspended")
    with world.session() as session:
        last = session.scalars(select(Leaf).order_by(Leaf.seq.desc())).first()
    assert leaves.parse(last.body).outcome == "refused:CONNECTION_SUSPENDED"
    assert not work.folder(world, job_id).exists()


def test_who_lost_a_job_does_not_refuse_it(world, prepared, show, change):
    job_id, late = prepared(ROWS), clock.now() + 2 * keeping.LEASE
    assert world.writer.submit(lambda s: keeping.claim(s, job_id, "b" * 32, late))
    change("viettel", state="suspended")
    running.run(people.claimed(world, job_id))
    assert show(job_id).state == "running"
    with world.session() as session:
        assert session.scalars(select(Leaf)).all() == []


def test_a_job_that_breaks_says_so(world, prepared, show):
    job_id = prepared(ROWS)
    (work.folder(world, job_id) / "upload").write_text("a,b\n1,2\n")
    with pytest.raises(Exception, match="cannot be read"):
        running.run(people.claimed(world, job_id))
    assert (show(job_id).state, show(job_id).problem) == (
        "failed",
        "reconciliation-file-unreadable",
    )


def test_a_fault_of_ours_says_no_more(world, prepared, show, monkeypatch):
    job_id = prepared(ROWS)
    monkeypatch.setattr(telling, "write", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        running.run(people.claimed(world, job_id))
    assert show(job_id).problem == "internal-error"


@pytest.mark.parametrize("step", range(0, 13, 2))
def test_a_run_that_is_cut_loses_nothing_and_logs_once(
    world, prepared, results, show, step, monkeypatch
):
    """As by `kill -9`: what was being made is left behind, and another run goes on."""
    monkeypatch.setattr(sealing, "_A_FILE", 3)
    monkeypatch.setattr(sealing, "_A_SLICE", 2)
    job_id, told = prepared(ROWS), [0]
    tell = work.Work.tell

    class KilledError(BaseException):
        pass

    def die(this, what, done):
        tell(this, what, done)
        told[0] += 1
        if told[0] > step:
            raise KilledError

    monkeypatch.setattr(work.Work, "tell", die)
    with pytest.raises(KilledError):
        running.run(people.claimed(world, job_id))
    monkeypatch.setattr(work.Work, "tell", tell)
    (work.folder(world, job_id) / "claims.making").mkdir(exist_ok=True)
    (work.folder(world, job_id) / "claims.making" / "half").write_text("x")
    running.run(people.claimed(world, job_id))
    assert [row["verdict"] for row in results(job_id)][:3] == ["match"] * 3
    with world.session() as session:
        bodies = [leaves.parse(body) for body in session.scalars(select(Leaf.body))]
        entries = session.scalars(select(LeafEntry)).all()
    assert [leaf.outcome for leaf in bodies].count("reconciled") == 1
    assert [entry.position for entry in entries] == list(range(8))
    assert show(job_id).rows == 10


@pytest.mark.parametrize("lost", list(product(range(0, 13, 2), (True, False))))
def test_who_lost_a_job_to_another_changes_nothing_any_more(
    world, prepared, results, show, lost, monkeypatch
):
    """As of a process that stood still for long: it goes on, and does not even look."""
    monkeypatch.setattr(sealing, "_A_FILE", 3)
    job_id, told, other = prepared(ROWS), [0], "b" * 32
    step, is_ended = lost  # when it is lost, and whether the other ends before this one goes on
    tell = work.Work.tell

    def lose(this, what, done):
        if this.runner != people.RUNNER:
            tell(this, what, done)
        elif told[0] == step:
            late = clock.now() + 2 * keeping.LEASE
            assert world.writer.submit(lambda s: keeping.claim(s, job_id, other, late))
            if is_ended:
                running.run(people.claimed(world, job_id, other))
        told[0] += this.runner == people.RUNNER

    monkeypatch.setattr(work.Work, "tell", lose)
    running.run(people.claimed(world, job_id))
    assert told[0] >= step
    running.run(people.claimed(world, job_id, other))
    assert [row["verdict"] for row in results(job_id)][:3] == ["match"] * 3
    with world.session() as session:
        bodies = [leaves.parse(body) for body in session.scalars(select(Leaf.body))]
        entries = session.scalars(select(LeafEntry)).all()
    assert [leaf.outcome for leaf in bodies].count("reconciled") == 1
    assert [entry.position for entry in entries] == list(range(8))
    assert (show(job_id).state, show(job_id).problem) == ("done", None)


def test_a_run_ends_with_its_process_and_with_a_cancellation(world, prepared, show):
    job_id = prepared(ROWS)
    running.run(people.claimed(world, job_id), is_ending=lambda: True)
    assert show(job_id).state == "running"
    world.writer.submit(
        lambda session: keeping.cancel(session, keeping.find(session, job_id), clock.now())
    )
    running.run(people.claimed(world, job_id))
    assert show(job_id).state == "cancelled"
