"""The use history: whose leaves are in it, for how long, page by page."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import bindparam, text
from sqlalchemy.types import Date

from app.exchange import proof, uses
from app.exchange.log import leaves, retention, store
from app.exchange.log.leaves import Kind
from app.platform import clock
from tests.exchange.people import AN_CANCELLED, AN_OLD, AN_PIN
from tests.registry.country import AN, BINH


@pytest.fixture
def use(world, access):
    """Log exchanges about somebody, as the rooms above do; returns the leaves."""

    def log(*drafts):
        return world.writer.submit(
            lambda session: store.append(session, world, drafts, now=clock.now())
        )

    def draft(kind=Kind.SIGN_IN, about=None, **more):
        said = {
            "agency": access.snapshot().callers["vietcombank-basic"].agency_code,
            "system": "vietcombank-basic",
            "purpose": "ekyc",
            "legal_basis": "Luật",
            "kind": kind,
            "outcome": "done",
            "fields": ("full_name",),
            "request_id": "0" * 32,
            "domain_time": world.today.isoformat(),
            "salt": proof.salt(),
            "subject": about or proof.citizen_subject(access, AN),
        }
        return leaves.LeafDraft(**said | more)

    def write(*asked):
        return [each.seq for each in log(*(draft(**one) for one in asked))]

    return write


@pytest.fixture
def told(world, access):
    """Read somebody's history."""

    def read(citizen_id=AN, before=None, limit=50):
        with world.session() as session:
            return uses.page(session, access, citizen_id, before=before, limit=limit)

    return read


def test_uses_are_told_and_looks_into_the_registry_are_not(use, told):
    seqs = use(*({"kind": kind} for kind in Kind))
    found = told()
    assert [each.kind for each in found] == [*reversed(uses.KINDS)]
    assert {each.seq for each in found} <= set(seqs)
    assert {each.agency_name for each in found} == {"Vietcombank (mô phỏng)"}
    assert {each.agency_name_en for each in found} == {"Vietcombank (simulated)"}
    assert found[0].fields == ("full_name",)
    assert told(BINH) == []


def test_what_was_asked_by_any_personal_number_is_theirs(use, told, access):
    about = [proof.number_subject(access, number) for number in (AN_PIN, AN_CANCELLED, AN_OLD)]
    use(*({"kind": Kind.CHIP, "about": each, "outcome": "no_match"} for each in about))
    # An old number of nine digits may be two people's.
    assert len(told()) == 2


def test_a_purpose_cannot_pass_for_a_use(use, told):
    use({"kind": Kind.DISCLOSURE, "purpose": 'x","kind":"sign_in","y'})
    assert told() == []


def test_a_system_that_is_gone_goes_by_its_code(use, told):
    use({"system": "was-there-once", "agency": "X99"})
    [found] = told()
    assert (found.agency, found.agency_name, found.agency_name_en) == ("X99", "X99", "X99")


def test_uses_are_read_page_by_page(use, told):
    seqs = use(*[{}] * 5)
    first = told(limit=2)
    assert [each.seq for each in first] == [seqs[4], seqs[3]]
    rest = told(before=first[-1].seq)
    assert [each.seq for each in rest] == [seqs[2], seqs[1], seqs[0]]


def test_a_use_is_told_for_five_years_of_the_worlds_clock(use, told, world):
    use({})
    _set_clock(world, world.today.replace(year=world.today.year + 5))
    assert len(told()) == 1
    _set_clock(world, world.today + dt.timedelta(days=1))
    assert told() == []


@pytest.mark.parametrize(
    ("today", "since"),
    [
        (dt.date(2026, 1, 1), dt.date(2021, 1, 1)),
        (dt.date(2028, 2, 29), dt.date(2023, 3, 1)),
    ],
)
def test_five_years_before_a_day(today, since):
    assert uses.kept_since(today) == since


def test_what_the_log_has_forgotten_is_told_no_more(use, told, world):
    use({})
    later = clock.now() + dt.timedelta(days=2)
    retention.enforce(world, keep=dt.timedelta(days=1), now=later, today=world.today)
    assert told() == []


def _set_clock(world, day):
    world.writer.submit(
        lambda session: session.execute(
            text("UPDATE world SET today = :day").bindparams(bindparam("day", day, type_=Date))
        )
    )
    world.refresh()
