"""Traces of requests, sent to a collector: one span for each, and nothing of people in it.

Off unless `DANCU_OTLP_ENDPOINT` names a collector; then, and only then, OpenTelemetry is loaded
(the extra `otel`). A span goes on from the caller's (`traceparent`, W3C Trace Context). What else
the SDK reads from `OTEL_…` variables (sampler, headers, the service's name) is its own business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.platform import errors

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

    from app.api.calls import Call
    from app.platform.settings import Settings

MISSING: Final = errors.declare(
    code="otel-missing",
    kind="conflict",
    fault_of="caller",
    title_vi="Chưa cài đặt OpenTelemetry",
    title_en="OpenTelemetry is not installed",
    next_vi="Chạy `make otel` (hoặc cài phần mở rộng otel), hoặc bỏ DANCU_OTLP_ENDPOINT.",
    next_en="Run `make otel` (or install the extra otel), or leave DANCU_OTLP_ENDPOINT out.",
)
_SERVER_FAULT: Final = 500
_CARRIED: Final = ("traceparent", "tracestate")


class Traces:
    """Makes the span of each request, once it is answered."""

    def __init__(self, provider: TracerProvider) -> None:
        """`provider` is this process's own; it is not made the one of libraries."""
        from opentelemetry.trace import SpanKind, Status, StatusCode  # noqa: PLC0415 - as in `of`
        from opentelemetry.trace.propagation import tracecontext  # noqa: PLC0415 - as above

        self._provider, self._tracer = provider, provider.get_tracer("dancu")
        self._propagator = tracecontext.TraceContextTextMapPropagator()
        self._kind, self._failed = SpanKind.SERVER, Status(StatusCode.ERROR)

    def request(self, call: Call, status: int, seconds: float) -> None:
        """Make the span of a call that was answered. The route stands in it, not the address."""
        carried = {name: call.header(name.encode()) for name in _CARRIED}
        began = int(call.began_at.timestamp() * 1e9)
        attributes: dict[str, str | int | None] = {
            "http.request.method": call.method,
            "http.route": call.route,
            "http.response.status_code": status,
            "dancu.request_id": call.request_id,
            "dancu.world": call.world.name if call.has_world else None,
            "dancu.client_id": call.client_id,
            "dancu.problem": call.problem_code,
        }
        span = self._tracer.start_span(
            f"{call.method} {call.route}",
            context=self._propagator.extract({k: said for k, said in carried.items() if said}),
            kind=self._kind,
            attributes={name: said for name, said in attributes.items() if said is not None},
            start_time=began,
        )
        if status >= _SERVER_FAULT:
            span.set_status(self._failed)
        span.end(began + int(seconds * 1e9))

    def close(self) -> None:
        """Send what waits, and stop."""
        self._provider.shutdown()


def of(settings: Settings, version: str) -> Traces | None:
    """Return what makes spans, None where nobody wants any. Raises `otel-missing`."""
    if settings.otlp_endpoint is None:
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http import trace_exporter  # noqa: PLC0415 - an extra
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - as above
        from opentelemetry.sdk.trace import TracerProvider, export  # noqa: PLC0415 - as above
    except ModuleNotFoundError:
        raise MISSING.error() from None
    sender = trace_exporter.OTLPSpanExporter(endpoint=f"{settings.otlp_endpoint}/v1/traces")
    about = {"service.name": "dancu", "service.version": version}
    provider = TracerProvider(resource=Resource.create(about), shutdown_on_exit=False)
    provider.add_span_processor(export.BatchSpanProcessor(sender))
    return Traces(provider)
