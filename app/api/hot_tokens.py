"""The hot route of tokens: a system gets its own by `client_credentials`, on the event loop.

As with verifications: the steps are the ordinary route's and so are the functions; what is not of
the usual form, or not right, is left to the ordinary route, which alone says what is wrong.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Final

import msgspec

from app.api import form_bodies
from app.api.hot_access import Watch
from app.api.replies import NO_STORE
from app.exchange import access, tokens
from app.exchange.oauth import GRANT_TYPE, SCOPE, OAuthError

if TYPE_CHECKING:
    from app.api.calls import Call
    from app.api.replies import Reply
    from app.platform.worlds import World

_encode: Final = msgspec.json.Encoder().encode
_HEADERS: Final = ((b"content-type", b"application/json"), NO_STORE, (b"pragma", b"no-cache"))


class HotTokens:
    """The hot route of one server process, for all its worlds."""

    def __init__(self) -> None:
        self._watches: weakref.WeakKeyDictionary[World, Watch] = weakref.WeakKeyDictionary()

    async def answer(self, call: Call, reply: Reply) -> bool:
        """Answer the call and return True, or return False with nothing done or said.

        1. The request is of the usual form: a system's own token, bearer, of the one scope.
        2. What is known of callers is fresh.
        3. The client proves itself.
        4. Its assertion is spent, for the first time; the token is made while that gets durable.
        5. Only then it is given.
        """
        # 1.
        form = form_bodies.read(call)
        if isinstance(form, OAuthError) or form.get("grant_type") != GRANT_TYPE:
            return False
        if form.get("scope", SCOPE) != SCOPE or b"dpop" in call.headers:
            return False
        # 2.
        snapshot = await self._watch(call.world).snapshot()
        # 3.
        from app.exchange import client_authentication  # noqa: PLC0415 - X.509 with it, as in `tokens`

        proved = client_authentication.check(call.world, snapshot, form_bodies.client(call, form))
        if isinstance(proved, OAuthError) or proved.caller.fapi:  # which binds its tokens to a key
            return False

        # 4.
        def made() -> bytes:
            return _encode(tokens.issue(call.world, proved.caller))

        if proved.assertion is None:
            body: bytes | None = made()
        else:
            lane = client_authentication.lane(call.world)
            body = await call.world.writer.put(
                lane, proved.assertion, lambda is_new: made() if is_new else None
            )
        if body is None:
            return False
        # 5.
        call.is_by(proved.caller)
        await reply.ready(200, [(b"content-length", b"%d" % len(body)), *_HEADERS], body)
        return True

    def _watch(self, world: World) -> Watch:
        watch = self._watches.get(world)
        if watch is None:
            watch = self._watches[world] = Watch(access.of(world))
        return watch
