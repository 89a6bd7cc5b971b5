"""What citizens ask agencies to do with their data: filed, late, answered; and their own data."""

from __future__ import annotations

import datetime as dt

import pytest

from app.exchange import access as accesses
from app.exchange import consent_law, data_requests
from app.exchange.data_requests import NewRequest
from app.exchange.log import leaves
from app.identity import applications
from app.identity import models as identity
from app.platform.errors import ConflictError
from tests.api.conftest import as_operator, bearer, told
from tests.api.person.test_my import AN, CHILD, MOTHER, READ, WRITE, sign_in
from tests.api.phones import Phones
from tests.signin.party import Somebody

REQUESTS = "/v1/data-subject-requests"
OBJECTION = {"agency": "vietcombank", "said": "Không đồng ý tiếp thị", "purpose": "account-data"}


@pytest.fixture(scope="module")
def an(client, world):
    return sign_in(client, world, scope=WRITE)


def filed(client, headers, status=201, **changes):
    body = OBJECTION | changes
    return told(client.post("/v1/my/objections", json=body, headers=headers), status)


def step(client, headers, request_id, name, body=None, status=200):
    address = f"{REQUESTS}/{request_id}/{name}"
    return told(client.post(address, json=body, headers=headers), status)


def test_an_objection_has_the_laws_terms_and_is_answered(client, an, bank, ministry):
    asked = filed(client, an)
    assert (asked["state"], asked["overdue"], asked["right"]) == ("filed", False, "objection")
    assert (asked["acknowledge_by"], asked["due_on"]) == ("2026-01-05", "2026-01-16")
    assert "91/2025" in asked["law"]
    [seen] = [e for e in told(client.get(REQUESTS, headers=bank)) if e["id"] == asked["id"]]
    assert seen == asked
    heard = step(client, bank, asked["id"], "acknowledgement", {"processors": True})
    assert (heard["state"], heard["due_on"]) == ("acknowledged", "2026-01-21")
    again = step(client, bank, asked["id"], "acknowledgement", {}, 409)
    assert again["code"] == "data-request-answered"
    longer = step(client, bank, asked["id"], "extension")
    assert (longer["extended"], longer["due_on"]) == (True, "2026-02-05")
    assert step(client, bank, asked["id"], "extension", status=409)["code"] == (
        "data-request-answered"
    )
    stolen = client.get(f"{REQUESTS}/{asked['id']}", headers=ministry)
    assert told(stolen, 404)["code"] == "data-request-unknown"
    body = {"outcome": "granted", "answer": "Đã ngừng"}
    assert step(client, ministry, asked["id"], "answer", body, 404)
    answered = step(client, bank, asked["id"], "answer", body)
    assert (answered["state"], answered["answered_on"]) == ("granted", "2026-01-01")
    assert step(client, bank, asked["id"], "answer", body, 409)["code"] == "data-request-answered"
    assert told(client.get(f"{REQUESTS}/{asked['id']}", headers=bank)) == answered
    assert answered in told(client.get(f"{REQUESTS}?state=answered", headers=bank))
    assert answered in told(client.get(f"{REQUESTS}?state=all", headers=bank))
    mine = told(client.get("/v1/my/objections", headers=an))["items"]
    assert answered in mine
    assert answered not in told(client.get("/v1/my/corrections", headers=an))["items"]


def test_a_granted_objection_ends_what_rests_on_consent(client, world, bank):
    sam = sign_in(client, world, who=MOTHER, scope=WRITE)
    operator = as_operator(client)
    number = Somebody(world, MOTHER).pin
    paper = {
        "pin": number,
        "agency": "vietcombank",
        "purpose": "account-data",
        "fields": ["phone"],
        "evidence": "Phiếu số 7",
    }
    ask = {"number": number, "purpose": "account-data", "fields": ["phone"], "why": "Mở thẻ"}
    address = "/v1/consent-requests"
    given = told(client.post("/control/v1/consents", json=paper, headers=operator), 201)["id"]
    open_one = told(client.post(address, json=ask, headers=bank), 201)["id"]

    def answered(outcome, **changes):
        request = filed(client, sam, **changes)
        body = {"outcome": outcome, "answer": "."}
        step(client, bank, request["id"], "answer", body)
        mine = told(client.get("/v1/my/consents", headers=sam))["items"]
        return {each["id"]: each["state"] for each in mine if each["id"] in {given, open_one}}

    untouched = {given: "given", open_one: "asked"}
    assert answered("refused") == untouched
    assert answered("granted", right="access") == untouched
    assert answered("granted", purpose="ekyc") == untouched
    assert answered("granted") == {given: "ended", open_one: "ended"}
    look = {"number": number, "fields": ["phone"], "purpose": "account-data", "consent": given}
    refused = client.post("/v1/disclosures/contact", json=look, headers=bank)
    assert told(refused, 403)["code"] == "no-consent"
    again = client.post(address, json=ask, headers=bank)
    assert told(again, 409)["code"] == "consent-objected"
    # Whoever thinks better of it may still agree on their own.
    anew = told(client.post("/control/v1/consents", json=paper, headers=operator), 201)["id"]
    told(client.post("/v1/disclosures/contact", json=look | {"consent": anew}, headers=bank))


