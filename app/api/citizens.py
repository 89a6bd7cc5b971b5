"""Who calls as a citizen: the access token of a sign-in that may be shown at `/v1/my/…`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from fastapi import Depends
from fastapi.security import HTTPBearer

from app.api import persons
from app.api.dependencies import CallDep
from app.signin import access_tokens, acting, claims
from app.signin.acting import Citizen

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.api.calls import Call

_TOKEN: Final = HTTPBearer(
    scheme_name="citizen",
    description="Access token of a sign-in of level 2 with scope `my.read` or `my.write`, as "
    "Bearer, or as DPoP where it is bound to a key.",
    auto_error=False,
)


def reading(call: CallDep, _documented: Annotated[object, Depends(_TOKEN)]) -> Citizen:
    """Return who is signed in and may read here; raise 401 or 403."""
    return _admitted(call, claims.MY_READ)


def writing(call: CallDep, _documented: Annotated[object, Depends(_TOKEN)]) -> Citizen:
    """Return who is signed in and may change something here; raise 401 or 403."""
    return _admitted(call, claims.MY_WRITE)


def subject(session: Session, call: Call, citizen: Citizen, ward: str | None) -> int:
    """Return whom a request is about: the citizen, or a ward of theirs; raise `ward-unknown`."""
    return acting.subject(session, citizen, ward, call.world.today)


def name(call: Call, citizen: Citizen) -> str:
    """Return whom an idempotency key belongs to."""
    caller = citizen.caller
    sub = access_tokens.subject(call.world, caller.agency_code, citizen.citizen_id)
    return f"{caller.client_id} {sub}"


def _admitted(call: Call, scope: str) -> Citizen:
    person = persons.acting(call, scope)
    return acting.citizen(person, call.caller, call.world.today)


ReaderDep = Annotated[Citizen, Depends(reading)]
WriterDep = Annotated[Citizen, Depends(writing)]
