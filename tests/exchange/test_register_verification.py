"""Claims to registers of others: yes, no or unknown, and never what the register holds."""

from __future__ import annotations

import json

import pytest

from app.exchange import access as accesses
from app.exchange import consent_law, consents, grants, register_claim, register_verification
from app.exchange.callers import REGISTER
from app.exchange.consents import NewConsent
from app.exchange.gate import Reason
from app.exchange.grants import NewGrant
from app.exchange.register_claim import RegisterReason
from app.exchange.register_verification import RegisterQuestion
from app.exchange.snapshots import MOST_FAILED_GUESSES
from app.platform import clock
from app.sectors import models as m
from app.sectors import register
from tests.exchange import held, people
from tests.exchange.people import AN_PIN, BINH_PIN, LUA_PIN, NOBODYS, TODAY, errand
from tests.registry.country import AN

ASKING, PLAIN = "bca", "vietcombank-basic"
#: By claim: what is true of An, what the register does not have, and what is another's (Bình's).
TRUE = {
    "phone-owner": {"phone": "0590000009"},
    "health-insurance-in-force": {"insurance_number": "DN4019900000001"},
    "social-insurance-payer": {"book_number": "9900000001"},
    "driver-licence": {"class": "A1"},
    "vehicle-owner": {"plate": "10A1-00009"},
    "organisation-representative": {"tax_code": "9900000019"},
    "bank-account-owner": {"account_number": "9901000000001"},
    "tax-code-owner": {"tax_code": "9700000001"},
    "benefit-recipient": {"kind": "merit"},
    "pupil": {"school": "99012001"},
    "electricity-customer": {"customer_code": "PD99000000001"},
    "land-certificate-holder": {"certificate_number": "ZA 000009"},
}
MORE = (
    lambda: m.Subscriber(
        number="0590000008",
        telco="viettel",
        activated_on=held.DAY,
        state="active",
        holder_number=people.SHARED_OLD,
    ),
    lambda: m.HealthInsurance(
        number="HT3019900000003",
        facility="01001",
        valid_from=held.LAST_YEAR,
        valid_to=held.NEXT_YEAR,
        state="valid",
        holder_number=people.EM_PIN,
    ),
    lambda: m.Vehicle(
        plate="10A1-00008",
        kind="car",
        make="Kia",
        colour="Đen",
        registered_on=held.DAY,
        state="recovered",
        holder_number=people.AN_OLD,
    ),
)  # fmt: skip


def _let(session, agency_id, purpose, *, consent=False):
    grants.add(
        session,
        NewGrant(
            agency_id=agency_id,
            service=REGISTER,
            purpose=purpose,
            fields=tuple(register_claim.by_field()),
            legal_basis="test",
            officer_required=False,
            dossier_required=False,
            consent_required=consent,
            valid_from=TODAY,
            valid_to=None,
        ),
    )


@pytest.fixture(scope="module")
def world(exchange_reader):
    """A world whose registers know An and some others; the ministry may ask anything."""
    held.keep(exchange_reader)
    callers = accesses.of(exchange_reader).poll().callers

    def job(session):
        session.add_all([row() for row in MORE])
        _let(session, callers[ASKING].agency_id, "population-search")
        _let(session, callers[PLAIN].agency_id, "data-cleansing")
        _let(session, callers[ASKING].agency_id, "linked-procedures", consent=True)

    exchange_reader.writer.submit(job)
    yield exchange_reader
    held.forget(exchange_reader)


@pytest.fixture
def put(world, access):
    """Put a claim, and return what was answered and the answer's JSON (None if refused)."""

    def ask(name, said, number=AN_PIN, client_id=ASKING, **columns):
        usual = "population-search" if client_id == ASKING else "data-cleansing"
        question = RegisterQuestion(
            errand=errand(columns.pop("purpose", usual), **columns),
            claim=register_claim.all_of_them()[name],
            number=number,
            said=said,
        )
        with world.session() as session:
            prepared = register_verification.prepare(
                session, access, access.snapshot().callers[client_id], question
            )
        answered = world.writer.submit(
            lambda session: register_verification.record(
                session, access, prepared, now=clock.now()
            )
        )
        return answered, answered.body and json.loads(answered.body)

    return ask


@pytest.fixture
def why(put):
    """Put a claim, and return the answer and its reason as one text."""

    def ask(name, said, number=AN_PIN):
        _, told = put(name, said, number)
        return f"{told['outcome']} {told['reason']}"

    return ask


def test_every_claim_is_put_here_and_has_words_and_a_register():
    claims = register_claim.all_of_them()
    assert set(claims) == {*TRUE, "no-conviction"}
    for claim in claims.values():
        assert claim.law == register.all_of_them()[claim.register].law
    assert set(register_claim.MEANINGS) == set(RegisterReason)


@pytest.mark.parametrize("name", sorted(TRUE))
def test_what_is_so_is_yes_and_what_is_another_s_is_no(why, name):
    assert why(name, TRUE[name]) == "yes holds"
    # Nobody is asked about so often here that guesses are counted out.
    place = sorted(TRUE).index(name)
    others = why(name, TRUE[name], people.HUNG_PIN if place % 2 else people.KHANH_PIN)
    assert others in {"no another_holder", "no nothing_held"}
    assert why(name, TRUE[name], f"{int(NOBODYS) - place}") == "unknown number_unknown"


