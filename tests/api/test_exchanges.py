"""Verification, disclosure and search over HTTP: answers, proofs, refusals, the request log."""

import datetime as dt
import time

import jwt
import pytest

from app.exchange.gate import Reason
from app.exchange.log import leaves, merkle, proving, retention
from app.exchange.log.notes import VerifierKey
from app.exchange.refusals import PROBLEMS
from app.platform import clock
from tests.api.conftest import as_operator, bearer, secret
from tests.exchange import people

QUESTION = {"number": people.AN_PIN, "claims": people.AN_CLAIM, "purpose": "ekyc"}


@pytest.fixture(scope="module")
def bank(shared, shared_world):
    return bearer(shared, shared_world)


@pytest.fixture(scope="module")
def province(shared, shared_world):
    return bearer(shared, shared_world, "ha-noi")


def receipt_of(client, told):
    jwks = jwt.PyJWKSet.from_dict(client.get("/oidc/jwks").json())
    kid = jwt.get_unverified_header(told["receipt"])["kid"]
    return jwt.decode(told["receipt"], jwks[kid], ["ES256"], options={"verify_aud": False})


def test_a_claim_that_fits_is_answered_with_a_receipt(shared, bank):
    answer = shared.post("/v1/verifications", json=QUESTION, headers=bank)
    assert answer.status_code == 200
    told = answer.json()
    assert told["outcome"] == "match"
    assert told["simulated"] is True
    assert told["request_id"] == answer.headers["x-request-id"]
    assert "attributes" not in told
    receipt = receipt_of(shared, told)
    leaf = leaves.parse(receipt["leaf"])
    assert (leaf.request_id, leaf.seq) == (told["request_id"], told["leaf"]["seq"])
    assert people.AN_PIN not in receipt["leaf"]


@pytest.mark.parametrize("extra", [{}, {"Idempotency-Key": "signed-1"}])
def test_a_signed_answer_is_a_jws_over_the_same_json(shared, bank, extra):
    answer = shared.post(
        "/v1/verifications",
        json=QUESTION,
        headers={**bank, **extra, "Accept": "application/jose"},
    )
    assert answer.headers["content-type"] == "application/jose"
    jwks = jwt.PyJWKSet.from_dict(shared.get("/oidc/jwks").json())
    header = jwt.get_unverified_header(answer.text)
    assert header["typ"] == "dancu-answer+jwt"
    told = jwt.decode(answer.text, jwks[header["kid"]], ["ES256"])
    assert told["outcome"] == "match"


@pytest.mark.parametrize("extra", [{}, {"consent": "0" * 32}], ids=["hot", "ordinary"])
@pytest.mark.parametrize(
    ("accept", "is_signed"),
    [
        ("application/jose", True),
        ("application/jose;q=0.5", True),
        ("text/html, application/jose", True),
        ("application/json, application/jose", True),  # no less than plain
        ("application/json;q=0.4, APPLICATION/JOSE; q=0.5", True),
        ("application/jose;q=0", False),
        ("application/jose;q=0, */*", False),
        ("application/jose;q=0.000", False),
        ("application/jose;q=often", False),
        ("application/jose;q=0.4, application/json;q=0.5", False),
        ("application/jose+json", False),
        ("application/json", False),
        ("*/*", False),
        ("", False),
    ],
)
def test_an_answer_is_signed_where_accept_prefers_that(shared, bank, extra, accept, is_signed):
    answer = shared.post(
        "/v1/verifications", json={**QUESTION, **extra}, headers={**bank, "Accept": accept}
    )
    assert answer.status_code == 200, answer.text
    expected = "application/jose" if is_signed else "application/json"
    assert answer.headers["content-type"] == expected


