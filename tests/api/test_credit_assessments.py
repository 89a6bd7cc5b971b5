"""Credit: assessed on consent, seen by its subject, looked at again; every answer has its leaf."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager

import msgspec
import pytest
from sqlalchemy import delete, select, update

from app.exchange import access as accesses
from app.exchange import fees, grants
from app.exchange.assessing import appeals, assessments
from app.exchange.assessing.models import CreditAssessment
from app.exchange.errands import Errand
from app.exchange.log import leaves
from app.exchange.models import Leaf
from app.platform.errors import ConflictError, InvalidError
from app.registry.models import Citizen
from app.sectors import models as sectors
from app.sectors.creditworthiness import scorecard
from tests.api.conftest import as_operator, bearer, citizen, told
from tests.exchange import people
from tests.registry import country
from tests.support.together import at_once

ADDRESS, APPEALS, MINE = (
    "/v1/credit-assessments",
    "/v1/credit-appeals",
    "/v1/my/credit-assessments",
)
EVERYTHING = ["state", *scorecard.FIELDS]
LATE = "99000000007"
LENDER, OFFICER = "mcredit", {"officer": "cb-01"}
WHY = {"ground": "not-mine", "said": "Khoản vay này không phải của tôi"}


@pytest.fixture(scope="module")
def client(shared, shared_world):
    """A client of a server where An has a late loan under an old number."""
    late = sectors.CreditAccount(
        number=LATE,
        holder_number=people.AN_OLD,
        lender="vib",
        kind="consumer",
        opened_on=dt.date(2023, 5, 6),
        amount=20_000_000,
        balance=9_000_000,
        months="000" * 20 + "030060090120",
        state="open",
    )
    shared_world.writer.submit(lambda session: session.add(late))
    return shared


@pytest.fixture(scope="module")
def headers(client, shared_world):
    """The headers of the lender, of another one, of the ministry, of An's portal."""
    return {
        **{
            name: bearer(client, shared_world, name)
            for name in (LENDER, "vib-basic", "bca", "bhxh")
        },
        "an": citizen(shared_world, scope=("openid", "my.read", "my.write")),
    }


@pytest.fixture
def consent(client):
    """Give a consent of An's on paper and return its id."""

    def give(agency=LENDER, fields=tuple(EVERYTHING)):
        said = {
            "pin": people.AN_PIN,
            "agency": agency,
            "purpose": "credit-scoring",
            "fields": list(fields),
            "evidence": "Phiếu đồng ý",
        }
        answer = client.post("/control/v1/consents", json=said, headers=as_operator(client))
        return told(answer, 201)["id"]

    return give


@pytest.fixture
def assess(client, headers):
    """Have An's credit assessed."""

    def ask(consent, status=200, client_id=LENDER, **changes):
        said = {"number": people.AN_PIN, "consent": consent} | changes
        if "state" in said.get("fields", ()):
            said["fields"] = [name for name in said["fields"] if name != "state"]
        answer = client.post(ADDRESS, json=said, headers=headers[client_id])
        return told(answer, status)

    return ask


def leaf_of(world, answer):
    with world.session() as session:
        return leaves.parse(
            session.scalar(select(Leaf.body).where(Leaf.seq == answer["leaf"]["seq"]))
        )


def test_a_score_is_told_with_its_reasons_and_nothing_behind_it(
    client, shared_world, headers, consent, assess
):
    given = consent()
    answer = assess(given)
    found = answer["assessment"]
    assert (answer["outcome"], answer["number"], answer["simulated"]) == (
        "assessed",
        "current",
        True,
    )
    assert "SYNTHETIC" in answer["notice"]
    assert scorecard.LEAST <= found["score"] <= scorecard.MOST
    assert scorecard.band(found["score"]) == found["band"]
    assert not found["thin_file"]
    assert found["reasons"][0]["code"] == "recent-delay"
    assert found["appeal_by"] == "2026-01-31"
    for secret in ("points", "marks", "credit_accounts", LATE, people.AN_PIN):
        assert f'"{secret}"' not in str(answer).replace("'", '"')
    leaf = leaf_of(shared_world, answer)
    assert (leaf.kind, leaf.outcome, leaf.consent) == ("credit_assessment", "assessed", given)
    assert list(leaf.fields) == EVERYTHING
    [listed] = [
        each
        for each in told(client.get(ADDRESS, headers=headers[LENDER]))
        if each["id"] == found["id"]
    ]
    assert (listed["leaf"], listed["outcome"]) == (answer["leaf"]["seq"], None)
    assert told(client.get(ADDRESS, headers=headers["vib-basic"])) == []
    shown = told(client.get(f"{ADDRESS}/{found['id']}", headers=headers[LENDER]))
    assert (shown["outcome"], shown["assessment"]) == ("shown", found)
    assert leaf_of(shared_world, shown).fields == ()
    others = client.get(f"{ADDRESS}/{found['id']}", headers=headers["vib-basic"])
    assert told(others, 404)["code"] == "credit-assessment-unknown"


