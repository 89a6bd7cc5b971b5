"""Consents: given, looked up, expired by the world's clock, withdrawn."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest
from sqlalchemy import event, select

from app.exchange import access as accesses
from app.exchange import consent_check, consents
from app.exchange.consents import NewConsent
from app.exchange.log import leaves
from app.exchange.models import Consent, Leaf
from app.identity import approvals
from app.platform import clock
from app.platform.errors import ConflictError, InvalidError, NotFoundError
from tests.exchange.people import TODAY

NEW = NewConsent(
    citizen_id=1,
    agency_id=23,
    purpose="account-data",
    fields=("permanent_residence",),
    from_date=TODAY,
    to_date=TODAY + dt.timedelta(days=30),
    evidence="Phiếu số 1",
)


@pytest.fixture(scope="module")
def world(exchange_reader):
    """One world for all of this module: each test makes consents of its own."""
    return exchange_reader


@pytest.fixture
def give(world):
    def create(**changed):
        new = msgspec.structs.replace(NEW, **changed)
        return world.writer.submit(lambda session: consents.create(session, new))

    return create


def withdraw(world, consent_id):
    at = accesses.of(world)
    world.writer.submit(
        lambda session: consents.end(session, at, consent_id, "withdrawn", clock.now())
    )


def leaf(world, seq):
    with world.session() as session:
        return leaves.parse(session.get_one(Leaf, seq).body)


def find(world, consent_id, today=TODAY):
    with world.session() as session:
        return consents.find(session, consent_id, today, clock.now())


def test_a_consent_is_kept_as_it_was_given(world, give):
    kept = find(world, give())
    assert (kept.purpose, kept.fields) == (NEW.purpose, NEW.fields)
    assert kept.agency == "vietcombank"
    assert kept.evidence == "Phiếu số 1"
    assert kept.state == "given"


def test_it_expires_by_the_world_s_clock_the_day_after_its_last(world, give):
    consent_id = give()
    assert find(world, consent_id, NEW.to_date).state == "given"
    assert find(world, consent_id, NEW.to_date + dt.timedelta(days=1)).state == "expired"
    forever = give(to_date=None)
    assert find(world, forever, dt.date(2099, 1, 1)).state == "given"


def test_a_withdrawal_is_for_good(world, give):
    consent_id = give()
    withdraw(world, consent_id)
    assert find(world, consent_id).state == "withdrawn"
    assert find(world, consent_id, dt.date(2099, 1, 1)).state == "withdrawn"
    with pytest.raises(ConflictError) as raised:
        withdraw(world, consent_id)
    assert raised.value.code == "consent-ended"


def test_what_is_not_there_is_said_so(world):
    with pytest.raises(NotFoundError) as raised:
        find(world, "no-such-consent")
    assert raised.value.code == "consent-unknown"
    with pytest.raises(NotFoundError):
        withdraw(world, "no-such-consent")


def test_a_consent_cannot_end_before_it_begins(give):
    with pytest.raises(InvalidError) as raised:
        give(to_date=TODAY - dt.timedelta(days=1))
    assert raised.value.code == "consent-dates"
    assert give(to_date=TODAY)


def test_a_citizen_sees_every_consent_the_latest_first(world, give):
    first = give(citizen_id=3, from_date=TODAY)
    later = give(citizen_id=3, from_date=TODAY + dt.timedelta(days=5))
    give(citizen_id=2)
    with world.session() as session:
        listed = consents.of_citizen(session, 3, TODAY, clock.now())
    assert [consent.id for consent in listed] == [later, first]


def test_the_gate_is_given_what_it_needs_of_those_that_exist(world, give):
    consent_id = give()
    with world.session() as session:
        known = consent_check.given_many(session, [consent_id, "no-such-consent"])
        assert list(known) == [consent_id]
        assert known[consent_id] == consent_check.given(session, consent_id)
        assert consent_check.given(session, None) is None
        assert consent_check.given(session, "no-such-consent") is None
    assert known[consent_id].fields == frozenset(NEW.fields)


def test_what_was_agreed_to_on_paper_is_in_the_log(world):
    at = accesses.of(world)
    made = world.writer.submit(lambda session: consents.record(session, at, NEW, clock.now()))
    kept = leaf(world, find(world, made).leaf)
    assert (kept.kind, kept.outcome, kept.consent) == ("consent", "given", made)
    assert (kept.system, kept.fields) == (consents.BY_CITIZEN, NEW.fields)


def test_many_forms_are_recorded_once_each_with_its_leaf(world):
    at = accesses.of(world)
    forms = {f"{place:032x}": msgspec.structs.replace(NEW, citizen_id=place) for place in (1, 2)}

    def record():
        world.writer.submit(lambda session: consents.record_many(session, at, forms, clock.now()))
        return [find(world, consent_id) for consent_id in forms]

    first, second = record()
    assert [leaf(world, each.leaf).consent for each in (first, second)] == list(forms)
    withdraw(world, first.id)
    assert [each.state for each in record()] == ["withdrawn", "given"]
    assert [each.leaf for each in record()] == [first.leaf, second.leaf]
    late = {"f" * 32: msgspec.structs.replace(NEW, to_date=TODAY - dt.timedelta(days=1))}
    with pytest.raises(InvalidError):
        world.writer.submit(lambda session: consents.record_many(session, at, late, clock.now()))


@pytest.fixture
def asked(world):
    """Put questions to phones, or to nobody's; return the consents' ids."""

    def put(*citizen_ids, put_on=None):
        def job(session):
            rows = []
            for citizen_id in citizen_ids:
                ask = approvals.Ask(
                    kind="consent", title_vi="?", title_en="?", details={}, asked_by="x"
                )
                approval = approvals.ask_whoever(session, put_on or citizen_id, ask, clock.now())
                consent_id = consents.create(session, msgspec.structs.replace(NEW, citizen_id=1))
                row = session.get_one(Consent, consent_id)
                row.citizen_id, row.state, row.approval = citizen_id, "asked", approval
                row.expires_at = clock.now() + dt.timedelta(hours=1)
                rows.append((consent_id, approval))
            return rows

        return world.writer.submit(job)

    return put


def test_a_question_about_a_number_that_nobody_bears_is_nobody_s_consent(world, asked):
    [(consent_id, _)] = asked(None)
    at = accesses.of(world)
    with pytest.raises(NotFoundError) as raised:
        world.writer.submit(
            lambda session: consents.log(session, at, consent_id, "given", clock.now())
        )
    assert raised.value.code == "consent-unknown"


def test_a_register_of_many_questions_is_read_at_once(world, asked):
    asked(4, 4, 4, 4)
    statements = []

    def note(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    event.listen(world.reader, "before_cursor_execute", note)
    try:
        with world.session() as session:
            found = consents.of_citizen(session, 4, TODAY, clock.now())
    finally:
        event.remove(world.reader, "before_cursor_execute", note)
    assert [each.state for each in found] == ["asked"] * 4
    assert sum("FROM approval" in statement for statement in statements) == 1


def test_all_of_one_agency_and_purpose_is_ended_at_once(world, give, asked):
    at = accesses.of(world)
    now = clock.now()
    old = give(citizen_id=5, from_date=dt.date(2020, 1, 1), to_date=dt.date(2020, 2, 1))
    current, lasting = give(citizen_id=5), give(citizen_id=5, to_date=None)
    elsewhere, other = give(citizen_id=5, agency_id=24), give(citizen_id=5, purpose="ekyc")
    [(question, approval)] = asked(5)

    def end(purpose):
        world.writer.submit(lambda session: consents.end_all(session, at, (5, 23), purpose, now))

    end("account-data")
    stands = {each: find(world, each).state for each in (old, current, lasting, question)}
    assert list(stands.values()) == ["expired", "ended", "ended", "ended"]
    assert [find(world, each).state for each in (elsewhere, other)] == ["given", "given"]
    with world.session() as session:
        assert approvals.told(session, approval, clock.now()) == "refused"
        said = [leaves.parse(body) for body in session.scalars(select(Leaf.body))]
    ended = {each.consent for each in said if each.outcome == "ended"}
    assert ended == {current, lasting}
    end(None)
    assert [find(world, each).state for each in (elsewhere, other)] == ["given", "ended"]
    end(None)  # there is nothing left