def test_a_refusal_names_the_fields_that_are_not_granted(shared, bank, province):
    claims = {**people.AN_CLAIM, "ethnicity": "01", "mother_name": "Trần Thị Lụa"}
    answer = shared.post("/v1/verifications", json={**QUESTION, "claims": claims}, headers=bank)
    assert (answer.status_code, answer.json()["code"]) == (403, "field-not-allowed")
    refused = ["ethnicity", "mother_name"]
    told = answer.json()["invalid_params"]
    assert [param["name"] for param in told] == refused
    assert all(param["reason"] for param in told)
    assert all(name in answer.json()["detail"] for name in refused)
    assert leaves.parse(receipt_of(shared, answer.json())["leaf"]).outcome == (
        "refused:FIELD_NOT_ALLOWED"
    )
    asked = {**ASK, "fields": ["head_of_household", "household_members"], "purpose": "ekyc"}
    refusal = shared.post("/v1/disclosures/household", json=asked, headers=province)
    assert refusal.json()["code"] == "purpose-not-allowed"
    assert "invalid_params" not in refusal.json()


def test_a_refusal_names_its_fields_in_the_callers_language(shared, bank):
    asked = {**QUESTION, "claims": {**people.AN_CLAIM, "ethnicity": "01"}}
    answer = shared.post(
        "/v1/verifications", json=asked, headers={**bank, "Accept-Language": "vi"}
    )
    [param] = answer.json()["invalid_params"]
    assert param == {
        "name": "ethnicity",
        "reason": "Có trường thông tin ngoài phạm vi được cấp",
    }


def test_a_refusal_is_logged_and_carries_its_receipt(shared, bank):
    answer = shared.post(
        "/v1/verifications", json={**QUESTION, "purpose": "tax-administration"}, headers=bank
    )
    assert answer.status_code == 403
    told = answer.json()
    assert told["code"] == "purpose-not-allowed"
    leaf = leaves.parse(receipt_of(shared, told)["leaf"])
    assert leaf.outcome == "refused:PURPOSE_NOT_ALLOWED"
    assert leaf.request_id == told["request_id"]


def test_a_batch_is_answered_by_place_under_one_leaf(shared, bank):
    items = [
        {"number": people.AN_PIN, "claims": people.AN_CLAIM},
        {"number": people.NOBODYS, "claims": people.AN_CLAIM},
    ]
    answer = shared.post(
        "/v1/verifications/batch", json={"purpose": "ekyc", "items": items}, headers=bank
    )
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert [result["outcome"] for result in told["results"]] == ["match", "no_match"]
    leaf = leaves.parse(receipt_of(shared, told)["leaf"])
    assert leaf.entries == 2
    proved = shared.get(f"/v1/log/leaves/{leaf.seq}/entries", headers=bank).json()
    assert (proved["count"], proved["root"]) == (2, leaf.entries_root)
    for position, entry in enumerate(proved["entries"]):
        hashed = merkle.leaf_hash(entry["text"].encode())
        assert (entry["position"], entry["entry_hash"]) == (position, hashed.hex())
        path = [bytes.fromhex(node) for node in entry["path"]]
        merkle.verify_inclusion(hashed, position, 2, path, bytes.fromhex(leaf.entries_root))
    outcomes = [leaves.parse_entry(each["text"]).outcome for each in proved["entries"]]
    assert outcomes == ["match", "no_match"]