def test_its_subject_sees_who_looked_and_every_point(client, headers, consent, assess):
    given = consent()
    answer = assess(given)
    told(client.get(f"{ADDRESS}/{answer['assessment']['id']}", headers=headers[LENDER]))
    looks = told(client.get("/v1/my/accesses?limit=2", headers=headers["an"]))["items"]
    assert [(each["kind"], each["outcome"], each["consent"]) for each in looks] == [
        ("credit_assessment", "shown", given),
        ("credit_assessment", "assessed", given),
    ]
    mine = told(client.get(MINE, headers=headers["an"]))
    [own] = [e for e in mine["items"] if e["assessment"]["id"] == answer["assessment"]["id"]]
    assert own["assessment"] == answer["assessment"]
    assert (own["agency"], own["consent"], own["fields"]) == (LENDER, given, EVERYTHING)
    total = scorecard.BASE + sum(each["points"] for each in own["points"])
    assert total == answer["assessment"]["score"]
    first = told(client.get("/v1/my/accesses?limit=1", headers=headers["an"]))["items"][0]
    assert (first["seq"], first["outcome"]) == (mine["leaf"]["seq"], "own_credit_assessments")


def test_sex_ethnicity_and_religion_change_nothing(shared_world, consent, assess):
    """The same person, on record as another by each of the three: the same to the point."""
    given = consent()
    before = assess(given)["assessment"]

    def become(**columns):
        job = update(Citizen).where(Citizen.id == country.AN).values(**columns)
        shared_world.writer.submit(lambda session: session.execute(job))

    with shared_world.session() as session:
        was = session.get_one(Citizen, country.AN)
        whole = {"sex": was.sex, "ethnicity": was.ethnicity, "religion": was.religion}
    try:
        for other in ({"sex": "F"}, {"ethnicity": "08"}, {"religion": "2"}):
            become(**other)
            after = assess(given)["assessment"]
            for name in ("score", "band", "thin_file", "reasons"):
                assert after[name] == before[name], other
    finally:
        become(**whole)


def test_without_consent_or_after_it_nothing_is_told(
    client, shared_world, headers, consent, assess
):
    assert assess("", 400)["code"] == "invalid-request"
    lacking = client.post(ADDRESS, json={"number": people.AN_PIN}, headers=headers[LENDER])
    assert told(lacking, 403)["code"] == "consent-required"
    assert assess("0" * 32, 403)["code"] == "no-consent"
    assert assess(consent("vib"), 403)["code"] == "no-consent"
    assert assess(consent(fields=["state", "tax_codes"]), 403)["code"] == "no-consent"
    given = consent()
    for number in (people.BINH_PIN, people.NOBODYS):
        assert assess(given, 403, number=number)["code"] == "no-consent"
    answer = assess(given)
    address = f"{ADDRESS}/{answer['assessment']['id']}"
    told(client.post(f"/v1/my/consents/{given}/withdrawal", headers=headers["an"]))
    refused = assess(given, 403)
    assert refused["code"] == "no-consent"
    assert leaf_of(shared_world, refused).outcome == "refused:NO_CONSENT"
    for again in (
        client.get(address, headers=headers[LENDER]),
        client.post(f"{address}/appeal", json=WHY, headers=headers[LENDER]),
    ):
        refused = told(again, 403)
        assert refused["code"] == "no-consent"
        assert leaf_of(shared_world, refused).outcome == "refused:NO_CONSENT"


