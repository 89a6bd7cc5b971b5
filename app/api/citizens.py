"""Who calls as a citizen: the access token of a sign-in that may be shown at `/v1/my/…`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from fastapi import Depends
from fastapi.security import HTTPBearer

from app.api import persons
from app.api.dependencies import CallDep
from app.exchange import consent_law
from app.exchange.callers import SIGN_IN, Caller, Grant
from app.identity import representation
from app.platform import errors
from app.registry import citizens
from app.signin import access_tokens, claims

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.api.calls import Call

#: For which purpose a system has to sign people in to act for them here.
PURPOSE: Final = "portal-sign-in"

NOT_HERE = errors.declare(
    code="citizen-system-not-allowed",
    kind="forbidden",
    fault_of="caller",
    title_vi="Hệ thống này không được thay công dân xem và quản lý dữ liệu của họ",
    title_en="This system may not show citizens what concerns them",
    next_vi="Đăng nhập qua hệ thống có quyền sign-in cho mục đích portal-sign-in, như vpcp.",
    next_en="Sign in at a system with a sign-in grant for the purpose portal-sign-in, like vpcp.",
)
WARD_UNKNOWN = errors.declare(
    code="ward-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không phải người mà công dân này đại diện",
    title_en="Nobody of this number is represented by this citizen",
    next_vi="Bỏ ward để xem của chính mình; hoặc nêu con dưới 16 tuổi, người được giám hộ.",
    next_en="Leave ward out for oneself; else name a child under 16, or a ward.",
)

_TOKEN: Final = HTTPBearer(
    scheme_name="citizen",
    description="Access token of a sign-in of level 2 with scope `my.read` or `my.write`, as "
    "Bearer, or as DPoP where it is bound to a key.",
    auto_error=False,
)


class Citizen(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in, and the system they act through."""

    citizen_id: int
    caller: Caller
    grant: Grant


def reading(call: CallDep, _documented: Annotated[object, Depends(_TOKEN)]) -> Citizen:
    """Return who is signed in and may read here; raise 401 or 403."""
    return _admitted(call, claims.MY_READ)


def writing(call: CallDep, _documented: Annotated[object, Depends(_TOKEN)]) -> Citizen:
    """Return who is signed in and may change something here; raise 401 or 403."""
    return _admitted(call, claims.MY_WRITE)


def subject(session: Session, call: Call, citizen: Citizen, ward: str | None) -> int:
    """Return whom a request is about: the citizen, or whom they represent; raise `ward-unknown`.

    A number that nobody bears is answered like that of somebody else's child.
    """
    if ward is None:
        return citizen.citizen_id
    found = citizens.find(session, ward)
    able = None
    if found is not None:
        until = consent_law.CHILD_UNTIL
        able = representation.of(session, found.id, call.world.today, until)
    if found is None or citizen.citizen_id not in (able or ()):
        raise WARD_UNKNOWN.error()
    return found.id


def name(call: Call, citizen: Citizen) -> str:
    """Return whom an idempotency key belongs to."""
    caller = citizen.caller
    sub = access_tokens.subject(call.world, caller.agency_code, citizen.citizen_id)
    return f"{caller.client_id} {sub}"


def _admitted(call: Call, scope: str) -> Citizen:
    person = persons.acting(call, scope)
    caller = call.caller
    grants = () if caller is None else caller.grants.get((SIGN_IN, PURPOSE), ())
    grant = next((each for each in grants if each.is_in_force(call.world.today)), None)
    if caller is None or grant is None:
        raise NOT_HERE.error()
    return Citizen(citizen_id=person.citizen_id, caller=caller, grant=grant)


ReaderDep = Annotated[Citizen, Depends(reading)]
WriterDep = Annotated[Citizen, Depends(writing)]
