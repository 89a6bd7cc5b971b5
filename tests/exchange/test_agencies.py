"""Agencies as they are shown and changed, a caller's view of itself, the rights question."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from app.exchange import access_check, agencies, credentials, disclosing, gate
from app.exchange.errands import Errand
from app.exchange.gate import Admitted, Request
from app.platform.errors import InvalidError, NotFoundError
from tests.exchange.people import TODAY

BANK, FAPI, PORTAL = "vietcombank-basic", "vietcombank-fapi", "ha-noi"


@pytest.fixture(scope="module")
def reader(exchange_reader):
    with exchange_reader.session() as session:
        yield session


def test_agencies_are_listed_with_their_systems_in_the_order_of_the_preset(reader):
    listed = agencies.all_of_them(reader)
    assert len(listed) == 92
    assert listed[0].slug == "bca"
    assert [agency.id for agency in listed] == sorted(agency.id for agency in listed)
    banks = agencies.all_of_them(reader, kind="bank")
    assert [system.client_id for system in banks[0].systems] == [BANK, FAPI]


@pytest.mark.parametrize("name", ["vietcombank", "X31", BANK, FAPI])
def test_an_agency_is_found_by_slug_code_or_client_id_with_all_its_systems(reader, name):
    found = agencies.find(reader, name)
    assert found.slug == "vietcombank"
    assert len(found.systems) == 2


def test_nothing_that_is_shown_holds_a_secret(reader, exchange_reader):
    shown = msgspec.json.encode(agencies.all_of_them(reader))
    secret = agencies.secret(reader, exchange_reader, BANK)
    assert secret == credentials.client_secret(exchange_reader, BANK, 1)
    assert secret.encode() not in shown
    assert b"sim_" not in shown


def test_unknown_names_are_told_so(exchange_reader):
    for ask in (
        lambda session: agencies.find(session, "no-such-agency"),
        lambda session: agencies.secret(session, exchange_reader, "no-such-client"),
        lambda session: agencies.private_key_pem(session, exchange_reader, "no-such-client"),
        lambda session: agencies.rotate_secret(session, "no-such-client"),
        lambda session: agencies.set_state(session, "no-such-client", "suspended", None),
    ):
        with pytest.raises(NotFoundError) as raised:
            exchange_reader.writer.submit(ask)
        assert raised.value.code == "agency-unknown"


def test_a_state_that_does_not_exist_is_refused(reader):
    with pytest.raises(InvalidError) as raised:
        agencies.set_state(reader, BANK, "asleep", None)
    assert raised.value.code == "connection-state-unknown"


def test_a_caller_sees_its_agency_system_grants_and_limits(world, access):
    caller = access.snapshot().callers[BANK]
    access.take(caller, 5)
    me = agencies.me(access, caller, TODAY)
    assert (me.agency, me.agency_code, me.system.client_id) == ("vietcombank", "X31", BANK)
    assert me.limits.asked_today == 5
    assert me.limits.daily_quota == caller.daily_quota
    services = {(grant.service, grant.purpose) for grant in me.grants}
    assert ("verification", "ekyc") in services
    assert ("residence", "account-data") in services
    assert all(grant.in_force for grant in me.grants)
    later = agencies.me(access, caller, dt.date(2016, 1, 1))
    assert not any(grant.in_force for grant in later.grants)
    with world.session() as session:
        systems = agencies.find(session, BANK).systems
    assert me.system == systems[0]


def check(access, client_id, purpose, *fields, service=None, today=TODAY):
    caller = access.snapshot().callers[client_id]
    return access_check.check(caller, purpose=purpose, fields=fields, today=today, service=service)


class TestAccessCheck:
    """The rights question."""

    @pytest.fixture
    def world(self, exchange_reader):
        return exchange_reader

    def test_kinds_of_life_event_are_answered_as_they_would_be_reported(self, access):
        caller = access.snapshot().callers["btp"]
        found = access_check.check(
            caller,
            purpose="civil-status-registration",
            fields=(),
            today=TODAY,
            kinds=("name-change", "permanent-move", "horoscope"),
        )
        named, moved, unknown = found
        assert (named.service, named.field, named.allowed) == ("reporting", "name-change", True)
        assert named.requires == ("officer", "dossier")
        assert (moved.allowed, moved.reason) == (False, "field-not-allowed")
        assert (unknown.service, unknown.allowed) == ("", False)

    def test_it_tells_through_which_service_by_which_rule_and_on_what_conditions(self, access):
        found = {
            finding.service: finding
            for finding in check(access, PORTAL, "administrative-procedure", "full_name")
        }
        services = {"verification", "qr-verification", "search", "changes", "sign-in", "identity"}
        assert set(found) == services
        assert found["verification"].allowed
        assert found["verification"].requires == ()
        assert found["identity"].allowed
        assert found["identity"].requires == ("officer", "dossier")
        assert found["sign-in"].requires == ("consent",)
        assert "104/2022" in found["identity"].legal_basis
        assert not found["search"].allowed
        assert found["search"].reason == "purpose-not-allowed"

    def test_what_is_not_allowed_comes_with_the_next_step(self, access):
        [finding] = check(
            access, PORTAL, "administrative-procedure", "religion", service="identity"
        )
        assert not finding.allowed
        assert finding.reason == "field-not-allowed"
        assert finding.next_en
        assert finding.next_vi
        assert finding.legal_basis is None

    def test_a_field_that_no_service_offers_is_answered_all_the_same(self, access):
        [finding] = check(access, PORTAL, "administrative-procedure", "horoscope")
        assert (finding.service, finding.allowed) == ("", False)
        [finding] = check(access, PORTAL, "x", "phone", service="identity")
        assert (finding.service, finding.allowed) == ("identity", False)

    def test_a_suspended_connection_may_nothing(self, access):
        found = check(access, "bct-legacy", "market-supervision", "full_name")
        assert {finding.reason for finding in found} == {"connection-suspended"}

    @pytest.mark.parametrize(
        ("fields", "reason"),
        [
            (("sex",), "claim-too-weak"),
            (("sex", "nationality"), "claim-too-weak"),
            (("sex", "full_name"), None),
            (("birth_date",), None),
        ],
    )
    def test_what_a_number_gives_away_is_asked_with_more(self, access, fields, reason):
        found = check(access, BANK, "ekyc", *fields, service="verification")
        assert {finding.reason for finding in found} == {reason}
        detailed = check(access, "vietcombank-fapi", "ekyc", *fields, service="verification")
        assert {finding.reason for finding in detailed} == {None}

    def test_the_answer_is_the_gate_s_own(self, access):
        caller = access.snapshot().callers[PORTAL]
        fields = tuple(disclosing.CATALOGUE)
        for finding in check(access, PORTAL, "administrative-procedure", *fields):
            request = Request(
                service=finding.service,
                fields=(finding.field,),
                errand=Errand(
                    request_id="0" * 32,
                    purpose="administrative-procedure",
                    today=TODAY,
                    officer="cb-01",
                    dossier="H26-1",
                    consent="c-1",
                ),
            )
            assert finding.allowed == isinstance(gate.admit(caller, request), Admitted)

    def test_asking_costs_nothing(self, access):
        before = access.asked_today(PORTAL)
        check(access, PORTAL, "administrative-procedure", "full_name", "phone")
        assert access.asked_today(PORTAL) == before