def test_a_batch_s_entries_are_for_the_agency_that_asked(client, world):
    bank, other = bearer(client, world), bearer(client, world, "viettel")
    items = [{"number": people.AN_PIN, "claims": people.AN_CLAIM}] * 3
    asked = {"purpose": "ekyc", "items": items}
    batch = client.post("/v1/verifications/batch", json=asked, headers=bank).json()
    address = f"/v1/log/leaves/{batch['leaf']['seq']}/entries"
    page = client.get(address, params={"first": 1, "count": 1}, headers=bank).json()
    assert (page["count"], [each["position"] for each in page["entries"]]) == (3, [1])
    for headers, status, code in (
        ({}, 401, "token-missing"),
        (other, 403, "log-leaf-not-yours"),
    ):
        for query in ({}, {"first": 99}):
            refused = client.get(address, params=query, headers=headers)
            assert (refused.status_code, refused.json()["code"]) == (status, code)
    for unknown in (f"{address}?first=3", "/v1/log/leaves/99/entries"):
        refused = client.get(unknown, headers=bank)
        assert (refused.status_code, refused.json()["code"]) == (404, "log-leaf-unknown")
    single = client.post("/v1/verifications", json=QUESTION, headers=bank).json()
    refused = client.get(f"/v1/log/leaves/{single['leaf']['seq']}/entries", headers=bank)
    assert refused.json()["code"] == "log-leaf-unknown"
    retention.enforce(
        world, keep=dt.timedelta(0), now=clock.now() + dt.timedelta(days=1), today=world.today
    )
    refused = client.get(address, headers=bank)
    assert (refused.status_code, refused.json()["code"]) == (404, "log-leaf-pruned")


def test_a_batch_has_at_most_a_thousand(shared, bank):
    item = {"number": people.AN_PIN, "claims": {"sex": "M", "full_name": "Nguyễn Văn An"}}
    for count, status in ((0, 400), (1001, 400)):
        answer = shared.post(
            "/v1/verifications/batch",
            json={"purpose": "ekyc", "items": [item] * count},
            headers=bank,
        )
        assert answer.status_code == status


ASK = {
    "number": people.AN_PIN,
    "purpose": "administrative-procedure",
    "officer": "cb-17",
    "dossier": "G22.99-1",
}


def test_a_disclosure_gives_what_is_granted(shared, province):
    answer = shared.post(
        "/v1/disclosures/residence",
        json={**ASK, "fields": ["permanent_residence", "current_residence"]},
        headers=province,
    )
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["data"].keys() == {"permanent_residence", "current_residence"}
    leaf = leaves.parse(receipt_of(shared, told)["leaf"])
    assert leaf.fields == ("permanent_residence", "current_residence")
    assert (leaf.officer, leaf.dossier) == ("cb-17", "G22.99-1")


def test_a_disclosure_names_the_fields_it_offers(shared, province):
    for fields in ([], ["shoe_size"], ["pin"], None, "permanent_residence"):
        answer = shared.post(
            "/v1/disclosures/residence", json={**ASK, "fields": fields}, headers=province
        )
        assert answer.status_code == 400
        assert answer.json()["code"] == "invalid-request"
    without = shared.post("/v1/disclosures/residence", json=ASK, headers=province)
    assert without.json()["invalid_params"][0]["name"] == "body.fields"
    answer = shared.post("/v1/disclosures/shoes", json=ASK, headers=province)
    assert answer.json()["code"] == "address-unknown"


def test_a_disclosure_without_officer_is_refused_and_logged(shared, province):
    asked = {key: value for key, value in ASK.items() if key != "officer"}
    answer = shared.post(
        "/v1/disclosures/residence",
        json={**asked, "fields": ["permanent_residence"]},
        headers=province,
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "officer-required")
    assert answer.json()["leaf"]["seq"] >= 0


def test_rights_can_be_asked_before_data_is(shared, bank):
    answer = shared.post(
        "/v1/access-check",
        json={"purpose": "ekyc", "fields": ["full_name", "religion"], "service": "verification"},
        headers=bank,
    )
    findings = {each["field"]: each for each in answer.json()["findings"]}
    assert findings["full_name"]["allowed"] is True
    assert findings["full_name"]["legal_basis"]
    assert findings["religion"]["allowed"] is False
    kinds = {"purpose": "ekyc", "kinds": ["death"]}
    [death] = shared.post("/v1/access-check", json=kinds, headers=bank).json()["findings"]
    assert (death["service"], death["allowed"]) == ("reporting", False)
    nothing = shared.post("/v1/access-check", json={"purpose": "ekyc"}, headers=bank)
    assert (nothing.status_code, nothing.json()["code"]) == (400, "invalid-request")
    me = shared.get("/v1/me", headers=bank).json()
    assert me["system"]["client_id"] == "vietcombank-basic"
    assert any(grant["purpose"] == "ekyc" for grant in me["grants"])


