"""`/v1/me` and `/v1/access-check`: what a caller may do, before it asks about anybody."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Response
from pydantic import AfterValidator, Field

from app.api import answers, problems, schemas, writes
from app.api.callers import CallerDep
from app.api.dependencies import CallDep
from app.exchange import access, access_check, agencies

router = APIRouter(tags=["access"])


class AccessQuestion(schemas.Strict):
    """The rights question: may I read these fields for this purpose, and by which rule.

    Or: may I report these kinds of life event. One of both is named at least.
    """

    purpose: schemas.Slug
    fields: schemas.Maybe[schemas.FieldNames] = None
    kinds: schemas.Maybe[
        Annotated[
            list[schemas.Slug],
            Field(min_length=1, max_length=50, json_schema_extra={"uniqueItems": True}),
            AfterValidator(schemas.distinct),
        ]
    ] = Field(None, description="Kinds of life event that are to be reported.")
    service: schemas.Maybe[schemas.Slug] = Field(
        None, description="`verification`, `search` or a disclosure; all of them if left out."
    )


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """The answer for every field, through every service that offers it."""

    findings: list[access_check.Finding]
    simulated: bool = True


@router.get("/v1/me", responses={**problems.documented(401), **answers.of(agencies.Me)})
def me(call: CallDep, caller: CallerDep) -> Response:
    """Tell the caller's agency, system, grants, limits and what is used of them today."""
    at = access.of(call.world)
    return answers.json(agencies.me(at, caller, call.world.today))


@router.post("/v1/access-check", responses={**problems.documented(401, 409), **answers.of(Access)})
def check_access(call: CallDep, caller: CallerDep, asked: AccessQuestion) -> Response:
    """Answer the rights question, field by field, as the gate would on a real question.

    It names no person, counts against no quota and leaves nothing in the disclosure log.
    """
    if asked.fields is None and asked.kinds is None:
        raise problems.invalid_request(
            [{"loc": ("body", "fields"), "type": "missing", "msg": "name fields, or kinds"}]
        )
    findings = access_check.check(
        caller,
        purpose=asked.purpose,
        fields=tuple(asked.fields or ()),
        today=call.world.today,
        service=asked.service,
        kinds=tuple(asked.kinds or ()),
    )
    answer = answers.json(Access(findings=findings))
    return writes.answered(call, caller.client_id, answer)