def test_what_was_assessed_is_not_shown_again_once_the_grant_is_gone(
    shared_world, consent, assess
):
    answer = assess(consent())
    at = accesses.of(shared_world)
    ungranted = msgspec.structs.replace(at.poll().callers[LENDER], grants={})
    errand = Errand(request_id="again", today=shared_world.today, purpose="")
    with shared_world.session() as session:
        again = assessments.prepare_again(
            session, at, ungranted, errand, answer["assessment"]["id"]
        )
    assert again.outcome == "refused:PURPOSE_NOT_ALLOWED"


def test_an_agency_without_a_grant_is_refused(assess, consent):
    assert assess(consent("bhxh"), 403, client_id="bhxh")["code"] == "purpose-not-allowed"


def test_fewer_fields_are_read_where_fewer_are_asked_for(shared_world, consent, assess):
    given = consent(fields=["state", "tax_codes"])
    answer = assess(given, fields=["tax_codes"])
    assert leaf_of(shared_world, answer).fields == ("state", "tax_codes")
    assert answer["assessment"]["thin_file"]
    assert answer["assessment"]["score"] == scorecard.BASE


def test_a_refused_register_gives_no_points(client, consent, assess):
    """Who keeps residences refuses to share: the rest is scored, and it is said why."""
    given, operator = consent(), as_operator(client)
    told(
        client.put("/control/v1/withholdings/residence", json={"reason": "thử"}, headers=operator)
    )
    try:
        answer = assess(given)
    finally:
        told(client.delete("/control/v1/withholdings/residence", headers=operator))
    assert set(answer["withheld"]) == {"permanent_residence", "residence_history"}
    assert answer["withheld"]["residence_history"]["reason"] == "supplier-refuses"
    assert answer["outcome"] == "assessed"


@contextmanager
def missing(world):
    """Have An declared missing for a while."""
    put = update(Citizen).where(Citizen.id == country.AN)
    day = dt.date(2025, 1, 1)
    gone = put.values(state="missing", missing_since=day, state_since=day)
    back = put.values(state="alive", missing_since=None, state_since=None)
    world.writer.submit(lambda session: session.execute(gone))
    try:
        yield
    finally:
        world.writer.submit(lambda session: session.execute(back))


def test_who_is_not_alive_has_no_score(shared_world, consent, assess):
    given = consent()
    with missing(shared_world):
        answer = assess(given)
    assert (answer["outcome"], answer["assessment"]) == ("not_assessable", None)


def test_a_question_sent_twice_is_one_assessment_and_two_leaves(
    client, shared_world, headers, consent
):
    said = {"number": people.AN_PIN, "consent": consent()}
    key = headers[LENDER] | {"Idempotency-Key": "credit-twice"}
    first, second = (client.post(ADDRESS, json=said, headers=key) for _ in range(2))
    assert told(first) == told(second)
    assert second.headers["Idempotency-Replayed"] == "true"
    with shared_world.session() as session:
        made = select(CreditAssessment).where(CreditAssessment.consent == said["consent"])
        assert len(session.scalars(made).all()) == 1


def test_what_is_asked_is_charged_field_by_field(shared_world, consent, assess):
    def paid():
        fees.settle(shared_world)
        with shared_world.session() as session:
            found = fees.report(session, agency_code="X41").lines
        return {e.kind: (e.answers, e.fields) for e in found}.get("credit_assessment", (0, 0))

    before = paid()
    assess(consent())
    after = paid()
    assert (after[0] - before[0], after[1] - before[1]) == (1, len(EVERYTHING))


@pytest.fixture
def appealed(client, headers, consent, assess):
    """An assessment that An asked for a second look at, and how to get at its case."""

    def ask(**changes):
        first = assess(consent(**changes), **changes)["assessment"]
        filed = client.post(f"{MINE}/{first['id']}/appeal", json=WHY, headers=headers["an"])
        told(filed, 201)
        return first

    return ask


@pytest.fixture
def decide(client, headers):
    """Take a second look as an officer of the ministry."""

    def take(first, status=200, **changes):
        said = {"answer": "Khoản vay của người khác", **OFFICER} | changes
        address = f"{APPEALS}/{first['id']}/decision"
        return told(client.post(address, json=said, headers=headers["bca"]), status)

    return take


