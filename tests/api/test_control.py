"""The operator's powers: who may, and what each of them does."""

import io
import json
import time
import zipfile

import pytest
from sqlalchemy import select

from app.registry.models import LifeEvent
from tests.api.conftest import ADULT, bearer
from tests.exchange import people

WORLDS = "/control/v1/worlds"


def register(client, operator, **changes):
    answer = client.post(
        "/control/v1/citizens",
        json={"reason": "test", "rows": [{**ADULT, **changes}]},
        headers=operator,
    )
    assert answer.status_code == 201, answer.text
    return answer.json()["items"][0]["pin"]


def test_powers_need_the_operators_token(client, world):
    for address in (WORLDS, "/control/v1/personas", "/control/v1/requests"):
        assert client.get(address).json()["code"] == "operator-token-required"
        wrong = {"Authorization": "Bearer sim_operator_wrong"}
        assert client.get(address, headers=wrong).status_code == 401
        assert client.get(address, headers=bearer(client, world)).status_code == 401


def test_a_worlds_token_opens_that_world_only(client, other_world, operator):
    answer = client.post(f"{WORLDS}/{other_world.name}/token", headers=operator)
    own = {"Authorization": f"Bearer {answer.json()['token']}"}
    prefix = f"/w/{other_world.name}"
    assert client.get(f"{prefix}/control/v1/personas", headers=own).status_code == 200
    assert client.get("/control/v1/personas", headers=own).status_code == 401
    answer = client.get(f"{prefix}{WORLDS}", headers=own)
    assert (answer.status_code, answer.json()["code"]) == (403, "server-token-required")


def test_an_operator_puts_a_citizen_on_record_and_corrects_it(client, world, operator):
    pin = register(client, operator)
    bank = bearer(client, world)
    question = {
        "number": pin,
        "claims": {"full_name": ADULT["name"], "birth_date": ADULT["birth_date"]},
        "purpose": "ekyc",
    }
    assert (
        client.post("/v1/verifications", json=question, headers=bank).json()["outcome"] == "match"
    )
    corrected = client.patch(
        "/control/v1/citizens",
        json={"reason": "tên sai", "rows": [{"pin": pin, "name": "Trần Thị Đã Sửa"}]},
        headers=operator,
    )
    assert corrected.status_code == 201, corrected.text
    answer = client.post("/v1/verifications", json=question, headers=bank)
    assert answer.json()["outcome"] == "no_match"


def test_a_file_of_citizens_is_entered_line_by_line(client, operator):
    lines = [{**ADULT, "name": f"Trần Thị {name}"} for name in ("Một", "Hai", "Ba")]
    file = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()
    ndjson = {**operator, "Content-Type": "application/x-ndjson"}
    answer = client.post("/control/v1/citizens", content=file + b"\n", headers=ndjson)
    assert answer.status_code == 201, answer.text
    assert len({each["pin"] for each in answer.json()["items"]}) == 3
    said = operator | {"Content-Type": "Application/X-NDJSON; charset=utf-8"}
    assert client.post("/control/v1/citizens", content=file, headers=said).status_code == 201
    torn = client.post("/control/v1/citizens", content=file + b"\n\n{", headers=ndjson)
    assert torn.json()["detail"].endswith(" at line:column 5:2")
    for broken in (b"{", file + b"\n{}", b'{"a":NaN}', b"[1]", b"\xff"):
        answer = client.post("/control/v1/citizens", content=broken, headers=ndjson)
        assert answer.status_code == 400, broken


