"""Joins the rooms: `create_app(settings)` is the server's application, `serve` runs it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import tempfile
import threading
import time
from contextlib import asynccontextmanager
from functools import partial
from http.client import HTTPConnection
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import uvicorn
from starlette.routing import Router

import app.api
import app.web
from app.api import logs, tracing, workers
from app.api.control.advances import Advances
from app.api.control.maker import Makings
from app.api.deferring import Deferred
from app.api.door import TOKENS, VERIFICATIONS, Door
from app.api.hot import HotRoute
from app.api.hot_tokens import HotTokens
from app.api.housekeeping import Housekeeping
from app.api.metrics import SHARED_BY, Metrics
from app.api.protocol import Protocol
from app.api.server import Server
from app.platform import collecting, errors
from app.platform.settings import Settings
from app.platform.worlds import Worlds
from app.sandbox import operator

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable

    from starlette.responses import Response
    from starlette.types import ASGIApp

    from app.api.calls import Call

#: How long requests in flight have to end when the server is told to stop.
GRACE_SECONDS = 10
#: How long a connection may be idle: longer than clients keep theirs (httpx 5 s, Java's 30 s), for
#: a request that meets the end of its connection is lost.
_KEEP_ALIVE_SECONDS = 75
_log = logging.getLogger("dancu.server")
_VERSION = version("dancu")
#: How often a worker tells those beside it what it has counted.
_SHARE_SECONDS = 1.0


def create_app(settings: Settings) -> ASGIApp:
    """Return the application of one server process; its lifespan opens and closes the worlds."""
    worlds = Worlds(settings, serving=True)
    housekeeping = Housekeeping(worlds)
    worlds.on_open(housekeeping.adopt)
    server = Server(
        version=_VERSION,
        settings=settings,
        worlds=worlds,
        operator_token=operator.token(settings.home),
        makings=Makings(worlds),
        advances=Advances(),
        housekeeping=housekeeping,
        metrics=Metrics(lambda: _gauges(housekeeping)),
        page=_page,
    )
    access_log = logs.AccessLog(settings)
    traces = tracing.of(settings, _VERSION)
    routes = Deferred(lambda: _made_routes(server))
    door = Door(
        server=server,
        lifespan=_lifespan(server, access_log, traces, routes),
        routes=routes,
        hot={VERIFICATIONS: HotRoute().answer, TOKENS: HotTokens().answer},
        access_log=access_log,
        traces=traces,
    )
    if not settings.allowed_origins:
        return door
    from starlette.middleware.cors import CORSMiddleware  # noqa: PLC0415 - few are asked by pages

    return CORSMiddleware(
        door,
        allow_origins=settings.allowed_origins,
        allow_methods=["*"],
        allow_headers=["authorization", "content-type", "idempotency-key", "x-correlation-id"],
        expose_headers=["x-request-id", "retry-after", "location"],
    )


def _page(call: Call, error: errors.DancuError) -> Response:
    from app.web import pages  # noqa: PLC0415 - programs are served before it is there

    return pages.in_place(call, error)


def from_environment() -> ASGIApp:
    """Return the application for settings from `DANCU_…` variables: how a worker starts."""
    workers.end_with_parent()
    collecting.serving()
    settings = Settings()
    logs.configure(settings)
    return create_app(settings)


def serve(settings: Settings, *, on_ready: Callable[[], None] | None = None) -> None:
    """Run the server until it is told to stop; `on_ready` is called once it takes requests.

    On files it has to be `occupying.alone`.
    """
    logs.configure(settings)
    collecting.serving()
    # Uvicorn raises the signal again when it has shut down in good order: then this is the end.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(0))
    if settings.workers == 1:
        _Server(uvicorn.Config(create_app(settings), **options(settings)), on_ready).run()
        return
    with tempfile.TemporaryDirectory(prefix="dancu-metrics-") as folder:
        os.environ.update(_as_environment(settings), **{SHARED_BY: folder})
        if on_ready is not None:
            threading.Thread(target=_when_ready, args=(settings, on_ready), daemon=True).start()
        uvicorn.run("app.main:from_environment", factory=True, **options(settings))


def _when_ready(settings: Settings, on_ready: Callable[[], None]) -> None:
    """Call `on_ready` once a worker answers: the workers are other processes."""
    address = urlsplit(settings.own_base).netloc
    while True:
        connection = HTTPConnection(address, timeout=5)
        try:
            connection.request("GET", "/health")
            connection.getresponse()
        except OSError:
            time.sleep(0.1)
        else:
            on_ready()
            return
        finally:
            connection.close()


class _Server(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None] | None) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[Any] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._on_ready is not None:
            await asyncio.to_thread(self._on_ready)


def options(settings: Settings) -> dict[str, Any]:
    """Return how uvicorn is to run the server."""
    return {
        "host": settings.host.strip("[]"),
        "port": settings.port,
        "workers": settings.workers,
        "loop": "uvloop",
        "http": partial(Protocol, base=settings.issuer_base),
        "ws": "none",
        "lifespan": "on",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,
        "timeout_keep_alive": _KEEP_ALIVE_SECONDS,
        "timeout_graceful_shutdown": GRACE_SECONDS,
    }


def _lifespan(
    server: Server, access_log: logs.AccessLog, traces: tracing.Traces | None, routes: Deferred
) -> ASGIApp:
    """Return what hears of the server's start and end."""

    @asynccontextmanager
    async def lifespan(_app: object) -> AsyncIterator[None]:
        await asyncio.to_thread(_open, server)
        loading = routes.load_ahead()
        sharing = asyncio.create_task(_share(server.metrics))
        yield
        sharing.cancel()
        access_log.flush()
        if traces is not None:
            await asyncio.to_thread(traces.close)
        await asyncio.to_thread(loading.join)
        await asyncio.to_thread(_close, server)

    return Router(lifespan=lifespan)


