"""Faults of tokens: what is to go wrong with one system's sign-ins, so that its checks are tried.

A client that accepts any of these has a hole. Each is off until an operator turns it on, by a
profile of `app.sandbox.faults`, and concerns ID tokens, unless it says otherwise; the log says
what was really told.
"""

from __future__ import annotations

import hmac
import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import delete, insert, select

from app.platform import errors
from app.platform.rsa_keys import Rs256Signer, derive_rs256
from app.platform.signing import Es256Signer, base64url, derive_p256
from app.signin import id_tokens, keys
from app.signin.models import SignInFault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sqlalchemy.orm import Session

    from app.platform.worlds import World

FAULT_UNKNOWN = errors.declare(
    code="sign-in-fault-unknown",
    kind="invalid",
    fault_of="caller",
    title_vi="Không có lỗi giả lập nào tên đó",
    title_en="There is no such fault",
    next_vi="Xem danh sách ở GET /control/v1/faults/kinds.",
    next_en="GET /control/v1/faults/kinds lists them.",
)

Claims: TypeAlias = dict[str, Any]
_HOUR: Final = 3600
SLOW_SECONDS: Final = 5.0
#: What a proxy might say in place of the token endpoint.
PAGE: Final = "<!doctype html><title>502</title><p>MÔ PHỎNG / SIMULATED: 502 Bad Gateway"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: what a client has to notice, and by which rule of the standard."""

    name: str
    title_vi: str
    title_en: str
    rule: str
    claims: Callable[[Claims], Claims] | None = None
    """How it changes what an ID token says; None where something else goes wrong."""


def _with(**changes: Any) -> Callable[[Claims], Claims]:
    return lambda claims: {**claims, **changes}


def _without(name: str) -> Callable[[Claims], Claims]:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


def _moved(seconds: int) -> Callable[[Claims], Claims]:
    """Shift the token's life by so many seconds."""
    return lambda claims: {
        **claims,
        "iat": claims["iat"] + seconds,
        "exp": claims["exp"] + seconds,
        **({"nbf": claims["iat"] + seconds} if seconds > 0 else {}),
    }


_CORE: Final = "OpenID Connect Core §3.1.3.7"
_TABLE: Final = (
    Fault("wrong-issuer", "iss là nhà cung cấp khác", "iss names another issuer", _CORE,
          _with(iss="https://other-issuer.invalid")),
    Fault("wrong-audience", "aud là hệ thống khác", "aud names another client", _CORE,
          _with(aud="somebody-else")),
    Fault("expired", "đã hết hạn một giờ trước", "expired an hour ago", _CORE,
          _moved(-_HOUR - id_tokens.LIFETIME_SECONDS)),
    Fault("not-yet-valid", "một giờ nữa mới có hiệu lực", "valid in an hour (nbf, iat)",
          "RFC 7519 §4.1.5", _moved(_HOUR)),
    Fault("wrong-nonce", "nonce của yêu cầu khác", "the nonce of another request", _CORE,
          _with(nonce="another-nonce")),
    Fault("missing-claim", "thiếu sub", "sub is missing", "OpenID Connect Core §2",
          _without("sub")),
    Fault("wrong-at-hash", "at_hash của mã khác", "at_hash of another access token",
          "OpenID Connect Core §3.1.3.8", _with(at_hash="AAAAAAAAAAAAAAAAAAAAAA")),
    Fault("wrong-acr", "acr thấp hơn yêu cầu", "acr is less than what was asked for",
          "OpenID Connect Core §2", _with(acr="urn:dancu:acr:level0")),
    Fault("bad-signature", "chữ ký sai", "the signature is wrong", _CORE),
    Fault("unknown-key", "ký bằng khóa không có trong JWKS", "signed by a key not in the JWKS",
          "OpenID Connect Core §10.1"),
    Fault("alg-none", "không ký (alg none)", "not signed (alg none)", "RFC 8725 §3.1"),
    Fault("hs256-public-key", "HS256 với khóa công khai", "HS256 keyed with the public key",
          "RFC 8725 §3.1"),
    Fault("wrong-userinfo-subject", "userinfo của người khác", "userinfo has another sub",
          "OpenID Connect Core §5.3.2"),
    Fault("wrong-state", "state của yêu cầu khác", "the answer has another state",
          "RFC 6749 §10.12"),
    Fault("wrong-answer-issuer", "iss trong câu trả lời sai", "the answer's iss is another",
          "RFC 9207 §2.4"),
    Fault("replayed-code", "mã đã được dùng", "the code was used before", "RFC 6749 §4.1.2"),
    Fault("slow-token", "mã truy cập đến chậm 5 giây", "tokens come five seconds late",
          "patience of the client"),
    Fault("token-unavailable", "503 kèm Retry-After khi xin mã truy cập",
          "503 with Retry-After in place of tokens; the code stays good", "RFC 9110 §15.6.4"),
    Fault("token-no-json", "trang HTML thay cho mã truy cập",
          "a page of HTML in place of tokens, as of a proxy; the code stays good",
          "RFC 6749 §5.1"),
)  # fmt: skip

