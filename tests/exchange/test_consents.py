"""Consents: given, looked up, expired by the world's clock, withdrawn."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from app.exchange import consents
from app.exchange.consents import NewConsent
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


def find(world, consent_id, today=TODAY):
    with world.session() as session:
        return consents.find(session, consent_id, today)


def test_a_consent_is_kept_as_it_was_given(world, give):
    kept = find(world, give())
    assert (kept.citizen_id, kept.purpose, kept.fields) == (1, NEW.purpose, NEW.fields)
    assert kept.agency == "vietcombank"
    assert kept.evidence == "Phiếu số 1"
    assert kept.state == "active"


def test_it_expires_by_the_world_s_clock_the_day_after_its_last(world, give):
    consent_id = give()
    assert find(world, consent_id, NEW.to_date).state == "active"
    assert find(world, consent_id, NEW.to_date + dt.timedelta(days=1)).state == "expired"
    forever = give(to_date=None)
    assert find(world, forever, dt.date(2099, 1, 1)).state == "active"


def test_a_withdrawal_is_for_good(world, give):
    consent_id = give()
    world.writer.submit(lambda session: consents.withdraw(session, consent_id))
    assert find(world, consent_id).state == "withdrawn"
    assert find(world, consent_id, dt.date(2099, 1, 1)).state == "withdrawn"
    with pytest.raises(ConflictError) as raised:
        world.writer.submit(lambda session: consents.withdraw(session, consent_id))
    assert raised.value.code == "consent-ended"


def test_what_is_not_there_is_said_so(world):
    with pytest.raises(NotFoundError) as raised:
        find(world, "no-such-consent")
    assert raised.value.code == "consent-unknown"
    with pytest.raises(NotFoundError):
        world.writer.submit(lambda session: consents.withdraw(session, "no-such-consent"))


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
        listed = consents.of_citizen(session, 3, TODAY)
    assert [consent.id for consent in listed] == [later, first]


def test_the_gate_is_given_what_it_needs_of_those_that_exist(world, give):
    consent_id = give()
    with world.session() as session:
        known = consents.given_many(session, [consent_id, "no-such-consent"])
        assert list(known) == [consent_id]
        assert known[consent_id] == consents.given(session, consent_id)
        assert consents.given(session, None) is None
        assert consents.given(session, "no-such-consent") is None
    assert known[consent_id].fields == frozenset(NEW.fields)
