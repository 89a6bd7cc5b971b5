"""Disclosures: the granted fields, the withheld ones, refusals, and the leaf before the answer."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from app.exchange import consents, disclosing, proof, sharing
from app.exchange.consents import NewConsent
from app.exchange.disclosing import Disclosure
from app.exchange.gate import Reason, Refused
from app.exchange.log import leaves
from app.exchange.models import Leaf
from app.exchange.refusals import PROBLEMS
from app.exchange.sharing import Ask
from app.identity.models import Card
from app.platform import clock
from app.platform.errors import InvalidError, NotFoundError
from tests.exchange import people
from tests.exchange.people import TODAY, errand

PORTAL, BANK = "ha-noi", "vietcombank-basic"
OFFICIAL = {"officer": "cb-01", "dossier": "H26-2026-1"}


@pytest.fixture(scope="module")
def world(exchange_reader):
    """One world for all of this module: consents and cards are only ever added."""
    return exchange_reader


@pytest.fixture
def put(world, access):
    """Ask for data as a client and return what was answered."""

    def ask(client_id, name, *fields, number=people.AN_PIN, **columns):
        columns = {"purpose": "administrative-procedure"} | columns
        caller = access.snapshot().callers[client_id]
        asked = Ask(errand=errand(**columns), disclosure=name, number=number, fields=fields)
        with world.session() as session:
            prepared = sharing.prepare(session, access, caller, asked)
        return world.writer.submit(
            lambda session: sharing.record(session, access, prepared, now=clock.now())
        )

    return ask


def told(answered):
    assert answered.body is not None, answered.verdict
    return json.loads(answered.body)


def leaf_of(world, answered):
    with world.session() as session:
        body = session.scalar(select(Leaf.body).where(Leaf.seq == answered.proof.leaf.seq))
    return leaves.parse(body)


def test_an_official_reads_where_a_citizen_lives(put, world, access):
    answered = put(PORTAL, "residence", "permanent_residence", "absence", **OFFICIAL)
    answer = told(answered)
    assert answer["outcome"] == "disclosed"
    assert answer["number"] == "current"
    home = answer["data"]["permanent_residence"]
    assert home["place"]["text"] == "12 ngõ 5 Hàng Bún, Phường Ba Đình, Hà Nội"
    assert answer["data"]["absence"] is None
    assert answer["withheld"] == {}
    assert "104/2022" in answer["legal_basis"]
    assert answer["simulated"] is True
    leaf = leaf_of(world, answered)
    assert (leaf.kind, leaf.outcome) == ("disclosure", "disclosed")
    assert leaf.fields == ("permanent_residence", "absence")
    assert (leaf.officer, leaf.dossier) == ("cb-01", "H26-2026-1")
    assert leaf.legal_basis == answer["legal_basis"]
    assert leaf.subject == proof.citizen_subject(access, 1)


def test_fields_without_a_grant_are_withheld_with_the_reason_and_the_rest_is_given(put, world):
    answered = put(PORTAL, "identity", "religion", "full_name", "blood_type", **OFFICIAL)
    answer = told(answered)
    assert answer["data"] == {"full_name": "Nguyễn Văn An"}
    assert set(answer["withheld"]) == {"religion", "blood_type"}
    assert answer["withheld"]["religion"]["reason"] == "field-not-allowed"
    assert leaf_of(world, answered).fields == ("full_name",)


def test_why_a_field_is_withheld_is_said_in_the_caller_s_language(put):
    titles = [
        told(put(PORTAL, "identity", "religion", "full_name", **OFFICIAL, language=language))[
            "withheld"
        ]["religion"]["title"]
        for language in ("vi", "en")
    ]
    why = PROBLEMS[Reason.FIELD_NOT_ALLOWED]
    assert titles == [why.title_vi, why.title_en]


#: Of registers that a province asks nothing of: `test_registers.py` asks those.
OTHERS = {
    "bank-accounts", "credit", "driver-licences", "health-book", "organisations",
    "social-insurance", "subscriptions", "tax", "vehicles",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(set(disclosing.all_of_them()) - OTHERS))
def test_every_disclosure_gives_every_field_a_province_has_a_grant_for(put, access, world, name):
    [grant] = access.snapshot().callers[PORTAL].grants[name, "administrative-procedure"]
    fields = tuple(sorted(grant.fields))
    consent = None
    if grant.consent_required:
        given = NewConsent(
            citizen_id=1,
            agency_id=access.snapshot().callers[PORTAL].agency_id,
            purpose=grant.purpose,
            fields=fields,
            from_date=TODAY,
            to_date=None,
            evidence="Phiếu số 3",
        )
        consent = world.writer.submit(lambda session: consents.create(session, given))
    answer = told(put(PORTAL, name, *fields, **OFFICIAL, consent=consent))
    assert list(answer["data"]) == list(fields)


def test_cards_come_from_the_identity_room(put, world):
    def issue(session):
        session.add(
            Card(
                citizen_id=2,
                number=people.BINH_PIN,
                form="2024",
                state="active",
                state_since=TODAY,
                issued_on=TODAY,
                issued_by="Bộ Công an",
                issue_reason="first",
            )
        )

    world.writer.submit(issue)
    cards = ("card_issued_on",)
    answer = told(put(PORTAL, "identity", *cards, number=people.BINH_PIN, **OFFICIAL))
    assert answer["data"] == {"card_issued_on": "2026-01-01"}
    fields = ("card_state", "full_name", "card_issued_on")
    answer = told(put(PORTAL, "identity", *fields, number=people.BINH_PIN, **OFFICIAL))
    assert list(answer["data"].items()) == [
        ("card_state", "active"),
        ("full_name", "Đỗ Thị Bình"),
        ("card_issued_on", "2026-01-01"),
    ]


@pytest.mark.parametrize(
    ("number", "standing", "outcome"),
    [
        (people.AN_CANCELLED, "superseded", "disclosed"),
        (people.AN_OLD, "old", "disclosed"),
        (people.SHARED_OLD, "shared", "ambiguous"),
        (people.NOBODYS, "unknown", "not_found"),
    ],
)
def test_other_numbers_lead_to_the_person_or_say_why_not(
    put, world, access, number, standing, outcome
):
    answered = put(PORTAL, "identity", "pin", number=number, **OFFICIAL)
    answer = told(answered)
    assert (answer["number"], answer["outcome"]) == (standing, outcome)
    assert answer["data"] == ({"pin": people.AN_PIN} if outcome == "disclosed" else None)
    leaf = leaf_of(world, answered)
    assert leaf.outcome == outcome
    if outcome != "disclosed":
        assert leaf.fields == ()
        assert leaf.subject == proof.number_subject(access, number)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"dossier": "H26-1"}, Reason.OFFICER_REQUIRED),
        ({"officer": "cb-01"}, Reason.DOSSIER_REQUIRED),
        ({**OFFICIAL, "purpose": "curiosity"}, Reason.PURPOSE_NOT_ALLOWED),
    ],
)
def test_a_refusal_gives_nothing_and_is_logged(put, world, access, columns, reason):
    answered = put(PORTAL, "residence", "permanent_residence", **columns)
    assert isinstance(answered.verdict, Refused)
    assert answered.verdict.reason is reason
    assert answered.body is None
    leaf = leaf_of(world, answered)
    assert leaf.outcome == f"refused:{reason}"
    assert leaf.fields == ()
    assert leaf.subject == proof.number_subject(access, people.AN_PIN)


def test_only_fields_without_a_grant_are_refused_as_a_whole(put):
    answered = put(PORTAL, "identity", "religion", **OFFICIAL)
    assert answered.verdict.reason is Reason.FIELD_NOT_ALLOWED
    assert answered.verdict.fields == ("religion",)


def test_a_bank_reads_what_the_citizen_agreed_to_and_no_more(put, world, access):
    given = NewConsent(
        citizen_id=1,
        agency_id=access.snapshot().callers[BANK].agency_id,
        purpose="account-data",
        fields=("permanent_residence",),
        from_date=TODAY,
        to_date=None,
        evidence="Phiếu số 4",
    )
    consent = world.writer.submit(lambda session: consents.create(session, given))
    asked = {"purpose": "account-data", "consent": consent}
    answered = put(BANK, "residence", "permanent_residence", **asked)
    assert told(answered)["data"]["permanent_residence"]["place"]["province"]["code"] == "01"
    assert leaf_of(world, answered).consent == consent

    beyond = put(BANK, "residence", "permanent_residence", "current_residence", **asked)
    assert beyond.verdict.reason is Reason.NO_CONSENT
    assert beyond.verdict.fields == ("current_residence",)
    other = put("vib-basic", "residence", "permanent_residence", **asked)
    assert other.verdict.reason is Reason.NO_CONSENT
    unnamed = put(BANK, "residence", "permanent_residence", purpose="account-data")
    assert unnamed.verdict.reason is Reason.CONSENT_REQUIRED

    world.writer.submit(
        lambda session: consents.end(session, access, consent, "withdrawn", clock.now())
    )
    withdrawn = put(BANK, "residence", "permanent_residence", **asked)
    assert withdrawn.verdict.reason is Reason.NO_CONSENT


def test_without_consent_a_number_that_nobody_bears_is_refused_like_any_other(put):
    asked = {"purpose": "account-data", "consent": "made-up"}
    known = put(BANK, "residence", "permanent_residence", **asked)
    unknown = put(BANK, "residence", "permanent_residence", number=people.NOBODYS, **asked)
    assert known.verdict == unknown.verdict
    assert known.verdict.reason is Reason.NO_CONSENT


def test_a_disclosure_that_does_not_exist_and_a_field_it_lacks_are_errors(put):
    with pytest.raises(NotFoundError) as raised:
        put(PORTAL, "horoscope", "full_name", **OFFICIAL)
    assert raised.value.code == "disclosure-unknown"
    with pytest.raises(InvalidError) as raised:
        put(PORTAL, "contact", "phone", "religion", **OFFICIAL)
    assert raised.value.code == "field-unknown"
    assert [param.name for param in raised.value.params] == ["fields.1"]


def test_a_disclosure_must_offer_known_fields_each_once():
    words = {"name": "x", "title_vi": "x", "title_en": "x", "law": "x"}
    for fields in ((), ("phone", "phone"), ("horoscope",)):
        with pytest.raises(ValueError, match="the disclosure x"):
            Disclosure(**words, fields=fields)


def test_every_field_that_is_read_somewhere_is_described_once():
    offered = {field for each in disclosing.all_of_them().values() for field in each.fields}
    assert offered <= set(disclosing.CATALOGUE)
    for group in set(range(1, 26)) - {2}:
        assert any(disclosing.CATALOGUE[field].group == group for field in offered), group
