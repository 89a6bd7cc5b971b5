"""The door: what every request passes before a route sees it, and every answer on its way out.

1. A request id of our own; the caller's id is repeated if it is safe.
2. Its head is well formed; Host and Origin are on the list (DNS rebinding, cross-site posts).
3. The world in the address is found and, if need be, opened off the event loop.
4. The body is read within its limit, uncompressed, of a media type that the address reads.
5. What is to go wrong with it, does: an answer in place of its own, or a fault on the way out.
6. A verification or a token takes its hot route, if it is of the usual form.
7. All else but `/health`: the body is strict JSON in one Unicode form, then FastAPI's routes.
8. Whatever was raised becomes a problem document; headers are added; the request is counted,
   put into the request log and written as one log line.

One class instead of a pile of middlewares: the order is the policy, and each layer costs a call.
"""

from __future__ import annotations

import asyncio
import logging
import re
from typing import TYPE_CHECKING, Final, TypeAlias

from sqlalchemy.exc import SQLAlchemyError

from app.api import bodies, heads, health, problems, recording, soap_faults
from app.api.calls import Call
from app.api.faults import Faults
from app.api.replies import Reply
from app.exchange import requests
from app.platform import clock, errors, failures, names
from app.platform.stores import store as stores

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from app.api.logs import AccessLog
    from app.api.server import Server
    from app.api.tracing import Traces
    from app.platform.worlds import World

IDEMPOTENCY_KEY_INVALID = errors.declare(
    code="idempotency-key-invalid",
    kind="invalid",
    fault_of="caller",
    title_vi="Idempotency-Key không hợp lệ",
    title_en="The Idempotency-Key is not valid",
    next_vi="Dùng 1 đến 255 ký tự ASCII in được, ví dụ một UUID.",
    next_en="Use 1 to 255 printable ASCII characters, such as a UUID.",
)

_JSON: Final = ("application/json",)
_FORM: Final = ("application/x-www-form-urlencoded",)
_CSV: Final = ("text/csv",)
_FILE: Final = ("application/json", "application/x-ndjson")
#: Below this all bodies are forms.
_FORMS: Final = ("/oidc/", "/console", "/phone", "/me/", "/class")
#: But here it is JSON (OpenID4VCI 1.0 §8.2).
_CREDENTIAL: Final = "/oidc/credential"
#: Where any page may send a browser: what comes of it is told to the person first.
_FROM_ANYWHERE: Final = ("/oidc/authorize", "/oidc/end_session")
_FILES: Final = ("/control/v1/citizens", "/control/v1/life-events/")
#: Answers to scenarios are large tables: below the first, at addresses that end with the second.
_ANSWERS: Final = ("/v1/scenarios/", "/submissions")
_ANSWER: Final = ("text/csv", "application/vnd.apache.parquet")
#: Here files are not JSON at all.
_TABLES: Final = "/v1/data-quality/files"
#: Addresses whose bodies may be as large as a batch.
_BATCHES: Final = ("/v1/verifications/batch", _TABLES, *_FILES)
#: Addresses that read other things than JSON only: JSON is looked at, too.
_NOT_JSON: Final = (*_FORMS, _TABLES, _ANSWERS[0])
#: Addresses whose bodies are files: the route itself reads them, part by part.
_UPLOADS: Final = re.compile("/v1/reconciliations/[^/]+/file")
_UPLOADED: Final = ("text/csv", "application/vnd.apache.parquet", "application/octet-stream")
VERIFICATIONS: Final = "/v1/verifications"
TOKENS: Final = "/oidc/token"
HEALTH: Final = "/health"
#: Addresses that are the server's own: they answer also when the default world was deleted.
_OF_SERVER: Final = re.compile(
    "/(health|metrics|openapi.json|docs(/.*)?|problems(/.*)?|assets/.*|control/v1/worlds(/.*)?)?"
)
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
_WELL_KNOWN: Final = "/.well-known/"
_log = logging.getLogger("dancu.door")

#: Answers a call and returns True, or returns False with nothing done or said.
HotAnswer: TypeAlias = "Callable[[Call, Reply], Awaitable[bool]]"


class GoneError(Exception):
    """The caller hung up while its request was being read: nobody is there to answer."""


