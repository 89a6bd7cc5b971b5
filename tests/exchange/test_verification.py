"""Verification from question to leaf: each outcome, and what stays hidden (rule 7)."""

from __future__ import annotations

import json

import jwt
import msgspec
import pytest
from sqlalchemy import delete, event, select, text

from app.exchange import consents, proof, verification
from app.exchange.consents import NewConsent
from app.exchange.evidence import look_up
from app.exchange.gate import Reason, Refused
from app.exchange.log import leaves, receipts, store
from app.exchange.models import FailedGuess, Leaf
from app.exchange.snapshots import MOST_FAILED_GUESSES
from app.exchange.tallies import Tally
from app.exchange.verification import Judgement
from app.platform import clock
from tests.exchange import people
from tests.exchange.people import question

PLAIN, DETAIL, CLEANSING = "vietcombank-basic", "vietcombank-fapi", "viettel"
PORTAL = "ha-noi"


@pytest.fixture(scope="module")
def world(exchange_reader):
    """One world for most of this module."""
    return exchange_reader


@pytest.fixture(autouse=True)
def _nobody_has_guessed(world, access):
    """Forget what other tests in this world have failed to guess."""
    world.writer.submit(lambda _: None)  # what waits is written before it is deleted
    world.writer.submit(lambda session: session.execute(delete(FailedGuess)))
    access._guesses = Tally(limit=100)
    access.poll()


@pytest.fixture
def put(world, access):
    """Put a question as a client and return what was answered."""

    def ask(client_id, asked):
        caller = access.snapshot().callers[client_id]
        with world.session() as session:
            prepared = verification.prepare(session, access, caller, asked)
        return world.writer.submit(
            lambda session: verification.record(session, access, prepared, now=clock.now())
        )

    return ask


def told(answered):
    assert answered.body is not None, answered.verdict
    return json.loads(answered.body)


def leaf_of(world, answered):
    with world.session() as session:
        body = session.scalar(select(Leaf.body).where(Leaf.seq == answered.proof.leaf.seq))
    return leaves.parse(body)


NAME = {"full_name": "Nguyễn Văn An"}
BINH = {"full_name": "Đỗ Thị Bình", "birth_date": "1985-11-02"}
CASES = {
    "right": (people.AN_PIN, people.AN_CLAIM, "match", "match"),
    "name alone": (people.AN_PIN, NAME, "match", "match"),
    "by the old number": (people.AN_OLD, people.AN_CLAIM, "old_number_linked", "match"),
    "by the cancelled number": (
        people.AN_CANCELLED,
        people.AN_CLAIM,
        "superseded_number",
        "no_match",
    ),
    "another name": (people.AN_PIN, {"full_name": "Lê Văn Tám"}, "mismatch", "no_match"),
    "without marks": (people.AN_PIN, {"full_name": "Nguyen Van An"}, "mismatch", "no_match"),
    "a shared old number": (people.SHARED_OLD, BINH, "ambiguous", "no_match"),
    "nobody's number": (people.NOBODYS, people.AN_CLAIM, "not_found", "no_match"),
    "nobody's old number": ("999999999", people.AN_CLAIM, "not_found", "no_match"),
    "a dead woman": (people.EM_PIN, {"full_name": "Lê Thị Em"}, "deceased", "no_match"),
    "a dead woman, misnamed": (people.EM_PIN, NAME, "mismatch", "no_match"),
    "a missing man": (people.HUNG_PIN, {"full_name": "Phạm Văn Hùng"}, "missing", "no_match"),
    "under review": (people.KHANH_PIN, {"full_name": "Vũ Quốc Khánh"}, "under_review", "no_match"),
    "an emigrant": (people.LAN_PIN, {"full_name": "Hoàng Thị Lan"}, "emigrated", "match"),
    "year for year": (
        people.LUA_PIN,
        {"full_name": "Trần Thị Lụa", "birth_date": "1950"},
        "birth_date_partial",
        "match",
    ),
    "more than is on record": (
        people.LUA_PIN,
        {"full_name": "Trần Thị Lụa", "birth_date": "1950-05-05"},
        "birth_date_partial",
        "no_match",
    ),
}


