"""What the request log keeps of a call, and of which calls."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import SQLAlchemyError

from app.exchange import access, requests, tokens
from app.platform import errors

if TYPE_CHECKING:
    from app.api.calls import Call
    from app.api.replies import Reply

#: Calls that are kept: those of agencies, and those of the operator.
_KEPT: Final = ("/v1/", "/oidc/", "/soap/", "/control/")
#: Reading the request log is not a call to be kept in it, or a live tail would follow itself.
_NOT_KEPT: Final = ("/v1/requests", "/control/v1/requests")
#: An agency's own questions and answers; what else is said may hold tokens and secrets.
_WITH_BODIES: Final = ("/v1/", "/soap/")
#: Says that a token names nobody: it need not be looked at again.
_REFUSED_TOKEN: Final = "token-invalid"  # noqa: S105 - a problem's code
#: Tables are kept by who reads them, and are nothing to look at in a log of calls.
_TABLES: Final = "/v1/scenarios/"
#: Addresses that end so answer with a secret: nothing of it is kept.
_SECRET: Final = "/secret"  # noqa: S105 - an address
_SHOWN_PATH: Final = 200
#: In a path sent to a wrong address there may be anything, a person's number too.
_LONG_NUMBER: Final = re.compile("[0-9]{5,}")
_NAME: Final = re.compile("[A-Za-z0-9._-]{0,64}")


def is_kept(call: Call) -> bool:
    """Whether the call belongs into its world's request log."""
    path = call.path
    return path.startswith(_KEPT) and not path.startswith(_NOT_KEPT) and call.has_world


async def attribute(call: Call) -> None:
    """Note who called, of a request that was refused before any route asked for its token.

    An agency finds its own mistakes among its requests. What can not be found out now is left.
    """
    is_an_agency_s = call.path.startswith(_WITH_BODIES) and call.has_world
    unverified_token = call.bearer
    if not is_an_agency_s or not unverified_token or call.problem_code == _REFUSED_TOKEN:
        return
    at = access.of(call.world)
    try:
        snapshot = at.fresh()
        if snapshot is None:
            snapshot = await asyncio.to_thread(at.poll)
    except (errors.DancuError, SQLAlchemyError):  # the request has been told of more than this
        return
    caller = tokens.caller_of(at, snapshot, unverified_token)
    if caller is not None:
        call.is_by(caller)


def row(call: Call, reply: Reply, *, began_at: str, seconds: float) -> requests.NewRow:
    """Return the call's row; bodies as far as the world keeps any."""
    may_be_kept = call.path.startswith(_WITH_BODIES) and not (
        call.path.endswith(_SECRET) or call.path.startswith(_TABLES)
    )
    keeps_bodies = may_be_kept and call.world.facts.retention_days > 0
    return requests.NewRow(
        request_id=call.request_id,
        at=began_at,
        method=call.method,
        path=call.path if call.path == call.route else shown(call.path),
        status=reply.status,
        duration_us=int(seconds * 1e6),
        client_id=call.client_id,
        agency_code=call.agency_code,
        outcome=call.outcome,
        problem_code=call.problem_code,
        fault=call.fault,
        leaf_seq=call.leaf_seq,
        gate=call.gate,
        request_body=call.body if keeps_bodies else None,
        response_body=reply.body if keeps_bodies else None,
    )


def shown(path: str) -> str:
    """Return a path with what is no short name masked: in a wrong one there may be a person."""
    parts = path[:_SHOWN_PATH].split("/")
    return "/".join(
        _LONG_NUMBER.sub("#", part) if _NAME.fullmatch(part) else "#" for part in parts
    )
