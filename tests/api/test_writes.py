"""One request, one transaction, committed before the answer starts; and a POST sent twice."""

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from app.api.hot import HotRoute
from app.exchange.models import IdempotencyKey, Leaf
from tests.api.conftest import ADULT, bearer, served, token
from tests.exchange import people
from tests.support.copies import copy

QUESTION = {"number": people.AN_PIN, "claims": people.AN_CLAIM, "purpose": "ekyc"}


class NeverHot(HotRoute):
    """Leaves every question to the ordinary route."""

    async def answer(self, _call, _reply):
        return False


@pytest.mark.parametrize("hot", [HotRoute, NeverHot])
def test_the_leaf_is_committed_before_the_answer_starts(settings, worlds, api_spec, hot):
    with copy(worlds, api_spec) as world, served(settings, world, hot=hot()) as client:
        seen = []

        def leaf_of(request_id):
            with world.session() as session:
                return [
                    leaf
                    for leaf in session.scalars(select(Leaf.body))
                    if json.loads(leaf)["request_id"] == request_id
                ]

        async def watch(send, message):
            if message["type"] == "http.response.start":
                [request_id] = [v for k, v in message["headers"] if k == b"x-request-id"]
                seen.append(await asyncio.to_thread(leaf_of, request_id.decode()))
            await send(message)

        door = client.app

        async def watched(scope, receive, send):
            await door(scope, receive, lambda message: watch(send, message))

        client._transport.app = watched
        headers = {"Authorization": f"Bearer {token(world, 'vietcombank-basic')}"}
        assert client.post("/v1/verifications", json=QUESTION, headers=headers).is_success
        refused = client.post(
            "/v1/verifications", json={**QUESTION, "purpose": "nothing"}, headers=headers
        )
        assert refused.status_code == 403
        assert [len(leaves) for leaves in seen] == [1, 1]


def test_a_repeated_post_is_answered_alike_and_happens_once(client, world):
    headers = {**bearer(client, world), "Idempotency-Key": "case-1"}
    first = client.post("/v1/verifications", json=QUESTION, headers=headers)
    again = client.post("/v1/verifications", json=QUESTION, headers=headers)
    assert first.status_code == again.status_code == 200
    assert first.content == again.content
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert outcomes(world) == ["match", "replayed"]


def outcomes(world):
    with world.session() as session:
        leaves = session.scalars(select(Leaf.body).order_by(Leaf.seq))
        return [json.loads(leaf)["outcome"] for leaf in leaves]


def test_a_key_belongs_to_one_request_of_one_caller(client, world, other_world):
    bank, telco = bearer(client, world), bearer(client, world, "viettel")
    key = {"Idempotency-Key": "case-2"}
    first = client.post("/v1/verifications", json=QUESTION, headers={**bank, **key})
    assert first.json()["outcome"] == "match"
    other = {**QUESTION, "number": people.BINH_PIN}
    answer = client.post("/v1/verifications", json=other, headers={**bank, **key})
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-mismatch")
    answer = client.post(
        "/v1/access-check",
        json={"purpose": "ekyc", "fields": ["sex"]},
        headers={**bank, **key},
    )
    assert answer.status_code == 422
    theirs = client.post(
        "/v1/verifications",
        json={**QUESTION, "purpose": "subscriber-registration"},
        headers={**telco, **key},
    )
    assert "idempotency-replayed" not in theirs.headers
    prefix = f"/w/{other_world.name}"
    elsewhere = {**bearer(client, other_world, prefix=prefix), **key}
    answer = client.post(f"{prefix}/v1/verifications", json=QUESTION, headers=elsewhere)
    assert answer.status_code == 200
    assert "idempotency-replayed" not in answer.headers


@pytest.mark.parametrize(
    "other",
    [{"Accept": "application/jose"}, {"Accept-Language": "vi"}],
    ids=lambda named: next(iter(named)),
)
def test_a_key_belongs_to_one_form_of_the_answer(client, world, other):
    headers = {**bearer(client, world), "Idempotency-Key": "form"}
    assert client.post("/v1/verifications", json=QUESTION, headers=headers).is_success
    answer = client.post("/v1/verifications", json=QUESTION, headers=headers | other)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-mismatch")
    signed = headers | other | {"Idempotency-Key": "another-form"}
    first, again = (
        client.post("/v1/verifications", json=QUESTION, headers=signed) for _ in range(2)
    )
    assert first.content == again.content
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["content-type"] == first.headers["content-type"]


def test_a_key_belongs_to_one_query(client):
    headers = {
        "Authorization": f"Bearer {client.app._server.operator_token}",
        "Content-Type": "application/x-ndjson",
        "Idempotency-Key": "query",
    }

    def enter(reason):
        asked = {"content": json.dumps(ADULT).encode(), "params": {"reason": reason}}
        return client.post("/control/v1/citizens", **asked, headers=headers)

    first, again = enter("first"), enter("first")
    assert first.is_success, first.text
    assert again.content == first.content
    answer = enter("second")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-mismatch")


def test_many_at_once_with_one_key_happen_once(client, world):
    headers = {**bearer(client, world), "Idempotency-Key": "case-3"}
    together = threading.Barrier(8)

    def ask(_):
        together.wait()
        return client.post("/v1/verifications", json=QUESTION, headers=headers)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    assert sorted(outcomes(world)) == ["match", *["replayed"] * 7]