@pytest.mark.parametrize("case", list(CASES))
def test_with_detail_each_case_has_its_own_outcome(put, case):
    number, claimed, expected, _ = CASES[case]
    answer = told(put(DETAIL, question(number, claimed=claimed)))
    assert answer["outcome"] == expected
    knows_attributes = expected not in {"ambiguous", "not_found"}
    assert ("attributes" in answer) == knows_attributes
    if knows_attributes:
        assert list(answer["attributes"]) == list(claimed)


@pytest.mark.parametrize("case", list(CASES))
def test_without_detail_the_answer_is_yes_or_no_and_nothing_else(put, case):
    number, claimed, _, expected = CASES[case]
    answer = told(put(PLAIN, question(number, claimed=claimed)))
    assert answer.pop("outcome") == expected
    assert set(answer) == {"simulated", "request_id", "receipt", "leaf"}


@pytest.mark.parametrize(
    ("client_id", "outcome", "name"),
    [(CLEANSING, "near_match", "near_match"), (DETAIL, "mismatch", "mismatch")],
)
def test_a_near_match_is_for_cleansing_alone(put, client_id, outcome, name):
    purpose = "data-cleansing" if client_id == CLEANSING else "ekyc"
    asked = question(claimed={"full_name": "Nguyen Van An", "sex": "M"}, purpose=purpose)
    answer = told(put(client_id, asked))
    assert answer["outcome"] == outcome
    assert answer["attributes"] == {"full_name": name, "sex": "match"}


def test_provinces_are_those_of_today_and_parents_may_be_claimed(put):
    claimed = {
        "full_name": "Nguyễn Văn An",
        "residence_province": "01",
        "origin_province": "37",  # Nam Định lies in Ninh Bình since July 2025
        "father_name": "Nguyễn Văn Khoa",
        "mother_name": "Trần Thị Lụa",
    }
    asked = question(claimed=claimed, purpose="administrative-procedure")
    answer = told(put(PORTAL, asked))
    assert answer["outcome"] == "match"
    assert set(answer["attributes"].values()) == {"match"}


def test_what_is_not_on_record_is_neither_a_match_nor_a_mismatch(put):
    claimed = {"full_name": "Phạm Văn Hùng", "residence_province": "01"}
    asked = question(people.HUNG_PIN, claimed=claimed, purpose="administrative-procedure")
    answer = told(put(PORTAL, asked))
    assert answer["outcome"] == "not_on_record"
    assert answer["attributes"] == {"full_name": "match", "residence_province": "not_on_record"}


@pytest.mark.parametrize(
    "claimed",
    [
        {"full_name": "Lê Văn Tám", "birth_date": "1990-01-01"},
        {"full_name": "Lê Văn Tám", "residence_province": "79"},
    ],
)
def test_unknown_numbers_take_the_same_statements_as_known_ones(
    world, access, statements, claimed
):
    caller = access.snapshot().callers[PLAIN]
    taken = []
    for number in (
        people.AN_PIN,
        people.NOBODYS,
        people.AN_CANCELLED,
        people.EM_PIN,
    ):
        asked = question(number, claimed=claimed)
        for _ in range(2):  # the units are read once and kept
            statements.clear()
            with world.session() as session:
                verification.prepare(session, access, caller, asked)
        taken.append(list(statements))
    assert taken[0]
    assert all(each == taken[0] for each in taken)


def test_unknown_numbers_get_the_same_shape_as_known_ones(put, world):
    wrong = {"full_name": "Lê Văn Tám", "birth_date": "1990-01-01"}
    shapes, leaf_shapes = [], []
    for number in (people.AN_PIN, people.NOBODYS, people.AN_CANCELLED, people.EM_PIN):
        answered = put(PLAIN, question(number, claimed=wrong))
        answer = told(answered)
        shapes.append((answer["outcome"], list(answer), len(answered.body)))
        leaf = msgspec.structs.asdict(leaf_of(world, answered))
        leaf_shapes.append({**leaf, "seq": 0, "salt": 0, "subject": 0, "recorded_at": 0})
    assert all(shape == shapes[0] for shape in shapes)
    assert all(shape == leaf_shapes[0] for shape in leaf_shapes)


