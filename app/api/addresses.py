"""Addresses read alike on every route: known query parameters, numbers in digits.

Each parameter stands once, unless it is a list. Pydantic takes `1.0`, `+1` and `1_0` for a number,
and FastAPI ignores what a route does not name.
"""

from __future__ import annotations

import re
import typing
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.routing import APIRoute
from pydantic import BaseModel

from app.api import problems

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_DIGITS: Final = re.compile("[0-9]{1,16}")


def check(request: Request) -> None:
    """Raise `invalid-request` for what the route of this request does not read."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return
    wrong = list(_wrong_in_path(route, request.path_params))
    query = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    if query:
        wrong += _wrong_in_query(_parameters(route), query)
    if wrong:
        raise problems.invalid_request(wrong)


def _parameters(route: APIRoute) -> dict[str, Any]:
    """Return the types of a route's query parameters by name."""
    types: dict[str, Any] = {}
    for field in route.dependant.query_params:
        annotation = field.field_info.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            for name, inner in annotation.model_fields.items():
                types[inner.alias or name] = inner.annotation
        else:
            types[field.alias] = annotation
    return types


def _wrong_in_path(route: APIRoute, given: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    for field in route.dependant.path_params:
        if _is_number(field.field_info.annotation) and not _is_digits(str(given[field.name])):
            yield _failure("path", field.name, "int_parsing")


def _wrong_in_query(
    types: Mapping[str, Any], given: Iterable[tuple[str, str]]
) -> Iterable[dict[str, Any]]:
    seen: set[str] = set()
    for name, value in given:
        if name in seen and typing.get_origin(types.get(name)) is not list:
            yield _failure("query", name, "repeated")
        elif name not in types:
            yield _failure("query", name, "extra_forbidden")
        elif _is_number(types[name]) and not _is_digits(value):
            yield _failure("query", name, "int_parsing")
        seen.add(name)


def _is_number(annotation: Any) -> bool:
    return annotation is int or int in typing.get_args(annotation)


def _is_digits(text: str) -> bool:
    return _DIGITS.fullmatch(text) is not None


def _failure(where: str, name: str, kind: str) -> dict[str, Any]:
    said = {"int_parsing": "write it in plain digits", "repeated": "stands twice"}
    return {"loc": (where, name), "type": kind, "msg": said.get(kind, "")}