def test_a_search_needs_a_grant_and_shows_a_page_under_one_leaf(shared, shared_world, bank):
    asked = {
        "purpose": "ekyc",
        "fields": ["full_name", "pin"],
        "criteria": {"full_name": "nguyen van an", "birth_date": "1980"},
    }
    answer = shared.post("/v1/searches", json=asked, headers=bank)
    assert (answer.status_code, answer.json()["code"]) == (403, "purpose-not-allowed")
    police = bearer(shared, shared_world, "bca")
    me = shared.get("/v1/me", headers=police).json()
    grant = next(each for each in me["grants"] if each["service"] == "search" and each["in_force"])
    asked["purpose"] = grant["purpose"]
    asked |= {"officer": "cb-1", "dossier": "V1"}
    answer = shared.post("/v1/searches", json=asked, headers=police)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert {"full_name": "Nguyễn Văn An", "pin": people.AN_PIN} in told["items"]
    leaf = leaves.parse(receipt_of(shared, told)["leaf"])
    assert leaf.entries == len(told["items"])
    too_broad = {**asked, "criteria": {"sex": "F"}}
    answer = shared.post("/v1/searches", json=too_broad, headers=police)
    assert (answer.status_code, answer.json()["code"]) == (400, "search-too-broad")
    assert (
        shared.post("/v1/searches", json={**asked, "criteria": {}}, headers=police).status_code
        == 400
    )


def test_a_caller_reads_its_own_calls_and_nobody_elses(client, world):
    bank, other = bearer(client, world), bearer(client, world, "viettel")
    answer = client.post("/v1/verifications", json=QUESTION, headers=bank)
    request_id = answer.headers["x-request-id"]
    row = wait_for(lambda: client.get(f"/v1/requests/{request_id}", headers=bank))
    assert row["outcome"] == "match"
    assert row["leaf_seq"] == answer.json()["leaf"]["seq"]
    assert row["gate"].startswith("admitted by grant")
    assert people.AN_PIN in row["request_body"]
    assert row["path"] == "/v1/verifications"
    assert row["duration_us"] > 0
    assert client.get(f"/v1/requests/{request_id}", headers=other).status_code == 404
    listed = client.get("/v1/requests", headers=bank).json()["items"]
    assert request_id in [each["request_id"] for each in listed]
    theirs = client.get("/v1/requests", headers=other).json()["items"]
    assert {each["client_id"] for each in theirs} == {"viettel"}  # the request for its token
    newer = client.get("/v1/requests", params={"since": row["id"]}, headers=bank).json()
    assert newer["items"] == []


def test_bodies_are_kept_only_as_retention_allows(client, world):
    operator = as_operator(client)
    answer = client.patch(
        f"/control/v1/worlds/{world.name}", json={"retention_days": 0}, headers=operator
    )
    assert answer.json()["retention_days"] == 0
    bank = bearer(client, world)
    answer = client.post("/v1/verifications", json=QUESTION, headers=bank)
    request_id = answer.headers["x-request-id"]
    row = wait_for(lambda: client.get(f"/v1/requests/{request_id}", headers=bank))
    assert row["request_body"] is None
    assert row["response_body"] is None


def test_tokens_are_never_kept_in_the_request_log(client, world):
    bank = bearer(client, world)
    client.get("/v1/me", headers=bank)
    operator = as_operator(client)

    def seen():
        return client.get("/control/v1/requests", headers=operator)

    rows = wait_for(seen, lambda told: len(told["items"]) >= 2)["items"]
    token_row = next(row for row in rows if row["path"] == "/oidc/token")
    assert token_row["response_body"] is None
    assert bank["Authorization"].removeprefix("Bearer ") not in str(rows)


