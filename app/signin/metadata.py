"""What an issuer says of itself (RFC 8414 §2, OpenID Connect Discovery 1.0 §3)."""

from __future__ import annotations

import msgspec

from app.exchange import public_keys, sealing
from app.exchange import token_endpoint as exchange
from app.exchange.oauth import SCOPE
from app.signin import claims, levels, proofs, token_endpoint
from app.signin.models import ID_TOKEN_ALGORITHMS


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """The one document that both forms of discovery serve; every list is all there is."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    pushed_authorization_request_endpoint: str
    introspection_endpoint: str
    revocation_endpoint: str
    end_session_endpoint: str
    device_authorization_endpoint: str
    backchannel_authentication_endpoint: str
    scopes_supported: tuple[str, ...]
    claims_supported: tuple[str, ...]
    acr_values_supported: tuple[str, ...]
    grant_types_supported: tuple[str, ...]
    response_types_supported: tuple[str, ...] = ("code",)
    response_modes_supported: tuple[str, ...] = ("query",)
    prompt_values_supported: tuple[str, ...] = ("none", "login", "consent", "select_account")
    subject_types_supported: tuple[str, ...] = ("pairwise",)
    claim_types_supported: tuple[str, ...] = ("normal",)
    id_token_signing_alg_values_supported: tuple[str, ...] = ID_TOKEN_ALGORITHMS
    userinfo_signing_alg_values_supported: tuple[str, ...] = ID_TOKEN_ALGORITHMS
    userinfo_encryption_alg_values_supported: tuple[str, ...] = public_keys.ALGORITHMS
    userinfo_encryption_enc_values_supported: tuple[str, ...] = (sealing.ENCRYPTION,)
    dpop_signing_alg_values_supported: tuple[str, ...] = proofs.ALGORITHMS
    code_challenge_methods_supported: tuple[str, ...] = ("S256",)
    backchannel_token_delivery_modes_supported: tuple[str, ...] = ("poll",)
    token_endpoint_auth_methods_supported: tuple[str, ...] = exchange.AUTH_METHODS
    token_endpoint_auth_signing_alg_values_supported: tuple[str, ...] = (
        exchange.ASSERTION_ALGORITHMS
    )
    introspection_endpoint_auth_methods_supported: tuple[str, ...] = exchange.AUTH_METHODS
    introspection_endpoint_auth_signing_alg_values_supported: tuple[str, ...] = (
        exchange.ASSERTION_ALGORITHMS
    )
    revocation_endpoint_auth_methods_supported: tuple[str, ...] = exchange.AUTH_METHODS
    revocation_endpoint_auth_signing_alg_values_supported: tuple[str, ...] = (
        exchange.ASSERTION_ALGORITHMS
    )
    ui_locales_supported: tuple[str, ...] = ("vi", "en")
    service_documentation: str
    claims_parameter_supported: bool = True
    request_parameter_supported: bool = False
    request_uri_parameter_supported: bool = False
    require_request_uri_registration: bool = False
    require_pushed_authorization_requests: bool = False
    authorization_response_iss_parameter_supported: bool = True
    backchannel_user_code_parameter_supported: bool = False
    anonymous_wallets: bool = msgspec.field(
        default=True, name="pre-authorized_grant_anonymous_access_supported"
    )


#: What every ID token holds, beside the claims about the person.
_OF_ID_TOKENS = ("iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash")


def of(issuer: str) -> Metadata:
    """Return the metadata of an issuer, whose addresses all lie below it."""
    return Metadata(
        issuer=issuer,
        authorization_endpoint=f"{issuer}/oidc/authorize",
        token_endpoint=f"{issuer}/oidc/token",
        userinfo_endpoint=f"{issuer}/oidc/userinfo",
        jwks_uri=f"{issuer}/oidc/jwks",
        pushed_authorization_request_endpoint=f"{issuer}/oidc/par",
        introspection_endpoint=f"{issuer}/oidc/introspect",
        revocation_endpoint=f"{issuer}/oidc/revoke",
        end_session_endpoint=f"{issuer}/oidc/end_session",
        device_authorization_endpoint=f"{issuer}/oidc/device_authorization",
        backchannel_authentication_endpoint=f"{issuer}/oidc/bc-authorize",
        scopes_supported=(*claims.KNOWN_SCOPES, SCOPE),
        claims_supported=(*_OF_ID_TOKENS, "assurance", *claims.CLAIMS),
        acr_values_supported=tuple(levels.LEVEL_OF),
        grant_types_supported=token_endpoint.GRANT_TYPES,
        service_documentation=f"{issuer}/docs",
    )