def test_a_repeated_refusal_is_decided_and_logged_again(client, world):
    headers = {**bearer(client, world), "Idempotency-Key": "case-4"}
    asked = {**QUESTION, "purpose": "nothing"}
    for _ in range(2):
        answer = client.post("/v1/verifications", json=asked, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "purpose-not-allowed")
    assert outcomes(world) == ["refused:PURPOSE_NOT_ALLOWED"] * 2


def operators(client):
    return {"Authorization": f"Bearer {client.app._server.operator_token}"}


def suspend(client):
    answer = client.post(
        "/control/v1/agencies/systems/vietcombank-basic/state",
        json={"state": "suspended", "reason": "test"},
        headers=operators(client),
    )
    assert answer.is_success, answer.text


QUESTIONS = {
    "/v1/verifications": QUESTION,
    "/v1/verifications/batch": {
        "purpose": "ekyc",
        "items": [{"number": people.AN_PIN, "claims": people.AN_CLAIM}],
    },
}


@pytest.mark.parametrize("address", QUESTIONS)
def test_a_suspended_caller_is_not_told_again_what_it_was_told(client, world, address):
    headers = {**bearer(client, world), "Idempotency-Key": "case-6"}
    assert client.post(address, json=QUESTIONS[address], headers=headers).is_success
    suspend(client)
    again = client.post(address, json=QUESTIONS[address], headers=headers)
    assert (again.status_code, again.json()["code"]) == (403, "connection-suspended")
    assert "idempotency-replayed" not in again.headers
    assert outcomes(world)[-1] == "refused:CONNECTION_SUSPENDED"


def test_what_a_citizen_no_longer_allows_is_not_sent_again(client, world):
    given = {
        "pin": people.AN_PIN,
        "agency": "vietcombank",
        "purpose": "account-data",
        "fields": ["phone"],
        "evidence": "Biểu mẫu 12",
    }
    consents = "/control/v1/consents"
    consent = client.post(consents, json=given, headers=operators(client)).json()["id"]
    headers = {**bearer(client, world), "Idempotency-Key": "case-7"}
    asked = {"number": people.AN_PIN, "purpose": "account-data", "fields": ["phone"]}
    asked["consent"] = consent
    first = client.post("/v1/disclosures/contact", json=asked, headers=headers)
    again = client.post("/v1/disclosures/contact", json=asked, headers=headers)
    assert first.json()["data"]
    assert again.content == first.content
    client.post(f"{consents}/{consent}/withdraw", headers=operators(client))
    refused = client.post("/v1/disclosures/contact", json=asked, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "no-consent")
    told = ["given", "disclosed", "replayed", "withdrawn", "refused:NO_CONSENT"]
    assert outcomes(world) == told


def test_where_no_bodies_are_kept_a_question_is_asked_anew(client, world):
    settings = f"/control/v1/worlds/{world.name}"
    told = client.patch(settings, json={"retention_days": 0}, headers=operators(client))
    assert told.json()["retention_days"] == 0
    headers = {**bearer(client, world), "Idempotency-Key": "case-8"}
    first = client.post("/v1/verifications", json=QUESTION, headers=headers).json()
    again = client.post("/v1/verifications", json=QUESTION, headers=headers).json()
    assert first["outcome"] == again["outcome"] == "match"
    assert first["leaf"]["seq"] != again["leaf"]["seq"]
    with client.app._server.worlds.open(world.name).session() as session:
        assert session.scalars(select(IdempotencyKey.body)).all() == [None]
    other = {**QUESTION, "number": people.BINH_PIN}
    assert client.post("/v1/verifications", json=other, headers=headers).status_code == 422


def test_a_wrong_request_spends_no_key(client, world):
    headers = {**bearer(client, world), "Idempotency-Key": "case-5"}
    wrong = client.post("/v1/verifications", json={**QUESTION, "number": "1"}, headers=headers)
    assert wrong.status_code == 400
    right = client.post("/v1/verifications", json=QUESTION, headers=headers)
    assert right.status_code == 200


@pytest.mark.parametrize("key", ["", "a b", "ä", "x" * 256])
def test_a_key_is_printable_ascii(client, world, key):
    headers = {**bearer(client, world), "Idempotency-Key": key.encode("latin-1")}
    answer = client.post("/v1/verifications", json=QUESTION, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-invalid")


def test_a_wrong_report_leaves_nothing_half_written(client):
    operator = {"Authorization": f"Bearer {client.app._server.operator_token}"}
    good = {
        "name": "Trần Thị Thử",
        "sex": "F",
        "birth_date": "2001-02-03",
        "registration_place": {"unit": "01"},
    }
    rows = [good, {**good, "birth_date": "2031-01-01"}]
    before = client.get("/control/v1/citizens", params={"limit": 100}, headers=operator).json()
    answer = client.post(
        "/control/v1/citizens", json={"reason": "test", "rows": rows}, headers=operator
    )
    assert answer.status_code == 400, answer.text
    assert "rows[1]" in answer.text
    after = client.get("/control/v1/citizens", params={"limit": 100}, headers=operator).json()
    assert before == after
