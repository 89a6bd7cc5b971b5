"""`/control/v1/personas`: citizens with a name and a purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from fastapi import APIRouter, Path, Response
from pydantic import Field

from app.api import answers, problems, schemas, writes
from app.api.control.operators import NAME, OF_WORLD
from app.api.control.people import citizen_id_of
from app.api.dependencies import CallDep
from app.sandbox import personas

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

router = APIRouter(prefix="/control/v1/personas", tags=["control"], dependencies=[OF_WORLD])

_NAME = "^[a-z][a-z0-9-]{0,63}$"
PersonaName = Annotated[str, Path(pattern=_NAME)]


class PersonaRequest(schemas.Strict):
    """A citizen to be known by a name, and what for."""

    name: str = Field(pattern=_NAME)
    pin: str = Field(pattern=schemas.PIN)
    purpose: schemas.Sentence
    purpose_en: schemas.Sentence


class PurposeRequest(schemas.Strict):
    """What a persona is for, in both languages."""

    purpose: schemas.Sentence
    purpose_en: schemas.Sentence


class PersonaView(msgspec.Struct, frozen=True, kw_only=True):
    """A persona and the citizen it stands for; `needs` are the dates its purpose needs."""

    name: str
    purpose: str
    purpose_en: str
    needs: str | None
    pin: str
    full_name: str
    birth_date: str
    sex: str
    state: str
    simulated: bool = True


@router.get("", responses={**problems.documented(401), **answers.of(list[PersonaView])})
def list_personas(call: CallDep) -> Response:
    """List the personas of the world."""
    with call.world.session() as session:
        return answers.json([_persona(each) for each in personas.all_of_them(session)])


@router.post(
    "",
    status_code=201,
    responses={
        **problems.documented(401, 409),
        **answers.of(PersonaView, status=201, description="Named"),
    },
)
def add_persona(call: CallDep, asked: PersonaRequest) -> Response:
    """Make a citizen a persona of this world."""

    def job(session: Session) -> Response:
        citizen_id = citizen_id_of(session, asked.pin)
        personas.add(session, asked.name, citizen_id, asked.purpose, asked.purpose_en)
        return answers.json(_persona(personas.find(session, asked.name)), status=201)

    return writes.once(call, NAME, lambda: job)


@router.get("/{name}", responses={**problems.documented(401), **answers.of(PersonaView)})
def show_persona(call: CallDep, name: PersonaName) -> Response:
    """Show one persona."""
    with call.world.session() as session:
        return answers.json(_persona(personas.find(session, name)))


@router.patch("/{name}", responses={**problems.documented(401), **answers.of(PersonaView)})
def describe_persona(call: CallDep, name: PersonaName, asked: PurposeRequest) -> Response:
    """Give a persona another purpose."""

    def job(session: Session) -> Response:
        personas.describe(session, name, asked.purpose, asked.purpose_en)
        return answers.json(_persona(personas.find(session, name)))

    return writes.once(call, NAME, lambda: job)


def _persona(persona: personas.PersonaView) -> PersonaView:
    return PersonaView(
        name=persona.name,
        purpose=persona.purpose,
        purpose_en=persona.purpose_en,
        needs=persona.needs,
        pin=persona.pin,
        full_name=persona.full_name,
        birth_date=persona.birth_date.isoformat(),
        sex=persona.sex,
        state=persona.state,
    )
