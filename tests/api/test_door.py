"""What every request passes, and every answer carries."""

import json

import jwt
import pytest

from app.api import problems
from app.platform import errors
from app.sandbox import worlds as lives
from app.web import assets
from tests.api.conftest import bearer, served
from tests.exchange import people

QUESTION = {"number": people.AN_PIN, "claims": people.AN_CLAIM, "purpose": "ekyc"}


@pytest.fixture(scope="module")
def bank(shared, shared_world):
    return bearer(shared, shared_world)


def problem(answer, status, code):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == problems.MEDIA_TYPE
    told = answer.json()
    assert told["code"] == code
    assert told["type"].endswith(f"/problems/{code}")
    assert told["status"] == status
    assert told["request_id"] == answer.headers["x-request-id"]
    assert told["next"]
    assert told["title"]
    assert told["fault_of"] in {"caller", "registry", "citizen", "simulation"}
    return told


def test_every_answer_has_an_id_of_its_own_and_the_mark_of_simulation(shared):
    first, second = shared.get("/health"), shared.get("/health")
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert first.headers["dancu-simulated"] == "true"
    assert first.headers["x-content-type-options"] == "nosniff"


def test_a_callers_own_id_is_repeated_if_it_is_safe(shared):
    safe = shared.get("/health", headers={"X-Correlation-Id": "case-17.b"})
    assert safe.headers["x-correlation-id"] == "case-17.b"
    for unsafe in ("a" * 65, "<script>", "a b"):
        answer = shared.get("/health", headers={"X-Correlation-Id": unsafe})
        assert "x-correlation-id" not in answer.headers


def test_another_host_name_is_refused(shared):
    answer = shared.get("/v1/units", headers={"Host": "evil.example"})
    problem(answer, 403, "host-not-allowed")
    assert shared.get("/health", headers={"Host": "LOCALHOST:9"}).status_code == 200
    assert shared.get("/health", headers={"Host": "[::1]:8000"}).status_code == 200
    problem(shared.get("/health", headers={"Host": ""}), 403, "host-not-allowed")


def test_another_sites_page_is_refused(shared):
    for origin in ("https://evil.example", "null", "http://127.0.0.1:3000"):
        answer = shared.post("/v1/verifications", json=QUESTION, headers={"Origin": origin})
        problem(answer, 403, "origin-not-allowed")
    own = shared.get("/health", headers={"Origin": "http://127.0.0.1:8000"})
    assert own.status_code == 200


def test_an_unknown_address_and_a_wrong_method_are_problems(shared):
    problem(shared.get("/v1/nothing"), 404, "address-unknown")
    answer = shared.delete("/v1/verifications")
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "POST"
    problem(shared.post("/w/"), 404, "world-unknown")


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("/v1/verifications", "POST"),
        ("/control/v1/citizens", "HEAD, GET, POST, PATCH"),
        ("/control/v1/worlds/default", "HEAD, GET, PATCH, DELETE"),
        ("/health", "HEAD, GET"),
    ],
)
def test_a_wrong_method_is_told_all_that_are_allowed(shared, address, allowed):
    answer = shared.options(address)
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == allowed


def test_whoever_may_get_may_ask_for_the_head(shared):
    answer = shared.head("/health")
    assert answer.status_code == 200


@pytest.mark.parametrize("name", ["no-such-world", "UPPER", "a" * 41, "x%2Fy", "%00"])
def test_an_unknown_world_is_a_problem(shared, name):
    answer = shared.get(f"/w/{name}/v1/me")
    assert answer.status_code == 404
    assert answer.json()["code"] in {"world-unknown", "address-unknown"}


def test_problems_are_told_in_the_callers_language(shared):
    vietnamese = shared.get("/v1/me", headers={"Accept-Language": "vi-VN,en;q=0.5"})
    told = problem(vietnamese, 401, "token-missing")
    assert told["title"] == errors.CATALOGUE["token-missing"].title_vi
    assert vietnamese.headers["content-language"] == "vi"
    english = shared.get("/v1/me", headers={"Accept-Language": "fr, vi;q=0.1, en;q=0.2"})
    assert english.json()["title"] == errors.CATALOGUE["token-missing"].title_en


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "en"),
        ("vi", "vi"),
        ("fr", "en"),
        ("vi;q=0", "en"),
        ("en;q=0.3,vi;q=0.9", "vi"),
        ("vi;q=oops", "en"),
        ("*", "en"),
        (",,;", "en"),
    ],
)
def test_a_language_is_chosen_by_weight(header, expected):
    assert problems.language(header) == expected


