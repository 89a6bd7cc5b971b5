"""The request log: every call with both bodies, the gate's reasoning, its timing; and again."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import msgspec

from app.exchange import requests
from app.exchange.requests import Row, Wanted
from app.sandbox import again
from app.web.console_page import Asked, Page, Shown, number
from app.web.languages import N_

if TYPE_CHECKING:
    from fastapi import Response
    from sqlalchemy.orm import Session

_ROWS: Final = 50


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
            "curl": _curl(asked, row) if again.is_whole(row) else None,
        },
    )


def _again(asked: Asked) -> Response:
    """Send a call again, as its system, with a fresh token; show what came of it."""
    with asked.world.session() as session:
        row = _find(asked, session)
    request_id = again.send(asked.server.settings.own_base, asked.world, row)
    return asked.visitor.to(f"{PAGE.address}/{request_id}", of=row.request_id)


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


def _curl(asked: Asked, row: Row) -> str:
    """Return the call as a command; the token is of this minute, by another command."""
    at = "" if asked.world.is_default else f" --world {asked.world.name}"
    lines = [
        f"curl -s -X {row.method} {asked.world.issuer}{row.path}",
        f'  -H "Authorization: Bearer $(dancu token {row.client_id}{at})"',
    ]
    if row.request_body:
        lines.append(
            f"  -H 'Content-Type: {again.media_type(row)}' -d {shlex.quote(row.request_body)}"
        )
    return " \\\n".join(lines)


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
