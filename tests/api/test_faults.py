"""Faults on demand, as clients of a real server meet them."""

import http.client
import json
import socket
import time
from urllib.parse import urlsplit

import httpx2
import pytest
from sqlalchemy import func, select

from app.exchange.models import Leaf, RequestLog
from app.sandbox import operator
from tests.api.conftest import live, secret
from tests.exchange import people

ADDRESS = "/v1/verifications"
BANK, TELCO = "vietcombank-basic", "viettel"
BODY = {"number": people.AN_PIN, "claims": people.AN_CLAIM, "purpose": "ekyc"}
TELCO_BODY = {**BODY, "purpose": "subscriber-registration"}


class Site:
    """A running server, its operator and two of its callers."""

    def __init__(self, server, world, client):
        self.server = server
        self.client = client
        self.world = world
        self.control = {"Authorization": f"Bearer {server.operator_token}"}
        self.world_token = operator.world_token(server.operator_token, world.id)
        self.headers = {
            client: {"Authorization": f"Bearer {server.token_of(client)}"}
            for client in (BANK, TELCO)
        }

    def put(self, name, *steps, **said):
        body = {"steps": list(steps), **said} if steps else said
        return self.send("PUT", f"/control/v1/faults/{name}", json=body, headers=self.control)

    def on(self, name, *steps, **said):
        answer = self.put(name, *steps, **said)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def clear(self):
        return self.send("DELETE", "/control/v1/faults", headers=self.control)

    def send(self, method, address, **said):
        return self.client.request(method, address, **said)

    def ask(self, client=BANK, query="", **headers):
        body = BODY if client == BANK else TELCO_BODY
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send(
            "POST", ADDRESS + query, json=body, headers=self.headers[client] | headers
        )

    def prefer(self, said, **headers):
        return self.ask(prefer=said, dancu_operator=self.world_token, **headers)

    def leaves(self):
        with self.world.session() as session:
            return session.scalar(select(func.count()).select_from(Leaf))

    def logged(self, fault, request_id=None):
        """The row of the latest call that met this fault."""
        query = select(RequestLog).where(RequestLog.fault == fault)
        until = time.monotonic() + 10
        while time.monotonic() < until:
            with self.world.session() as session:
                row = session.scalars(query.order_by(RequestLog.id.desc()).limit(1)).first()
            if row is not None and request_id in (None, row.request_id):
                return row
            time.sleep(0.02)
        raise AssertionError("the request log has no such row")


@pytest.fixture(scope="module")
def running(settings, shared_world):
    with (
        live(settings, shared_world) as server,
        httpx2.Client(base_url=server.base, timeout=60) as client,
    ):
        yield Site(server, shared_world, client)


@pytest.fixture
def site(running):
    yield running
    assert running.clear().status_code == 204


@pytest.mark.parametrize(
    ("step", "status", "code"),
    [
        ({"kind": "error"}, 500, "fault-error"),
        ({"kind": "error", "status": 401}, 401, "fault-error"),
        ({"kind": "error", "status": 503, "retry_after": 7}, 503, "fault-error"),
        ({"kind": "rate-limit", "retry_after": 7}, 429, "fault-rate-limit"),
        ({"kind": "maintenance", "retry_after": 7}, 503, "fault-maintenance"),
    ],
)
def test_each_error_is_told_apart_and_gives_nothing_out(site, step, status, code):
    site.on("bad", step)
    before = site.leaves()
    answer = site.ask()
    told = answer.json()
    assert (answer.status_code, told["status"], told["code"]) == (status, status, code)
    assert told["fault_of"] == "simulation"
    assert answer.headers["dancu-fault"] == step["kind"]
    waits = status in {429, 503}
    assert answer.headers.get("retry-after") == ("7" if waits else None)
    assert ("www-authenticate" in answer.headers) is (status == 401)
    if status == 429:
        assert answer.headers["ratelimit"] == '"storm";r=0;t=7'
        assert answer.headers["ratelimit-policy"] == '"storm";q=1;w=7'
    row = site.logged(step["kind"], told["request_id"])
    assert (row.fault, row.problem_code, row.client_id) == (step["kind"], code, BANK)
    assert site.leaves() == before
    site.clear()
    assert "dancu-fault" not in site.ask().headers


def test_on_paper_an_answer_is_empty(site):
    site.on("paper", {"kind": "empty"})
    before = site.leaves()
    answer = site.ask()
    assert (answer.status_code, answer.json()) == (200, {})
    assert answer.headers["dancu-fault"] == "empty"
    assert site.leaves() == before