def test_a_401_names_the_scheme(shared):
    answer = shared.get("/v1/me", headers={"Authorization": "Bearer nonsense"})
    problem(answer, 401, "token-invalid")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Content-Type": "text/plain"}, 415, "unsupported-media-type"),
        ({"Content-Type": "application/xml"}, 415, "unsupported-media-type"),
        ({"Content-Type": "application/json; charset=latin-1"}, 415, "unsupported-media-type"),
        (
            {"Content-Type": "application/json", "Content-Encoding": "gzip"},
            415,
            "unsupported-encoding",
        ),
    ],
)
def test_a_body_in_another_form_is_refused(shared, bank, headers, status, code):
    answer = shared.post(
        "/v1/verifications", content=json.dumps(QUESTION), headers={**bank, **headers}
    )
    problem(answer, status, code)


def test_a_body_without_a_media_type_is_refused(shared, bank):
    answer = shared.post("/v1/verifications", content=json.dumps(QUESTION).encode(), headers=bank)
    problem(answer, 415, "unsupported-media-type")


def test_a_huge_body_is_refused_announced_or_not(shared, bank):
    huge = b" " * (2**20 + 1)
    json_ = {**bank, "Content-Type": "application/json"}
    problem(shared.post("/v1/verifications", content=huge, headers=json_), 413, "body-too-large")
    in_parts = (huge[:65536] for _ in range(17))
    problem(
        shared.post("/v1/verifications", content=in_parts, headers=json_), 413, "body-too-large"
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid-request"),
        (b"{", "malformed-json"),
        (b"[]", "invalid-request"),
        (b"null", "invalid-request"),
        (b'{"number":NaN}', "malformed-json"),
        (b'{"number":"1","number":"2"}', "malformed-json"),
        (b"[" * 100, "json-too-deep"),
        (b'{"number":"\\u0000"}', "forbidden-character"),
        (b'{"number":"\\ud800"}', "forbidden-character"),
        (b"\xff\xfe", "malformed-json"),
        (b'{"claims":{"full_name":"\xff"}}', "malformed-json"),
    ],
)
def test_a_body_that_is_not_strict_json_is_refused(shared, bank, body, code):
    answer = shared.post(
        "/v1/verifications", content=body, headers={**bank, "Content-Type": "application/json"}
    )
    problem(answer, 400, code)


@pytest.mark.parametrize(
    ("change", "member"),
    [
        ({"number": 901090000001}, "body.number"),
        ({"number": "90109000000"}, "body.number"),
        ({"number": "90109000000①"}, "body.number"),
        ({"number": "901090000001\n"}, "body.number"),
        ({"claims": {}}, "body.claims"),
        ({"claims": []}, "body.claims"),
        ({"claims": {"full_name": None}}, "body.claims.full_name"),
        ({"claims": {"full_name": ""}}, "body.claims.full_name"),
        ({"claims": {"full_name": "a" * 101}}, "body.claims.full_name"),
        ({"claims": {"full_name": "a\nb"}}, "body.claims.full_name"),
        ({"claims": {"birth_date": "1990-02-30"}}, "body.claims.birth_date"),
        ({"claims": {"birth_date": "30/02/1990"}}, "body.claims.birth_date"),
        ({"claims": {"birth_date": "1990-13"}}, "body.claims.birth_date"),
        ({"claims": {"birth_date": 19900230}}, "body.claims.birth_date"),
        ({"claims": {"sex": "male"}}, "body.claims.sex"),
        ({"claims": {"nationality": "ZZ"}}, "body.claims.nationality"),
        ({"claims": {"shoe_size": 42}}, "body.claims.shoe_size"),
        ({"purpose": "KYC!"}, "body.purpose"),
        ({"signed": "yes"}, "body.signed"),
        ({"signed": 1}, "body.signed"),
        ({"extra": 1}, "body.extra"),
        ({"consent": "\u0007"}, "body.consent"),
    ],
)
def test_a_wrong_member_is_named_and_its_value_never_repeated(shared, bank, change, member):
    answer = shared.post("/v1/verifications", json={**QUESTION, **change}, headers=bank)
    told = problem(answer, 400, "invalid-request")
    assert [param["name"] for param in told["invalid_params"]] == [member]
    assert "901090" not in answer.text
    assert "1990" not in answer.text


