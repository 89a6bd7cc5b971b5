"""Acting: what somebody who has signed in may do through a system, by the scopes of that sign-in.

The doors find out who it is (`persons`); here it is decided whether that is enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from app.exchange import consent_law
from app.exchange.callers import SIGN_IN, Caller, Grant
from app.identity import accounts, representation
from app.platform import errors
from app.registry import citizens

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.platform.worlds import World
    from app.signin.persons import Person

#: For which purpose a system has to sign people in to show them what concerns them.
PURPOSE: Final = "portal-sign-in"

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
ACCOUNT_UNUSABLE = errors.declare(
    code="sign-in-account",
    kind="forbidden",
    fault_of="citizen",
    title_vi="Tài khoản định danh của người đăng nhập không dùng được nữa",
    title_en="The account of whoever signed in cannot be used any more",
    next_vi="Xem tình trạng tài khoản trên điện thoại (dancu phone show).",
    next_en="See the account's state on the phone (dancu phone show).",
)
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


class Citizen(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in, and the system they act through."""

    citizen_id: int
    caller: Caller
    grant: Grant


def require(world: World, person: Person, scope: str) -> None:
    """Raise the problem of who lacks that scope, level 2, or an account that can be used."""
    if scope not in person.scopes:
        raise SCOPE_MISSING.error()
    if person.level < 2:
        raise LEVEL_TOO_LOW.error()
    with world.session() as session:
        account = accounts.of(session, person.citizen_id)
        if account is None or not accounts.standing(session, account, world.today).usable:
            raise ACCOUNT_UNUSABLE.error()


def citizen(person: Person, caller: Caller | None, today: dt.date) -> Citizen:
    """Return who acts for themselves; raise that the system may not show citizens their own."""
    grant = None if caller is None else portal_grant(caller, today)
    if caller is None or grant is None:
        raise NOT_HERE.error()
    return Citizen(citizen_id=person.citizen_id, caller=caller, grant=grant)


def portal_grant(caller: Caller, today: dt.date) -> Grant | None:
    """Return the grant by which a system shows citizens what concerns them, if it has one."""
    grants = caller.grants.get((SIGN_IN, PURPOSE), ())
    return next((each for each in grants if each.is_in_force(today)), None)


def subject(session: Session, citizen: Citizen, ward: str | None, today: dt.date) -> int:
    """Return whom a request is about: the citizen, or whom they represent; raise `ward-unknown`.

    A number that nobody bears is answered like that of somebody else's child.
    """
    if ward is None:
        return citizen.citizen_id
    found = citizens.find(session, ward)
    able = None
    if found is not None:
        able = representation.of(session, found.id, today, consent_law.CHILD_UNTIL)
    if found is None or citizen.citizen_id not in (able or ()):
        raise WARD_UNKNOWN.error()
    return found.id