def test_on_paper_an_answer_is_stale_and_still_logged(site):
    first = site.send(
        "POST",
        ADDRESS,
        json={**BODY, "dossier": "stale-1"},
        headers=site.headers[BANK],
    ).json()
    site.on("paper", {"kind": "stale"})
    before = site.leaves()
    for _ in range(2):
        again = site.send(
            "POST", ADDRESS, json={**BODY, "dossier": "stale-1"}, headers=site.headers[BANK]
        )
        assert again.json() == first
        assert int(again.headers["age"]) >= 1
        assert again.headers["dancu-fault"] == "stale"
    assert site.leaves() == before + 2
    fresh = site.send(
        "POST", ADDRESS, json={**BODY, "dossier": "stale-2"}, headers=site.headers[BANK]
    )
    assert "age" not in fresh.headers
    assert fresh.json()["receipt"] != first["receipt"]
    refused = site.send(
        "POST", ADDRESS, json={**BODY, "purpose": "no-purpose"}, headers=site.headers[BANK]
    )
    assert refused.status_code == 403
    assert site.send("GET", "/v1/me", headers=site.headers[BANK]).status_code == 200


def test_an_answer_is_late_or_comes_drop_by_drop(site):
    site.on("slow", {"kind": "latency", "delay": {"ms": 300}})
    began = time.monotonic()
    answer = site.ask()
    assert time.monotonic() - began >= 0.3
    assert (answer.status_code, answer.headers["dancu-fault"]) == (200, "latency")
    site.on("slow", {"kind": "slow-body", "seconds": 0.4})
    began = time.monotonic()
    with site.client.stream("POST", ADDRESS, json=BODY, headers=site.headers[BANK]) as answer:
        head = time.monotonic() - began
        pieces = list(answer.iter_raw())
    assert time.monotonic() - began >= 0.4 > head
    assert len(pieces) > 1
    assert json.loads(b"".join(pieces))["simulated"] is True
    for spread in ({"distribution": "uniform", "ms": 1, "to_ms": 5}, {"ms": 1}):
        site.on("slow", {"kind": "latency", "delay": spread})
        assert site.ask().status_code == 200
    site.on("slow", {"kind": "latency", "delay": {"distribution": "exponential", "ms": 2}})
    assert site.ask().headers["dancu-fault"] == "latency"


def raw(site, client=BANK, **headers):
    """Send the question by hand, and return every byte that comes until the connection ends."""
    body = json.dumps(BODY).encode()
    lines = site.headers[client] | {
        "Host": "localhost",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    head = f"POST {ADDRESS} HTTP/1.1\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    port = urlsplit(site.server.base).port
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(head.encode() + b"\r\n" + body)
        got = b""
        try:
            while part := connection.recv(65536):
                got += part
        except ConnectionResetError:
            pass
        return got


def test_a_connection_is_cut_before_anything_is_done(site):
    site.on("cut", {"kind": "drop-before"})
    before = site.leaves()
    assert raw(site) == b""
    row = site.logged("drop-before")
    assert (row.status, row.leaf_seq) == (0, None)
    assert site.leaves() == before
    with pytest.raises(httpx2.TransportError):
        site.send("GET", "/v1/me", headers=site.headers[BANK])


def test_a_connection_is_cut_after_all_was_done_and_the_key_gets_the_answer(site):
    site.on("cut", {"kind": "drop-after", "times": 1})
    before = site.leaves()
    assert raw(site, idempotency_key="cut-1") == b""
    row = site.logged("drop-after")
    assert row.status == 200
    assert row.leaf_seq is not None
    assert site.leaves() == before + 1
    kept = json.loads(row.response_body)
    again = site.ask(idempotency_key="cut-1")
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == kept


def test_a_body_ends_in_the_middle(site):
    site.on("cut", {"kind": "truncate"})
    head, _, body = raw(site).partition(b"\r\n\r\n")
    assert b"dancu-fault: truncate" in head.lower()
    [length] = [
        int(line.split(b":")[1])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length")
    ]
    assert len(body) == length // 2
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(site.server.base).port)
    connection.request("GET", "/v1/me", headers=site.headers[BANK])
    with pytest.raises(http.client.IncompleteRead):
        connection.getresponse().read()
    connection.close()