class Door:
    """The outermost ASGI application of a server process."""

    def __init__(
        self,
        *,
        server: Server,
        lifespan: ASGIApp,
        routes: ASGIApp,
        hot: Mapping[str, HotAnswer],
        access_log: AccessLog,
        traces: Traces | None,
    ) -> None:
        # What of the settings every request asks for: reading a model's member is not for nothing.
        self._base = server.settings.issuer_base
        self._default_world = server.settings.default_world
        self._most_bytes = server.settings.max_body_bytes
        self._most_batch_bytes = server.settings.max_batch_bytes
        self._most_table_bytes = server.settings.max_table_bytes
        self._server = server
        self._lifespan = lifespan
        self._routes = routes
        self._hot = hot
        self._access_log = access_log
        self._traces = traces
        self._senders = heads.Senders(server.settings)
        self._faults = Faults(server)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or pass on that the server starts or ends."""
        if scope["type"] != "http":
            await self._lifespan(scope, receive, send)
            return
        # 1.
        call = Call(scope, base=self._base)
        call.page = self._server.page
        reply = Reply(call, send)
        try:
            await self._pass(call, scope, receive, reply)
        except GoneError:
            return
        except errors.DancuError as error:
            await self._refuse(call, reply, error)
        except SQLAlchemyError as error:
            await self._refuse(call, reply, failures.told(error) or self._fault(call))
        except Exception:  # noqa: BLE001 - nothing may leave this door but an answer
            if not reply.status:
                await self._refuse(call, reply, self._fault(call))
            else:  # a route's own answer is out already; its cause has still to be found
                self._fault(call)
        await self._finish(call, reply)

    async def _pass(self, call: Call, scope: Scope, receive: Receive, reply: Reply) -> None:
        """Steps 2 to 7."""
        # 2.
        call.headers = heads.fields(scope)
        self._senders.check_host(call.headers)
        if not heads.is_plain_path(scope):
            raise problems.ADDRESS_UNKNOWN.error()
        # 3.
        name, root = _locate(call)
        call.root = root
        if call.path not in _FROM_ANYWHERE:
            self._senders.check_origin(call.headers, scope["scheme"])
        await self._enter(call, name)
        # 4.
        if call.method in _WITH_BODY:
            await self._take(call, receive)
        # 5.
        if call.may_meet_a_fault and await self._faults.meet(call, scope, receive, reply):
            return
        if call.method in _WITH_BODY:
            # 6.
            hot = self._hot.get(call.path)
            if hot is not None and await hot(call, reply):
                call.route = call.path
                return
            # 7.
            _normalise(call)
        elif _is_about_health(scope):
            call.route = HEALTH
            await reply.response(await asyncio.to_thread(health.response, self._server))
            return
        scope = {
            **scope,
            # Who may GET may ask for the head of it (RFC 9110 §9.3.2); the server drops bodies.
            "method": "GET" if call.method == "HEAD" else call.method,
            "query_string": bodies.normalised_query(call.query),
            "path": root + call.path,
            "root_path": root,
            "state": {**scope.get("state", {}), "call": call, "server": self._server},
        }
        body = receive if _is_upload(call) else _replayed(call.body, receive)
        await self._routes(scope, body, reply)
        route = scope.get("route")
        call.route = getattr(route, "path", call.route)

    async def _enter(self, call: Call, name: str | None) -> None:
        """Give the call its world; the server's own addresses do without a default world."""
        wanted = name or self._default_world
        world = self._server.worlds.peek(wanted)
        if world is not None:
            call.world = world
            return
        try:
            call.world = await self._open(wanted)
        except errors.NotFoundError:
            keeps_a_key = b"idempotency-key" in call.headers  # which the world would keep
            if name is not None or keeps_a_key or not _OF_SERVER.fullmatch(call.path):
                raise

    async def _open(self, name: str) -> World:
        world = self._server.worlds.peek(name)
        if world is not None:
            return world
        return await asyncio.to_thread(self._server.worlds.open, name)

    async def _take(self, call: Call, receive: Receive) -> None:
        """Read the body, or leave a file to its route. Raises 413 or 415."""
        if _is_upload(call):
            _check_upload(call, self._server.settings.max_upload_bytes)
        else:
            await self._read(call, receive)

    async def _read(self, call: Call, receive: Receive) -> None:
        """Read the whole body into the call; raise 413 or 415."""
        headers = call.headers
        if headers.get(b"content-encoding", b"identity") != b"identity":
            raise bodies.UNSUPPORTED_ENCODING.error()
        path = call.path
        limit = self._limit(path)
        announced = headers.get(b"content-length", b"")
        if announced.isdigit() and int(announced) > limit:
            raise bodies.too_large(limit)
        message = await receive()
        if message["type"] == "http.disconnect":
            raise GoneError
        body = message.get("body", b"")
        call.body = body = (
            await _rest(body, receive, limit) if message.get("more_body", False) else body
        )
        if len(body) > limit:
            raise bodies.too_large(limit)
        if body and (
            headers.get(b"content-type") != b"application/json" or path.startswith(_NOT_JSON)
        ):
            _check_media_type(call)
        key = headers.get(b"idempotency-key")
        if key is not None and call.method == "POST":
            call.idempotency_key = _checked_key(key)

    def _limit(self, path: str) -> int:
        """Return how many bytes a body may have."""
        if _is_answer(path):
            return self._most_table_bytes
        return self._most_batch_bytes if path.startswith(_BATCHES) else self._most_bytes

    def _fault(self, call: Call) -> errors.DancuError:
        """Log the exception at hand under the request's id; return what the caller is told."""
        _log.exception(
            "unexpected exception", extra={"request_id": call.request_id, "route": call.route}
        )
        return problems.INTERNAL_ERROR.error()

    async def _refuse(self, call: Call, reply: Reply, error: errors.DancuError) -> None:
        await reply.response(await call.refusal(error))

    async def _finish(self, call: Call, reply: Reply) -> None:
        """Step 8, once the answer is out."""
        seconds = call.elapsed()
        if call.client_id is None:
            await recording.attribute(call)
        began_at = clock.rfc3339_ms(call.began_at)
        metrics = self._server.metrics
        metrics.request(call.route, call.method, reply.status, seconds)
        self._access_log.request(call, reply.status, began_at=began_at, seconds=seconds)
        if self._traces is not None:
            self._traces.request(call, reply.status, seconds)
        if call.service is not None:
            metrics.exchange(call.service, call.outcome or "")
        if recording.is_kept(call):
            row = recording.row(call, reply, began_at=began_at, seconds=seconds)
            await self._record(call.world, row)

    async def _record(self, world: World, row: requests.NewRow) -> None:
        """Keep the call; of a world that was closed during it, in its next incarnation."""
        try:
            requests.record(world, row)
        except errors.DancuError:
            try:
                requests.record(await self._open(world.name), row)
            except (errors.DancuError, SQLAlchemyError) as error:  # deleted, or out of reach
                _log.warning(
                    "a call is missing in the request log: %s",
                    failures.named(error),
                    extra={"request_id": row.request_id},
                )


