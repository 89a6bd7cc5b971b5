"""The head of a request: what two readers could take in two ways is refused."""

import json
import socket
import time

import pytest

from app.api import heads
from app.sandbox import worlds as lives
from tests.api.conftest import as_operator, bearer, live


@pytest.fixture(scope="module")
def server(settings, shared_world):
    with live(settings, shared_world) as running:
        yield running


def exchange(server, raw):
    """Send bytes as they are; return status, headers and the JSON of the answer."""
    host, _, port = server.base.removeprefix("http://").partition(":")
    answer = b""
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(raw)
        while chunk := connection.recv(65536):
            answer += chunk
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(status.split()[1]), headers, json.loads(body)


def get(server, *lines, target="/health", version="1.1", host="localhost"):
    named = [] if host is None else [f"Host: {host}"]
    text = [f"GET {target} HTTP/{version}", *named, "Connection: close", *lines, "", ""]
    return exchange(server, "\r\n".join(text).encode())


def refused(answer, status, code):
    assert answer[0] == status, answer
    assert answer[1]["content-type"] == "application/problem+json"
    assert answer[1]["dancu-simulated"] == "true"
    assert answer[2]["code"] == code
    assert answer[2]["request_id"] == answer[1]["x-request-id"]


def test_there_is_one_host(server):
    assert get(server)[0] == 200
    refused(get(server, host=None), 400, "malformed-head")
    refused(get(server, "Host: localhost"), 400, "malformed-head")
    refused(get(server, host=None, version="1.0"), 403, "host-not-allowed")


def test_the_host_of_an_absolute_target_is_the_one_that_counts(server):
    assert get(server, target="http://localhost/health")[0] == 200
    refused(get(server, target="http://evil.example/health"), 403, "host-not-allowed")
    assert get(server, target="http://localhost/health", host="evil.example")[0] == 200
    refused(get(server, target="http://localhost/health", host=None), 400, "malformed-head")


@pytest.mark.parametrize("name", ["Authorization", "Origin", "Idempotency-Key", "Content-Type"])
def test_what_may_stand_once_does_not_stand_twice(server, name):
    refused(get(server, f"{name}: a", f"{name}: a"), 400, "malformed-head")


def test_lists_may_come_in_several_lines(server):
    answer = get(server, "Accept-Language: en;q=0.1", "Accept-Language: vi", target="/v1/nothing")
    assert answer[1]["content-language"] == "vi"


def test_what_is_no_http_gets_a_problem(server):
    refused(exchange(server, b"nonsense\r\n\r\n"), 400, "malformed-head")
    told = exchange(server, b"nonsense\r\n\r\n")[2]
    assert told["type"] == f"{server.settings.issuer_base}/problems/malformed-head"
    smuggled = get(server, "Content-Length: 3", "Transfer-Encoding: chunked")
    refused(smuggled, 400, "malformed-head")
    refused(get(server, "Transfer-Encoding: gzip, chunked"), 400, "malformed-head")


def test_what_is_no_http_is_told_the_public_address_of_its_problem(settings, worlds, world):
    lives.rekey(worlds, world.name)
    public = settings.model_copy(update={"public_url": "https://dancu.example/sim"})
    with live(public, world) as server:
        for raw in (b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"x" * heads.MOST_BYTES):
            told = exchange(server, raw)[2]
            assert told["type"] == f"https://dancu.example/sim/problems/{told['code']}"


def test_a_head_beyond_its_limit_is_refused_complete_or_not(server):
    long = "x" * heads.MOST_BYTES
    refused(get(server, f"X-Long: {long}"), 431, "head-too-large")
    assert get(server, f"X-Long: {long[: heads.MOST_BYTES // 2]}")[0] == 200
    endless = f"GET / HTTP/1.1\r\nX-Long: {long}".encode()
    refused(exchange(server, endless), 431, "head-too-large")


@pytest.mark.parametrize(
    "path",
    [
        "/v1/me%0a",
        "/v1/me%00",
        "/w/default%2fv1/me",
        "/v1%5Cme",
        "/v1/me%FF",
        "/v1/me/",
        "/health/",
        "/problems/",
        "/docs/",
    ],
)
def test_an_address_has_one_form(shared, path):
    answer = shared.get(path, follow_redirects=False)
    assert (answer.status_code, answer.json()["code"]) == (404, "address-unknown")


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://127.0.0.1:8000", 200),
        ("HTTP://127.0.0.1:8000", 200),
        ("https://127.0.0.1:8000", 403),
        ("http://127.0.0.1", 403),
        ("ftp://127.0.0.1:8000", 403),
        ("127.0.0.1:8000", 403),
        ("http://127.0.0.1:8000.evil.example", 403),
    ],
)
def test_an_origin_is_compared_whole(shared, origin, status):
    assert shared.get("/health", headers={"Origin": origin}).status_code == status


