"""A call of the request log made once more: by the same system, with a fresh token."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from app.exchange import access, requests, tokens
from app.platform import errors

if TYPE_CHECKING:
    from app.exchange.requests import Row
    from app.platform.world import World

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

_SECONDS: Final = 30.0
#: A call is in the log with the batch after its answer: how often, and how long, it is awaited.
_LOOKS: Final = 40
_PAUSE: Final = 0.05


def is_whole(row: Row) -> bool:
    """Whether all of a call is known that another like it needs."""
    has_body = row.method == "GET" or row.request_body is not None
    is_short = len((row.request_body or "").encode()) < requests.MOST_BODY_BYTES
    is_ours = row.path.startswith("/v1/") and "#" not in row.path
    return row.client_id is not None and is_ours and has_body and is_short


def send(base: str, world: World, row: Row) -> str:
    """Send a call of the world's once more; return its request id, once it is in the log.

    `base` is where this machine reaches the server. Raises `request-not-repeatable`.
    """
    import httpx  # noqa: PLC0415 - who starts a server does not wait for it

    caller = access.of(world).snapshot().callers.get(row.client_id or "")
    if caller is None or not is_whole(row):
        raise NOT_AGAIN.error()
    token = tokens.issue(world, caller).access_token
    root = "" if world.is_default else f"/w/{world.name}"
    answer = httpx.request(
        row.method,
        f"{base}{root}{row.path}",
        content=row.request_body,
        headers={"Authorization": f"Bearer {token}", "Content-Type": media_type(row)},
        timeout=_SECONDS,
        trust_env=False,  # this server is asked, and no proxy
    )
    request_id: str = answer.headers["x-request-id"]
    _await(world, request_id)
    return request_id


def media_type(row: Row) -> str:
    """Return what a call's body was sent as."""
    return "text/xml" if (row.request_body or "").startswith("<") else "application/json"


def _await(world: World, request_id: str) -> None:
    """Wait until a call is in the log, for a while."""
    for _ in range(_LOOKS):
        with world.session() as session:
            if requests.find(session, request_id, agency_code=None) is not None:
                return
        time.sleep(_PAUSE)