#: Every fault by name.
FAULTS: Final[Mapping[str, Fault]] = {fault.name: fault for fault in _TABLE}


def of(session: Session, client_id: str) -> frozenset[str]:
    """Return the names of the faults that a system has now."""
    found = select(SignInFault.name).where(SignInFault.client_id == client_id)
    return frozenset(session.scalars(found))


def every(session: Session) -> Mapping[str, set[str]]:
    """Return the faults of every system that has any."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in session.execute(select(SignInFault.client_id, SignInFault.name)):
        found[row.client_id].add(row.name)
    return found


def put(session: Session, client_id: str, names: Iterable[str]) -> None:
    """Give a system these faults in place of those it has; raises `sign-in-fault-unknown`."""
    wanted = sorted(set(names))
    if not FAULTS.keys() >= set(wanted):
        raise FAULT_UNKNOWN.error()
    session.execute(delete(SignInFault).where(SignInFault.client_id == client_id))
    for name in wanted:
        session.execute(insert(SignInFault).values(client_id=client_id, name=name))


def id_token(world: World, algorithm: str, claims: Claims, names: frozenset[str]) -> str:
    """Return the ID token of these claims, as wrong as it is to be."""
    for name in sorted(names):
        change = FAULTS[name].claims
        claims = claims if change is None else change(claims)
    if "unknown-key" in names:
        stranger = _stranger(world, algorithm)
        payload = json.dumps(claims).encode()
        return stranger.compact(stranger.protected(typ=id_tokens.TYPE), payload).decode()
    signed = id_tokens.signed(world, algorithm, claims)
    head, body, _ = signed.split(".")
    if "alg-none" in names:
        return f"{_encoded({'alg': 'none', 'typ': id_tokens.TYPE})}.{body}."
    if "hs256-public-key" in names:
        return _confused(world, algorithm, body)
    if "bad-signature" in names:
        *_, of_another = id_tokens.signed(world, algorithm, {}).split(".")
        return f"{head}.{body}.{of_another}"
    return signed


def _stranger(world: World, algorithm: str) -> Es256Signer | Rs256Signer:
    """Return a signer by the algorithm that the client expects, whose key is nobody's."""
    root = world.root_key("no-key-of-ours")
    if algorithm == "RS256":
        return derive_rs256(root, "fault")
    return Es256Signer(derive_p256(root, "fault"))


def _confused(world: World, algorithm: str, body: str) -> str:
    """Sign by HS256 with what everybody knows: the public key as PEM (RFC 8725 §2.1)."""
    signer = keys.signers(world, algorithm)[0]
    pem = signer.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = _encoded({"alg": "HS256", "kid": signer.kid, "typ": id_tokens.TYPE})
    signing_input = f"{header}.{body}"
    mac = hmac.digest(pem, signing_input.encode(), "sha256")
    return f"{signing_input}.{base64url(mac).decode()}"


def _encoded(header: dict[str, str]) -> str:
    return base64url(json.dumps(header).encode()).decode()