def wait_for(ask, holds=lambda _told: True):
    """Ask until it is there: rows of the request log follow within a batch or two."""
    until = time.monotonic() + 5
    while True:
        answer = ask()
        if answer.status_code == 200 and holds(answer.json()):
            return answer.json()
        assert time.monotonic() < until, answer.text
        time.sleep(0.05)


def test_a_receipts_leaf_is_proved_by_checkpoint_and_path(client, world):
    bank = bearer(client, world)
    told = [client.post("/v1/verifications", json=QUESTION, headers=bank).json() for _ in range(5)]
    seq = told[2]["leaf"]["seq"]
    keys = client.get("/v1/log/keys").json()
    assert keys["origin"] == told[0]["leaf"]["log"]
    hashed = bytes.fromhex(receipt_of(client, told[2])["leaf_hash"])
    until = time.monotonic() + 5
    while (answer := client.get(f"/v1/log/leaves/{seq}/proof")).status_code == 503:
        assert answer.headers["retry-after"] == "1"
        assert time.monotonic() < until
        time.sleep(0.1)
    index, _ = proving.verify_tlog_proof(
        answer.text,
        hashed,
        VerifierKey.parse(keys["log"]),
        VerifierKey.parse(keys["inspectorate"]),
    )
    assert index == seq
    inclusion = client.get("/v1/log/proofs/inclusion", params={"seq": seq, "size": 5}).json()
    path = [bytes.fromhex(node) for node in inclusion["path"]]
    merkle.verify_inclusion(hashed, seq, 5, path, bytes.fromhex(inclusion["root"]))
    grown = client.get("/v1/log/proofs/consistency", params={"old": 2, "new": 5}).json()
    merkle.verify_consistency(
        2,
        5,
        [bytes.fromhex(node) for node in grown["path"]],
        bytes.fromhex(grown["old_root"]),
        bytes.fromhex(grown["new_root"]),
    )
    assert client.get("/v1/log/checkpoint").text.startswith(keys["origin"] + "\n")
    hashes = client.get("/v1/log/hashes", params={"first": 1}).json()
    assert hashes["hashes"][seq - 1] == hashed.hex()
    assert client.get("/v1/log/checkpoint", params={"size": 4711}).status_code == 404
    assert client.get("/v1/log/proofs/inclusion", params={"seq": 99, "size": 5}).status_code == 404


def test_a_leaf_is_read_by_its_own_agency_only(client, world):
    bank, other = bearer(client, world), bearer(client, world, "viettel")
    told = client.post("/v1/verifications", json=QUESTION, headers=bank).json()
    address = f"/v1/log/leaves/{told['leaf']['seq']}"
    leaf = leaves.parse(client.get(address, headers=bank).json()["text"])
    assert leaf.request_id == told["request_id"]
    assert client.get(address, headers=other).json()["code"] == "log-leaf-not-yours"
    assert client.get(address).status_code == 401