def test_each_right_has_its_term_and_late_answers_are_seen(world):
    citizen_id = Somebody(world, AN).citizen_id

    def file(right, today=dt.date(2026, 1, 9)):
        new = NewRequest(
            citizen_id=citizen_id,
            filed_by=citizen_id,
            agency="vietcombank",
            right=right,
            said="x",
        )
        return world.writer.submit(lambda session: data_requests.file(session, new, today))

    days = {right: (file(right).due_on - dt.date(2026, 1, 9)).days for right in _rights()}
    assert days == {
        "access": 10,
        "correction": 10,
        "erasure": 20,
        "withdrawal": 15,
        "restriction": 15,
        "objection": 15,
    }
    before = file("erasure", dt.date(2025, 12, 31))
    assert (before.acknowledge_by, before.due_on) == (None, dt.date(2026, 1, 3))
    with pytest.raises(ConflictError) as raised:
        file("access", dt.date(2023, 6, 30))
    assert raised.value.code == "data-request-no-law"
    caller = accesses.of(world).snapshot().callers["vietcombank-basic"]

    def as_of(request_id, today):
        with world.session() as session:
            return data_requests.find(session, request_id, today).overdue

    late = file("access")
    assert not as_of(late.id, late.acknowledge_by)
    assert as_of(late.id, late.acknowledge_by + dt.timedelta(days=1))
    world.writer.submit(
        lambda s: data_requests.acknowledge(
            s, caller, late.id, late.acknowledge_by, processors=False
        )
    )
    assert not as_of(late.id, late.due_on)
    assert as_of(late.id, late.due_on + dt.timedelta(days=1))
    for request_id, day in ((before.id, before.filed_on), (late.id, dt.date(2026, 3, 1))):
        with pytest.raises(ConflictError) as raised:
            world.writer.submit(
                lambda s, day=day, request_id=request_id: data_requests.extend(
                    s, caller, request_id, day
                )
            )
        assert raised.value.code == "data-request-no-extension"


def _rights():
    return tuple(consent_law.LAWS["consent-2025"].days)


def test_a_withdrawal_is_followed_by_a_request(client, world, an, bank):
    body = {
        "pin": Somebody(world, AN).pin,
        "agency": "vietcombank",
        "purpose": "account-data",
        "fields": ["phone"],
        "evidence": "Phiếu số 7",
    }
    for way in ("my", "phone"):
        made = told(
            client.post("/control/v1/consents", json=body, headers=as_operator(client)), 201
        )
        if way == "my":
            address = f"/v1/my/consents/{made['id']}/withdrawal"
            told(client.post(address, headers=an))
        else:
            told(Phones(client).post(AN, f"/consents/{made['id']}/withdrawal"))
        [asked] = [
            e for e in told(client.get(REQUESTS, headers=bank)) if e["consent"] == made["id"]
        ]
        assert (asked["right"], asked["due_on"]) == ("withdrawal", "2026-01-16")


def test_before_the_law_a_withdrawal_ends_the_consent_alone(world, monkeypatch):
    person = Somebody(world, AN).citizen_id
    monkeypatch.setattr(data_requests.consents, "withdraw_own", lambda *_: None)
    monkeypatch.setattr(consent_law, "of", lambda _day: None)
    at = accesses.of(world)
    assert data_requests.withdraw(None, at, (person, person), "0" * 32, None) is None


def corrected(client, headers, status=201, **changes):
    body = {"changes": {"religion": "01"}, "said": "Ghi sai", "documents": ["Giấy xác nhận 1"]}
    return told(client.post("/v1/my/corrections", json=body | changes, headers=headers), status)


def test_a_correction_is_decided_by_who_may_report_it(client, an, ministry):
    asked = corrected(client, an)
    assert (asked["agency"], asked["right"], asked["due_on"]) == (
        "bca",
        "correction",
        "2026-01-11",
    )
    assert asked in told(client.get("/v1/my/corrections", headers=an))["items"]
    body = {"outcome": "granted", "answer": "Đã cải chính"}
    without = step(client, ministry, asked["id"], "answer", body, 403)
    assert without["code"] in {"officer-required", "dossier-required"}
    done = step(client, ministry, asked["id"], "answer", body | {"officer": "can-bo-1"})
    assert (done["state"], done["leaf"] is not None) == ("granted", True)
    text = told(client.get(f"/v1/log/leaves/{done['leaf']}", headers=ministry))["text"]
    leaf = leaves.parse(text)
    assert (leaf.kind, leaf.dossier) == ("life_event", asked["id"])
    data = told(client.get("/v1/my/data", headers=an))
    [field] = [each for each in data["fields"] if each["field"] == "religion"]
    assert (field["value"]["code"], field["sensitive"]) == ("01", True)
    assert (field["source"], field["documents"]) == ("correction", ["Giấy xác nhận 1"])


