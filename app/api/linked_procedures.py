"""`/v1/linked-procedures/…`: one declaration, and several agencies do their parts.

The answer is the dossier with its steps; they run before it leaves, and go on by themselves after
a crash: `GET /v1/dossiers/{code}` tells how far they have come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from fastapi import APIRouter, Response

from app.api import answers, life_reports, problems, schemas
from app.api.dependencies import CallDep
from app.api.dossiers import once
from app.api.persons import PersonDep
from app.procedures import sagas
from app.procedures.showing import DossierAnswer

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.api.calls import Call
    from app.exchange.access import Access
    from app.procedures.showing import By
    from app.procedures.steps import Procedure
    from app.signin.persons import Person

router = APIRouter(prefix="/v1/linked-procedures", tags=["public-services"])


class LinkedStepView(msgspec.Struct, frozen=True, kw_only=True):
    """One agency's part; `province` is the People's Committee of where the citizen resides."""

    name: str
    agency: str
    title_vi: str
    title_en: str
    needs: tuple[str, ...]


class LinkedProcedureView(msgspec.Struct, frozen=True, kw_only=True):
    """A procedure that spans agencies; `service` is its line of the catalogue."""

    name: str
    service: str
    title_vi: str
    title_en: str
    law: str
    steps: tuple[LinkedStepView, ...]


@router.get("", responses=answers.of(list[LinkedProcedureView]))
def list_linked_procedures() -> Response:
    """List the linked procedures, and whose steps they have."""
    return answers.json([_view(each) for each in sagas.procedures().values()])


def _view(procedure: Procedure[Any]) -> LinkedProcedureView:
    steps = tuple(
        LinkedStepView(
            name=each.name,
            agency=each.agency,
            title_vi=each.title_vi,
            title_en=each.title_en,
            needs=each.needs,
        )
        for each in procedure.steps
    )
    return LinkedProcedureView(
        name=procedure.name,
        service=procedure.service,
        title_vi=procedure.title_vi,
        title_en=procedure.title_en,
        law=procedure.law,
        steps=steps,
    )


def _route(procedure: Procedure[Any]) -> Callable[..., Response]:
    """Return the function of one procedure's address, which reads its declaration."""

    def declare(call: CallDep, person: PersonDep) -> Response:
        said = life_reports.read(procedure.declaration, call.body)
        return _declare(call, person, procedure, said)

    declare.__name__ = f"declare_{procedure.name.replace('-', '_')}"
    declare.__doc__ = (
        f"{procedure.title_en} · {procedure.title_vi}. Law: {procedure.law}.\n\n"
        "One declaration opens a dossier; each agency does its part, or says why it does not."
    )
    return declare


def _declare(call: Call, person: Person, procedure: Procedure[Any], said: Any) -> Response:
    def declare(session: Session, at: Access, who: By) -> DossierAnswer:
        return sagas.declare(session, at, who, person.citizen_id, procedure, said)

    answer = once(call, person, declare, status=201)
    code = msgspec.json.decode(bytes(answer.body), type=_Opened).dossier.code
    sagas.advance(call.world, code)
    return answer


class _Coded(msgspec.Struct, frozen=True):
    code: str


class _Opened(msgspec.Struct, frozen=True):
    dossier: _Coded


for _each in sagas.procedures().values():
    _named = schemas.documented(_each.declaration).__name__
    router.add_api_route(
        f"/{_each.name}",
        _route(_each),
        methods=["POST"],
        summary=_each.title_en,
        responses={
            **problems.documented(401, 403, 409, 422),
            **answers.of(DossierAnswer, status=201),
        },
        status_code=201,
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {answers.JSON: {"schema": {"$ref": f"#/components/schemas/{_named}"}}},
            }
        },
    )