def _made_routes(server: Server) -> ASGIApp:
    from app.api import routes  # noqa: PLC0415 - half a start, which the door does not wait for

    made = routes.of(server.version, (app.api, app.web))
    server.housekeeping.rooms_are_loaded()
    return made


async def _share(metrics: Metrics) -> None:
    while metrics.is_shared:
        metrics.share()
        await asyncio.sleep(_SHARE_SECONDS)


def _open(server: Server) -> None:
    """Open the default world, so that the first request finds it warm.

    Raises `world-exposed` and `world-too-new`: then there is nothing to be served.
    """
    try:
        server.worlds.open(server.settings.default_world)
    except errors.NotFoundError:
        _log.warning("there is no world %s yet", server.settings.default_world)
    except errors.ConflictError:
        server.worlds.close_all()
        raise
    server.worlds.start_pulse()
    server.housekeeping.start()


def _close(server: Server) -> None:
    """Write what is waiting, with a last checkpoint of every world."""
    server.makings.close()
    server.housekeeping.close()
    server.worlds.close_all()


def _gauges(housekeeping: Housekeeping) -> Iterable[tuple[str, str, dict[str, float]]]:
    worlds = housekeeping.alarms()
    waiting = {world.name: float(world.writer.waiting) for world in worlds}
    written = {world.name: float(world.writer.written) for world in worlds}
    batches = {world.name: float(world.writer.batches) for world in worlds}
    alarms = {world.name: float(bool(alarm)) for world, alarm in worlds.items()}
    yield "dancu_writer_waiting", "Writes that wait for the next batch.", waiting
    yield "dancu_writer_written", "Writes done since the world was opened.", written
    yield "dancu_writer_batches", "Commits done since the world was opened.", batches
    yield "dancu_log_alarm", "1 when the log contradicts what was signed before.", alarms


def _as_environment(settings: Settings) -> dict[str, str]:
    """Return what is set as `DANCU_…` variables, for the workers, which read only those."""
    return {
        f"DANCU_{name.upper()}": ",".join(value) if isinstance(value, tuple) else str(value)
        for name, value in settings
        if value is not None
    }