def test_a_failed_guess_is_logged_under_the_number_so_receipts_link_nobody_s_numbers(
    put, world, access
):
    wrong = {"full_name": "Lê Văn Tám"}
    subjects = {
        number: leaf_of(world, put(PLAIN, question(number, claimed=wrong))).subject
        for number in (people.AN_PIN, people.AN_OLD, people.AN_CANCELLED)
    }
    assert len(set(subjects.values())) == 3
    assert subjects == {number: proof.number_subject(access, number) for number in subjects}


def test_a_match_is_logged_under_the_person_whichever_number_was_asked(put, world, access):
    for number in (people.AN_PIN, people.AN_OLD):
        leaf = leaf_of(world, put(PLAIN, question(number)))
        assert leaf.subject == proof.citizen_subject(access, 1)


def test_the_leaf_says_what_the_caller_was_told_and_by_which_law(put, world):
    answered = put(DETAIL, question(officer="cb-01", dossier="H26-1"))
    leaf = leaf_of(world, answered)
    assert (leaf.agency, leaf.system, leaf.purpose) == ("X31", DETAIL, "ekyc")
    assert leaf.kind == "verification"
    assert leaf.outcome == told(answered)["outcome"] == "match"
    assert leaf.fields == ("full_name", "birth_date")
    assert "26/2023/QH15" in leaf.legal_basis
    assert (leaf.officer, leaf.dossier, leaf.consent) == ("cb-01", "H26-1", None)
    assert leaf.domain_time == "2026-01-01"
    assert leaf.request_id == "0" * 32


def test_the_receipt_proves_the_leaf(put, world):
    answered = put(PLAIN, question())
    keys = {signer.kid: signer.public_key for signer in world.keys("receipt").signers}
    receipt = receipts.verify(told(answered)["receipt"], keys, issuer=world.issuer)
    assert receipt.seq == told(answered)["leaf"]["seq"] == answered.proof.leaf.seq
    assert leaves.parse(receipt.leaf) == leaf_of(world, answered)


def test_a_signed_answer_is_the_same_json_and_no_token(put, world):
    body = put(PLAIN, question()).body
    signed = proof.signed(world, body)
    key = world.keys("answer").current.public_key
    assert jwt.PyJWS().decode(signed, key, algorithms=["ES256"]) == body
    assert jwt.get_unverified_header(signed)["typ"] == "dancu-answer+jwt"


def test_nothing_of_the_record_is_ever_in_an_answer(put):
    wrong = question(claimed={"full_name": "Lê Văn Tám", "birth_date": "1990-01-01", "sex": "F"})
    body = put(DETAIL, wrong).body.decode()
    answer = json.dumps({**json.loads(body), "receipt": ""}, ensure_ascii=False)
    for value in ("Nguyễn", "1980", "Hà Nội", people.AN_OLD):
        assert value not in answer


def test_a_claim_under_a_grant_with_consent_is_compared_only_with_that_consent(put, world):
    given = NewConsent(
        citizen_id=1,
        agency_id=23,
        purpose="credit-scoring",
        fields=("full_name",),
        from_date=people.TODAY,
        to_date=None,
        evidence="Phiếu số 5",
    )
    consent = world.writer.submit(lambda session: consents.create(session, given))
    asked = {"purpose": "credit-scoring", "claimed": NAME, "consent": consent}
    answered = put(PLAIN, question(**asked))
    assert told(answered)["outcome"] == "match"
    assert leaf_of(world, answered).consent == consent
    for number in (people.BINH_PIN, people.NOBODYS):
        refused = put(PLAIN, question(number, **asked))
        assert refused.verdict.reason is Reason.NO_CONSENT
        assert leaf_of(world, refused).outcome == "refused:NO_CONSENT"


