"""Registers of others: told entry by entry to those with a grant, and in yes or no."""

from __future__ import annotations

import json

import pytest

from app.exchange import consents, disclosing, sharing
from app.exchange.consents import NewConsent
from app.exchange.gate import Reason
from app.exchange.sharing import Ask
from app.platform import clock
from app.sectors import told
from tests.exchange import held, people
from tests.exchange.held import NEXT_YEAR
from tests.exchange.people import TODAY, errand
from tests.registry.country import AN

#: Who asks for each field with which purpose, beside what is in `OFFICIAL`.
ASKED = {
    "subscriptions": ("btttt", "telecom-supervision"),
    "phone_in_own_name": ("btttt", "telecom-supervision"),
    "health_insurance_cards": ("byt", "health-care"),
    "health_insurance_valid": ("ha-noi", "administrative-procedure"),
    "social_insurance_books": ("bhxh", "social-insurance"),
    "driver_licences": ("bgtvt", "driver-licensing"),
    "driver_licence_valid": ("bgtvt", "driver-licensing"),
    "vehicles": ("btc", "tax-administration"),
    "organisations_represented": ("bkhdt", "business-registration"),
    "credit_accounts": ("vib-basic", "credit-scoring"),
    "credit_inquiries": ("mcredit", "credit-scoring"),
    "bank_accounts": ("bldtbxh", "welfare-payment"),
    "tax_codes": ("btc", "tax-administration"),
    "online_shops": ("bct", "market-supervision"),
    "benefits": ("bldtbxh", "welfare-payment"),
    "school_records": ("bgddt", "education-records"),
    "convictions": ("btp", "judicial-records"),
    "all_convictions": ("bca", "criminal-investigation"),
    "health_books": ("byt", "health-care"),
    "electricity_contracts": ("evn", "power-supply-contract"),
}
OFFICIAL = {"officer": "cb-01", "dossier": "H26-2026-1"}
CONSENTED = {"credit_accounts", "credit_inquiries", "health_books", "electricity_contracts"}


@pytest.fixture(scope="module")
def world(exchange_reader):
    """A world whose registers know An, and of Bình what has run out; nothing else is written."""
    held.keep(exchange_reader)
    yield exchange_reader
    held.forget(exchange_reader)


@pytest.fixture
def put(world, access):
    """Ask for one field of a person, and return the prepared question and the answer."""

    def ask(field, number=people.AN_PIN, client_id=None, **columns):
        usual, purpose = ASKED[field]
        caller = access.snapshot().callers[client_id or usual]
        [name] = [each.name for each in disclosing.all_of_them().values() if field in each.fields]
        wanted = errand(purpose, **OFFICIAL | columns)
        asked = Ask(errand=wanted, disclosure=name, number=number, fields=(field,))
        with world.session() as session:
            prepared = sharing.prepare(session, access, caller, asked)
        return world.writer.submit(
            lambda session: sharing.record(session, access, prepared, now=clock.now())
        )

    return ask


def told_of(answered, field):
    assert answered.body is not None, answered.verdict
    return json.loads(answered.body)["data"][field]


@pytest.fixture
def consent(world, access):
    """Give a client An's consent for a field, and return its id."""

    def give(field):
        client_id, purpose = ASKED[field]
        agency_id = access.snapshot().callers[client_id].agency_id
        return world.writer.submit(
            lambda session: consents.create(
                session,
                NewConsent(
                    citizen_id=AN,
                    agency_id=agency_id,
                    purpose=purpose,
                    fields=(field,),
                    from_date=TODAY,
                    to_date=None,
                    evidence="test",
                ),
            )
        )

    return give


def test_every_field_of_these_registers_is_asked_for_here():
    assert set(ASKED) == {name for name, *_ in told.TABLE}


def test_entries_are_told_to_who_asks_with_a_grant(put):
    [line] = told_of(put("subscriptions"), "subscriptions")
    assert (line["number"], line["telco"], line["face"]) == (
        "0590000009",
        "viettel",
        "not_checked",
    )
    [card] = told_of(put("health_insurance_cards"), "health_insurance_cards")
    assert card["valid_to"] == NEXT_YEAR.isoformat()
    for field, key, value in (
        ("social_insurance_books", "months", 60),
        ("driver_licences", "classes", "A1"),
        ("vehicles", "plate", "10A1-00009"),
        ("organisations_represented", "tax_code", "9900000019"),
        ("bank_accounts", "bank", "vietcombank"),
        ("tax_codes", "state", "active"),
        ("online_shops", "declared", 0),
        ("benefits", "state", "no_account"),
        ("school_records", "grade", 9),
    ):
        [entry] = told_of(put(field), field)
        assert entry[key] == value
        assert "holder_name" not in entry


def test_who_has_no_entry_is_told_so(put):
    for field in ("subscriptions", "benefits", "tax_codes"):
        assert told_of(put(field, people.LUA_PIN), field) == []


def test_yes_or_no_is_as_of_today(put):
    """An has what is good today, Bình what has run out, Lụa nothing."""
    for field in ("health_insurance_valid", "driver_licence_valid"):
        answers = [
            told_of(put(field, number), field)
            for number in (people.AN_PIN, people.BINH_PIN, people.LUA_PIN)
        ]
        assert answers == [True, False, False], field


def test_a_number_on_record_that_is_nobodys_is_not_in_ones_own_name(put):
    assert told_of(put("phone_in_own_name"), "phone_in_own_name") is False


def test_a_cleared_conviction_is_told_to_investigators_only(put):
    [judgment] = told_of(put("convictions"), "convictions")
    assert judgment["state"] == "serving"
    assert len(told_of(put("all_convictions"), "all_convictions")) == 2


@pytest.mark.parametrize("field", sorted(CONSENTED))
def test_what_is_credit_health_or_no_state_business_is_told_with_consent_only(put, consent, field):
    assert put(field).verdict.reason is Reason.CONSENT_REQUIRED
    [entry] = told_of(put(field, consent=consent(field)), field)
    if field == "credit_accounts":
        assert entry["days_past_due"] == [None] * 22 + [0, 30]
        assert entry["group"] == 2


def test_a_lender_is_not_told_what_only_the_office_may_know(put):
    answered = put("online_shops", client_id="vib-basic")
    assert answered.verdict.reason is Reason.PURPOSE_NOT_ALLOWED
