"""Joins the rooms: `create_app(settings)` is the server's application, `serve` runs it."""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import pkgutil
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

import uvicorn
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware

import app.api
import app.web
from app.api import addresses, calls, logs, openapi, problems, workers
from app.api.control.maker import Makings
from app.api.door import Door
from app.api.hot import HotRoute
from app.api.housekeeping import Housekeeping
from app.api.metrics import SHARED_BY, Metrics
from app.api.protocol import Protocol
from app.api.server import Server
from app.platform import errors, failures
from app.platform.settings import Settings
from app.platform.worlds import Worlds
from app.sandbox import operator

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable
    from types import ModuleType

    from starlette.types import ASGIApp

#: How long requests in flight have to end when the server is told to stop.
GRACE_SECONDS = 10
_log = logging.getLogger("dancu.server")
_VERSION = version("dancu")
_WILDCARDS = ("0.0.0.0", "::")  # noqa: S104 - compared with, not listened on
#: How often a worker tells those beside it what it has counted.
_SHARE_SECONDS = 1.0

ONE_WORKER = errors.declare(
    code="one-worker-on-sqlite",
    kind="conflict",
    fault_of="caller",
    title_vi="SQLite chỉ phục vụ được một tiến trình",
    title_en="On SQLite there can be one worker only",
    next_vi="Bỏ DANCU_WORKERS, hoặc đặt DANCU_DATABASE_URL tới một máy chủ PostgreSQL.",
    next_en="Leave DANCU_WORKERS out, or point DANCU_DATABASE_URL to a PostgreSQL server.",
)


def create_app(settings: Settings) -> ASGIApp:
    """Return the application of one server process; its lifespan opens and closes the worlds."""
    housekeeping = Housekeeping()
    worlds = Worlds(settings, serving=True)
    server = Server(
        version=_VERSION,
        settings=settings,
        worlds=worlds,
        operator_token=operator.token(settings.home),
        makings=Makings(worlds),
        housekeeping=housekeeping,
        metrics=Metrics(lambda: _gauges(housekeeping)),
    )
    access_log = logs.AccessLog(settings)
    door = Door(
        server=server,
        routes=_routes(server, access_log),
        hot=HotRoute(),
        access_log=access_log,
    )
    if not settings.allowed_origins:
        return door
    return CORSMiddleware(
        door,
        allow_origins=settings.allowed_origins,
        allow_methods=["*"],
        allow_headers=["authorization", "content-type", "idempotency-key", "x-correlation-id"],
        expose_headers=["x-request-id", "retry-after", "location"],
    )


def from_environment() -> ASGIApp:
    """Return the application for settings from `DANCU_…` variables: how a worker starts."""
    workers.end_with_parent()
    settings = Settings()
    logs.configure(settings)
    return create_app(settings)


def serve(settings: Settings, *, on_ready: Callable[[], None] | None = None) -> None:
    """Run the server until it is told to stop; `on_ready` is called once it takes requests.

    Raises `one-worker-on-sqlite`: one writer per file is what makes it fast, and a second process
    gains nothing and hurts the slowest answers.
    """
    if settings.workers > 1 and settings.database_url is None:
        raise ONE_WORKER.error()
    logs.configure(settings)
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
    host = "127.0.0.1" if settings.host in _WILDCARDS else settings.host
    while True:
        connection = HTTPConnection(host, settings.port, timeout=5)
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
        "host": settings.host,
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
        "timeout_graceful_shutdown": GRACE_SECONDS,
    }


def _routes(server: Server, access_log: logs.AccessLog) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_routes: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(_open, server)
        sharing = asyncio.create_task(_share(server.metrics))
        yield
        sharing.cancel()
        access_log.flush()
        await asyncio.to_thread(_close, server)

    routes = FastAPI(
        title="dancu",
        summary="A simulated national population database with electronic identity.",
        description=openapi.DESCRIPTION,
        version=server.version,
        license_info={"name": "MIT", "identifier": "MIT"},
        openapi_tags=openapi.TAGS,
        dependencies=[Depends(addresses.check)],
        # An address has one form; a redirect would also be built from the request's Host.
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        separate_input_output_schemas=False,
        generate_unique_id_function=openapi.operation_id,
        # Nothing dials out, and exceptions may carry what was sent: no telemetry.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    routes.state.server = server
    for router in _routers(app.api, app.web):
        routes.include_router(router)
    routes.openapi = lambda: openapi.document(routes)  # type: ignore[method-assign]  # FastAPI's way
    _tell_errors(routes)
    return routes


def _routers(*packages: ModuleType) -> Iterable[APIRouter]:
    """Find what each module of the doors offers as `router`: a new resource is a new module."""
    for package in packages:
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            router = getattr(importlib.import_module(info.name), "router", None)
            if isinstance(router, APIRouter):
                yield router


async def _share(metrics: Metrics) -> None:
    while metrics.is_shared:
        metrics.share()
        await asyncio.sleep(_SHARE_SECONDS)


def _open(server: Server) -> None:
    """Open the default world, so that the first request finds it warm.

    Raises `world-exposed` and `world-too-new`: then there is nothing to be served.
    """
    try:
        world = server.worlds.open(server.settings.default_world)
    except errors.NotFoundError:
        _log.warning("there is no world %s yet", server.settings.default_world)
    except errors.ConflictError:
        server.worlds.close_all()
        raise
    else:
        server.housekeeping.adopt(world)
    server.worlds.start_pulse()
    server.housekeeping.start()


def _close(server: Server) -> None:
    """Write what is waiting, with a last checkpoint of every world."""
    server.makings.close()
    server.housekeeping.close()
    server.worlds.close_all()


def _tell_errors(routes: FastAPI) -> None:
    """Tell every error of routes and framework as a problem document."""

    @routes.exception_handler(errors.DancuError)
    async def declared(request: Request, error: errors.DancuError) -> Response:
        return calls.of(request).problem(error)

    @routes.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        return calls.of(request).problem(problems.invalid_request(error.errors()))

    @routes.exception_handler(HTTPException)
    async def framework(request: Request, error: HTTPException) -> Response:
        answer = calls.of(request).problem(problems.of_status(error.status_code))
        answer.headers.update(error.headers or {})
        return answer

    @routes.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> Response:
        told = failures.told(error) or problems.INTERNAL_ERROR.error()
        return calls.of(request).problem(told)


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