def test_a_script_fails_twice_then_succeeds(site):
    site.on("twice", {"kind": "error", "status": 502, "times": 2})
    assert [site.ask().status_code for _ in range(4)] == [502, 502, 200, 200]
    site.on("twice", {"kind": "error", "times": 1}, {"kind": "fine", "times": 2}, repeat=True)
    assert [site.ask().status_code for _ in range(6)] == [500, 200, 200] * 2
    site.on("twice", {"kind": "fine", "times": 1}, {"kind": "rate-limit"})
    assert [site.ask().status_code for _ in range(3)] == [200, 429, 429]


def test_a_share_of_the_calls_fails_and_the_same_ones_each_time(site):
    runs = []
    for _ in range(2):
        site.on("some", {"kind": "error"}, share=0.4)
        runs.append([site.ask().status_code for _ in range(20)])
    assert runs[0] == runs[1]
    assert {200, 500} == set(runs[0])


def test_each_system_and_address_has_its_own_weather(site):
    site.on("bank", {"kind": "error", "status": 502}, client_id=BANK)
    site.on("all", {"kind": "error", "status": 503}, path="/v1/ver")
    site.on("both", {"kind": "error", "status": 504}, client_id=BANK, path="/v1/me")
    assert site.ask(TELCO).status_code == 503
    assert site.ask().status_code == 503  # the address is narrower than the system
    assert site.send("GET", "/v1/me", headers=site.headers[BANK]).status_code == 504
    assert site.send("GET", "/v1/agencies", headers=site.headers[BANK]).status_code == 502
    assert site.send("GET", "/v1/me", headers=site.headers[TELCO]).status_code == 200
    assert site.send("GET", "/v1/requests", headers=site.headers[BANK]).status_code == 200
    listed = site.send("GET", "/control/v1/faults", headers=site.control).json()
    assert [each["name"] for each in listed] == ["all", "bank", "both"]


def test_systems_are_told_apart_at_the_token_endpoint_too(site):
    site.on("bank", {"kind": "error", "status": 502}, client_id=BANK, path="/oidc/")
    form = {"grant_type": "client_credentials"}

    def token(client, **said):
        return site.send("POST", "/oidc/token", data=form | said, **client).status_code

    assert token({"auth": (BANK, secret(site.world, BANK))}) == 502
    assert token({"auth": (TELCO, secret(site.world, TELCO))}) == 200
    assert token({}, client_id=BANK) == 502
    assertion = "e30." + "eyJzdWIiOiJ2aWV0Y29tYmFuay1iYXNpYyJ9" + ".x"
    assert token({}, client_assertion=assertion) == 502
    for nonsense in ("x", "e30.!.x", "e30.W10.x", "e30.e30.x"):
        assert token({}, client_assertion=nonsense) in {400, 401}
    for basic in ("Basic !", "Basic /w=="):
        assert token({"headers": {"Authorization": basic}}) in {400, 401}
    bound = {"Authorization": f"DPoP {site.server.token_of(BANK)}"}
    site.on("bank", {"kind": "error", "status": 502}, client_id=BANK)
    assert site.send("GET", "/v1/me", headers=bound).status_code == 502
    assert site.send("GET", "/v1/me", headers={"Authorization": "DPoP x"}).status_code == 401


