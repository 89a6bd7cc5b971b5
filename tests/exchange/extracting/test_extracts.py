"""Extracts: who is in them, what is told of each, what the log proves, and what a cut loses."""

from __future__ import annotations

import datetime as dt
import json

import polars as pl
import pytest
from sqlalchemy import select, update

from app.exchange import access as accesses
from app.exchange import fees, grants, onlookers, withholding
from app.exchange.callers import EXTRACT, Room
from app.exchange.extracting import asking, writing
from app.exchange.jobs import keeping, running, work
from app.exchange.log import leaves, merkle
from app.exchange.models import Grant, Leaf, LeafEntry
from app.exchange.proof import citizen_subject
from app.platform.errors import DancuError
from app.registry.models import Citizen
from tests.exchange import people
from tests.exchange.people import AN_PIN, errand
from tests.registry import country

PURPOSE, OFFICER = "social-insurance", "can-bo-1"
HANOI = '"province":{"code":"01"'
FIELDS = ("pin", "full_name", "birth_date", "permanent_residence", "state", "death_date")


class KilledError(BaseException):
    """As by `kill -9`: what was being made is left behind."""


def new(**asked):
    standard = {"purpose": PURPOSE, "officer": OFFICER, "format": "csv", "fields": FIELDS}
    return asking.New(**{**standard, **asked})


@pytest.fixture
def begun(taken):
    """Begin an extract that is there to be run, and return its id."""
    return lambda **asked: taken("bhxh", new(**asked).job(0))


@pytest.fixture
def show(world):
    """Show an extract."""

    def find(job_id):
        with world.session() as session:
            return asking.view(keeping.find(session, job_id))

    return find


@pytest.fixture
def extracted(world, begun, show):
    """Make an extract and return its file and its view."""

    def extract(**asked):
        job_id = begun(**asked)
        running.run(people.claimed(world, job_id))
        shown = show(job_id)
        assert shown.state == "done"
        return work.folder(world, job_id) / "results" / work.results(shown.format), shown

    return extract


@pytest.fixture
def grant(world, access):
    """Change the grant."""

    def change(**values):
        def job(session):
            mine = Grant.service == EXTRACT, Grant.purpose == PURPOSE
            session.execute(update(Grant).where(*mine).values(**values))
            accesses.touch(session)

        world.writer.submit(job)
        access.poll()

    return change


def test_everybody_on_record_is_in_it_with_the_fields_of_the_grant(world, extracted):
    file, shown = extracted(format="ndjson")
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    with world.session() as session:
        pins = session.scalars(select(Citizen.pin).order_by(Citizen.pin)).all()
    assert [row["pin"] for row in rows] == pins
    assert {tuple(row) for row in rows} == {(*FIELDS, "simulated")}
    an = next(row for row in rows if row["pin"] == AN_PIN)
    assert (an["full_name"], an["birth_date"], an["simulated"]) == (
        "Nguyễn Văn An", "1980-05-12", True
    )  # fmt: skip
    assert an["permanent_residence"]["place"]["commune"]
    [dead] = [row for row in rows if row["state"] == "dead"]
    assert dead["death_date"] == "2020-02-03"
    assert (shown.rows, shown.file_sha256, shown.done) == (len(pins), work.sha256(file), 1.0)
    assert len(shown.signed_summary.split(".")) == 3


def test_every_format_says_the_same(extracted, monkeypatch):
    monkeypatch.setattr(writing, "_A_PART", 3)
    monkeypatch.setattr(writing, "_A_READING", 2)
    lines = [json.loads(line) for line in extracted(format="ndjson")[0].read_text().splitlines()]
    table = pl.read_parquet(extracted(format="parquet")[0])
    sheet = pl.read_csv(extracted(format="csv")[0], infer_schema=False)
    assert table.schema["death_date"] == pl.Date
    assert table.schema["simulated"] == pl.Boolean
    for line, row, cells in zip(
        lines, table.rows(named=True), sheet.rows(named=True), strict=True
    ):
        stay, day = line["permanent_residence"], line["death_date"]
        flat = line | {"permanent_residence": stay and json.dumps(stay)}
        told = row["permanent_residence"]
        assert told == cells["permanent_residence"]
        assert (told and json.loads(told)) == stay
        same = {"permanent_residence": told, "death_date": day and dt.date.fromisoformat(day)}
        assert row == {**flat, **same}
        assert cells == {
            **flat,
            "permanent_residence": told,
            "simulated": "true",
        }


def test_a_slice_is_who_lives_there_and_within_the_grant(extracted, grant, access):
    whole = pl.read_csv(extracted()[0], infer_schema=False)
    there = whole.filter(pl.col("permanent_residence").str.contains(HANOI, literal=True))
    assert 0 < len(there) < len(whole)
    file, shown = extracted(provinces=("01",))
    assert pl.read_csv(file, infer_schema=False)["pin"].to_list() == there["pin"].to_list()
    assert (shown.provinces, shown.rows) == (["01"], len(there))
    grant(provinces=["01"])
    file, shown = extracted()
    assert (shown.provinces, shown.rows) == (["01"], len(there))
    caller = access.poll().callers["bhxh"]
    asked = errand(PURPOSE, officer=OFFICER)
    outside = asking.admit(caller, asked, new(provinces=("79",)).asked, Room.ENOUGH)
    assert outside.reason == "SLICE_NOT_ALLOWED"
    grant(provinces=["79"])
    file, shown = extracted(format="parquet")
    assert (shown.rows, pl.read_parquet(file).columns) == (0, [*FIELDS, "simulated"])


