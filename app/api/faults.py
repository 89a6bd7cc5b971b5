"""Faults at the door: who meets which, and what is answered in place of the call's own answer.

1. The call names its fault itself, or the world's weather says which one it meets.
2. It waits.
3. It is answered here, with nothing done and nothing given out; or it goes on, and what happens
   on the way out is `bending`.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import weakref
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

import msgspec
from starlette.responses import Response

from app.api import bending, preferring, soap_faults
from app.exchange import access, tokens
from app.platform import clock, errors
from app.sandbox import weather
from app.sandbox.weather import Met, Weather

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from starlette.types import Receive, Scope

    from app.api.calls import Call
    from app.api.replies import Reply
    from app.api.server import Server
    from app.platform.worlds import World
    from app.sandbox.weather import Profile

ERROR = errors.declare(
    code="fault-error",
    kind="internal",
    fault_of="simulation",
    title_vi="Lỗi giả lập: mã lỗi theo yêu cầu",
    title_en="A simulated fault: an error on demand",
    next_vi="Xử lý như lỗi thật với mã trạng thái này; `dancu fault list` cho biết ai đã đặt.",
    next_en="Handle it as a real error of this status; `dancu fault list` tells which it is.",
)
RATE_LIMIT = errors.declare(
    code="fault-rate-limit",
    kind="too_many",
    fault_of="simulation",
    title_vi="Lỗi giả lập: quá nhiều yêu cầu",
    title_en="A simulated fault: too many requests",
    next_vi="Chờ số giây trong Retry-After rồi gửi lại, mỗi lần chờ lâu hơn.",
    next_en="Wait for the seconds of Retry-After, then send it again; wait longer each time.",
)
MAINTENANCE = errors.declare(
    code="fault-maintenance",
    kind="unavailable",
    fault_of="simulation",
    title_vi="Lỗi giả lập: hệ thống đang bảo trì",
    title_en="A simulated fault: the system is being maintained",
    next_vi="Gửi lại sau số giây trong Retry-After.",
    next_en="Send it again after the seconds of Retry-After.",
)

#: What is answered here, with nothing done.
_PROBLEMS: Final = {"error": ERROR, "rate-limit": RATE_LIMIT, "maintenance": MAINTENANCE}
_WAITING: Final = (429, 503)


class _Assertion(msgspec.Struct):
    sub: str = ""


class Faults:
    """What goes wrong with the calls to one server process."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._known: weakref.WeakKeyDictionary[World, Weather] = weakref.WeakKeyDictionary()

    async def meet(self, call: Call, scope: Scope, receive: Receive, reply: Reply) -> bool:
        """Have a call meet its fault, if it has one; say whether it is answered with that.

        Raises `prefer-fault-refused`, `prefer-fault-unreadable`.
        """
        if not weather.is_reached(call.path):
            return False
        # 1.
        preferred = preferring.preferred(call, self._server)
        met = None if preferred is None else preferred.met
        if met is None and call.world.facts.weather:
            met = await asyncio.to_thread(self._by_weather, call)
        if met is None:
            return False
        call.fault = met.step.kind
        # 2.
        if met.delay:
            await asyncio.sleep(met.delay)
        # 3.
        reply.bend(bending.marked(met.step, None if preferred is None else preferred.applied))
        if met.step.kind == "drop-before":
            await bending.drop(scope, receive, flush=False)
            return True
        if met.step.kind == "empty" or met.step.kind in _PROBLEMS:
            await reply.response(_instead(call, met))
            return True
        bent = bending.by_kind(call, met.step, scope, receive)
        if bent is not None:
            reply.bend(bent)
        return False

    def _by_weather(self, call: Call) -> Met | None:
        """Return what the world's weather has for the call; may wait for the database."""
        world = call.world
        known = self._weather(world)
        client_id = _client_id(call) if known.names_systems else None
        profile = known.over(client_id, call.path, clock.now(), world.today)
        if profile is None:
            return None
        number = _number(world, profile)
        if number is None:
            return None
        return weather.drawn(profile, number, world.spec.seed, clock.now())

    def _weather(self, world: World) -> Weather:
        known = self._known.get(world)
        if known is None or known.version != world.facts.weather:
            with world.session() as session:
                known = self._known[world] = weather.read(session)
        return known


def _number(world: World, profile: Profile) -> int | None:
    """Return which of a profile's calls this is; None if the profile has just been taken off."""
    if not profile.is_counted:
        return 0

    def counted(session: Session) -> int | None:
        return weather.count(session, profile.name)

    return world.writer.submit(counted)


def _instead(call: Call, met: Met) -> Response:
    """Return the answer that stands in place of the call's own."""
    if met.step.kind == "empty":
        nothing = Response(b"{}", media_type="application/json")
        return soap_faults.empty() if call.speaks_soap else nothing
    status = met.step.status
    waits = met.step.kind != "error" or status in _WAITING
    error = _PROBLEMS[met.step.kind].error(retry_after=met.retry_after if waits else None)
    answer = call.problem(error)
    if met.step.kind == "error":
        again = soap_faults.with_status if call.speaks_soap else _with_status
        return again(answer, status)
    if met.step.kind == "rate-limit":
        # draft-ietf-httpapi-ratelimit-headers §4
        answer.headers["RateLimit-Policy"] = f'"storm";q=1;w={met.retry_after}'
        answer.headers["RateLimit"] = f'"storm";r=0;t={met.retry_after}'
    return answer


def _with_status(answer: Response, status: int) -> Response:
    """Return a problem as if its kind had that status."""
    told = {**msgspec.json.decode(answer.body), "status": status}
    headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="dancu"'
    return Response(msgspec.json.encode(told), status, headers)


def _client_id(call: Call) -> str | None:
    """Return which system calls, for its own weather.

    Behind `/oidc/`, and by a hash of SOAP clients, that is who it says it is: nobody is let in
    by this.
    """
    if call.path.startswith("/oidc/") or (call.speaks_soap and call.bearer is None):
        return _claimed_client_id(call)
    scheme, _, unverified_token = call.headers.get(b"authorization", b"").partition(b" ")
    at = access.of(call.world)
    if scheme.lower() == b"dpop":
        verified = tokens.verify(call.world, unverified_token.strip(), clock.epoch())
        return None if verified is None else verified.client_id
    caller = tokens.caller_of(at, at.snapshot(), unverified_token.strip())
    return None if caller is None else caller.client_id


def _claimed_client_id(call: Call) -> str | None:
    """Return the system that a form, an address or an assertion names (RFC 6749 §2.3)."""
    scheme, _, value = call.headers.get(b"authorization", b"").partition(b" ")
    if scheme.lower() == b"basic":
        try:
            return base64.b64decode(value, validate=True).partition(b":")[0].decode()
        except (binascii.Error, UnicodeDecodeError):
            return None
    said = dict(parse_qsl((call.body or call.query).decode("latin-1")))
    if "client_id" in said:
        return said["client_id"]
    payload = f"{said.get('client_assertion', '')}..".split(".")[1]
    try:
        decoded = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        return msgspec.json.decode(decoded, type=_Assertion).sub or None
    except (binascii.Error, msgspec.DecodeError, ValueError):
        return None
