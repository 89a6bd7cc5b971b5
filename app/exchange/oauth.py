"""The words of OAuth 2.0 at the token endpoint: what comes in, what goes out, what goes wrong."""

from __future__ import annotations

from enum import StrEnum, unique

import msgspec

GRANT_TYPE = "client_credentials"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#: The one scope there is: which data a caller may have is for its grants to say.
SCOPE = "exchange"


@unique
class ErrorCode(StrEnum):
    """RFC 6749 §5.2."""

    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    UNAUTHORIZED_CLIENT = "unauthorized_client"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    INVALID_SCOPE = "invalid_scope"


class TokenRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A token request as it came: the form's parameters and the Authorization header.

    A parameter sent twice is for the door to refuse (RFC 6749 §3.2).
    """

    grant_type: str | None = None
    scope: str | None = None
    authorization: str | None = None
    client_id: str | None = None
    client_secret: str | None = None
    client_assertion_type: str | None = None
    client_assertion: str | None = None


class RevocationRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A revocation request (RFC 7009 §2.1): the token, and what proves the client.

    `token_type_hint` is not asked for: there is one kind of token.
    """

    token: str | None
    client: TokenRequest


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """A successful answer (RFC 6749 §5.1): send it with `Cache-Control: no-store`."""

    access_token: str
    expires_in: int
    token_type: str = "Bearer"  # noqa: S105 - the type's name in RFC 6750
    scope: str = SCOPE


class OAuthError(msgspec.Struct, frozen=True, kw_only=True):
    """An error answer (RFC 6749 §5.2)."""

    error: ErrorCode
    error_description: str
