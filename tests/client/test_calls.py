"""Every call that a system makes, by the client that waits and by the one that is awaited."""

import pytest
from dancu_client import Claim, Ground, Options, ProblemError

from tests.client.conftest import BANK, INSURANCE, MINISTRY

OFFICER = Ground(officer="can-bo-1")
DOSSIER = Ground(officer="can-bo-1", dossier="H26.1-260101-0001")


def test_a_system_learns_who_it_is_and_what_it_may_do(system):
    me = system(BANK).me()
    assert (me.agency, me.system.client_id) == ("vietcombank", BANK)
    assert "ekyc" in {grant.purpose for grant in me.grants}


def test_an_access_check_says_what_would_be_told_and_why_not(system):
    bank = system(BANK)
    may = bank.check_access("ekyc", fields=["full_name"], service="verification")
    assert [found.allowed for found in may.findings] == [True]
    may_not = bank.check_access("ekyc", fields=["religion"], service="verification")
    [finding] = may_not.findings
    assert not finding.allowed
    assert finding.reason


def test_a_claim_is_true_or_not_and_no_more_is_told(system, an):
    bank = system(BANK)
    right = bank.verify(an.pin, {"full_name": an.full_name}, purpose="ekyc")
    wrong = bank.verify(an.pin, {"full_name": "Nguyễn Văn Anh"}, purpose="ekyc")
    assert (right.matches, wrong.matches) == (True, False)
    assert (right.attributes, right.jws) == (None, None)


def test_who_has_a_grant_for_it_is_told_details(system, an):
    told = system(MINISTRY).verify(
        an.pin, {"full_name": an.full_name, "sex": "F"}, purpose="linked-procedures"
    )
    assert told.attributes == {"full_name": "match", "sex": "mismatch"}


def test_a_batch_is_answered_in_its_order(system, an):
    items = [
        Claim(number=an.pin, claims={"full_name": name}) for name in ("Lê Thị Hoa", an.full_name)
    ]
    batch = system(BANK).verify_batch(items, purpose="ekyc")
    assert [result.outcome for result in batch.results] == ["no_match", "match"]


def test_a_disclosure_gives_what_is_granted_and_says_what_it_withholds(system, an):
    answer = system("ha-noi").disclose(
        "residence",
        an.pin,
        ["permanent_residence", "residence_history"],
        purpose="administrative-procedure",
        ground=DOSSIER,
    )
    assert answer.data["permanent_residence"]["place"]["province"]["code"] == "01"
    assert answer.withheld["residence_history"].reason


def test_a_refusal_is_an_exception_that_says_what_to_do(system, an):
    with pytest.raises(ProblemError) as refused:
        system(BANK).disclose("residence", an.pin, ["permanent_residence"], purpose="ekyc")
    problem = refused.value
    assert (problem.status, problem.code, problem.fault_of) == (
        403,
        "purpose-not-allowed",
        "caller",
    )
    assert problem.next
    assert problem.receipt
    assert problem.request_id in str(problem)


def test_what_is_wrong_in_a_request_is_named(system, an):
    with pytest.raises(ProblemError, match="claims") as refused:
        system(BANK).verify(an.pin, {"shoe_size": "42"}, purpose="ekyc")
    assert [param.name for param in refused.value.invalid_params] == ["body.claims.shoe_size"]


def test_problems_are_told_in_vietnamese_on_request(system, an):
    with pytest.raises(ProblemError, match="mục đích"):
        system(BANK, Options(language="vi")).verify(an.pin, {"sex": "M"}, purpose="tax")


def test_a_register_answers_yes_or_no(system, an):
    answer = system("byt").verify_register(
        "health-insurance-in-force", an.pin, {}, purpose="health-care"
    )
    assert answer.outcome in {"yes", "no", "unknown"}


def test_credit_is_assessed_with_the_citizens_consent(system, dancu_world, an):
    bank = system(BANK)
    [grant] = [each for each in bank.me().grants if each.service == "credit-assessment"]
    asked = bank.ask_consent(an.pin, grant.fields, purpose=grant.purpose, why="Vay tiêu dùng")
    assert asked.state == "asked"
    dancu_world.operator.decide_consent(an.name, asked.id, "accept")
    assert bank.consent(asked.id).state == "given"
    ground = Ground(consent=asked.id)
    answer = bank.assess_credit(an.pin, purpose=grant.purpose, ground=ground)
    assert 300 <= answer.assessment.score <= 850
    assert bank.end_consent(asked.id).state == "ended"
    with pytest.raises(ProblemError, match="no-consent"):
        bank.assess_credit(an.pin, purpose=grant.purpose, ground=ground)


def test_changes_are_read_page_after_page_and_gone_on_with(system, dancu_world, an):
    insurance = system(INSURANCE)
    feed = {"purpose": "social-insurance", "ground": OFFICER, "fields": ["full_name"]}
    page = insurance.change_page(start="latest", **feed)
    assert page.items == ()
    for name in ("Nguyễn Văn Ân", "Nguyễn Văn Ấn"):
        dancu_world.operator.report("name-change", "on request", [{"pin": an.pin, "name": name}])
    first = insurance.change_page(cursor=page.next_cursor, limit=1, **feed)
    assert first.more
    rest = list(insurance.changes(cursor=first.next_cursor, **feed))
    assert [each.kind for each in (*first.items, *rest)] == ["name-change", "name-change"]
    assert {each.values["full_name"] for each in rest} == {"Nguyễn Văn Ấn"}
    assert [each.id for each in insurance.changes(**feed)][-2:] == [
        each.id for each in (*first.items, *rest)
    ]


def test_a_dossier_goes_from_the_person_over_the_desk_to_its_result(system, dancu_world, an):
    portal = system("vpcp")
    begun = portal.begin_sign_in(
        "http://127.0.0.1:5000/callback",
        scope="openid public-services",
        level="urn:dancu:acr:level2",
    )
    person = portal.finish_sign_in(
        begun, dancu_world.sign_in(begun.address, an.name, level=begun.level)
    )
    answers = {"reason": "Thẻ bị hỏng", "place_of_reception": "Công an phường"}
    draft = portal.create_dossier(person, "identity-card", answers, submit=False).dossier
    assert draft.state == "draft"
    code = portal.submit_dossier(person, draft.code).dossier.code
    ministry = system(MINISTRY)
    assert code in {line.code for line in ministry.desk()}
    assert (
        ministry.desk_dossier(code, officer="can-bo-1").dossier.fields["full_name"].value
        == an.full_name
    )
    for act in ("receive", "approve"):
        ministry.act(code, act, officer="can-bo-1")
    done = ministry.act(code, "deliver", officer="can-bo-1", result="Thẻ mới").dossier
    assert portal.dossier(person, code).dossier.result == done.result == "Thẻ mới"
    assert [line.code for line in portal.dossiers(person)] == [code]