def test_a_window_is_on_real_time_or_on_the_worlds_clock(site):
    today = site.world.today.isoformat()
    open_, shut = {"starts": "2020-01-01T00:00:00Z"}, {"ends": "2020-01-01T00:00:00+07:00"}
    site.on("night", {"kind": "maintenance"}, window={"clock": "real", **shut})
    assert site.ask().status_code == 200
    site.on("night", {"kind": "maintenance"}, window={"clock": "real", **open_})
    assert site.ask().headers["retry-after"] == "30"
    until = {"ends": "2999-01-01T00:00:00Z"}
    site.on("night", {"kind": "maintenance"}, window={"clock": "real", **open_, **until})
    assert int(site.ask().headers["retry-after"]) > 10**9
    site.on("night", {"kind": "maintenance"}, window={"clock": "world", "ends": today})
    assert site.ask().headers["retry-after"] == "30"
    site.on("night", {"kind": "maintenance"}, window={"clock": "world", "starts": "2999-01-01"})
    assert site.ask().status_code == 200


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({}, "body.steps"),
        ({"steps": [{"kind": "latency"}]}, "body.steps.0"),
        ({"steps": [{"kind": "error"}, {"kind": "error"}]}, "body.steps"),
        ({"steps": [{"kind": "error", "times": 1}], "share": 0.5}, "body.share"),
        ({"steps": [{"kind": "error"}], "path": "/health"}, "body.path"),
        ({"tokens": ["expired"]}, "body.tokens"),
        ({"webhooks": ["expired"]}, "body.webhooks"),
        ({"steps": [{"kind": "error"}], "window": {"clock": "real"}}, "body.window"),
        (
            {"steps": [{"kind": "error"}], "window": {"clock": "real", "ends": "2026-01-01"}},
            "body.window.ends",
        ),
        (
            {
                "steps": [{"kind": "error"}],
                "window": {"clock": "world", "starts": "2026-01-02", "ends": "2026-01-01"},
            },
            "body.window.ends",
        ),
        ({"steps": [{"kind": "error", "delay": {"ms": 1, "to_ms": 2}}]}, "body.steps.0"),
        (
            {"steps": [{"kind": "error", "delay": {"distribution": "uniform", "ms": 1}}]},
            "body.steps.0",
        ),
        (
            {
                "steps": [
                    {"kind": "error", "delay": {"distribution": "uniform", "ms": 2, "to_ms": 1}}
                ]
            },
            "body.steps.0",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_name(site, said, where):
    answer = site.put("wrong", **said)
    told = answer.json()
    assert (answer.status_code, told["code"]) == (400, "fault-profile-invalid"), told
    assert where in {each["name"] for each in told["invalid_params"]}


def test_what_nobody_set_cannot_be_cleared(site):
    answer = site.send("DELETE", "/control/v1/faults/nothing", headers=site.control)
    assert answer.json()["code"] == "fault-profile-unknown"
    site.on("one", {"kind": "error"})
    address = "/control/v1/faults/one"
    assert site.send("DELETE", address, headers=site.control).status_code == 204
    assert site.ask().status_code == 200
    assert site.send("PUT", address, json={"steps": []}).status_code == 401


def test_a_call_names_its_own_fault(site):
    answer = site.prefer("code=503, delay=0.2; please, return=minimal")
    assert answer.json()["code"] == "fault-error"
    assert answer.elapsed.total_seconds() >= 0.2
    assert answer.headers["preference-applied"] == "code=503, delay=0.2"
    assert answer.headers["retry-after"] == "30"
    late = site.prefer("delay=0.1")
    assert (late.status_code, late.headers["preference-applied"]) == (200, "delay=0.1")
    slow = site.prefer(
        "code=503, fault=slow-body, delay=0"
    )  # of which the code counts for nothing
    assert slow.headers["preference-applied"] == "fault=slow-body, delay=0"
    assert site.prefer("fault=error").headers["preference-applied"] == "fault=error"
    assert site.prefer("return=minimal").status_code == 200
    assert "dancu-fault" not in site.prefer("respond-async").headers
    with pytest.raises(httpx2.TransportError):
        site.prefer('fault="drop-before"')
    twin = f"?dancu_prefer=code%3D504&dancu_operator={site.world_token}"
    assert site.ask(query=twin).status_code == 504
    late = f"?dancu_prefer=delay%3D0.01&dancu_operator={site.world_token}"
    assert site.ask(query=late).status_code == 200
    unknown = site.send("GET", "/v1/me?not_dancu_prefer=1", headers=site.headers[BANK])
    assert unknown.status_code == 400
    site.on("all", {"kind": "error", "status": 502})
    assert site.prefer("code=404").status_code == 404  # its own wish comes first


def test_only_who_has_the_worlds_token_names_faults(site):
    server_s = site.server.operator_token
    for token in ("", "nonsense", server_s):
        answer = site.ask(prefer="code=503", dancu_operator=token)
        assert (answer.status_code, answer.json()["code"]) == (403, "prefer-fault-refused")
    for wrong in ("code=x", "code=200", "delay=61", "delay=nan", "delay=-1", "fault=fire"):
        answer = site.prefer(wrong)
        assert (answer.status_code, answer.json()["code"]) == (400, "prefer-fault-unreadable")


def test_beyond_loopback_nobody_names_faults_unless_that_is_switched_on(settings):
    beyond = settings.model_copy(update={"allowed_hosts": ("dancu.example",)})
    assert settings.may_prefer_faults
    assert not beyond.may_prefer_faults
    assert beyond.model_copy(update={"prefer_faults": "on"}).may_prefer_faults
    assert not settings.model_copy(update={"prefer_faults": "off"}).may_prefer_faults


def test_powers_and_health_have_no_weather(site):
    site.on("all", {"kind": "drop-before"})
    assert site.send("GET", "/health").status_code == 200
    assert site.send("GET", "/docs").status_code == 200
    assert len(site.send("GET", "/control/v1/faults", headers=site.control).json()) == 1
