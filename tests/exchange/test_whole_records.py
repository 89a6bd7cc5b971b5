"""The whole record: who names number, name and birth gets what their grants give, once logged."""

import datetime as dt

import msgspec
import pytest
from sqlalchemy import select

from app.exchange import consents, grants, whole_records
from app.exchange.consents import NewConsent
from app.exchange.gate import Admitted, Reason, Refused
from app.exchange.grants import NewGrant
from app.exchange.log import leaves
from app.exchange.models import Leaf
from app.exchange.snapshots import MOST_FAILED_GUESSES
from app.exchange.whole_records import Ask
from app.platform import clock
from tests.exchange import people
from tests.exchange.people import TODAY, question
from tests.registry import country

PORTAL, BANK, PORTAL_OF_ALL = "ha-noi", "vietcombank-basic", "vpcp"
OFFICIAL = {"officer": "cb-01", "dossier": "H26-2026-1"}
PARTS = {
    "identity": ("full_name", "sex", "religion"),
    "household": ("residence_file_number",),
    "residence": ("residence_file_number", "permanent_residence"),
    "contact": ("phone",),
}


@pytest.fixture
def put(world, access):
    """Ask as a client; return what was prepared and what was logged."""

    def ask(client_id=PORTAL, parts=None, **said):
        said = {"purpose": "administrative-procedure", **OFFICIAL, **said}
        caller = access.snapshot().callers[client_id]
        asked = Ask(question=question(**said), parts=PARTS if parts is None else parts)
        with world.session() as session:
            prepared = whole_records.prepare(session, access, caller, asked)
        return prepared, world.writer.submit(
            lambda session: whole_records.record(session, access, prepared, now=clock.now())
        )

    return ask


def leaf_of(world, answered):
    with world.session() as session:
        body = session.scalar(select(Leaf.body).where(Leaf.seq == answered.proof.leaf.seq))
    return leaves.parse(body)


def test_the_record_has_what_the_grants_give_and_one_leaf_says_so(world, put):
    prepared, answered = put()
    assert isinstance(answered.verdict, Admitted)
    assert answered.body is None
    granted = ("pin", "full_name", "birth_date", "residence_file_number", "sex")
    assert tuple(sorted(answered.verdict.fields)) == tuple(
        sorted((*granted, "permanent_residence"))
    )
    assert answered.verdict.withheld == ("religion", "phone")
    assert prepared.data["pin"] == people.AN_PIN
    assert prepared.data.keys() == set(answered.verdict.fields)
    leaf = leaf_of(world, answered)
    assert leaf.outcome == "disclosed"
    assert set(leaf.fields) == set(answered.verdict.fields)
    assert (leaf.officer, leaf.dossier) == ("cb-01", "H26-2026-1")
    assert prepared.decision is not None


@pytest.mark.parametrize(
    "said",
    [
        {"number": people.NOBODYS},
        {"number": people.SHARED_OLD},
        {"number": people.AN_CANCELLED},
        {"claimed": {**people.AN_CLAIM, "birth_date": "1980-05-13"}},
        {"claimed": {**people.AN_CLAIM, "full_name": "Nguyen Van An"}},
        {
            "number": people.EM_PIN,
            "claimed": {"full_name": "Lê Thị Em", "birth_date": "1981-01-01"},
        },
    ],
    ids=["unknown", "shared", "cancelled", "other birth date", "without marks", "dead"],
)
def test_nothing_is_told_where_a_plain_verification_says_no(world, put, said):
    prepared, answered = put(**said)
    assert isinstance(answered.verdict, Admitted)
    assert (prepared.data, answered.outcome) == (None, "no_match")
    leaf = leaf_of(world, answered)
    assert (leaf.outcome, leaf.fields) == ("no_match", ())


def test_an_old_number_of_one_person_leads_to_the_record(put):
    prepared, _ = put(number=people.AN_OLD)
    assert prepared.data["pin"] == people.AN_PIN


@pytest.mark.parametrize(
    ("client_id", "said", "reason"),
    [
        (PORTAL, {"officer": None}, Reason.OFFICER_REQUIRED),
        (PORTAL, {"dossier": " "}, Reason.DOSSIER_REQUIRED),
        (PORTAL, {"purpose": "ekyc"}, Reason.PURPOSE_NOT_ALLOWED),
        (BANK, {"purpose": "sim-registration"}, Reason.PURPOSE_NOT_ALLOWED),
        (PORTAL_OF_ALL, {"purpose": "portal-sign-in"}, Reason.CONSENT_REQUIRED),
        (PORTAL_OF_ALL, {"purpose": "portal-sign-in", "consent": "x"}, Reason.NO_CONSENT),
    ],
)
def test_a_refusal_is_the_gates_and_is_logged(world, put, client_id, said, reason):
    prepared, answered = put(client_id, **said)
    assert isinstance(answered.verdict, Refused)
    assert answered.verdict.reason is reason
    assert (prepared.data, prepared.decision) == (None, None)
    leaf = leaf_of(world, answered)
    assert (leaf.outcome, leaf.fields) == (f"refused:{reason}", ())


def test_who_is_not_granted_the_core_is_told_nothing(world, access, put):
    new = NewGrant(
        agency_id=access.snapshot().callers[BANK].agency_id,
        service="identity",
        purpose="narrow",
        fields=("pin", "full_name"),
        legal_basis="for this test",
        valid_from=TODAY,
    )
    world.writer.submit(lambda session: grants.add(session, new))
    access.poll()
    _, answered = put(BANK, purpose="narrow")
    assert answered.verdict.reason is Reason.FIELD_NOT_ALLOWED
    assert answered.verdict.fields == ("birth_date",)


def test_a_consent_given_for_all_of_it_opens_what_asks_for_one(world, access, put):
    new = NewConsent(
        citizen_id=country.AN,
        agency_id=access.snapshot().callers[PORTAL_OF_ALL].agency_id,
        purpose="portal-sign-in",
        fields=("pin", "full_name", "birth_date", "sex", "phone"),
        from_date=TODAY,
        to_date=TODAY + dt.timedelta(days=1),
        evidence="for this test",
    )
    consent = world.writer.submit(lambda session: consents.create(session, new))
    prepared, answered = put(PORTAL_OF_ALL, purpose="portal-sign-in", consent=consent)
    assert isinstance(answered.verdict, Admitted), answered.verdict
    assert prepared.data["phone"] == "0590000001"
    assert answered.verdict.withheld == (
        "religion",
        "residence_file_number",
        "permanent_residence",
    )


def test_guesses_are_counted_as_those_of_verifications(put):
    wrong = {"claimed": {**people.AN_CLAIM, "birth_date": "1980-05-13"}}
    for _ in range(MOST_FAILED_GUESSES):
        _, answered = put(**wrong)
        assert answered.outcome == "no_match"
    for said in (wrong, {}, {"number": people.AN_OLD}):
        _, answered = put(**said)
        assert answered.verdict.reason is Reason.TOO_MANY_GUESSES


def test_a_plain_caller_is_the_same_but_for_what_it_is_told(access):
    caller = access.snapshot().callers[PORTAL]
    plain = whole_records.plain(caller)
    assert not plain.outcome_detail
    assert not plain.cleansing
    same = msgspec.structs.replace(
        plain, outcome_detail=caller.outcome_detail, cleansing=caller.cleansing
    )
    assert same == caller