def own(client, headers, first):
    """Return what An is shown of an assessment."""
    items = told(client.get(MINE, headers=headers["an"]))["items"]
    [found] = [each for each in items if each["assessment"]["id"] == first["id"]]
    return found


def test_a_second_look_is_asked_for_once(client, headers, appealed):
    first = appealed()
    look = own(client, headers, first)["assessment"]["second_look"]
    assert (look["state"], look["by"], look["overdue"]) == ("filed", "citizen", False)
    assert (look["filed_on"], look["due_on"]) == ("2026-01-01", "2026-01-11")
    for address, who in ((f"{MINE}/{first['id']}", "an"), (f"{ADDRESS}/{first['id']}", LENDER)):
        again = client.post(f"{address}/appeal", json=WHY, headers=headers[who])
        assert told(again, 409)["code"] == "credit-appeal-filed"


def test_only_the_authority_sees_the_case(client, shared_world, headers, appealed):
    first = appealed()
    waiting = told(client.get(APPEALS, headers=headers["bca"]))
    [ours] = [each for each in waiting if each["id"] == first["id"]]
    assert (ours["due_on"], ours["outcome"]) == ("2026-01-11", None)
    assert told(client.get(APPEALS, headers=headers[LENDER])) == []
    case_at = f"{APPEALS}/{first['id']}"
    case = told(client.get(case_at, params=OFFICER, headers=headers["bca"]))
    assert (case["outcome"], case["pin"]) == ("case_shown", people.AN_PIN)
    assert [each["number"] for each in case["credit_accounts"]] == [LATE]
    assert leaf_of(shared_world, case).officer == "cb-01"
    nobody = client.get(case_at, headers=headers["bca"])
    assert told(nobody, 403)["code"] == "officer-required"
    other = client.get(case_at, params=OFFICER, headers=headers[LENDER])
    assert told(other, 403)["code"] == "purpose-not-allowed"


def test_what_is_not_theirs_is_left_out(client, headers, appealed, decide):
    first = appealed()
    wrong = decide(first, 400, leave_out=["99000000099"])
    assert wrong["code"] == "credit-account-unknown"
    assert wrong["invalid_params"][0]["name"] == "leave_out.0"
    decided = decide(first, leave_out=[LATE])
    assert (decided["outcome"], decided["second_look"]["state"]) == ("raised", "raised")
    assert decided["second_look"]["score"] > first["score"]
    assert decide(first, 409)["code"] == "credit-appeal-decided"
    shown = told(client.get(f"{ADDRESS}/{first['id']}", headers=headers[LENDER]))["assessment"]
    assert shown["score"] == first["score"]
    assert shown["second_look"] == decided["second_look"]
    mine = own(client, headers, first)
    assert mine["left_out"] == [LATE]
    assert len(mine["second_points"]) == len(mine["points"])
    for state, there in (("open", False), ("decided", True), ("all", True)):
        listed = told(client.get(APPEALS, params={"state": state}, headers=headers["bca"]))
        assert (first["id"] in {each["id"] for each in listed}) == there


def test_an_agency_appeals_and_nothing_changes(client, shared_world, headers, consent, assess):
    first = assess(consent())["assessment"]
    address = f"{ADDRESS}/{first['id']}/appeal"
    filed = told(client.post(address, json=WHY, headers=headers[LENDER]))
    assert (filed["outcome"], filed["assessment"]["second_look"]["by"]) == ("appealed", "agency")
    assert leaf_of(shared_world, filed).outcome == "appealed"
    said = {"answer": "Giữ nguyên", **OFFICER}
    at = f"{APPEALS}/{first['id']}/decision"
    decided = told(client.post(at, json=said, headers=headers["bca"]))
    assert decided["outcome"] == "unchanged"


def test_nobody_appeals_for_another_or_about_nothing(client, headers):
    for address, who in ((f"{MINE}/{'0' * 32}/appeal", "an"), (f"{ADDRESS}/{'0' * 32}", LENDER)):
        method = client.post if address.endswith("appeal") else client.get
        more = {"json": WHY} if address.endswith("appeal") else {}
        assert told(method(address, headers=headers[who], **more), 404)["code"] == (
            "credit-assessment-unknown"
        )
    missing = client.get(f"{APPEALS}/{'0' * 32}", params=OFFICER, headers=headers["bca"])
    assert told(missing, 404)["code"] == "credit-appeal-unknown"


