"""The server's log lines: structured, with request ids, without personal data.

A line names a route by its template and a caller by client id. Bodies, numbers, names and query
strings have no place here; the request log keeps bodies as far as the world's retention allows.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
import sys
from typing import TYPE_CHECKING, Final

import msgspec

from app.platform import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.api.calls import Call
    from app.platform.settings import Settings

#: Lines are written together, so that a line costs a busy server next to nothing.
_FLUSH_SECONDS: Final = 0.2
#: What a record may carry beside its message, by `extra=`.
_EXTRAS: Final = ("request_id", "route", "world")

_encode = msgspec.json.Encoder().encode


def configure(settings: Settings) -> None:
    """Send all loggers of the process, ours and the libraries', to stderr in the chosen form."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines() if settings.log_format == "json" else _ConsoleLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    # Uvicorn's own access log would write addresses as sent.
    logging.getLogger("uvicorn.access").disabled = True


class _JsonLines(logging.Formatter):
    """One JSON object per line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "timestamp": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **_extras(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return _encode(line).decode()


class _ConsoleLines(logging.Formatter):
    """Time, level, logger, message: for a person who watches."""

    def format(self, record: logging.LogRecord) -> str:
        parts = [_time(record), record.levelname.lower(), record.name, record.getMessage()]
        parts += [f"{name}={text}" for name, text in _extras(record).items()]
        line = " ".join(parts)
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _time(record: logging.LogRecord) -> str:
    return clock.rfc3339_ms(dt.datetime.fromtimestamp(record.created, dt.UTC))


def _extras(record: logging.LogRecord) -> dict[str, str]:
    return {name: str(vars(record)[name]) for name in _EXTRAS if name in vars(record)}


class AccessLog:
    """One line for each answered request, in the form of the other lines."""

    def __init__(self, settings: Settings, write: Callable[[str], object] | None = None) -> None:
        """`write` takes finished lines; stderr unless told otherwise."""
        self._write = write or sys.stderr.write
        self._format = _json_line if settings.log_format == "json" else _console_line
        self._is_on = settings.log_level in ("debug", "info")
        self._lines: list[_Line] = []
        self._flusher: asyncio.Task[None] | None = None

    def request(self, call: Call, status: int, *, began_at: str, seconds: float) -> None:
        """Note one answered request that came in at `began_at`; on the event loop."""
        if not self._is_on:
            return
        self._lines.append(
            _Line(
                timestamp=began_at,
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


def _json_line(line: _Line) -> str:
    return _encode(line).decode() + "\n"


def _console_line(line: _Line) -> str:
    who = line.client_id or "-"
    code = f" {line.code}" if line.code else ""
    return (
        f"{line.timestamp} {line.method:<6} {line.status} {line.route} {line.world or '-'}"
        f" {who} {line.ms} ms {line.request_id}{code}\n"
    )
