"""Traces of requests: sent to a collector on this machine, with nothing of people in them."""

import subprocess
import sys
import threading
from dataclasses import dataclass, field

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from app.api import tracing
from app.api.calls import Call
from app.platform import errors
from app.platform.settings import Settings
from tests.api.conftest import live, secret
from tests.exchange import people
from tests.support import web

CLIENT = "vietcombank-basic"
PIN = people.AN_PIN
CLAIM = {"number": PIN, "claims": people.AN_CLAIM, "purpose": "ekyc"}
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@dataclass
class Collector:
    """What came: the bodies as bytes, and their spans."""

    url: str = ""
    came: list[bytes] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)

    def spans(self):
        for body in self.came:
            told = trace_service_pb2.ExportTraceServiceRequest.FromString(body)
            for of_resource in told.resource_spans:
                for of_scope in of_resource.scope_spans:
                    yield from of_scope.spans


@pytest.fixture
def collector():
    got = Collector()

    class Handler(web.Handler):
        def do_POST(self):  # noqa: N802 - the name http.server calls it by
            got.paths.add(self.path)
            got.came.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send(200, {"Content-Type": "application/x-protobuf"}, b"")

    with web.listening(Handler) as got.url:
        yield got


def attributes(span):
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


def test_each_request_is_a_span_that_goes_on_from_the_callers(
    settings, world, collector, monkeypatch
):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
    told = settings.model_copy(update={"otlp_endpoint": collector.url})
    with live(told, world) as server:
        at = f"{server.base}/w/{world.name}"
        asked = httpx.post(
            f"{at}/oidc/token",
            auth=(CLIENT, secret(world, CLIENT)),
            data={"grant_type": "client_credentials"},
            timeout=60,
        )
        headers = {
            "Authorization": f"Bearer {asked.json()['access_token']}",
            "traceparent": f"00-{TRACE}-{PARENT}-01",
        }
        answer = httpx.post(f"{at}/v1/verifications", json=CLAIM, headers=headers, timeout=60)
        assert answer.status_code == 200, answer.text
        shown = httpx.get(f"{at}/v1/units/00097?x={PIN}", headers=headers, timeout=60)
        lost = httpx.get(f"{server.base}/w/nowhere/v1/me", timeout=60)
    assert collector.paths == {"/v1/traces"}
    assert PIN.encode() not in b"".join(collector.came)
    spans = {attributes(span)["dancu.request_id"]: span for span in collector.spans()}
    verified = spans[answer.headers["x-request-id"]]
    assert verified.name == "POST /v1/verifications"
    assert (verified.trace_id.hex(), verified.parent_span_id.hex()) == (TRACE, PARENT)
    assert attributes(verified) == {
        "http.request.method": "POST",
        "http.route": "/v1/verifications",
        "http.response.status_code": 200,
        "dancu.request_id": answer.json()["request_id"],
        "dancu.world": world.name,
        "dancu.client_id": CLIENT,
    }
    assert verified.end_time_unix_nano > verified.start_time_unix_nano
    unit = attributes(spans[shown.headers["x-request-id"]])
    assert unit["http.route"] == "/v1/units/{code}"
    unknown = attributes(spans[lost.headers["x-request-id"]])
    assert unknown["dancu.problem"] == "world-unknown"
    assert "dancu.world" not in unknown
    assert spans[asked.headers["x-request-id"]].parent_span_id == b""


@pytest.mark.parametrize(("status", "code"), [(404, StatusCode.UNSET), (503, StatusCode.ERROR)])
def test_what_failed_on_our_side_is_marked(status, code):
    kept = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(kept))
    traces = tracing.Traces(provider)
    scope = {"method": "GET", "path": f"/v1/people/{PIN}", "query_string": b"", "headers": []}
    traces.request(Call(scope, base=""), status, 0.25)
    traces.close()
    [span] = kept.get_finished_spans()
    assert (span.name, span.status.status_code) == ("GET unmatched", code)
    assert span.end_time - span.start_time == 250_000_000


SHOW = """
import sys
from app.api import tracing
from app.platform.settings import Settings
print(tracing.of(Settings(), ""), "opentelemetry.sdk" in sys.modules)
"""


def test_without_a_collector_nothing_of_it_is_loaded():
    done = subprocess.run([sys.executable, "-c", SHOW], capture_output=True, text=True, check=True)
    assert done.stdout == "None False\n"


def test_without_the_extra_the_server_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    monkeypatch.delattr("opentelemetry.exporter.otlp.proto.http.trace_exporter", raising=False)
    with pytest.raises(errors.ConflictError) as refused:
        tracing.of(Settings(otlp_endpoint="http://127.0.0.1:4318"), "")
    assert refused.value.code == "otel-missing"


def test_a_collector_that_is_not_there_holds_nobody_up(settings, world):
    told = settings.model_copy(update={"otlp_endpoint": "http://127.0.0.1:9"})
    before = threading.active_count()
    with live(told, world) as server:
        assert httpx.get(f"{server.base}/health", timeout=60).status_code == 200
    assert threading.active_count() <= before


@pytest.mark.parametrize("wrong", ["collector:4318", "ftp://127.0.0.1", "http://"])
def test_an_address_that_is_none_is_refused(wrong):
    with pytest.raises(ValueError, match="otlp_endpoint must be like"):
        Settings(otlp_endpoint=wrong)
