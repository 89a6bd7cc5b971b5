"""`Prefer: code=503, delay=2`: a call names its own fault (RFC 7240), for tests.

    Prefer: code=503, delay=2        an error of that status, two seconds late
    Prefer: fault=drop-after         any kind of `app.sandbox.weather`

The operator's token for this world goes in `Dancu-Operator`. Where no header can be set, the
parameters `dancu_prefer` and `dancu_operator` take the same; they are taken off the address before
it is read. Other preferences are nobody's here, and ignored (RFC 7240 §2).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple, get_args
from urllib.parse import parse_qsl, urlencode

from app.platform import errors
from app.sandbox import operator
from app.sandbox.weather import MOST_DELAY_MS, Kind, Met, Step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.api.calls import Call
    from app.api.server import Server

REFUSED = errors.declare(
    code="prefer-fault-refused",
    kind="forbidden",
    fault_of="caller",
    title_vi="Yêu cầu này không được tự chọn lỗi giả lập",
    title_en="This call may not choose its own fault",
    next_vi="Gửi mã của `dancu operator-token --world TÊN` trong Dancu-Operator (không nhận mã của"
    " máy chủ); ngoài máy này cần DANCU_PREFER_FAULTS=on.",
    next_en="Send the token of `dancu operator-token --world NAME` in Dancu-Operator (the server's"
    " is not taken); beyond this machine set DANCU_PREFER_FAULTS=on.",
)
UNREADABLE = errors.declare(
    code="prefer-fault-unreadable",
    kind="invalid",
    fault_of="caller",
    title_vi="Không đọc được lỗi giả lập trong Prefer",
    title_en="The fault that Prefer names cannot be read",
    next_vi="Viết như: code=503, delay=2; hoặc fault=drop-after. Trễ tối đa 60 giây.",
    next_en="Write it like: code=503, delay=2; or fault=drop-after. A delay is 60 s at most.",
)

_PARAMETER: Final = "dancu_prefer"
_OPERATOR: Final = "dancu_operator"
_OURS: Final = ("code", "delay", "fault")


class Preferred(NamedTuple):
    """The fault that a call names, and which of its preferences are followed (RFC 7240 §3)."""

    met: Met
    applied: str


def preferred(call: Call, server: Server) -> Preferred | None:
    """Return the fault that a call names, and take its parameters off; None if it names none.

    Raises `prefer-fault-refused`, `prefer-fault-unreadable`.
    """
    said, token = _said(call)
    wanted = {name: value for name, value in _preferences(said) if name in _OURS}
    if not wanted:
        return None
    scope = operator.scope(token, server.operator_token, call.world.id)
    if scope != "world" or not server.settings.may_prefer_faults:
        raise REFUSED.error()
    return _read(wanted)


def _said(call: Call) -> tuple[str, str]:
    """Return what is preferred and the operator's token; the query loses what is no route's."""
    said, token = call.header(b"prefer"), call.header(b"dancu-operator")
    if _PARAMETER.encode() not in call.query:
        return said, token
    query = parse_qsl(call.query.decode("latin-1"), keep_blank_values=True)
    named = dict(query)
    rest = [(name, value) for name, value in query if name not in (_PARAMETER, _OPERATOR)]
    if len(rest) < len(query):
        call.query = urlencode(rest).encode()
    return ", ".join(filter(None, (said, named.get(_PARAMETER)))), named.get(_OPERATOR, token)


def _preferences(said: str) -> list[tuple[str, str]]:
    """Return each preference's name and value, the first of a name alone (RFC 7240 §2)."""
    found: dict[str, str] = {}
    for each in said.split(","):
        name, _, value = each.partition(";")[0].partition("=")
        found.setdefault(name.strip().lower(), value.strip().strip('"'))
    return list(found.items())


def _read(wanted: Mapping[str, str]) -> Preferred:
    # Lazily: the sandbox's catalogue brings what a start does not wait for.
    from app.sandbox.faults import STATUSES  # noqa: PLC0415 - see above

    code, delay = wanted.get("code"), wanted.get("delay", "0")
    kind = wanted.get("fault", "error" if code is not None else "latency")
    try:
        status, seconds = int(code or 500), float(delay)
    except ValueError:
        raise UNREADABLE.error() from None
    is_known = kind in get_args(Kind) and status in STATUSES
    if not is_known or not math.isfinite(seconds) or not 0 <= seconds <= MOST_DELAY_MS / 1000:
        raise UNREADABLE.error()
    step = Step(kind=kind, status=status)  # type: ignore[arg-type]  # it was looked up just now
    values = {"fault": kind, "delay": f"{seconds:g}"}
    if kind == "error":
        values["code"] = str(status)
    applied = [f"{name}={values[name]}" for name in wanted if name in values]
    return Preferred(Met(step=step, delay=seconds), ", ".join(applied))