@pytest.mark.parametrize(
    ("client_id", "purpose", "claimed", "reason"),
    [
        ("bct-legacy", "market-supervision", NAME, Reason.CONNECTION_SUSPENDED),
        ("bnnptnt-legacy", "rural-support", NAME, Reason.SECURITY_LEVEL),
        ("ubdt-legacy", "ethnic-policy", NAME, Reason.INSPECTION_LAPSED),
        (PLAIN, "tax-administration", NAME, Reason.PURPOSE_NOT_ALLOWED),
        (PLAIN, "ekyc", {**NAME, "ethnicity": "01"}, Reason.FIELD_NOT_ALLOWED),
        (PLAIN, "ekyc", {"sex": "M"}, Reason.CLAIM_TOO_WEAK),
        (PLAIN, "ekyc", {"birth_date": "1980"}, Reason.CLAIM_TOO_WEAK),
        (PLAIN, "credit-scoring", NAME, Reason.CONSENT_REQUIRED),
    ],
)
def test_a_refusal_is_a_value_and_has_its_leaf(put, world, client_id, purpose, claimed, reason):
    answered = put(client_id, question(purpose=purpose, claimed=claimed))
    assert isinstance(answered.verdict, Refused)
    assert answered.verdict.reason is reason
    assert answered.body is None
    assert answered.outcome == f"refused:{reason}"
    leaf = leaf_of(world, answered)
    assert leaf.outcome == f"refused:{reason}"
    assert leaf.fields == tuple(claimed)


def test_a_full_birth_date_or_a_name_is_enough_of_a_claim(put):
    for claimed in ({"birth_date": "1980-05-12"}, NAME):
        assert told(put(PLAIN, question(claimed=claimed)))["outcome"] == "match"


def test_the_steps_of_the_hot_route_give_the_answer_of_the_plain_one(world, access, put):
    caller = access.snapshot().callers[DETAIL]
    for number, claimed, _, _ in CASES.values():
        asked = question(number, claimed=claimed)
        verdict = verification.admit(access, caller, asked)
        with world.session() as session:
            [evidence] = look_up(session, [(asked.number, asked.claim)], people.TODAY)
        judged = verification.judge(access, caller, asked, evidence, verdict)
        draft = verification.draft(
            caller, asked, verdict, outcome=judged.outcome, about=judged.about
        )
        [appended] = world.writer.submit(
            lambda s, draft=draft: store.append(s, world, [draft], now=clock.now())
        )
        hot = json.loads(verification.answer(asked, judged, proof.prove(world, appended)))
        plain = told(put(DETAIL, asked))
        for answer in (hot, plain):
            del answer["receipt"], answer["leaf"]
        assert hot == plain