def test_a_file_says_who_reports_it_and_on_what_papers_in_the_query(client, operator, world):
    said = {"reason": "move-in", "officer": "can-bo-2", "documents": ["Giấy A", "Giấy B"]}
    answer = client.post(
        "/control/v1/citizens",
        params=said | {"reported_by": "ward", "occurred_on": "2025-12-01"},
        content=json.dumps(ADULT).encode(),
        headers={**operator, "Content-Type": "application/x-ndjson"},
    )
    assert answer.status_code == 201, answer.text
    with world.session() as session:
        [event] = session.scalars(select(LifeEvent).order_by(LifeEvent.id.desc()).limit(1))
        assert (event.reason, event.officer, event.reported_by) == ("move-in", "can-bo-2", "ward")
        assert event.documents == ["Giấy A", "Giấy B"]
        assert str(event.occurred_on) == "2025-12-01"


def test_a_member_with_several_forms_is_named_as_it_was_sent(client, operator):
    wrong = {"name": {"given": 5}, "household": {"member": 5, "relationship": "04"}}
    body = {"reason": "test", "rows": [ADULT | wrong]}
    answer = client.post("/control/v1/citizens", json=body, headers=operator)
    assert [each["name"] for each in answer.json()["invalid_params"]] == [
        "body.rows.0.name.given",
        "body.rows.0.household.member",
    ]


def test_circumstances_in_the_query_of_a_json_report_are_refused(client, operator):
    body = {"reason": "in the body", "rows": [ADULT]}
    answer = client.post(
        "/control/v1/citizens", params={"officer": "can-bo-2"}, json=body, headers=operator
    )
    assert answer.status_code == 400
    assert [each["name"] for each in answer.json()["invalid_params"]] == ["query.officer"]


@pytest.mark.parametrize("day", ["86400", "2025-12-01T00:00:00", "1764547200"])
def test_seconds_since_1970_are_no_day(client, operator, day):
    body = {"reason": "a day", "occurred_on": day, "rows": [ADULT]}
    answer = client.post("/control/v1/citizens", json=body, headers=operator)
    assert answer.status_code == 400, answer.text
    assert answer.json()["invalid_params"][0]["name"] == "body.occurred_on"
    file = client.post(
        "/control/v1/citizens",
        params={"occurred_on": day},
        content=json.dumps(ADULT).encode(),
        headers={**operator, "Content-Type": "application/x-ndjson"},
    )
    assert file.status_code == 400, file.text


def test_a_report_that_is_wrong_is_told_member_by_member(client, operator):
    for rows in (
        [],
        [{}],
        [{**ADULT, "sex": "X"}],
        [{**ADULT, "shoe": 1}],
        "x",
        [ADULT, 5],
    ):
        answer = client.post(
            "/control/v1/citizens", json={"reason": "test", "rows": rows}, headers=operator
        )
        assert answer.status_code == 400, answer.text
        assert answer.json()["invalid_params"]
    without_reason = client.post("/control/v1/citizens", json={"rows": [ADULT]}, headers=operator)
    assert without_reason.json()["invalid_params"][0]["name"] == "body.reason"


def test_personas_are_named_listed_and_described(client, operator):
    pin = register(client, operator)
    asked = {"name": "my-tester", "pin": pin, "purpose": "Để thử", "purpose_en": "For a test"}
    made = client.post("/control/v1/personas", json=asked, headers=operator)
    assert made.status_code == 201
    assert made.json()["pin"] == pin
    again = client.post("/control/v1/personas", json=asked, headers=operator)
    assert again.json()["code"] == "persona-exists"
    new = {"purpose": "Khác", "purpose_en": "Another"}
    client.patch("/control/v1/personas/my-tester", json=new, headers=operator)
    shown = client.get("/control/v1/personas/my-tester", headers=operator).json()
    assert shown["purpose_en"] == "Another"
    assert shown in client.get("/control/v1/personas", headers=operator).json()
    nobody = client.get("/control/v1/personas/nobody", headers=operator)
    assert nobody.json()["code"] == "persona-unknown"
    stranger = client.post(
        "/control/v1/personas",
        json={**asked, "name": "x", "pin": people.NOBODYS},
        headers=operator,
    )
    assert stranger.json()["code"] == "citizen-unknown"


