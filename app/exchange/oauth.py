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
    """What can be wrong, by the words of the standards; sign-in uses the second part, too."""

    # RFC 6749 §5.2
    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    INVALID_GRANT = "invalid_grant"
    UNAUTHORIZED_CLIENT = "unauthorized_client"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    INVALID_SCOPE = "invalid_scope"

    # RFC 6749 §4.1.2.1
    ACCESS_DENIED = "access_denied"
    TEMPORARILY_UNAVAILABLE = "temporarily_unavailable"
    UNSUPPORTED_RESPONSE_TYPE = "unsupported_response_type"
    # RFC 6750 §3.1
    INVALID_TOKEN = "invalid_token"  # noqa: S105 - the name of an error
    INSUFFICIENT_SCOPE = "insufficient_scope"
    # RFC 9449 §5 and §8
    INVALID_DPOP_PROOF = "invalid_dpop_proof"
    USE_DPOP_NONCE = "use_dpop_nonce"
    # RFC 8628 §3.5; OpenID CIBA Core 1.0 §11 has the same, and those after them in §13
    AUTHORIZATION_PENDING = "authorization_pending"
    SLOW_DOWN = "slow_down"
    EXPIRED_TOKEN = "expired_token"  # noqa: S105 - the name of an error
    UNKNOWN_USER_ID = "unknown_user_id"
    INVALID_BINDING_MESSAGE = "invalid_binding_message"
    # OpenID Connect Core 1.0 §3.1.2.6, RFC 9101 §6.3
    LOGIN_REQUIRED = "login_required"
    CONSENT_REQUIRED = "consent_required"
    INTERACTION_REQUIRED = "interaction_required"
    INVALID_REQUEST_URI = "invalid_request_uri"
    REQUEST_NOT_SUPPORTED = "request_not_supported"
    REQUEST_URI_NOT_SUPPORTED = "request_uri_not_supported"
    REGISTRATION_NOT_SUPPORTED = "registration_not_supported"
    # OpenID Connect Core Error Code unmet_authentication_requirements 1.0
    UNMET_AUTHENTICATION_REQUIREMENTS = "unmet_authentication_requirements"


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
