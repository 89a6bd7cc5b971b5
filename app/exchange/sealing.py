"""Sealing: an answer that only the system which asked can read (JWE over the signed answer).

The answer is signed as always (`proof.signed`), then encrypted to a public key of the system:
RFC 7516, nested as RFC 7519 §5.2 and §11.2 want it. Leaf and receipt are those of any answer; what
is kept of the call is the sealed form, which nobody here can open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
from joserfc import jwe
from sqlalchemy import delete, insert, select

from app.exchange import access, key_addresses, proof, public_keys
from app.exchange.agencies import AGENCY_UNKNOWN
from app.exchange.models import AnswerSealing, System
from app.platform import errors
from app.platform.errors import InvalidParam
from app.platform.fetching import FetchError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.exchange.callers import Caller, Sealing
    from app.exchange.public_keys import SealingKey
    from app.platform.worlds import World

#: What the content is encrypted by, whatever the key: RFC 7518 §5.3.
ENCRYPTION: Final = "A256GCM"
#: How long it makes sense to wait before a key set's address is tried again.
_RETRY_SECONDS: Final = key_addresses.FAILED_SECONDS

KEY_MISSING = errors.declare(
    code="sealing-key-missing",
    kind="conflict",
    fault_of="caller",
    title_vi="Hệ thống chưa có khóa công khai dùng được để niêm phong câu trả lời",
    title_en="The system has no public key that answers can be sealed to",
    next_vi="Đăng ký khóa bằng PUT /v1/me/sealing, hoặc hỏi lại không có `sealed`.",
    next_en="Register one with PUT /v1/me/sealing, or ask again without `sealed`.",
)
KEYS_UNREACHABLE = errors.declare(
    code="sealing-keys-unreachable",
    kind="unavailable",
    fault_of="caller",
    title_vi="Không lấy được khóa ở địa chỉ mà hệ thống đã đăng ký",
    title_en="The keys at the address that the system registered cannot be had",
    next_vi="Kiểm tra địa chỉ (GET /v1/me/sealing); sau vài giây thì gửi lại yêu cầu.",
    next_en="Check the address (GET /v1/me/sealing); after some seconds send the request again.",
)
SEALING_INVALID = errors.declare(
    code="sealing-invalid",
    kind="invalid",
    fault_of="caller",
    title_vi="Không niêm phong được câu trả lời bằng các khóa này",
    title_en="Answers cannot be sealed to these keys",
    next_vi="Gửi khóa công khai EC, X25519 hoặc RSA (2048–8192 bit), hoặc địa chỉ của chúng.",
    next_en="Give public EC, X25519 or RSA keys (2048 to 8192 bits), or their address.",
)


class NewSealing(msgspec.Struct, frozen=True, kw_only=True):
    """What a system registers: its public keys or their address, never both."""

    always: bool = False
    alg: str | None = None
    keys: tuple[Any, ...] | None = None
    jwks_uri: str | None = None


def check(world: World, new: NewSealing) -> None:
    """Refuse what could never be sealed to, before it is written; may dial the address.

    Raises `sealing-invalid`.
    """
    wrong: InvalidParam | None = None
    if (new.keys is None) == (new.jwks_uri is None):
        wrong = InvalidParam(
            "body", "give either keys or jwks_uri", "chỉ dùng một trong keys và jwks_uri"
        )
    elif public_keys.has_private_part(new.keys or ()):
        wrong = InvalidParam(
            "body.keys",
            "a private or secret key is among them: keep it to yourself, and send the public part",
            "có khóa bí mật: hãy giữ lại và chỉ gửi phần công khai",
        )
    else:
        wrong = _unusable(world, new)
    if wrong is not None:
        raise SEALING_INVALID.error(params=(wrong,))


def register(session: Session, client_id: str, new: NewSealing) -> None:
    """Have answers to a system sealed from now on, as it asks or always.

    The caller has had it checked. Raises `agency-unknown`.
    """
    remove(session, client_id)
    session.execute(insert(AnswerSealing).values(client_id=client_id, **_columns(new)))


def remove(session: Session, client_id: str) -> None:
    """Seal no more answers to a system. Raises `agency-unknown`."""
    if session.scalar(select(System.id).where(System.client_id == client_id)) is None:
        raise AGENCY_UNKNOWN.error()
    session.execute(delete(AnswerSealing).where(AnswerSealing.client_id == client_id))
    access.touch(session)


def key_for(world: World, caller: Caller) -> SealingKey:
    """Return the key that an answer to this caller is sealed to; may dial its address.

    Ask before the question is put: without a key there is no answer and no leaf. Raises
    `sealing-key-missing` and `sealing-keys-unreachable`.
    """
    sealing = caller.sealing
    if sealing is None:
        raise KEY_MISSING.error()
    key = public_keys.choose(_keys(world, sealing), sealing.alg)
    if key is None:
        raise KEY_MISSING.error()
    return key


def sealed(world: World, body: bytes, key: SealingKey) -> bytes:
    """Return the JSON `body` signed and then sealed: a compact JWE (RFC 7516 §7.1)."""
    return around(proof.signed(world, body), key)


def around(signed: bytes, key: SealingKey) -> bytes:
    """Return a JWE around a compact JWS: nested as RFC 7519 §5.2 has it."""
    header = {"alg": key.alg, "enc": ENCRYPTION, "cty": "JWT"}
    if key.kid is not None:
        header["kid"] = key.kid
    algorithms = [key.alg, ENCRYPTION]
    return jwe.encrypt_compact(header, signed, key.imported(), algorithms=algorithms).encode()


def _keys(world: World, sealing: Sealing) -> tuple[Any, ...]:
    if sealing.jwks_uri is None:
        return sealing.keys
    try:
        return key_addresses.keys_at(world, sealing.jwks_uri)
    except FetchError as failure:
        raise KEYS_UNREACHABLE.error(
            failure.reason, detail_vi=failure.reason_vi, retry_after=_RETRY_SECONDS
        ) from None


def _unusable(world: World, new: NewSealing) -> InvalidParam | None:
    """Return what is wrong with keys or address; None if an answer can be sealed."""
    keys: tuple[Any, ...] = new.keys or ()
    if new.jwks_uri is not None:
        try:
            keys = key_addresses.keys_at(world, new.jwks_uri, anew=True)
        except FetchError as failure:
            return InvalidParam("body.jwks_uri", failure.reason, failure.reason_vi)
    if public_keys.choose(keys, new.alg) is not None:
        return None
    return InvalidParam(
        "body.keys" if new.jwks_uri is None else "body.jwks_uri",
        "none of the keys can be used" + (f" by {new.alg}" if new.alg else ""),
        "không có khóa nào dùng được" + (f" với {new.alg}" if new.alg else ""),
    )


def _columns(new: NewSealing) -> dict[str, object]:
    return {
        "always": new.always,
        "alg": new.alg,
        "keys": None if new.keys is None else public_keys.kept(new.keys),
        "jwks_uri": new.jwks_uri,
    }