def test_what_is_not_granted_or_not_shared_is_withheld(world, access, extracted):
    world.writer.submit(
        lambda session: withholding.put(session, "residence", "không chia sẻ", world.today)
    )
    access.poll()
    kept_back = access.poll().callers["bhxh"].unshared & set(FIELDS)
    file, shown = extracted(fields=(*FIELDS, "religion"))
    given = [name for name in FIELDS if name not in kept_back]
    assert shown.fields == given
    assert shown.withheld == {
        "religion": "field-not-allowed",
        **dict.fromkeys(kept_back, "supplier-refuses"),
    }
    assert pl.read_csv(file).columns == [*given, "simulated"]


def test_every_person_has_an_entry_and_sees_it(world, access, extracted):
    _, shown = extracted()
    with world.session() as session:
        leaf = leaves.parse(session.scalars(select(Leaf.body).where(Leaf.seq == shown.leaf)).one())
        mine = select(LeafEntry).where(LeafEntry.seq == shown.leaf).order_by(LeafEntry.position)
        entries = list(session.scalars(mine))
        looks = onlookers.page(session, access, country.AN, before=None, limit=5)
        ids = session.scalars(select(Citizen.id).order_by(Citizen.pin)).all()
    assert (leaf.kind, leaf.outcome, leaf.entries) == ("disclosure", "extracted", len(ids))
    assert leaf.fields == FIELDS
    assert [entry.subject for entry in entries] == [citizen_subject(access, each) for each in ids]
    tree = merkle.HashTree([entry.hash for entry in entries])
    assert tree.root().hex() == leaf.entries_root
    assert [(look.agency_name[:3], look.outcome, look.fields, look.among) for look in looks] == [
        (looks[0].agency_name[:3], "disclosed", FIELDS, len(ids))
    ]


def test_every_field_of_everybody_is_charged(world, extracted):
    _, shown = extracted()
    fees.settle(world)
    with world.session() as session:
        [line] = fees.report(session).lines
    assert (line.kind, line.answers, line.fields) == (
        "disclosure", shown.rows, shown.rows * len(FIELDS)
    )  # fmt: skip


@pytest.mark.parametrize("step", [0, 2, 4, 6])
def test_a_run_that_is_cut_goes_on_and_logs_once(world, begun, show, step, monkeypatch):
    monkeypatch.setattr(writing, "_A_PART", 4)
    job_id, told, tell = begun(), [0], work.Work.tell

    def die(this, what, done):
        tell(this, what, done)
        told[0] += 1
        if told[0] > step:
            raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(work.Work, "tell", die)
        with pytest.raises(KilledError):
            running.run(people.claimed(world, job_id))
    running.run(people.claimed(world, job_id))
    shown = show(job_id)
    with world.session() as session:
        outcomes = [leaves.parse(body).outcome for body in session.scalars(select(Leaf.body))]
        written = session.scalars(select(LeafEntry.position).order_by(LeafEntry.position)).all()
    assert (shown.state, outcomes.count("extracted")) == ("done", 1)
    assert written == list(range(shown.rows))
    assert [each.name for each in work.folder(world, job_id).iterdir()] == ["results"]


def test_what_was_read_under_another_grant_is_not_given(world, begun, show, grant, monkeypatch):
    job_id = begun()

    def die(*_):
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(writing, "_write", die)
        with pytest.raises(KilledError):
            running.run(people.claimed(world, job_id))
    grant(fields=["pin"])
    running.run(people.claimed(world, job_id))
    file = work.folder(world, job_id) / "results" / "results.csv"
    assert pl.read_csv(file).columns == ["pin", "simulated"]
    assert set(show(job_id).withheld) == set(FIELDS) - {"pin"}


def test_a_revocation_ends_it(world, begun, show, grant):
    job_id = begun()
    grant(valid_from=world.today + dt.timedelta(days=1))
    running.run(people.claimed(world, job_id))
    assert (show(job_id).state, show(job_id).problem) == ("refused", "grant-expired")


@pytest.mark.parametrize(
    ("asked", "code", "named"),
    [
        ({"fields": ("pin", "shoe_size")}, "field-unknown", "fields.1"),
        ({"provinces": ("01", "98")}, "extract-slice-unknown", "provinces"),
    ],
)
def test_what_there_is_not_cannot_be_asked_for(world, asked, code, named):
    with world.session() as session, pytest.raises(DancuError) as caught:
        asking.check(session, new(**asked))
    assert (caught.value.code, [param.name for param in caught.value.params]) == (code, [named])


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"kinds": ("birth",)}, "kinds"),
        ({"consent_required": True}, "consent_required"),
        ({"service": "search", "provinces": ("01",)}, "provinces"),
    ],
)
def test_a_grant_for_it_has_provinces_and_no_kinds(world, wrong, named):
    rule = {
        "agency_id": 1,
        "service": EXTRACT,
        "purpose": "education-records",
        "fields": ("pin",),
        "legal_basis": "x",
        "valid_from": world.today,
        **wrong,
    }
    with world.session() as session, pytest.raises(DancuError) as caught:
        grants.add(session, grants.NewGrant(**rule))
    assert [param.name for param in caught.value.params] == [named]