def test_what_the_registry_has_against_it_is_told_and_it_stays_open(client, world, an):
    asked = corrected(
        client, an, event="birth-date-correction", changes={"birth_date": "2020-01-01"}
    )
    agency = bearer(client, world, asked["agency"])
    body = {"outcome": "granted", "answer": "Đã sửa", "officer": "can-bo-1"}
    refused = step(client, agency, asked["id"], "answer", body, 400)
    assert refused["code"] == "life-event-refused"
    assert told(client.get(f"{REQUESTS}/{asked['id']}", headers=agency))["state"] == "filed"
    no = {"outcome": "refused", "answer": "Không đủ căn cứ"}
    assert step(client, agency, asked["id"], "answer", no)["state"] == "refused"
    wrong = corrected(client, an, 400, changes={"religoin": "1"})
    assert wrong["code"] == "invalid-request"


def test_where_nobody_may_report_it_nobody_corrects(world):
    class Nobody:
        world = None

        @staticmethod
        def snapshot():
            return accesses.Snapshot(version=1)

    Nobody.world = world
    with pytest.raises(ConflictError) as raised:
        data_requests.corrector(Nobody(), "correction")
    assert raised.value.code == "data-request-nobody-corrects"


def test_ones_own_data_is_told_with_where_it_comes_from_and_a_leaf(client, an):
    data = told(client.get("/v1/my/data", headers=an))
    by_name = {each["field"]: each for each in data["fields"]}
    assert by_name["full_name"]["value"] == "Nguyễn Văn An"
    assert by_name["full_name"]["supplied_by"]
    for name, source in (("card_number", "card_issue"), ("account_level", "account_registration")):
        assert (by_name[name]["supplied_by"], by_name[name]["source"]) == ("bca", source)
    assert by_name["card_number"]["on"] == by_name["card_issued_on"]["value"]
    assert by_name["account_activated_on"]["supplied_by"] == "holder"
    assert by_name["account_activated_on"]["on"] == by_name["account_activated_on"]["value"]
    own = [each for each in data["fields"] if each["field"].startswith(("card_", "account_"))]
    assert all(each["source_vi"] and each["source_en"] for each in own)
    assert {"driver-licence", "health-insurance"} <= {e["register"] for e in data["registers"]}
    looks = told(client.get("/v1/my/accesses", headers=an))["items"]
    [look] = [each for each in looks if each["seq"] == data["leaf"]["seq"]]
    assert (look["kind"], look["outcome"]) == ("sign_in", "own_data")


def test_what_has_become_due_of_a_childs_account_is_told_with_its_day(client, world):
    mother, child = sign_in(client, world, MOTHER), Somebody(world, CHILD)
    asked = applications.New(
        citizen_id=child.citizen_id,
        kind="upgrade",
        level=2,
        filed_on=dt.date(2025, 12, 20),
        due_on=dt.date(2025, 12, 31),
        filed_by="bca",
        form="TK01",
        law="Nghị định 69/2024/NĐ-CP",
        reason="registration",
    )
    opened = dt.date(2025, 12, 1)
    account = identity.Account(
        citizen_id=child.citizen_id,
        level=1,
        state="active",
        state_since=opened,
        collected_on=opened,
        activated_on=opened,
    )

    def job(session):
        session.add(account)
        session.flush()
        applications.file(session, asked)

    world.writer.submit(job)
    data = told(client.get(f"/v1/my/data?ward={child.pin}", headers=mother))
    by_name = {each["field"]: each for each in data["fields"]}
    level = by_name["account_level"]
    assert (level["value"], level["source"], level["on"]) == (2, "account_change", "2025-12-31")


def test_a_parent_acts_for_the_child_and_nobody_else(client, world, an):
    child = Somebody(world, CHILD).pin
    mother = sign_in(client, world, MOTHER)
    data = told(client.get(f"/v1/my/data?ward={child}", headers=mother))
    assert data["pin"] == child
    address = f"/v1/my/objections?ward={child}"
    asked = told(client.post(address, json=OBJECTION, headers=mother), 201)
    assert asked["pin"] == child
    assert told(client.get(address, headers=mother))["items"] == [asked]
    for refused in (
        client.post(address, json=OBJECTION, headers=an),
        client.get(f"/v1/my/data?ward={child}", headers=an),
    ):
        assert told(refused, 404)["code"] == "ward-unknown"
    reader = sign_in(client, world, scope=READ)
    assert filed(client, reader, 403)["code"] == "sign-in-scope"
    assert filed(client, an, 404, agency="nobody")["code"] == "agency-unknown"