def test_people_are_found_by_property(client, operator):
    register(client, operator)
    found = client.get(
        "/control/v1/citizens", params={"age_from": 24, "age_to": 24, "sex": "F"}, headers=operator
    ).json()
    assert ADULT["name"] in {each["full_name"] for each in found["items"]}
    wrong = client.get("/control/v1/citizens", params={"age_from": -1}, headers=operator)
    assert wrong.json()["invalid_params"][0]["name"] == "query.age_from"
    nowhere = client.get("/control/v1/citizens?nationality=ZZ", headers=operator)
    assert nowhere.json()["invalid_params"][0]["name"] == "query.nationality"
    undetermined = client.get("/control/v1/citizens?nationality=XX", headers=operator)
    assert len(undetermined.json()["items"]) == 1
    forged = client.get("/control/v1/citizens", params={"cursor": "forged"}, headers=operator)
    assert forged.json()["code"] == "cursor-invalid"


def test_a_suspended_connection_is_refused_at_once_and_opens_again(client, world, operator):
    bank = bearer(client, world)
    address = "/control/v1/agencies/systems/vietcombank-basic/state"
    question = {"number": people.AN_PIN, "claims": people.AN_CLAIM, "purpose": "ekyc"}
    suspended = {"state": "suspended", "reason": "Kiểm tra an toàn"}
    shown = client.post(address, json=suspended, headers=operator).json()
    assert "suspended" in {system["state"] for system in shown["systems"]}
    answer = client.post("/v1/verifications", json=question, headers=bank)
    assert answer.json()["code"] == "connection-suspended"
    client.post(address, json={"state": "exchanging"}, headers=operator)
    assert client.post("/v1/verifications", json=question, headers=bank).status_code == 200
    unknown = client.post(
        "/control/v1/agencies/systems/nobody/state", json=suspended, headers=operator
    )
    assert unknown.json()["code"] == "agency-unknown"


def test_a_credential_is_shown_and_rotated(client, operator):
    address = "/control/v1/agencies/systems/viettel"
    first = client.get(f"{address}/credential", headers=operator)
    assert first.headers["cache-control"] == "no-store"
    client.post(f"{address}/rotate-secret", headers=operator)
    second = client.get(f"{address}/credential", headers=operator).json()
    assert second["version"] == 2
    assert second["secret"] != first.json()["secret"]
    auth = ("viettel", second["secret"])
    asked = client.post("/oidc/token", data={"grant_type": "client_credentials"}, auth=auth)
    assert asked.status_code == 200
    key = client.get(
        "/control/v1/agencies/systems/vietcombank-fapi/credential", headers=operator
    ).json()
    assert key["private_key"].startswith("-----BEGIN PRIVATE KEY-----")
    assert key["secret"] is None


def test_agencies_are_listed_and_found(client, operator):
    banks = client.get("/control/v1/agencies", params={"kind": "bank"}, headers=operator).json()
    assert {each["slug"] for each in banks} >= {"vietcombank", "bidv"}
    by_client = client.get("/control/v1/agencies/vietcombank-fapi", headers=operator).json()
    assert by_client["slug"] == "vietcombank"


