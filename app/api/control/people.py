"""`GET /control/v1/citizens`: somebody of a kind to test with, found by what they are like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import Field

from app.api import answers, problems, schemas
from app.api.control.operators import OF_WORLD
from app.api.dependencies import CallDep
from app.registry import citizens
from app.registry.countries import Nationality
from app.registry.properties import Properties
from app.sandbox import personas
from app.sandbox.personas import Documents, Somebody

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

router = APIRouter(prefix="/control/v1/citizens", tags=["control"], dependencies=[OF_WORLD])

MOST_PEOPLE = 100


class PeopleQuery(schemas.Query):
    """What somebody should be like on the world's today; what is left out does not matter.

    An age leaves out the dead, unless `state=dead` is said: then it is the age at death.
    """

    state: Literal["alive", "dead", "missing", "emigrated", "under_review"] | None = None
    age_from: int | None = Field(None, ge=0, le=130)
    age_to: int | None = Field(None, ge=0, le=130)
    sex: Literal["M", "F", "U"] | None = None
    province: str | None = Field(None, pattern=schemas.TWO_DIGITS)
    ethnicity: str | None = Field(None, pattern=schemas.TWO_DIGITS)
    religion: str | None = Field(None, pattern=schemas.TWO_DIGITS)
    nationality: Nationality | None = None
    marital_status: str | None = Field(None, pattern="^[a-z_]{1,32}$")
    partial_birth_date: bool | None = None
    superseded_number: bool | None = None
    old_number: bool | None = None
    phone: bool | None = None
    card: str | None = Field(None, pattern="^[a-z_]{1,32}$", description="A state, or `none`.")
    account: str | None = Field(None, pattern="^[a-z_]{1,32}$", description="A state, or `none`.")
    level: int | None = Field(None, ge=1, le=2)
    limit: int = Field(20, ge=1, le=MOST_PEOPLE)
    cursor: str | None = Field(None, min_length=1, max_length=200)


class SomebodyView(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody found, with the states of their card and eID account (`none`: there is none)."""

    pin: str
    full_name: str
    birth_date: str
    sex: str
    state: str
    card: str
    account: str
    level: int | None
    persona: str | None


class PeoplePage(msgspec.Struct, frozen=True, kw_only=True):
    """Some people. An empty page with a cursor says: none so far, go on."""

    items: list[SomebodyView]
    next_cursor: str | None
    simulated: bool = True


@router.get("", responses={**problems.documented(401), **answers.of(PeoplePage)})
def find_people(call: CallDep, asked: Annotated[PeopleQuery, Query()]) -> Response:
    """Find people by property."""
    said = asked.model_dump(exclude={"card", "account", "level", "limit", "cursor"})
    with call.world.session() as session:
        page = personas.search(
            session,
            Properties(**said),
            Documents(card=asked.card, account=asked.account, level=asked.level),
            today=call.world.today,
            limit=asked.limit,
            cursor=asked.cursor,
        )
    items = [_view(each) for each in page.items]
    return answers.json(PeoplePage(items=items, next_cursor=page.next_cursor))


def citizen_id_of(session: Session, pin: str) -> int:
    """Return who bears this personal number now; raise `citizen-unknown`."""
    citizen = citizens.find(session, pin)
    if citizen is None:
        raise citizens.UNKNOWN.error()
    return citizen.id


def _view(somebody: Somebody) -> SomebodyView:
    person = somebody.person
    return SomebodyView(
        pin=person.pin,
        full_name=person.full_name,
        birth_date=person.birth_date.isoformat(),
        sex=person.sex,
        state=person.state,
        card=somebody.card,
        account=somebody.account,
        level=somebody.level,
        persona=somebody.persona,
    )
