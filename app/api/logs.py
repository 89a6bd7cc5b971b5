"""The server's log lines: structured, with request ids, without personal data.

A line names a route by its template and a caller by client id. Bodies, numbers, names and query
strings have no place here; the request log keeps bodies as far as the world's retention allows.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from typing import TYPE_CHECKING, Any, Final

import msgspec
import structlog

from app.platform import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.api.calls import Call
    from app.platform.settings import Settings

#: Lines are written together, so that a line costs a busy server next to nothing.
_FLUSH_SECONDS: Final = 0.2


def configure(settings: Settings) -> None:
    """Send all loggers of the process, ours and the libraries', to stderr in the chosen form."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info if settings.log_format == "json" else _unchanged,
            renderer,
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "fastapi"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.access").disabled = True  # it would write addresses as sent


class AccessLog:
    """One line for each answered request, in the form of the other lines."""

    def __init__(self, settings: Settings, write: Callable[[str], object] | None = None) -> None:
        """`write` takes finished lines; stderr unless told otherwise."""
        self._write = write or sys.stderr.write
        self._format = _json_line if settings.log_format == "json" else _console_line
        self._is_on = settings.log_level in ("debug", "info")
        self._lines: list[_Line] = []
        self._flusher: asyncio.Task[None] | None = None

    def request(self, call: Call, status: int, seconds: float) -> None:
        """Note one answered request; on the event loop."""
        if not self._is_on:
            return
        self._lines.append(
            _Line(
                timestamp=clock.rfc3339_ms(clock.now()),
                method=call.method,
                route=call.route,
                status=status,
                ms=round(seconds * 1000, 1),
                world=call.world.name if call.has_world else None,
                client_id=call.client_id,
                code=call.problem_code,
                request_id=call.request_id,
            )
        )
        if self._flusher is None:
            self._flusher = asyncio.get_running_loop().create_task(self._flush_soon())

    def flush(self) -> None:
        """Write what is noted."""
        lines, self._lines = self._lines, []
        with contextlib.suppress(BrokenPipeError, ValueError):  # nobody reads stderr any more
            self._write("".join(map(self._format, lines)))

    async def _flush_soon(self) -> None:
        await asyncio.sleep(_FLUSH_SECONDS)
        self._flusher = None
        self.flush()


class _Line(msgspec.Struct, omit_defaults=True, tag_field="event", tag="request", gc=False):
    timestamp: str
    method: str
    route: str
    status: int
    ms: float
    request_id: str
    world: str | None = None
    client_id: str | None = None
    code: str | None = None
    logger: str = "dancu.access"


_encode = msgspec.json.Encoder().encode


def _json_line(line: _Line) -> str:
    return _encode(line).decode() + "\n"


def _console_line(line: _Line) -> str:
    who = line.client_id or "-"
    code = f" {line.code}" if line.code else ""
    return (
        f"{line.timestamp} {line.method:<6} {line.status} {line.route} {line.world or '-'}"
        f" {who} {line.ms} ms {line.request_id}{code}\n"
    )


def _unchanged(_logger: Any, _method: str, event: Any) -> Any:
    return event
