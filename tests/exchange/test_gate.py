"""The gate, reason by reason: every branch of it, with values alone."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exchange import gate
from app.exchange.callers import VERIFICATION, Caller, Grant, Room
from app.exchange.errands import Errand
from app.exchange.gate import Admitted, ConsentGiven, Reason, Refused, Request
from app.exchange.refusals import PROBLEMS

TODAY = dt.date(2026, 1, 1)
YESTERDAY, TOMORROW = dt.date(2025, 12, 31), dt.date(2026, 1, 2)

GRANT = Grant(
    id=7,
    service=VERIFICATION,
    purpose="ekyc",
    fields=frozenset({"full_name", "birth_date"}),
    legal_basis="a law",
    officer_required=False,
    dossier_required=False,
    consent_required=False,
    valid_from=dt.date(2024, 7, 1),
    valid_to=None,
)
ERRAND = Errand(request_id="0" * 32, purpose="ekyc", today=TODAY)
REQUEST = Request(service=VERIFICATION, fields=("full_name",), errand=ERRAND)
CONSENT = ConsentGiven(
    citizen_id=1,
    agency_id=2,
    purpose="ekyc",
    fields=frozenset({"full_name"}),
    from_date=TODAY,
    to_date=TODAY,
    state="given",
)


def caller(*grants: Grant, **columns) -> Caller:
    values = {
        "client_id": "bank-basic",
        "system_name": "eKYC",
        "auth_method": "client_secret_basic",
        "credential_version": 1,
        "jwks": None,
        "state": "exchanging",
        "state_reason": None,
        "security_level": 3,
        "inspected_until": TODAY,
        "daily_quota": 10,
        "outcome_detail": False,
        "cleansing": False,
        "fapi": False,
        "guesser": "bank-basic",
        "agency_id": 2,
        "agency_code": "X31",
        "agency_slug": "bank",
        "agency_name": "Ngân hàng",
        "agency_name_en": "Bank",
        "agency_kind": "bank",
        "grants": {},
    } | columns
    for grant in grants or (GRANT,):
        key = (grant.service, grant.purpose)
        values["grants"][key] = (*values["grants"].get(key, ()), grant)
    return Caller(**{**values, "grants": dict(values["grants"])})


def with_(struct, **columns):
    return msgspec.structs.replace(struct, **columns)


def reason_of(verdict) -> Reason:
    assert isinstance(verdict, Refused)
    return verdict.reason


def test_a_question_within_a_grant_is_admitted_by_that_grant():
    verdict = gate.admit(caller(), REQUEST)
    assert verdict == Admitted(grant=GRANT, fields=("full_name",), withheld=())


@pytest.mark.parametrize("state", ["connected", "exchanging"])
def test_both_open_states_admit(state):
    assert isinstance(gate.admit(caller(state=state), REQUEST), Admitted)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"state": "suspended"}, Reason.CONNECTION_SUSPENDED),
        ({"state": "requested"}, Reason.NOT_CONNECTED),
        ({"state": "assessed"}, Reason.NOT_CONNECTED),
        ({"state": "a state that is not known"}, Reason.NOT_CONNECTED),
        ({"security_level": 2}, Reason.SECURITY_LEVEL),
        ({"inspected_until": YESTERDAY}, Reason.INSPECTION_LAPSED),
    ],
)
def test_a_connection_that_is_not_in_order_refuses_everything(columns, reason):
    assert reason_of(gate.admit(caller(**columns), REQUEST)) is reason


def test_another_purpose_is_not_allowed():
    asked = with_(REQUEST, errand=with_(ERRAND, purpose="curiosity"))
    assert reason_of(gate.admit(caller(), asked)) is Reason.PURPOSE_NOT_ALLOWED


def test_a_grant_for_one_service_is_none_for_another():
    asked = with_(REQUEST, service="identity")
    assert reason_of(gate.admit(caller(), asked)) is Reason.PURPOSE_NOT_ALLOWED


@pytest.mark.parametrize(
    "dates",
    [{"valid_from": TOMORROW}, {"valid_to": YESTERDAY}],
    ids=["not yet", "no longer"],
)
def test_a_grant_counts_only_while_it_is_in_force(dates):
    refused = gate.admit(caller(with_(GRANT, **dates)), REQUEST)
    assert reason_of(refused) is Reason.GRANT_EXPIRED


def test_of_two_legal_eras_the_one_in_force_decides():
    old = with_(GRANT, id=6, legal_basis="the old law", valid_to=YESTERDAY)
    new = with_(GRANT, id=8, legal_basis="the new law", valid_from=TODAY)
    verdict = gate.admit(caller(old, new), REQUEST)
    assert isinstance(verdict, Admitted)
    assert verdict.grant.legal_basis == "the new law"


def test_a_field_outside_the_grant_refuses_the_whole_question():
    verdict = gate.admit(caller(), with_(REQUEST, fields=("full_name", "religion")))
    assert verdict == Refused(reason=Reason.FIELD_NOT_ALLOWED, fields=("religion",), grant=GRANT)


def test_a_partial_question_gets_what_is_granted_and_is_told_the_rest():
    asked = with_(REQUEST, fields=("religion", "birth_date", "full_name"), partial=True)
    verdict = gate.admit(caller(), asked)
    assert isinstance(verdict, Admitted)
    assert verdict.fields == ("birth_date", "full_name")
    assert verdict.withheld == ("religion",)


def test_a_partial_question_without_any_granted_field_is_refused():
    verdict = gate.admit(caller(), with_(REQUEST, fields=("religion",), partial=True))
    assert reason_of(verdict) is Reason.FIELD_NOT_ALLOWED


@pytest.mark.parametrize("partial", [False, True])
def test_a_question_about_nothing_is_refused(partial):
    verdict = gate.admit(caller(), with_(REQUEST, fields=(), partial=partial))
    assert reason_of(verdict) is Reason.FIELD_NOT_ALLOWED


def test_a_claim_that_says_no_more_than_the_number_is_too_weak_for_yes_or_no():
    weak = with_(REQUEST, identifying=False)
    assert reason_of(gate.admit(caller(), weak)) is Reason.CLAIM_TOO_WEAK
    assert isinstance(gate.admit(caller(outcome_detail=True), weak), Admitted)


def test_a_dossier_that_nobody_has_is_refused():
    asked = with_(REQUEST, errand=with_(ERRAND, dossier="A-1", dossier_exists=False))
    assert reason_of(gate.admit(caller(), asked)) is Reason.DOSSIER_NOT_FOUND


@pytest.mark.parametrize(
    ("required", "named", "reason"),
    [
        ("officer_required", "officer", Reason.OFFICER_REQUIRED),
        ("dossier_required", "dossier", Reason.DOSSIER_REQUIRED),
        ("consent_required", "consent", Reason.CONSENT_REQUIRED),
    ],
)
@pytest.mark.parametrize("absent", [None, ""])
def test_what_a_grant_demands_has_to_be_named(required, named, reason, absent):
    demanding = caller(with_(GRANT, **{required: True}))
    for said, admitted in ((absent, False), ("A-1", True)):
        asked = with_(REQUEST, errand=with_(ERRAND, **{named: said}))
        verdict = gate.admit(demanding, asked)
        assert isinstance(verdict, Admitted) if admitted else reason_of(verdict) is reason


def test_beyond_the_quota_nothing_is_answered():
    verdict = gate.admit(caller(), with_(REQUEST, within_quota=Room.NO_QUOTA))
    assert reason_of(verdict) is Reason.QUOTA_EXCEEDED
    verdict = gate.admit(caller(), with_(REQUEST, within_quota=Room.TOO_FAST))
    assert reason_of(verdict) is Reason.RATE_LIMITED


def test_after_too_many_failed_guesses_the_subject_is_closed():
    verdict = gate.admit(caller(), with_(REQUEST, barred=True))
    assert reason_of(verdict) is Reason.TOO_MANY_GUESSES


def confirm(consent, *, grant=None, subject_id=1):
    admitted = Admitted(grant=grant or with_(GRANT, consent_required=True), fields=("full_name",))
    return gate.confirm(admitted, consent, subject_id=subject_id, agency_id=2, today=TODAY)


def test_without_the_demand_no_consent_is_looked_at():
    assert isinstance(confirm(None, grant=GRANT), Admitted)


def test_a_consent_that_covers_the_question_admits_it():
    assert isinstance(confirm(CONSENT), Admitted)
    assert isinstance(confirm(with_(CONSENT, to_date=None)), Admitted)


@pytest.mark.parametrize(
    "consent",
    [
        None,
        with_(CONSENT, citizen_id=9),
        with_(CONSENT, agency_id=9),
        with_(CONSENT, purpose="marketing"),
        with_(CONSENT, state="withdrawn"),
        with_(CONSENT, from_date=TOMORROW),
        with_(CONSENT, from_date=YESTERDAY, to_date=YESTERDAY),
        with_(CONSENT, fields=frozenset({"sex"})),
    ],
    ids=[
        "none",
        "another citizen's",
        "to another agency",
        "for another purpose",
        "withdrawn",
        "from tomorrow",
        "until yesterday",
        "for another field",
    ],
)
def test_any_other_consent_is_none(consent):
    assert reason_of(confirm(consent)) is Reason.NO_CONSENT


def test_a_number_that_nobody_bears_gets_the_answer_of_a_citizen_without_consent():
    assert confirm(CONSENT, subject_id=None) == confirm(with_(CONSENT, citizen_id=9))


def test_the_reasoning_names_rule_and_fields():
    admitted = Admitted(grant=GRANT, fields=("full_name",), withheld=("religion",))
    refused = Refused(reason=Reason.FIELD_NOT_ALLOWED, fields=("religion",), grant=GRANT)
    assert gate.reasoning(admitted) == ("admitted by grant 7 (ekyc): full_name; withheld religion")
    assert gate.reasoning(with_(admitted, withheld=())) == "admitted by grant 7 (ekyc): full_name"
    assert gate.reasoning(refused) == "refused FIELD_NOT_ALLOWED by grant 7 (ekyc): religion"
    assert gate.reasoning(Refused(reason=Reason.SECURITY_LEVEL)) == "refused SECURITY_LEVEL"


@pytest.mark.parametrize(
    ("kinds", "provinces", "outside"),
    [
        (None, None, ()),
        ({"registration"}, {"01"}, ()),
        ({"registration", "death"}, {"79"}, ("death", "79")),
        (None, {"79", "48"}, ("48", "79")),
    ],
)
def test_a_feed_is_of_the_slice_that_is_granted(kinds, provinces, outside):
    granted = {"kinds": frozenset({"registration"}), "provinces": frozenset({"01"})}
    admitted = Admitted(grant=with_(GRANT, **granted), fields=("full_name",))
    verdict = gate.within(admitted, kinds, provinces)
    if outside:
        assert (verdict.reason, verdict.fields) == (Reason.SLICE_NOT_ALLOWED, outside)
    else:
        assert verdict is admitted
    whole = Admitted(grant=GRANT, fields=("full_name",))
    assert gate.within(whole, kinds, provinces) is whole


def test_every_reason_is_declared_with_a_next_step_in_both_languages():
    assert set(PROBLEMS) == set(Reason)
    for reason, problem in PROBLEMS.items():
        assert problem.code == reason.lower().replace("_", "-")
        assert problem.next_vi
        assert problem.next_en
        assert problem.kind in {"forbidden", "too_many"}


@given(
    state=st.sampled_from(["requested", "assessed", "connected", "exchanging", "suspended"]),
    level=st.integers(1, 5),
    inspected=st.dates(dt.date(2025, 12, 1), dt.date(2026, 2, 1)),
    fields=st.lists(st.sampled_from(["full_name", "birth_date", "religion"]), unique=True),
    within_quota=st.sampled_from(Room),
    barred=st.booleans(),
)
def test_nothing_is_ever_admitted_beyond_the_grant(
    state, level, inspected, fields, within_quota, barred
):
    verdict = gate.admit(
        caller(state=state, security_level=level, inspected_until=inspected),
        with_(
            REQUEST, fields=tuple(fields), partial=True, within_quota=within_quota, barred=barred
        ),
    )
    if isinstance(verdict, Admitted):
        assert state in {"connected", "exchanging"}
        assert level >= 3
        assert inspected >= TODAY
        assert set(verdict.fields) <= GRANT.fields
        assert sorted(verdict.fields + verdict.withheld) == sorted(fields)
        assert within_quota
        assert not barred
