"""Credentials for wallets: types, issuer, status lists, and their issuing by OpenID4VCI 1.0."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Path, Response

from app.api import answers, problems
from app.api.calls import Call
from app.api.dependencies import CallDep
from app.identity import sources
from app.identity.credentials import issuing, nonces, offers, sd_jwt, status_lists, statuses
from app.identity.credentials.offers import VciError
from app.platform import clock

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

router = APIRouter(tags=["wallet"])

_NO_STORE: Final = {"Cache-Control": "no-store"}
_LASTING: Final = {"Cache-Control": "public, max-age=60"}
_LONGEST_PROOF: Final = 4_096
_MOST_LISTS: Final = 10**9
_ProofText = Annotated[str, msgspec.Meta(max_length=_LONGEST_PROOF)]
_TEXT: Final = {"type": "string"}
_PROOFS: Final = {
    "type": "object",
    "required": ["jwt"],
    "properties": {"jwt": {"type": "array", "items": _TEXT, "minItems": 1, "maxItems": 1}},
}
#: By hand: what is wrong with it is told in the words of OpenID4VCI, and after the token's check.
_ASKED: Final = {
    "requestBody": {
        "required": True,
        "content": {
            answers.JSON: {
                "schema": {
                    "type": "object",
                    "required": ["credential_configuration_id", "proofs"],
                    "properties": {"credential_configuration_id": _TEXT, "proofs": _PROOFS},
                }
            }
        },
    }
}
Kind = Annotated[str, Path(pattern="^[a-z][a-z-]{0,63}$", examples=["driver-licence"])]


class Nonce(msgspec.Struct, frozen=True, kw_only=True):
    """A nonce for one proof (OpenID4VCI §7.2), good for five minutes."""

    c_nonce: str


class Proofs(msgspec.Struct, frozen=True):
    """Proofs of the keys that the credential is to be bound to: one JWT (App. F.1)."""

    jwt: tuple[_ProofText, ...] = ()


class CredentialRequest(msgspec.Struct, frozen=True):
    """What a wallet asks for (OpenID4VCI §8.2). Whatever it says besides is ignored."""

    credential_configuration_id: Annotated[str, msgspec.Meta(max_length=100)]
    proofs: Proofs = Proofs()


class IssuedCredential(msgspec.Struct, frozen=True, kw_only=True):
    """One credential, as an SD-JWT VC."""

    credential: str


class CredentialAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The credentials that were asked for (OpenID4VCI §8.3)."""

    credentials: list[IssuedCredential]