def test_a_consent_opens_a_disclosure_until_it_is_withdrawn(client, world, operator):
    consent = client.post(
        "/control/v1/consents",
        json={
            "pin": people.AN_PIN,
            "agency": "vietcombank",
            "purpose": "account-data",
            "fields": ["phone", "email"],
            "evidence": "Biểu mẫu 12",
        },
        headers=operator,
    )
    assert consent.status_code == 201, consent.text
    consent_id = consent.json()["id"]
    bank = bearer(client, world)
    ask = {
        "number": people.AN_PIN,
        "purpose": "account-data",
        "fields": ["phone"],
        "consent": consent_id,
    }
    answer = client.post("/v1/disclosures/contact", json=ask, headers=bank)
    assert answer.status_code == 200, answer.text
    assert "phone" in answer.json()["data"]
    without = {**ask, "consent": "0" * 32}
    answer = client.post("/v1/disclosures/contact", json=without, headers=bank)
    assert answer.json()["code"] == "no-consent"
    address = f"/control/v1/consents/{consent_id}"
    assert client.post(f"{address}/withdraw", headers=operator).json()["state"] == "withdrawn"
    answer = client.post("/v1/disclosures/contact", json=ask, headers=bank)
    assert answer.json()["code"] == "no-consent"
    again = client.post(f"{address}/withdraw", headers=operator)
    assert again.json()["code"] == "consent-ended"
    listed = client.post(
        "/control/v1/consents/searches", json={"pin": people.AN_PIN}, headers=operator
    ).json()
    assert [each["state"] for each in listed] == ["withdrawn"]
    assert client.get(address, headers=operator).json() == listed[0]


def test_the_operator_reads_everybodys_calls(client, world, operator):
    bank = bearer(client, world)
    client.get("/v1/me", headers=bank)
    until = time.monotonic() + 5
    while True:
        items = client.get("/control/v1/requests", headers=operator).json()["items"]
        mine = [row for row in items if row["path"] == "/v1/me"]
        if mine or time.monotonic() > until:
            break
        time.sleep(0.05)
    assert mine[0]["client_id"] == "vietcombank-basic"
    one = client.get(f"/control/v1/requests/{mine[0]['request_id']}", headers=operator)
    assert one.json() == mine[0]


def test_a_world_is_made_forked_set_reset_and_deleted(client, small_start, operator):
    spec = {"seed": small_start.seed, "size": small_start.size}
    made = client.post(WORLDS, json={"name": "made-here", **spec}, headers=operator)
    assert made.status_code == 201, made.text
    assert made.headers["location"].endswith("/control/v1/worlds/made-here")
    again = client.post(WORLDS, json={"name": "made-here", **spec}, headers=operator)
    assert again.json()["code"] == "world-exists"
    fork = client.post(
        f"{WORLDS}/made-here/fork", json={"name": "forked-here"}, headers=operator
    ).json()
    assert (fork["parent"], fork["seed"]) == ("made-here", small_start.seed)
    assert fork["id"] != made.json()["id"]
    training = client.patch(
        f"{WORLDS}/forked-here", json={"training": True}, headers=operator
    ).json()
    assert training["training"] is True
    begun = client.post(
        f"{WORLDS}/made-here/reset", headers={**operator, "Prefer": "respond-async"}
    )
    assert begun.status_code == 202
    assert begun.json()["state"] == "making"
    until = time.monotonic() + 60
    while (now := client.get(f"{WORLDS}/made-here", headers=operator).json())["state"] == "making":
        assert time.monotonic() < until
        time.sleep(0.1)
    assert now["state"] == "ready"
    assert now["id"] != made.json()["id"]
    filled = client.post(f"{WORLDS}/made-here/fill", headers=operator)
    assert filled.json()["added"] == []
    for change in ("rotate-keys", "rekey"):
        assert client.post(f"{WORLDS}/made-here/{change}", headers=operator).status_code == 200
    names = {each["name"] for each in client.get(WORLDS, headers=operator).json()}
    assert {"made-here", "forked-here"} <= names
    for name in ("made-here", "forked-here"):
        assert client.delete(f"{WORLDS}/{name}", headers=operator).status_code == 204
        assert client.get(f"{WORLDS}/{name}", headers=operator).json()["code"] == "world-unknown"