def test_reference_reads_are_open_to_all(shared):
    provinces = shared.get("/v1/units", params={"era": "2025", "tier": 1}).json()["items"]
    assert provinces
    assert all(unit["tier"] == 1 for unit in provinces)
    page = shared.get("/v1/units", params={"era": "2004", "limit": 1}).json()
    assert page["next_after"] == page["items"][0]["code"]
    unit = shared.get(f"/v1/units/{provinces[0]['code']}", params={"era": "2025"}).json()
    assert unit["unit"] == provinces[0]
    assert shared.get("/v1/units/00").json()["code"] == "unit-unknown"
    lists = shared.get("/v1/codes").json()
    regulation = {
        name: {each["code"]: each["qcvn_109"] for each in lists[name]}
        for name in ("sex", "blood_type", "marital_status")
    }
    assert regulation["sex"] == {"M": "1", "F": "2", "U": "0"}
    assert regulation["blood_type"] == {"O": "04", "A": "01", "B": "02", "AB": "03"}
    assert regulation["marital_status"]["widowed"] == regulation["marital_status"]["divorced"]
    assert "permanent_residence" in {each["name"] for each in shared.get("/v1/fields").json()}
    assert "ekyc" in {each["name"] for each in shared.get("/v1/purposes").json()}
    assert shared.get("/v1/outcomes").json()[0]["outcome"] == "not_found"
    offered = {each["name"] for each in shared.get("/v1/disclosures").json()}
    assert {"identity", "residence", "household", "kinship", "life-status", "contact"} <= offered


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"content": b'{"number": "\\u0000"}'}, 400),
        ({"content": b"{"}, 400),
        ({"content": b"[" * 5_000}, 400),
        ({"content": b" " * 2_000_000}, 413),
        ({"content": b"x=1", "type": "application/x-www-form-urlencoded"}, 415),
        ({"content": b"{}", "type": "application/json", "path": "/v1/no-such-address"}, 404),
    ],
    ids=["NUL", "broken", "deep", "large", "form", "unknown address"],
)
def test_an_agency_finds_what_was_refused_at_the_door(client, world, sent, status):
    headers = bearer(client, world) | {"Content-Type": sent.get("type", "application/json")}
    path = sent.get("path", "/v1/verifications")
    answer = client.post(path, content=sent["content"], headers=headers)
    assert answer.status_code == status, answer.text
    row = _row(client, answer, bearer(client, world))
    assert (row["client_id"], row["status"]) == ("vietcombank-basic", status)


@pytest.mark.parametrize("credential", [{}, {"Authorization": "Bearer forged"}])
def test_what_nobody_proved_to_have_sent_is_nobody_s(client, operator, credential):
    headers = credential | {"Content-Type": "application/json"}
    answer = client.post("/v1/verifications", content=b"{", headers=headers)
    assert answer.status_code == 400
    row = _row(client, answer, operator, "/control/v1/requests")
    assert (row["client_id"], row["status"]) == (None, 400)


def test_an_agency_finds_its_tokens_among_its_requests(client, world):
    auth = ("vietcombank-basic", secret(world, "vietcombank-basic"))
    form = {"grant_type": "client_credentials"}
    bank = bearer(client, world)
    for address, data, status in (
        ("/oidc/token", form, 200),
        ("/oidc/token", form | {"scope": "all"}, 400),
        ("/oidc/revoke", {"token": "unknown"}, 200),
    ):
        answer = client.post(address, data=data, auth=auth)
        assert answer.status_code == status
        row = _row(client, answer, bank)
        assert (row["path"], row["client_id"]) == (address, "vietcombank-basic")
        assert row["status"] == status


def test_a_wrong_secret_is_put_down_to_nobody(client, operator):
    form = {"grant_type": "client_credentials"}
    answer = client.post("/oidc/token", data=form, auth=("vietcombank-basic", "sim_wrong"))
    assert answer.status_code == 401
    row = _row(client, answer, operator, "/control/v1/requests")
    assert (row["client_id"], row["status"]) == (None, 401)


def _row(client, answer, headers, requests="/v1/requests"):
    address = f"{requests}/{answer.headers['x-request-id']}"
    return wait_for(lambda: client.get(address, headers=headers))


def test_answers_speak_the_language_that_is_asked_for(shared, shared_world):
    official = bearer(shared, shared_world, "ha-noi")
    asked = {
        "number": people.AN_PIN,
        "fields": ["full_name", "religion"],
        "purpose": "administrative-procedure",
        "officer": "cb-01",
        "dossier": "H26-1",
    }
    told = [
        shared.post("/v1/disclosures/identity", json=asked, headers=official | language).json()
        for language in ({"Accept-Language": "vi-VN"}, {"Accept-Language": "en"})
    ]
    why = PROBLEMS[Reason.FIELD_NOT_ALLOWED]
    vi, en = (answer["withheld"]["religion"]["title"] for answer in told)
    assert (vi, en) == (why.title_vi, why.title_en)
