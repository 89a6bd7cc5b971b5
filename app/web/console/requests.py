"""The request log: every call with both bodies, the gate's reasoning, its timing; and again."""

from __future__ import annotations

import json
import shlex
import time
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import msgspec

from app.exchange import access, requests, tokens
from app.exchange.requests import Row, Wanted
from app.platform import errors
from app.web.console_page import Asked, Page, Shown, number
from app.web.languages import N_

if TYPE_CHECKING:
    from fastapi import Response
    from sqlalchemy.orm import Session

NOT_AGAIN = errors.declare(
    code="request-not-repeatable",
    kind="conflict",
    fault_of="caller",
    title_vi="Không gửi lại được yêu cầu này",
    title_en="This call cannot be sent again",
    next_vi="Chỉ gửi lại được yêu cầu tới /v1/ của một hệ thống còn kết nối, khi địa chỉ và nội"
    " dung còn được lưu đầy đủ.",
    next_en="Only a call to /v1/ by a system that is still there can be, while its address and its"
    " body are kept whole.",
)

_ROWS: Final = 50
_SECONDS: Final = 30.0
#: A call is in the log with the batch after its answer: how often, and how long, it is awaited.
_LOOKS: Final = 40
_PAUSE: Final = 0.05


def _list(asked: Asked, session: Session) -> Shown:
    """Show the latest calls that fit, or those before one."""
    wanted = _wanted(asked)
    before = number(asked.query.get("before"))
    rows = requests.page(session, agency_code=None, before=before, limit=_ROWS, wanted=wanted)
    return Shown(
        "console_requests.html",
        {
            "rows": rows,
            "wanted": wanted,
            "newest": requests.newest(session),
            "is_latest": before is None,
            "older": rows[-1].id if len(rows) == _ROWS else None,
            "filter": urlencode({key: text for key, text in asked.query.items() if key in _ASKED}),
        },
    )


def _tail(asked: Asked, session: Session) -> Shown:
    """Give the calls that came after one, as rows for the list: what follows it live."""
    since = number(asked.query.get("since")) or 0
    rows = requests.tail(session, agency_code=None, since=since, wanted=_wanted(asked))
    return Shown("console_request_rows.html", {"rows": rows[::-1]})


def _show(asked: Asked, session: Session) -> Shown:
    """Show one call whole, beside the one that it repeats."""
    row = _find(asked, session)
    first = asked.query.get("of")
    repeated = None if first is None else requests.find(session, first, agency_code=None)
    return Shown(
        "console_request.html",
        {
            "row": row,
            "asked": _pretty(row.request_body),
            "answered": _pretty(row.response_body),
            "first": repeated,
            "first_answered": None if repeated is None else _pretty(repeated.response_body),
            "curl": _curl(asked, row) if _is_whole(row) else None,
        },
    )


def _again(asked: Asked) -> Response:
    """Send a call again, as its system, with a fresh token; show what came of it."""
    import httpx  # noqa: PLC0415 - who starts a server does not wait for it

    world = asked.world
    with world.session() as session:
        row = _find(asked, session)
    caller = access.of(world).snapshot().callers.get(row.client_id or "")
    if caller is None or not _is_whole(row):
        raise NOT_AGAIN.error()
    token = tokens.issue(world, caller).access_token
    answer = httpx.request(
        row.method,
        f"{asked.server.settings.own_base}{_path(asked, row)}",
        content=row.request_body,
        headers={"Authorization": f"Bearer {token}", "Content-Type": _media_type(row)},
        timeout=_SECONDS,
        trust_env=False,  # this server is asked, and no proxy
    )
    request_id = answer.headers["x-request-id"]
    _await(asked, request_id)
    return asked.visitor.to(f"{PAGE.address}/{request_id}", of=row.request_id)


def _await(asked: Asked, request_id: str) -> None:
    """Wait until a call is in the log, for a while."""
    for _ in range(_LOOKS):
        with asked.world.session() as session:
            if requests.find(session, request_id, agency_code=None) is not None:
                return
        time.sleep(_PAUSE)


def _find(asked: Asked, session: Session) -> Row:
    row = requests.find(session, asked.path["request_id"], agency_code=None)
    if row is None:
        raise requests.UNKNOWN.error()
    return row


#: The filter's parameters, by the names that `Wanted` has for them.
_ASKED: Final = ("client_id", "path", "told", "failed")


def _wanted(asked: Asked) -> Wanted:
    texts = {name: asked.query.get(name) for name in _ASKED[:3]}
    return Wanted(**texts, failed="failed" in asked.query)


def _is_whole(row: Row) -> bool:
    """Whether all of a call is known that another like it needs."""
    has_body = row.method == "GET" or row.request_body is not None
    is_short = len((row.request_body or "").encode()) < requests.MOST_BODY_BYTES
    is_ours = row.path.startswith("/v1/") and "#" not in row.path
    return row.client_id is not None and is_ours and has_body and is_short


def _path(asked: Asked, row: Row) -> str:
    return f"{asked.visitor.request.scope['root_path']}{row.path}"


def _curl(asked: Asked, row: Row) -> str:
    """Return the call as a command; the token is of this minute, by another command."""
    at = "" if asked.world.is_default else f" --world {asked.world.name}"
    lines = [
        f"curl -s -X {row.method} {asked.world.issuer}{row.path}",
        f'  -H "Authorization: Bearer $(dancu token {row.client_id}{at})"',
    ]
    if row.request_body:
        lines.append(f"  -H 'Content-Type: {_media_type(row)}' -d {shlex.quote(row.request_body)}")
    return " \\\n".join(lines)


def _media_type(row: Row) -> str:
    return "text/xml" if (row.request_body or "").startswith("<") else "application/json"


def _pretty(body: str | None) -> str | None:
    """Return a body as it is best read: JSON with its members below each other."""
    if not body:
        return body
    try:
        return json.dumps(msgspec.json.decode(body), ensure_ascii=False, indent=2)
    except msgspec.DecodeError:
        return body


PAGE = Page(
    name="requests",
    title=N_("Request log"),
    group="calls",
    order=1,
    views={"": _list, "/tail": _tail, "/{request_id}": _show},
    acts={"/{request_id}/again": _again},
)