@pytest.mark.parametrize("prefer", [{}, {"Prefer": "respond-async"}])
def test_a_world_that_is_reset_at_its_own_address_remembers_the_key(
    client, world, operator, prefer
):
    address = f"{WORLDS}/{world.name}/reset"
    before = client.get(f"{WORLDS}/{world.name}", headers=operator).json()["id"]
    headers = {**operator, **prefer, "Idempotency-Key": "reset-1"}
    first = client.post(address, headers=headers)
    assert first.is_success, first.text
    until = time.monotonic() + 60
    while (now := client.get(f"{WORLDS}/{world.name}", headers=operator).json())["id"] in (
        before,
        None,
    ):
        assert time.monotonic() < until
        time.sleep(0.1)
    again = client.post(address, headers=headers)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert client.get(f"{WORLDS}/{world.name}", headers=operator).json()["id"] == now["id"]


def test_a_wrong_setting_of_a_world_is_refused(client, world, operator):
    for wrong in ({"retention_days": -1}, {"retention_days": 4000}, {"log_retention_days": 0}):
        answer = client.patch(f"{WORLDS}/{world.name}", json=wrong, headers=operator)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid-request")


@pytest.mark.parametrize(
    "wrong", [{"purpose": "nothing"}, {"fields": ["nothing"]}, {"fields": ["phone", "phone"]}]
)
def test_a_consent_to_what_there_is_not_is_refused(client, operator, wrong):
    consent = {
        "pin": people.AN_PIN,
        "agency": "vietcombank",
        "purpose": "account-data",
        "fields": ["phone"],
        "evidence": "Biểu mẫu 12",
    }
    answer = client.post("/control/v1/consents", json={**consent, **wrong}, headers=operator)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-request")


def test_an_empty_file_of_citizens_is_refused(client, operator):
    answer = client.post(
        "/control/v1/citizens",
        params={"reason": "test"},
        content=b"\n",
        headers={**operator, "Content-Type": "application/x-ndjson"},
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-request")


@pytest.mark.parametrize("headers", [{}, {"Prefer": "respond-async"}])
def test_a_world_that_cannot_be_is_refused_before_it_is_begun(client, operator, headers):
    asked = {"name": "far-away", "size": 10, "start_date": "2040-01-01"}
    answer = client.post(WORLDS, json=asked, headers=operator | headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "world-spec-invalid")
    assert [param["name"] for param in answer.json()["invalid_params"]] == ["start_date"]
    assert client.get(f"{WORLDS}/far-away", headers=operator).status_code == 404
    for member, value in (("size", 0), ("seed", -1), ("pin_style", "pretty"), ("seed", 2**53)):
        answer = client.post(WORLDS, json={**asked, member: value}, headers=operator)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid-request")
        assert [param["name"] for param in answer.json()["invalid_params"]] == [f"body.{member}"]


def test_a_world_that_cannot_be_made_says_why(client, operator):
    asked = {"name": "from-the-future", "size": 10, "generator_version": "999"}
    answer = client.post(WORLDS, json=asked, headers=operator)
    assert (answer.status_code, answer.json()["code"]) == (409, "generator-version-unknown")
    shown = client.get(f"{WORLDS}/from-the-future", headers=operator).json()
    assert (shown["state"], shown["failed"]) == ("failed", "generator-version-unknown")
    assert client.post(f"{WORLDS}/no-such/reset", headers=operator).status_code == 404
    assert (
        client.post(f"{WORLDS}/no-such/fork", json={"name": "x"}, headers=operator).status_code
        == 404
    )


def test_a_world_is_exported_with_the_digest_of_its_rows(client, world, operator):
    digest = client.get(f"{WORLDS}/{world.name}/digest", headers=operator).json()
    answer = client.get(f"{WORLDS}/{world.name}/export", headers=operator)
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        manifest = json.loads(archive.read("world.json"))
        assert f"{next(iter(digest['tables']))}.parquet" in archive.namelist()
    assert manifest["digest"] == digest["digest"]
    assert manifest["simulated"] is True
    assert client.get(f"{WORLDS}/no-such/export", headers=operator).status_code == 404


def test_the_default_world_stays(client, world, operator):
    answer = client.delete(f"{WORLDS}/{world.name}", headers=operator)
    assert (answer.status_code, answer.json()["code"]) == (409, "default-world-stays")