def _row(world, assessment_id):
    with world.session() as session:
        return assessments.find(session, assessment_id)


def test_of_two_who_appeal_at_once_one_does(client, headers, consent, assess):
    first = assess(consent())["assessment"]
    address = f"{MINE}/{first['id']}/appeal"
    answers = at_once(2, lambda: client.post(address, json=WHY, headers=headers["an"]))
    assert sorted(answer.status_code for answer in answers) == [201, 409]


def test_appeals_have_their_time(shared_world, consent, assess):
    """Thirty days to ask; the answer is due, and late, by the law of the day."""
    first = assess(consent())["assessment"]
    row = _row(shared_world, first["id"])

    def file(today):
        shared_world.writer.submit(
            lambda session: appeals.file(session, row, "citizen", ("other", "x"), today)
        )

    with pytest.raises(ConflictError, match="credit-appeal-late"):
        file(dt.date(2026, 2, 1))
    file(dt.date(2026, 1, 31))
    caller = accesses.of(shared_world).snapshot().callers["bca"]
    with shared_world.session() as session:
        for today, late in ((dt.date(2026, 2, 10), False), (dt.date(2026, 2, 11), True)):
            found = appeals.waiting(session, caller, today, is_open=True, limit=50)
            [ours] = [each for each in found if each.id == first["id"]]
            assert (ours.due_on, ours.overdue) == (dt.date(2026, 2, 10), late)
    assert appeals.due(dt.date(2024, 1, 1)) == dt.date(2024, 1, 4)
    with pytest.raises(ConflictError, match="data-request-no-law"):
        appeals.due(dt.date(2020, 1, 1))


def test_a_second_look_may_be_worse_or_impossible(shared_world, appealed, decide):
    inquiries = [
        sectors.CreditInquiry(
            holder_number=people.AN_PIN, lender="vib", asked_on=dt.date(2025, 12, 1)
        )
        for _ in range(4)
    ]
    first = appealed()
    with missing(shared_world):
        assert decide(first, 409)["code"] == "credit-appeal-not-assessable"
    shared_world.writer.submit(lambda session: session.add_all(inquiries))
    try:
        decided = decide(first)
    finally:
        shared_world.writer.submit(lambda session: session.execute(delete(sectors.CreditInquiry)))
    assert decided["outcome"] == "lowered"


def test_what_was_not_read_is_not_in_the_case(client, headers, appealed, decide):
    """An assessment without credit data has none in its case, either."""
    first = appealed(fields=["state", "tax_codes"])
    case = client.get(f"{APPEALS}/{first['id']}", params=OFFICER, headers=headers["bca"])
    assert told(case)["credit_accounts"] == []
    assert decide(first)["outcome"] == "unchanged"


def test_a_grant_without_consent_is_not_given(shared_world):
    new = grants.NewGrant(
        agency_id=accesses.of(shared_world).snapshot().callers["bhxh"].agency_id,
        service="credit-assessment",
        purpose="credit-scoring",
        fields=("state",),
        legal_basis="thử",
        valid_from=dt.date(2026, 1, 1),
    )
    with pytest.raises(InvalidError, match="grant-invalid") as caught:
        shared_world.writer.submit(lambda session: grants.add(session, new))
    assert [param.name for param in caught.value.params] == ["consent_required"]


def test_the_scorecard_is_open_to_all(client):
    card = told(client.get("/v1/credit-scorecard"))
    assert [each["name"] for each in card["characteristics"]] == [
        each.name for each in scorecard.CHARACTERISTICS
    ]
    assert card["base"] == scorecard.BASE
    assert "SYNTHETIC" in card["notice"]


def test_a_signed_answer_and_words_in_vietnamese(client, headers, consent):
    said = {"number": people.AN_PIN, "consent": consent()}
    vietnamese = headers[LENDER] | {"Accept-Language": "vi"}
    answer = told(client.post(ADDRESS, json=said, headers=vietnamese))
    assert "MÔ PHỎNG" in answer["notice"]
    assert answer["assessment"]["reasons"][0]["title"].startswith("Chậm trả")
    signed = client.post(ADDRESS, json={**said, "signed": True}, headers=headers[LENDER])
    assert signed.text.count(".") == 2