def test_a_default_port_is_no_other_origin(settings):
    senders = heads.Senders(
        settings.model_copy(update={"allowed_origins": ("https://a.example",)})
    )
    for origin in (b"https://a.example", b"https://a.example:443"):
        senders.check_origin({b"host": b"localhost", b"origin": origin}, "http")
    with pytest.raises(heads.errors.DancuError):
        senders.check_origin({b"host": b"localhost", b"origin": b"http://a.example"}, "http")


@pytest.mark.parametrize(
    ("query", "member"),
    [
        ("limit=1.0", "query.limit"),
        ("limit=%2B1", "query.limit"),
        ("limit=1_0", "query.limit"),
        ("limit=%D9%A1", "query.limit"),
        ("limit=", "query.limit"),
        ("limit=1&limit=1", "query.limit"),
        ("limt=1", "query.limt"),
        ("901090000001=1", "query.#"),
    ],
)
def test_a_query_is_read_to_the_letter(shared, shared_world, query, member):
    answer = shared.get(f"/v1/requests?{query}", headers=bearer(shared, shared_world))
    assert answer.status_code == 400, answer.text
    assert [each["name"] for each in answer.json()["invalid_params"]] == [member]


@pytest.mark.parametrize("path", ["/health", "/v1/me", "/v1/purposes", "/oidc/jwks", "/problems"])
def test_a_route_without_a_query_takes_none(shared, path):
    answer = shared.get(f"{path}?a=1")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-request")


@pytest.mark.parametrize("seq", ["1.0", "+1", "1_0", "%201"])
def test_a_number_in_a_path_is_digits(shared, seq):
    answer = shared.get(f"/v1/log/leaves/{seq}/proof")
    assert answer.status_code == 400
    assert answer.json()["invalid_params"][0]["name"] == "path.seq"


def test_a_401_names_an_error_only_if_there_was_a_credential(shared):
    for path in ("/v1/me", "/control/v1/worlds"):
        without = shared.get(path)
        assert without.headers["www-authenticate"] == 'Bearer realm="dancu"'
        wrong = shared.get(path, headers={"Authorization": "Bearer nonsense"})
        assert 'error="invalid_token"' in wrong.headers["www-authenticate"]


def test_an_unknown_members_name_is_not_repeated_whole(shared, shared_world):
    for name, told in (("901090000001", "body.#"), ("Văn An", "body.V?n?An")):
        answer = shared.post(
            "/v1/access-check", json={name: 1}, headers=bearer(shared, shared_world)
        )
        assert told in {each["name"] for each in answer.json()["invalid_params"]}


def test_the_request_log_masks_what_is_no_name_in_a_path(shared, shared_world):
    headers = bearer(shared, shared_world)
    shared.get("/v1/people/Nguyễn Văn An/901090000001", headers=headers)
    token = shared.app._server.operator_token
    operator = {"Authorization": f"Bearer {token}"}
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        rows = shared.get("/control/v1/requests?limit=5", headers=operator).json()["items"]
        if "/v1/people/#/#" in [row["path"] for row in rows]:
            return
        time.sleep(0.02)
    pytest.fail(f"not in {rows}")


def test_a_call_that_replaces_its_own_world_is_in_the_request_log(client, world):
    operator = as_operator(client)
    answer = client.post(f"/control/v1/worlds/{world.name}/reset", headers=operator)
    assert answer.status_code < 300, answer.text
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        rows = client.get("/control/v1/requests?limit=5", headers=operator).json()["items"]
        if answer.headers["x-request-id"] in [row["request_id"] for row in rows]:
            return
        time.sleep(0.02)
    pytest.fail(f"not in {rows}")


def test_a_call_that_deletes_its_own_world_is_answered_without_a_fault(
    client, other_world, caplog
):
    operator = as_operator(client)
    own = f"/w/{other_world.name}/control/v1/worlds/{other_world.name}"
    answer = client.delete(own, headers=operator)
    assert answer.status_code < 300, answer.text
    assert [line for line in caplog.records if line.exc_info] == []
    assert client.get(f"/w/{other_world.name}/v1/me").status_code == 404