def test_what_may_be_left_out_is_answered_by_all_that_is_held(why):
    for name in ("health-insurance-in-force", "social-insurance-payer", "pupil"):
        assert why(name, {}) == "yes holds"
    assert why("benefit-recipient", {}) == "yes holds"
    assert why("health-insurance-in-force", {}, BINH_PIN) == "no not_in_force"
    assert why("driver-licence", {"class": "B"}, BINH_PIN) == "no not_in_force"


def test_what_is_not_quite_as_claimed_is_no(why):
    assert why("driver-licence", {"class": "B"}) == "no differs"
    assert why("driver-licence", {"class": "A1", "licence_number": "9" * 12}) == "no nothing_held"
    assert why("pupil", {"school": "99012002"}) == "no differs"
    assert why("benefit-recipient", {"kind": "orphan"}) == "no differs"
    assert why("vehicle-owner", {"plate": "10A1-00008"}) == "no not_in_force"
    assert why("land-certificate-holder", TRUE["land-certificate-holder"], BINH_PIN) == "yes holds"


def test_what_the_register_cannot_say_is_unknown(why):
    assert why("phone-owner", {"phone": "0590000001"}) == "unknown not_in_register"
    assert why("phone-owner", {"phone": "0590000008"}, people.KHANH_PIN) == (
        "unknown holder_unclear"
    )
    assert why("vehicle-owner", {"plate": "10A1-00009"}, people.SHARED_OLD) == (
        "unknown number_shared"
    )
    for name, said in (
        ("health-insurance-in-force", {"insurance_number": "DN4019900000009"}),
        ("organisation-representative", {"tax_code": "9900000020"}),
        ("land-certificate-holder", {"certificate_number": "ZA 000008"}),
    ):
        assert why(name, said, people.LAN_PIN) == "unknown not_in_register"


def test_what_ends_with_death_is_no_of_the_dead(why):
    assert why("health-insurance-in-force", {}, people.EM_PIN) == "no person_deceased"
    assert why("vehicle-owner", TRUE["vehicle-owner"], people.EM_PIN) == "no another_holder"


def test_a_conviction_is_asked_for_with_consent_and_only_the_cleared_does_not_count(put, world):
    name, purpose = "no-conviction", "linked-procedures"
    assert put(name, {}, purpose=purpose)[0].verdict.reason is Reason.CONSENT_REQUIRED
    agency_id = accesses.of(world).snapshot().callers[ASKING].agency_id
    consent = world.writer.submit(
        lambda session: consents.create(
            session,
            NewConsent(
                citizen_id=AN,
                agency_id=agency_id,
                purpose=purpose,
                fields=("no_conviction",),
                from_date=TODAY,
                to_date=None,
                evidence="test",
            ),
        )
    )
    _, told = put(name, {}, purpose=purpose, consent=consent)
    assert (told["outcome"], told["reason"]) == ("no", "differs")
    other, _ = put(name, {}, BINH_PIN, purpose=purpose, consent=consent)
    assert other.verdict.reason is Reason.NO_CONSENT
    assert put(name, {}, BINH_PIN)[1]["outcome"] == "yes"
    assert consent_law.sensitive(("no_conviction", "pupil")) == ("no_conviction",)


def test_without_detail_there_is_yes_or_no_and_a_number_alone_is_too_little(put):
    answered, told = put("phone-owner", TRUE["phone-owner"], client_id=PLAIN)
    assert (told["outcome"], told["reason"], answered.outcome) == ("yes", None, "yes")
    shapes = []
    for said, number in (
        ("0590000001", LUA_PIN),
        ("0590000009", people.LAN_PIN),
        ("0590000009", NOBODYS),
    ):
        answered, told = put("phone-owner", {"phone": said}, number, PLAIN)
        assert (told["outcome"], told["reason"], answered.outcome) == ("no", None, "no")
        shapes.append(sorted(told))
    assert all(shape == shapes[0] for shape in shapes)
    for name, said in (("health-insurance-in-force", {}), ("driver-licence", {"class": "A1"})):
        refused, told = put(name, said, client_id=PLAIN)
        assert (refused.verdict.reason, told) == (Reason.CLAIM_TOO_WEAK, None)


def test_a_telephone_is_not_tried_with_number_after_number(put):
    said = {"phone": "0590000009"}
    tried = [f"9010900{each:05}" for each in range(MOST_FAILED_GUESSES + 1)]
    outcomes = [put("phone-owner", said, number, "vib-basic", purpose="ekyc") for number in tried]
    refused = [answered.verdict.reason for answered, told in outcomes if told is None]
    assert refused == [Reason.TOO_MANY_GUESSES]
    assert put("phone-owner", said, client_id="vib-basic", purpose="ekyc")[1] is None
    assert put("phone-owner", said)[1]["outcome"] == "yes"


def test_a_person_is_not_tried_with_telephone_after_telephone(put):
    for each in range(MOST_FAILED_GUESSES):
        said = {"phone": f"05900001{each:02}"}
        assert put("phone-owner", said, people.HUNG_PIN, "bidv-basic", purpose="ekyc")[1]
    barred, _ = put(
        "phone-owner", {"phone": "0590000200"}, people.HUNG_PIN, "bidv-basic", purpose="ekyc"
    )
    assert barred.verdict.reason is Reason.TOO_MANY_GUESSES


def test_a_purpose_without_a_grant_is_refused(put):
    refused, _ = put("phone-owner", TRUE["phone-owner"], purpose="judicial-records")
    assert refused.verdict.reason is Reason.PURPOSE_NOT_ALLOWED
