"""Who calls: a connected system by its access token, or the operator by the operator's token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends
from fastapi.openapi.models import OAuthFlowClientCredentials, OAuthFlows
from fastapi.security import OAuth2

from app.api.dependencies import CallDep
from app.api.oidc_forms import shown
from app.exchange import access, tokens
from app.exchange.callers import Caller
from app.exchange.oauth import SCOPE, ErrorCode, OAuthError
from app.platform import clock, errors
from app.signin import proofs, registrations

if TYPE_CHECKING:
    from app.api.calls import Call
    from app.exchange.token_cache import Verified
    from app.platform.errors import DancuError, Problem

TOKEN_MISSING = errors.declare(
    code="token-missing",
    kind="unauthenticated",
    fault_of="caller",
    title_vi="Thiếu mã truy cập",
    title_en="The access token is missing",
    next_vi="Xin mã ở POST …/oidc/token rồi gửi Authorization: Bearer <mã>.",
    next_en="Get a token from POST …/oidc/token and send it as Authorization: Bearer <token>.",
)
TOKEN_INVALID = errors.declare(
    code="token-invalid",
    kind="unauthenticated",
    fault_of="caller",
    title_vi="Mã truy cập không có giá trị ở đây",
    title_en="The access token is not valid here",
    next_vi="Xin mã mới ở POST …/oidc/token của đúng thế giới này.",
    next_en="Get a new token from POST …/oidc/token of this very world.",
)
TOKEN_INVALID_DETAIL = (
    "it is expired, revoked, forged, or another world's",
    "mã đã hết hạn, bị thu hồi, giả mạo, hoặc thuộc thế giới khác",
)

TOKEN_BOUND = errors.declare(
    code="token-bound",
    kind="unauthenticated",
    fault_of="caller",
    title_vi="Mã truy cập này gắn với một khóa",
    title_en="This access token is bound to a key",
    next_vi="Gửi Authorization: DPoP <mã>, cùng tiêu đề DPoP do khóa đó ký (RFC 9449 §7).",
    next_en="Send Authorization: DPoP <token>, and a DPoP header by that key (RFC 9449 §7).",
)
PROOF_INVALID = errors.declare(
    code="dpop-proof-invalid",
    kind="unauthenticated",
    fault_of="caller",
    title_vi="Bằng chứng DPoP không đúng",
    title_en="The DPoP proof does not hold",
    next_vi="Với mỗi yêu cầu, ký một bằng chứng mới: htm, htu, iat, jti và ath (RFC 9449 §4.2).",
    next_en="Sign a new proof for each request: htm, htu, iat, jti and ath (RFC 9449 §4.2).",
)
NONCE_REQUIRED = errors.declare(
    code="dpop-nonce-required",
    kind="unauthenticated",
    fault_of="caller",
    title_vi="Bằng chứng DPoP thiếu nonce của máy chủ",
    title_en="The DPoP proof lacks a nonce of the server's",
    next_vi="Ký lại bằng chứng với nonce trong tiêu đề DPoP-Nonce (RFC 9449 §9).",
    next_en="Sign the proof again with the nonce of the DPoP-Nonce header (RFC 9449 §9).",
)

#: The token URL is relative to the document, so that each world's reference names its own.
SYSTEM = OAuth2(
    scheme_name="system",
    flows=OAuthFlows(
        clientCredentials=OAuthFlowClientCredentials(
            tokenUrl="oidc/token", scopes={SCOPE: "Ask within the grants of the agency."}
        )
    ),
    description="Access token of a connected system (RFC 6750), from the token endpoint.",
    auto_error=False,
)


def invalid_token() -> DancuError:
    """Return the one answer to every token that is not accepted, whatever is wrong with it."""
    detail, detail_vi = TOKEN_INVALID_DETAIL
    return TOKEN_INVALID.error(detail, detail_vi=detail_vi)


def of(call: CallDep, _documented: Annotated[str | None, Depends(SYSTEM)]) -> Caller:
    """Return the system that calls, and note it on the call; raise 401."""
    scheme, _, rest = call.headers.get(b"authorization", b"").partition(b" ")
    unverified_token = rest.strip()
    if scheme.lower() not in {b"bearer", b"dpop"} or not unverified_token:
        raise TOKEN_MISSING.error()
    at = access.of(call.world)
    if scheme.lower() == b"dpop":
        caller = _by_proof(call, unverified_token)
    else:
        found = tokens.caller_of(at, at.snapshot(), unverified_token)
        if found is None:
            raise _not_accepted(call, unverified_token)
        caller = found
    call.is_by(caller)
    return caller


def _not_accepted(call: Call, unverified_token: bytes) -> DancuError:
    """Return why a bearer token is none: that it is bound helps its owner, and nobody else."""
    if _bound(call, unverified_token) is None:
        return invalid_token()
    return _challenged(call, TOKEN_BOUND, ErrorCode.INVALID_TOKEN)


def _by_proof(call: Call, unverified_token: bytes) -> Caller:
    """Return who shows a bound token and holds its key (RFC 9449 §7.1); raise 401.

    1. The token is good, and bound.
    2. The proof stands beside it, for this request and this token, by the token's key.
    3. It was used by nobody before, in whichever process.
    """
    # 1.
    verified = _bound(call, unverified_token)
    if verified is None:
        raise _challenged(call, TOKEN_INVALID, ErrorCode.INVALID_TOKEN, *TOKEN_INVALID_DETAIL)
    caller = tokens.current(access.of(call.world).snapshot(), verified)
    if caller is None:
        raise _challenged(call, TOKEN_INVALID, ErrorCode.INVALID_TOKEN, *TOKEN_INVALID_DETAIL)
    # 2.
    proof = shown(call)
    if proof is None:
        raise _challenged(call, TOKEN_BOUND, ErrorCode.INVALID_TOKEN)
    with call.world.session() as session:
        with_nonce = registrations.of(session, caller).dpop_nonce
    token = unverified_token.decode("latin-1")
    key = proofs.check(call.world, proof, clock.epoch(), token=token, with_nonce=with_nonce)
    if isinstance(key, OAuthError):
        raise _proof_error(call, key)
    if key.jkt != verified.jkt:
        raise _challenged(call, TOKEN_BOUND, ErrorCode.INVALID_TOKEN)
    # 3.
    if not call.world.writer.submit(lambda session: proofs.spend(session, key)):
        raise _proof_error(call, proofs.used_before())
    return caller


def _bound(call: Call, unverified_token: bytes) -> Verified | None:
    verified = tokens.verify(call.world, unverified_token, clock.epoch())
    return None if verified is None or verified.jkt is None else verified


def _proof_error(call: Call, error: OAuthError) -> DancuError:
    problem = NONCE_REQUIRED if error.error == ErrorCode.USE_DPOP_NONCE else PROOF_INVALID
    return _challenged(call, problem, error.error, error.error_description)


def _challenged(
    call: Call, problem: Problem, error: ErrorCode, detail: str = "", detail_vi: str = ""
) -> DancuError:
    """Return the error to raise; its answer asks for a proof in the words of RFC 9449 §7.1."""
    algorithms = " ".join(proofs.ALGORITHMS)
    challenge = {"WWW-Authenticate": f'DPoP realm="dancu", error="{error}", algs="{algorithms}"'}
    if error == ErrorCode.USE_DPOP_NONCE:
        challenge["DPoP-Nonce"] = proofs.nonce(call.world, clock.epoch())
    call.challenge = challenge
    return problem.error(detail, detail_vi=detail_vi)


CallerDep = Annotated[Caller, Depends(of)]
