"""Connections over HTTP: their life, their limits, and the headers that tell them."""

from __future__ import annotations

import pytest

from app.platform import clock
from tests.api.conftest import bearer
from tests.api.test_exchanges import wait_for
from tests.exchange import people

CONTROL, OWN = "/control/v1/connections", "/v1/connections"
SYSTEM = {"client_id": "vib-cards", "name": "Hệ thống thẻ"}
ASK = {"number": people.AN_PIN, "claims": people.AN_CLAIM, "purpose": "ekyc"}
#: Twice the same: by the hot route, and by the ordinary one, which takes no escapes on it.
FORMS = ["application/json", "application/json; charset=utf-8"]


def step(client, operator, name, status=200, **said):
    answer = client.post(f"{CONTROL}/vib-cards/{name}", json=said, headers=operator)
    assert answer.status_code == status, answer.text
    return answer.json()


def verify(client, headers, content_type=FORMS[0]):
    if content_type != FORMS[0]:  # what the hot route leaves to the ordinary one
        return client.post("/v1/verifications", json={**ASK, "explain": False}, headers=headers)
    return client.post("/v1/verifications", json=ASK, headers=headers)


def test_an_agency_requests_and_the_operator_leads_it_to_its_first_answer(client, world, operator):
    own = bearer(client, world, "vib-basic")
    asked = client.post(OWN, json=SYSTEM, headers=own)
    assert asked.status_code == 201, asked.text
    assert (asked.json()["state"], asked.json()["refused"]) == ("requested", "not-connected")
    token = bearer(client, world, "vib-cards")
    assert verify(client, token).json()["code"] == "not-connected"
    refused = step(client, operator, "connect", status=409)
    assert refused["code"] == "connection-step-invalid"
    step(client, operator, "assess", security_level=2)
    assert step(client, operator, "connect", status=409)["code"] == "connection-level-too-low"
    assessed = step(client, operator, "assess", security_level=3, reason="đạt")
    assert assessed["inspected_until"] > assessed["steps"][0]["inspected_on"]
    assert step(client, operator, "connect")["state"] == "connected"
    assert verify(client, token).status_code == 200
    found = wait_for(
        lambda: client.get(OWN, headers=own),
        lambda told: told[-1]["state"] == "exchanging",  # it is written beside the answer
    )[-1]
    assert [each["taken_by"] for each in found["steps"]][-1] == found["agency_code"]
    step(client, operator, "suspend", reason="sự cố")
    assert verify(client, token).json()["code"] == "connection-suspended"
    assert step(client, operator, "resume")["state"] == "exchanging"
    assert client.get(f"{CONTROL}/vib-cards", headers=operator).json()["state"] == "exchanging"


def test_the_operator_enters_requests_of_agencies_known_and_new(client, operator):
    known = client.post(CONTROL, json={"agency": "vib", "system": SYSTEM}, headers=operator)
    assert known.status_code == 201, known.text
    assert known.json()["steps"][0]["taken_by"] == "operator"
    agency = {
        "code": "X98",
        "slug": "fintech",
        "name": "Ví điện tử (mô phỏng)",
        "name_en": "Wallet (simulated)",
        "kind": "enterprise",
    }
    system = {"client_id": "fintech", "name": "Ví", "auth_method": "private_key_jwt"}
    said = {"new_agency": agency, "system": system}
    assert client.post(CONTROL, json=said, headers=operator).json()["agency"] == "fintech"
    for wrong in ({"system": system}, said | {"agency": "vib"}):
        answer = client.post(CONTROL, json=wrong, headers=operator)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid-request")


def test_the_list_counts_what_fails(shared, operator_of_shared):
    kinds = {"kind": ["ministry", "central", "province"]}
    found = shared.get(CONTROL, params=kinds, headers=operator_of_shared).json()
    assert (found["summary"]["systems"], found["summary"]["failing"]) == (100, 21)
    params = {"state": "suspended"}
    suspended = shared.get(CONTROL, params=params, headers=operator_of_shared).json()
    assert {each["state"] for each in suspended["items"]} == {"suspended"}


@pytest.fixture
def operator_of_shared(shared):
    return {"Authorization": f"Bearer {shared.app._server.operator_token}"}


def test_a_state_that_is_put_is_noted(client, operator):
    address = "/control/v1/agencies/systems/viettel/state"
    said = {"state": "suspended", "reason": "thử"}
    assert client.post(address, json=said, headers=operator).status_code == 200
    [noted] = client.get(f"{CONTROL}/viettel", headers=operator).json()["steps"]
    assert (noted["step"], noted["from_state"], noted["reason"]) == ("put", "exchanging", "thử")


def test_every_answer_to_a_question_tells_the_limits(client, world, monkeypatch):
    monkeypatch.setattr(clock, "epoch", lambda: 1_800_000_000)
    headers = bearer(client, world)
    policy = '"day";q=20000000;w=86400, "pace";q=1000000;w=60'
    left = 24 * 3600 - (1_800_000_000 + 7 * 3600) % (24 * 3600)
    for place, form in enumerate(FORMS, start=1):
        answer = verify(client, headers, form)
        assert answer.status_code == 200, answer.text
        assert answer.headers["ratelimit-policy"] == policy
        told = f'"day";r={20_000_000 - place};t={left}, "pace";r={1_000_000 - place};t=60'
        assert answer.headers["ratelimit"] == told
    me = client.get("/v1/me", headers=headers)
    assert "ratelimit" not in me.headers
    assert me.json()["limits"] == {
        "daily_quota": 20_000_000,
        "asked_today": 2,
        "pace_questions": 1_000_000,
        "pace_seconds": 60,
        "left_of_pace": 999_998,
        "failed_guesses_per_number": 10,
        "guess_window_seconds": 900,
    }


@pytest.mark.parametrize("form", FORMS)
def test_who_asks_too_fast_is_told_when_to_ask_again(client, world, operator, form, monkeypatch):
    headers = bearer(client, world)
    address = f"{CONTROL}/vietcombank-basic/limits"
    said = {"pace": {"questions": 2, "seconds": 3_600}}
    set_ = client.put(address, json=said, headers=operator)
    assert set_.status_code == 200, set_.text
    assert set_.json()["pace"] == {"questions": 2, "seconds": 3_600}
    assert [verify(client, headers, form).status_code for _ in range(2)] == [200, 200]
    refused = verify(client, headers, form)
    assert (refused.status_code, refused.json()["code"]) == (429, "rate-limited")
    assert refused.json()["leaf"]
    assert '"pace";r=0;t=' in refused.headers["ratelimit"]
    assert 0 < int(refused.headers["retry-after"]) <= 3_600
    later = clock.epoch() + 3_600
    monkeypatch.setattr(clock, "epoch", lambda: later)
    assert verify(client, bearer(client, world), form).status_code == 200


def test_a_quota_that_is_used_up_comes_back_at_midnight(client, world, operator):
    headers = bearer(client, world)
    address = f"{CONTROL}/vietcombank-basic/limits"
    client.put(address, json={"daily_quota": 0}, headers=operator)
    refused = verify(client, headers)
    assert (refused.status_code, refused.json()["code"]) == (429, "quota-exceeded")
    assert 0 < int(refused.headers["retry-after"]) <= 24 * 3_600
