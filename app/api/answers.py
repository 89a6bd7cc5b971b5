"""Answers made of the rooms' own values: written as JSON by msgspec, documented from their types.

A room's view is a frozen struct already; a second model for the door would only repeat it. `of`
names the type in the reference, `json` writes the value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
from fastapi import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON: Final = "application/json"
_REF: Final = "#/components/schemas/{name}"

#: Every type that a route answers with.
_documented: list[Any] = []
_encode: Final = msgspec.json.Encoder().encode


def of(
    answer: Any,
    *,
    status: int = 200,
    description: str = "OK",
    more: Mapping[str, Any] | None = None,
) -> dict[int | str, Any]:
    """Return the `responses` of a route that answers with values of this type.

    `more` are other forms of the same answer, by media type.
    """
    _documented.append(answer)
    (schema,), _ = msgspec.json.schema_components([answer], ref_template=_REF)
    content = {JSON: {"schema": schema}, **(more or {})}
    return {status: {"description": description, "content": content}}


def json(value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer that tells this value."""
    return Response(_encode(value), status, headers, media_type=JSON)


def components() -> dict[str, Any]:
    """Return the schemas of every documented type, by name."""
    _, found = msgspec.json.schema_components(_documented, ref_template=_REF)
    return found
