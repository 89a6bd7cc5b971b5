"""Headless sign-in over HTTP: the header `Dancu-Sign-In`, for tests that open no page.

    Dancu-Sign-In: adult-level-2; factors=pin otp; fields=full_name birth_date

A persona's name or a personal number, the methods that count as proved (`pin` if unsaid), the
fields agreed to (all if unsaid; `none`), `refuse` for a person who does not agree. The operator's
token for this world goes in Authorization, or as `token=`; the parameter `dancu_sign_in` takes the
same where no header can be set. The server's token is refused in either place: an address stays in
histories and logs, and a test needs no more than its world.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from app.exchange import disclosing
from app.platform import errors
from app.platform.errors import InvalidParam
from app.registry import citizens
from app.sandbox import operator, personas
from app.signin.headless import Wanted

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.api.server import Server
    from app.web.browsers import Visitor

REFUSED = errors.declare(
    code="sign-in-headless-refused",
    kind="forbidden",
    fault_of="caller",
    title_vi="Không được đăng nhập không qua trang",
    title_en="Signing in without a page is not allowed",
    next_vi="Gửi mã của `dancu operator-token --world TÊN`; ngoài máy này cần"
    " DANCU_HEADLESS_SIGN_IN=on.",
    next_en="Send the token of `dancu operator-token --world NAME`; beyond this machine set"
    " DANCU_HEADLESS_SIGN_IN=on.",
)
SERVER_TOKEN = errors.declare(
    code="sign-in-headless-server-token",
    kind="forbidden",
    fault_of="caller",
    title_vi="Mã của máy chủ không dùng để đăng nhập không qua trang",
    title_en="The server's token does not sign in without a page",
    next_vi="Dùng mã của một thế giới: `dancu operator-token --world TÊN`. Nếu mã của máy chủ đã"
    " nằm trong một địa chỉ, hãy xóa tệp operator-token rồi khởi động lại.",
    next_en="Send a token for one world: `dancu operator-token --world NAME`. If the server's has"
    " stood in an address, delete the file operator-token and start the server again.",
)
UNREADABLE = errors.declare(
    code="sign-in-headless-unreadable",
    kind="invalid",
    fault_of="caller",
    title_vi="Không đọc được Dancu-Sign-In",
    title_en="Dancu-Sign-In cannot be read",
    next_vi="Viết như: adult-level-2; factors=pin otp; fields=full_name.",
    next_en="Write it like: adult-level-2; factors=pin otp; fields=full_name.",
)

PARAMETER: Final = "dancu_sign_in"
_HEADER: Final = "dancu-sign-in"
_METHODS: Final = frozenset({"pin", "otp", "swk", "face"})
_MEMBERS: Final = frozenset({"factors", "fields", "token", "refuse"})
_NUMBER: Final = re.compile("[0-9]{12}")


def wanted(visitor: Visitor, parameters: dict[str, str]) -> Wanted | None:
    """Return who is to be signed in without a page; None where none of this is asked for.

    Raises `sign-in-headless-refused`, `sign-in-headless-server-token`,
    `sign-in-headless-unreadable`, `persona-unknown`.
    """
    said = visitor.request.headers.get(_HEADER) or parameters.get(PARAMETER)
    if said is None:
        return None
    name, *rest = (part.strip() for part in said.split(";"))
    members = dict(part.partition("=")[::2] for part in rest if part)
    _check_operator(visitor, members.get("token"))
    amr = tuple(members.get("factors", "pin").split())
    if not members.keys() <= _MEMBERS or not amr or not _METHODS.issuperset(amr):
        raise UNREADABLE.error()
    fields = members.get("fields")
    agreed = None if fields is None else _agreed(fields)
    with visitor.world.session() as session:
        citizen_id = _citizen_id(session, name)
    return Wanted(
        citizen_id=citizen_id,
        amr=amr,
        agreed=agreed,
        refuses="refuse" in members,
    )


def _agreed(fields: str) -> tuple[str, ...]:
    names = () if fields == "none" else tuple(fields.split())
    unknown = ", ".join(name for name in names if name not in disclosing.CATALOGUE)
    if unknown:
        wrong = InvalidParam("fields", f"no fields: {unknown}", f"không có mục: {unknown}")
        raise UNREADABLE.error(params=(wrong,))
    return names


def _check_operator(visitor: Visitor, token: str | None) -> None:
    server: Server = visitor.request.state.server
    call: Any = visitor.request.state.call
    claimed = token or (call.bearer or b"").decode("latin-1")
    scope = operator.scope(claimed, server.operator_token, visitor.world.id)
    if scope is None or not server.settings.may_sign_in_headless:
        raise REFUSED.error()
    if scope == "server":
        raise SERVER_TOKEN.error()


def _citizen_id(session: Session, name: str) -> int:
    if not _NUMBER.fullmatch(name):
        return personas.find(session, name).citizen_id
    person = citizens.find(session, name)
    if person is None:
        raise UNREADABLE.error()
    return person.id