def _is_about_health(scope: Scope) -> bool:
    """Whether the question is the usual one: it is answered before the routes are loaded."""
    is_read = scope["method"] in {"GET", "HEAD"}
    return is_read and scope["path"] == HEALTH and not scope["query_string"]


def _locate(call: Call) -> tuple[str | None, str]:
    """Take the world's prefix off the call's path; return the world's name and the prefix.

    Discovery documents stand in both places: after the prefix (OpenID Connect Discovery 1.0 §4)
    and before it (RFC 8414 §3.1).
    """
    path = call.path
    if path.startswith("/w/"):
        name, slash, rest = path[3:].partition("/")
        call.path = slash + rest or "/"
    elif path.startswith(_WELL_KNOWN) and "/w/" in path:
        document, _, name = path.partition("/w/")
        call.path = document
    else:
        return None, ""
    if not names.is_valid(name):
        raise stores.UNKNOWN.error()
    return name, f"/w/{name}"


async def _rest(begun: bytes, receive: Receive, limit: int) -> bytes:
    """Read the parts of a body that came in several; stop reading beyond `limit`."""
    parts, size = [begun], len(begun)
    more = True
    while more and size <= limit:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise GoneError
        part = message.get("body", b"")
        parts.append(part)
        size += len(part)
        more = message.get("more_body", False)
    return b"".join(parts)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives the body read here, then what the server says."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _check_media_type(call: Call) -> None:
    """Raise 415 for what the address does not read; that of SOAP says itself what it reads."""
    if not call.path.startswith(soap_faults.BEGINNING):
        bodies.check_media_type(call.header(b"content-type"), _accepted(call.path))


def _is_upload(call: Call) -> bool:
    return call.method == "PUT" and _UPLOADS.fullmatch(call.path) is not None


def _check_upload(call: Call, limit: int) -> None:
    """Raise 413 or 415 for a file that announces what is not taken; its route reads it."""
    if call.headers.get(b"content-encoding", b"identity") != b"identity":
        raise bodies.UNSUPPORTED_ENCODING.error()
    announced = call.headers.get(b"content-length", b"")
    if announced.isdigit() and int(announced) > limit:
        raise bodies.too_large(limit)
    bodies.check_media_type(call.header(b"content-type"), _UPLOADED)


def _accepted(path: str) -> tuple[str, ...]:
    """Return the media types that an address reads."""
    if path.startswith(_FORMS) and path != _CREDENTIAL:
        return _FORM
    if path == _TABLES:
        return _CSV
    if _is_answer(path):
        return _ANSWER
    return _FILE if path.startswith(_FILES) else _JSON


def _is_answer(path: str) -> bool:
    return path.startswith(_ANSWERS[0]) and path.endswith(_ANSWERS[1])


def _normalise(call: Call) -> None:
    """Bring JSON into its one form; no address of SOAP reads any, and says so itself."""
    if call.speaks_soap:
        return
    if call.body and bodies.media_type(call.header(b"content-type")) == "application/json":
        call.body = bodies.normalised_json(call.body)


def _checked_key(key: bytes) -> str:
    if not 1 <= len(key) <= 255 or not all(0x21 <= byte <= 0x7E for byte in key):
        raise IDEMPOTENCY_KEY_INVALID.error()
    return key.decode()
