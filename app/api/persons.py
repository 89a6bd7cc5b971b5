"""Who acts through a system: a citizen who has signed in there, by the token of that sign-in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.api.callers import PROOF_INVALID, TOKEN_INVALID, TOKEN_MISSING
from app.api.dependencies import CallDep
from app.api.oidc_forms import shown
from app.exchange import gate, tokens
from app.exchange.oauth import OAuthError
from app.exchange.refusals import PROBLEMS
from app.identity import accounts
from app.platform import clock, errors
from app.signin import claims, persons
from app.signin.persons import Person, Shows

if TYPE_CHECKING:
    from app.api.calls import Call

LEVEL_TOO_LOW = errors.declare(
    code="sign-in-level",
    kind="forbidden",
    fault_of="citizen",
    title_vi="Việc này cần đăng nhập ở mức độ 2",
    title_en="This takes a sign-in at level 2",
    next_vi="Đăng nhập lại với acr_values=urn:dancu:acr:level2.",
    next_en="Sign in again with acr_values=urn:dancu:acr:level2.",
)
SCOPE_MISSING = errors.declare(
    code="sign-in-scope",
    kind="forbidden",
    fault_of="caller",
    title_vi="Mã truy cập thiếu phạm vi (scope) cho việc này",
    title_en="The access token lacks the scope for this",
    next_vi="Đăng nhập lại với scope openid và public-services, my.read hoặc my.write.",
    next_en="Sign in again with scope openid and public-services, my.read or my.write.",
)
NOT_A_SYSTEMS = errors.declare(
    code="sign-in-token-is-a-systems",
    kind="unauthenticated",
    fault_of="caller",
    title_vi="Đây là mã truy cập của hệ thống, không phải của công dân",
    title_en="This is a system's own access token, and no citizen's",
    next_vi="Dùng mã do công dân đăng nhập mà có: /oidc/authorize, không client_credentials.",
    next_en="Show the one that a citizen's sign-in gave: /oidc/authorize, no client_credentials.",
)
ACCOUNT_UNUSABLE = errors.declare(
    code="sign-in-account",
    kind="forbidden",
    fault_of="citizen",
    title_vi="Tài khoản định danh của người đăng nhập không dùng được nữa",
    title_en="The account of whoever signed in cannot be used any more",
    next_vi="Xem tình trạng tài khoản trên điện thoại (dancu phone show).",
    next_en="See the account's state on the phone (dancu phone show).",
)

_TOKEN: Final = HTTPBearer(
    scheme_name="person",
    description="Access token of a sign-in, as Bearer, or as DPoP where it is bound to a key.",
    auto_error=False,
)


def of(
    call: CallDep, _documented: Annotated[HTTPAuthorizationCredentials | None, Depends(_TOKEN)]
) -> Person:
    """Return who acts for public services, and note the system on the call; raise 401 or 403."""
    person = acting(call, claims.PUBLIC_SERVICES)
    _require_open(call)
    return person


def acting(call: Call, scope: str) -> Person:
    """Return who acts with that scope, at level 2, with an account that can be used.

    Notes the system on the call; raises 401 or 403.
    """
    scheme, _, token = call.header(b"authorization").partition(" ")
    if scheme.lower() not in {"bearer", "dpop"} or not token.strip():
        raise TOKEN_MISSING.error()
    shows = Shows(
        token=token.strip(),
        is_bound=scheme.lower() == "dpop",
        shown=shown(call),
        request_id=call.request_id,
    )
    person = persons.of(call.world, shows, call.is_by)
    if isinstance(person, OAuthError):
        if tokens.verify(call.world, shows.token.encode("latin-1"), clock.epoch()) is not None:
            raise NOT_A_SYSTEMS.error()
        problem = TOKEN_INVALID if shows.shown is None else PROOF_INVALID
        raise problem.error(person.error_description)
    if scope not in person.scopes:
        raise SCOPE_MISSING.error()
    if person.level < 2:
        raise LEVEL_TOO_LOW.error()
    _require_usable(call, person)
    return person


def _require_open(call: Call) -> None:
    """A portal whose connection is closed is shown nothing of anybody."""
    closed = None if call.caller is None else gate.closed_by(call.caller, call.world.today)
    if closed is not None:
        raise PROBLEMS[closed].error()


def _require_usable(call: Call, person: Person) -> None:
    with call.world.session() as session:
        account = accounts.of(session, person.citizen_id)
        if account is None or not accounts.standing(session, account, call.world.today).usable:
            raise ACCOUNT_UNUSABLE.error()


PersonDep = Annotated[Person, Depends(of)]