class CredentialError(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong (OpenID4VCI §8.3.1)."""

    error: str
    error_description: str


@router.get("/v1/credential-types", responses=answers.of(list[dict[str, Any]]))
def list_credential_types(call: CallDep) -> Response:
    """List every kind of document that can be in a wallet, with its claims and labels."""
    kinds = sources.all_of_them()
    return answers.json([issuing.type_metadata(call.world, kind) for kind in kinds])


@router.get("/v1/credential-types/{kind}", responses=answers.of(dict[str, Any]))
def show_credential_type(call: CallDep, kind: Kind) -> Response:
    """Describe a type of credential (SD-JWT VC §6): what stands at its `vct`."""
    return answers.json(issuing.type_metadata(call.world, kind), headers=_LASTING)


@router.get(
    "/v1/status-lists/{number}",
    response_class=Response,
    responses={
        200: {
            "description": "A signed list of two bits a credential: 0 valid, 1 not, 2 suspended.",
            "content": {status_lists.MEDIA_TYPE: {"schema": {"type": "string"}}},
        }
    },
)
def show_status_list(
    call: CallDep, number: Annotated[int, Path(ge=0, lt=_MOST_LISTS)]
) -> Response:
    """Give a Token Status List: the status of 131,072 credentials, whoever asks about one."""
    with call.world.session() as session:
        token = statuses.token(session, call.world, number, clock.now())
    return Response(token, media_type=status_lists.MEDIA_TYPE, headers=_LASTING)


@router.get("/.well-known/jwt-vc-issuer", responses=answers.of(dict[str, Any]))
def describe_credential_keys(call: CallDep) -> Response:
    """Give the keys of this world's credentials (SD-JWT VC §5): those before a rotation, too."""
    return answers.json(issuing.issuer_metadata(call.world), headers=_LASTING)


@router.get("/.well-known/openid-credential-issuer", responses=answers.of(dict[str, Any]))
def describe_credential_issuer(call: CallDep) -> Response:
    """Describe this world's credential issuer (OpenID4VCI §12.2)."""
    issuer = call.world.issuer
    described = {
        "credential_issuer": issuer,
        "credential_endpoint": f"{issuer}/oidc/credential",
        "nonce_endpoint": f"{issuer}/oidc/nonce",
        "display": [
            {"name": "Ví giấy tờ mô phỏng (dancu)", "locale": "vi"},
            {"name": "Simulated document wallet (dancu)", "locale": "en"},
        ],
        "credential_configurations_supported": {
            offers.configuration_id(kind): _configuration(call, kind)
            for kind in sources.all_of_them()
        },
    }
    return answers.json(described, headers=_LASTING)


@router.post("/oidc/nonce", responses=answers.of(Nonce))
def give_nonce(call: CallDep) -> Response:
    """Give a nonce for the proof of a key (OpenID4VCI §7): to anybody, for one use."""
    return answers.json(Nonce(c_nonce=nonces.make(call.world, clock.now())), headers=_NO_STORE)


@router.post(
    "/oidc/credential",
    responses={
        **answers.of(CredentialAnswer),
        **answers.of(
            CredentialError, status=400, description="The request cannot be met (§8.3.1)."
        ),
        **answers.of(
            CredentialError, status=401, description="The token is missing or good no longer."
        ),
        **problems.documented(403),
    },
    openapi_extra=_ASKED,
)
def issue_credential(call: CallDep) -> Response:
    """Give the credential that was offered, bound to the key that the proof is by.

    With the access token of a pre-authorised code. A token is good for three, so that a wallet
    may ask again where an answer was lost.
    """
    token = (call.bearer or b"").decode("latin-1")

    def job(session: Session) -> str:
        offers.check_token(session, token, clock.now())
        asked = _asked(call.body)
        return offers.issue(
            session,
            call.world,
            token,
            asked.credential_configuration_id,
            asked.proofs.jwt[0],
            clock.now(),
        )

    try:
        text = call.world.writer.submit(job)
    except VciError as error:
        return _refused(call, error)
    given = CredentialAnswer(credentials=[IssuedCredential(credential=text)])
    return answers.json(given, headers=_NO_STORE)


def _asked(body: bytes) -> CredentialRequest:
    """Read what a wallet asks for (§8.3.1.2 names what is wrong)."""
    try:
        asked = msgspec.json.decode(body, type=CredentialRequest)
    except msgspec.DecodeError as error:
        is_proof = "$.proofs" in str(error)
        name = "invalid_proof" if is_proof else "invalid_credential_request"
        raise VciError(name, "The body is not a request of OpenID4VCI §8.2.") from None
    if len(asked.proofs.jwt) != 1:
        raise VciError("invalid_proof", "proofs must hold one JWT: this issuer gives one at once.")
    return asked


def _refused(call: Call, error: VciError) -> Response:
    call.problem_code = error.error
    told = CredentialError(error=error.error, error_description=error.description)
    if error.error != "invalid_token":
        return answers.json(told, status=HTTPStatus.BAD_REQUEST, headers=_NO_STORE)
    # Who sent no token is told of no error (RFC 6750 §3.1).
    why = ', error="invalid_token"' if call.bearer else ""
    headers = {**_NO_STORE, "WWW-Authenticate": f'Bearer realm="dancu"{why}'}
    return answers.json(told, status=HTTPStatus.UNAUTHORIZED, headers=headers)


def _configuration(call: Call, kind: str) -> dict[str, Any]:
    """Describe one kind of credential (OpenID4VCI §12.2.4, App. A.3)."""
    document = sources.all_of_them()[kind]
    return {
        "format": sd_jwt.TYPE,
        "vct": issuing.type_address(call.world, kind),
        "cryptographic_binding_methods_supported": ["jwk"],
        "credential_signing_alg_values_supported": ["ES256"],
        "proof_types_supported": {"jwt": {"proof_signing_alg_values_supported": ["ES256"]}},
        "credential_metadata": {
            "display": [
                {"name": document.title_vi, "locale": "vi"},
                {"name": document.title_en, "locale": "en"},
            ],
            "claims": [
                {
                    "path": [claim.name],
                    "display": [
                        {"name": claim.label_vi, "locale": "vi"},
                        {"name": claim.label_en, "locale": "en"},
                    ],
                }
                for claim in document.every_claim
            ],
        },
    }
