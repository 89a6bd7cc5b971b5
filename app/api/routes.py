"""The ordinary routes: what each module of the doors offers, as one FastAPI application."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from typing import TYPE_CHECKING

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match, Mount

from app.api import addresses, openapi, problems
from app.api.dependencies import call_of
from app.platform import errors, failures

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

    from starlette.types import Scope


_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@functools.cache
def of(version: str, doors: tuple[ModuleType, ...]) -> FastAPI:
    """Return the application of all routers in these packages, which is made once in a process.

    It knows no server: the door tells with each request whose it is.
    """
    routes = FastAPI(
        title="dancu",
        summary="A simulated national population database with electronic identity.",
        description=openapi.DESCRIPTION,
        version=version,
        license_info={"name": "MIT", "identifier": "MIT"},
        openapi_tags=openapi.TAGS,
        dependencies=[Depends(addresses.check)],
        # An address has one form; a redirect would also be built from the request's Host.
        redirect_slashes=False,
        openapi_url=None,  # see `reference_docs`
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
        generate_unique_id_function=openapi.operation_id,
        # Nothing dials out, and exceptions may carry what was sent: no telemetry.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    for router in _routers(doors):
        routes.include_router(_Shelf(router))
    _tell_errors(routes)
    return routes


class _Shelf(APIRouter):
    """A module's routes, looked at only for an address that can be one of them.

    The framework tries every route in turn, twice: with so many that was most of a small answer.
    """

    def __init__(self, router: APIRouter) -> None:
        super().__init__()
        self.include_router(router)
        paths = [(route, str(getattr(route, "path", ""))) for route in router.routes]
        begun = {path for route, path in paths if "{" in path or isinstance(route, Mount)}
        self._beginnings = tuple(path.partition("{")[0] for path in begun)
        self._whole = frozenset(path for _, path in paths) - begun

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        path = scope["path"].removeprefix(scope["root_path"])
        if path in self._whole or path.startswith(self._beginnings):
            return super().matches(scope)
        return Match.NONE, {}


def _routers(doors: Iterable[ModuleType]) -> Iterable[APIRouter]:
    """Find what each module of the doors offers as `router`: a new resource is a new module."""
    for package in doors:
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            router = getattr(importlib.import_module(info.name), "router", None)
            if isinstance(router, APIRouter):
                yield router


def _tell_errors(routes: FastAPI) -> None:
    """Tell every error of routes and framework as a problem document."""

    @routes.exception_handler(errors.DancuError)
    async def declared(request: Request, error: errors.DancuError) -> Response:
        return await call_of(request).refusal(error)

    @routes.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        return await call_of(request).refusal(problems.invalid_request(error.errors()))

    @routes.exception_handler(HTTPException)
    async def framework(request: Request, error: HTTPException) -> Response:
        answer = await call_of(request).refusal(problems.of_status(error.status_code))
        answer.headers.update(error.headers or {})
        if "allow" in answer.headers:
            answer.headers["allow"] = _allowed(request)
        return answer

    def _allowed(request: Request) -> str:
        """Name the methods of all routes at the address: the framework names the first one's."""
        asked = {method: {**request.scope, "method": method} for method in _METHODS}
        found = [
            method
            for method, scope in asked.items()
            if any(route.matches(scope)[0] is Match.FULL for route in routes.routes)
        ]
        return ", ".join(["HEAD", *found] if "GET" in found else found)

    @routes.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> Response:
        told = failures.told(error) or problems.INTERNAL_ERROR.error()
        return await call_of(request).refusal(told)