class TestLimits:
    """What one caller has used up, in a world of its own."""

    @pytest.fixture
    def world(self, open_copy):
        return open_copy()

    def test_after_ten_failed_guesses_even_the_right_claim_is_refused(self, put):
        wrong = question(claimed={"full_name": "Lê Văn Tám"})
        for _ in range(MOST_FAILED_GUESSES):
            assert told(put(PLAIN, wrong))["outcome"] == "no_match"
        refused = put(PLAIN, question())
        assert refused.verdict.reason is Reason.TOO_MANY_GUESSES
        assert (
            told(put(CLEANSING, question(purpose="subscriber-registration")))["outcome"] == "match"
        )

    @pytest.mark.parametrize("number", [people.AN_PIN, people.AN_OLD])
    def test_neither_another_system_nor_another_number_gives_further_guesses(self, put, number):
        for asked in (people.AN_PIN, people.AN_OLD) * (MOST_FAILED_GUESSES // 2):
            put(PLAIN, question(asked, claimed={"full_name": "Lê Văn Tám"}))
        for client in (PLAIN, DETAIL):
            refused = put(client, question(number))
            assert refused.verdict.reason is Reason.TOO_MANY_GUESSES
        assert told(put(PLAIN, question(people.BINH_PIN)))["outcome"] == "no_match"

    def test_guesses_about_a_bearer_take_the_same_work_whether_there_is_one(
        self, put, world, access
    ):
        for number in (people.AN_PIN, people.NOBODYS):
            put(PLAIN, question(number, claimed={"full_name": "Lê Văn Tám"}))
        world.writer.submit(lambda _: None)
        with world.session() as session:
            counted = [row.subject for row in session.query(FailedGuess)]
        assert len(counted) == 4
        assert proof.citizen_subject(access, 1) in counted

    def test_a_number_that_nobody_bears_is_closed_after_as_many_guesses(self, put):
        for _ in range(MOST_FAILED_GUESSES):
            put(PLAIN, question(people.NOBODYS))
        assert put(PLAIN, question(people.NOBODYS)).verdict.reason is Reason.TOO_MANY_GUESSES

    def test_of_guesses_that_come_at_once_only_ten_are_told(self, world, access):
        caller = access.snapshot().callers[PLAIN]
        wrong = question(claimed={"full_name": "Lê Văn Tám"})
        asked = [*[wrong] * (2 * MOST_FAILED_GUESSES), question()]
        admitted = [verification.admit(access, caller, each) for each in asked]
        with world.session() as session:
            claims = [(each.number, each.claim) for each in asked]
            evidence = look_up(session, claims, world.today)
        judged = [
            verification.judge(access, caller, *each)
            for each in zip(asked, evidence, admitted, strict=True)
        ]
        assert sum(isinstance(each, Judgement) for each in judged) == MOST_FAILED_GUESSES
        assert isinstance(judged[-1], Refused)
        assert judged[-1].reason is Reason.TOO_MANY_GUESSES

    def test_what_was_admitted_is_refused_if_the_tenth_guess_fails_meanwhile(
        self, put, world, access
    ):
        wrong = question(claimed={"full_name": "Lê Văn Tám"})
        for _ in range(MOST_FAILED_GUESSES - 1):
            put(PLAIN, wrong)

        def guess(*_looking_up):
            assert told(put(PLAIN, wrong))["outcome"] == "no_match"

        with world.session() as session:
            event.listen(session.connection(), "before_cursor_execute", guess, once=True)
            caller = access.snapshot().callers[PLAIN]
            prepared = verification.prepare(session, access, caller, question())
        assert prepared.verdict.reason is Reason.TOO_MANY_GUESSES
        assert prepared.judgement is None
        assert prepared.decision is None
        answered = world.writer.submit(
            lambda session: verification.record(session, access, prepared, now=clock.now())
        )
        assert answered.body is None
        assert leaf_of(world, answered).outcome == "refused:TOO_MANY_GUESSES"

    def test_right_claims_are_no_guesses(self, put):
        for _ in range(MOST_FAILED_GUESSES + 1):
            assert told(put(PLAIN, question()))["outcome"] == "match"

    def test_beyond_the_quota_questions_are_refused_and_logged(self, put, change, world):
        change(PLAIN, daily_quota=1)
        assert told(put(PLAIN, question()))["outcome"] == "match"
        refused = put(PLAIN, question())
        assert refused.verdict.reason is Reason.QUOTA_EXCEEDED
        assert leaf_of(world, refused).outcome == "refused:QUOTA_EXCEEDED"

    def test_the_answer_is_explained_only_in_worlds_set_to_training(self, put, world):
        asked = question(claimed={"full_name": "Nguyen Van An"}, explain=True)
        for number in (people.AN_PIN, people.NOBODYS):
            hint = told(put(PLAIN, question(number, explain=True)))["explain"]
            assert hint.keys() == {"next_vi", "next_en"}
            assert "world set" in hint["next_en"]
        world.writer.submit(
            lambda s: s.execute(text("UPDATE world SET training = :on"), {"on": True})
        )
        world.refresh()
        answer = told(put(PLAIN, asked))
        assert answer["outcome"] == "no_match"
        assert "attributes" not in answer
        assert answer["explain"]["attributes"] == {
            "full_name": {"verdict": "near_match", "reason": "diacritics"}
        }
        assert answer["explain"]["outcome_detail"] == "mismatch"
        assert answer["explain"]["state"] == "alive"
        nobody = told(put(PLAIN, question(people.NOBODYS, explain=True)))
        assert nobody["explain"]["number"] == "unknown"
        assert nobody["explain"]["state"] is None
        assert "explain" not in told(put(PLAIN, question()))
