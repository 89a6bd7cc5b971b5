"""The token endpoint (client credentials, RFC 6749 §4.4) and revocation (RFC 7009), as values."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from app.exchange import access, tokens
from app.exchange.client_authentication import authenticate
from app.exchange.oauth import GRANT_TYPE, SCOPE, ErrorCode, Issued, OAuthError

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.exchange.callers import Caller
    from app.exchange.oauth import RevocationRequest, TokenRequest
    from app.platform.worlds import World

#: What the server's metadata says of this endpoint (RFC 8414 §2).
AUTH_METHODS = ("client_secret_basic", "private_key_jwt")
ASSERTION_ALGORITHMS = ("ES256", "PS256", "EdDSA")


#: Says by the thumbprint of which key a client binds its token; None of a bearer token.
Binding: TypeAlias = "Callable[[Caller], str | OAuthError | None]"


def _to_none(_client: Caller) -> None:
    return None


def grant(
    world: World,
    request: TokenRequest,
    proved: Callable[[Caller], None],
    binding: Binding = _to_none,
) -> Issued | OAuthError:
    """Answer a token request. May wait for the database: an assertion is spent for good.

    1. The request names the one grant type there is.
    2. The client proves itself, which `proved` is told, whatever comes of the rest.
    3. The scope, if any, is the one there is.
    4. It is known to which key the token is bound, if to any: `binding` says so.
    5. The token is signed.
    """
    # 1.
    if request.grant_type is None:
        return _error(ErrorCode.INVALID_REQUEST, "grant_type is missing.")
    if request.grant_type != GRANT_TYPE:
        return _error(ErrorCode.UNSUPPORTED_GRANT_TYPE, f"grant_type must be {GRANT_TYPE}.")
    # 2.
    client = authenticate(world, access.of(world).snapshot(), request)
    if isinstance(client, OAuthError):
        return client
    proved(client)
    # 3.
    if request.scope is not None and set(request.scope.split()) - {SCOPE}:
        return _error(ErrorCode.INVALID_SCOPE, f"The only scope is {SCOPE}.")
    # 4.
    jkt = binding(client)
    if isinstance(jkt, OAuthError):
        return jkt
    # 5.
    return tokens.issue(world, client, jkt=jkt)


def revoke(
    world: World, request: RevocationRequest, proved: Callable[[Caller], None]
) -> OAuthError | None:
    """End a token of the client that proves itself (RFC 7009 §2); None is the answer 200.

    1. The client proves itself, which `proved` is told.
    2. It names a token.
    3. The token is good no longer, whether it was before or not (§2.2). Another client's stays
       as it is, and that is an error (§2.1).
    """
    # 1.
    client = authenticate(world, access.of(world).snapshot(), request.client)
    if isinstance(client, OAuthError):
        return client
    proved(client)
    # 2.
    if request.token is None:
        return _error(ErrorCode.INVALID_REQUEST, "token is missing.")
    # 3.
    if not tokens.revoke(world, request.token.encode(), client.client_id):
        return _error(ErrorCode.INVALID_REQUEST, "The token was issued to another client.")
    return None


def _error(code: ErrorCode, description: str) -> OAuthError:
    return OAuthError(error=code, error_description=description)