def test_an_unknown_query_parameter_is_refused(shared, bank):
    told = problem(shared.get("/v1/requests?limt=3", headers=bank), 400, "invalid-request")
    assert told["invalid_params"][0]["name"] == "query.limt"
    problem(shared.get("/v1/units?era=%FF"), 400, "malformed-address")


def test_a_name_in_another_unicode_form_is_the_same_name(shared, bank):
    decomposed = {**people.AN_CLAIM, "full_name": "Nguye\u0302\u0303n Va\u0306n An"}
    answer = shared.post(
        "/v1/verifications", json={**QUESTION, "claims": decomposed}, headers=bank
    )
    assert answer.json()["outcome"] == "match"


def test_another_worlds_token_is_nobodys_here(client, other_world):
    theirs = bearer(client, other_world, prefix=f"/w/{other_world.name}")
    problem(client.get("/v1/me", headers=theirs), 401, "token-invalid")
    own = client.get(f"/w/{other_world.name}/v1/me", headers=theirs)
    assert own.status_code == 200


def test_discovery_stands_in_both_places(client, other_world):
    base = "http://127.0.0.1:8000"
    issuer = f"{base}/w/{other_world.name}"
    document = "/.well-known/oauth-authorization-server"
    after = client.get(f"/w/{other_world.name}{document}")
    before = client.get(f"{document}/w/{other_world.name}")
    assert after.json() == before.json()
    assert after.json()["issuer"] == issuer
    assert after.json()["token_endpoint"] == f"{issuer}/oidc/token"
    assert client.get(document).json()["issuer"] == base


def test_discovery_has_no_empty_list(shared):
    told = shared.get("/.well-known/oauth-authorization-server").json()
    assert [name for name, value in told.items() if value in ([], "", None)] == []


def test_the_default_world_has_one_issuer_by_whatever_address_it_is_asked(client, world):
    base, name = "http://127.0.0.1:8000", f"/w/{world.name}"
    own = "/.well-known/oauth-authorization-server"
    for address in (f"{name}{own}", f"{own}{name}"):
        found = client.get(address, follow_redirects=False)
        assert (found.status_code, found.headers["location"]) == (307, own)
        assert client.get(address).json()["issuer"] == base
    headers = bearer(client, world, prefix=name)
    claims = jwt.decode(
        headers["Authorization"].removeprefix("Bearer "), options={"verify_signature": False}
    )
    assert (claims["iss"], claims["aud"]) == (base, base)
    for prefix in (name, ""):
        assert client.get(f"{prefix}/v1/me", headers=headers).status_code == 200


def test_a_redirect_keeps_the_path_of_the_public_address(settings, worlds, world):
    lives.rekey(worlds, world.name)
    public = settings.model_copy(update={"public_url": "https://dancu.example/sim"})
    with served(public, world) as client:
        own = "/.well-known/oauth-authorization-server"
        found = client.get(f"/w/{world.name}{own}", follow_redirects=False)
        assert found.headers["location"] == f"/sim{own}"


def test_the_catalogue_of_problems_is_served_as_json_and_as_pages(shared):
    listed = shared.get("/problems").json()
    assert [kind["code"] for kind in listed] == sorted(errors.CATALOGUE)
    for kind in listed:
        address = f"/problems/{kind['code']}"
        assert shared.get(address).json() == kind
        page = shared.get(address, headers={"Accept": "text/html"})
        assert kind["title"]["en"].partition("'")[0] in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
    problem(shared.get("/problems/no-such"), 404, "problem-unknown")


def test_pages_need_nothing_from_elsewhere(shared):
    for address in ("/", "/problems", "/docs"):
        page = shared.get(address, headers={"Accept": "text/html"})
        assert page.status_code == 200
        assert "MÔ PHỎNG" in page.text
        policy = page.headers["content-security-policy"]
        assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]
        assert "http://" not in policy
        for line in page.text.splitlines():
            if "src=" in line or "<link" in line:
                assert "//" not in line.partition("href=")[2]
    for asset in (
        assets.address("style.css"),
        "/docs/assets/swagger-ui-bundle.js",
        "/docs/assets/start.js",
    ):
        assert shared.get(asset).status_code == 200
    problem(shared.get("/docs/assets/other.js"), 404, "address-unknown")
