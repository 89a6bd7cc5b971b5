"""`/v1/register-verifications/…`: an address for each claim to a register of others: yes or no."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
from fastapi import APIRouter, Body, Response
from pydantic import Field, create_model

from app.api import answers, exchanges, problems, schemas
from app.api.callers import CallerDep
from app.api.dependencies import CallDep
from app.exchange import register_claim, register_verification
from app.exchange.callers import REGISTER

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.exchange.answered import Answered
    from app.exchange.register_claim import Named, RegisterClaim

router = APIRouter(tags=["exchange"])

_MaybeText = schemas.Maybe[str]
_ADDRESS: Final = "/v1/register-verifications"


class RegisterVerificationRequest(schemas.Strict):
    """A claim about a number's bearer: what is claimed, what for, on whose behalf."""

    number: schemas.Number
    purpose: schemas.Slug = Field(description="A purpose of a grant: see `GET /v1/me`.")
    officer: schemas.Maybe[schemas.Reference] = None
    dossier: schemas.Maybe[schemas.Reference] = None
    consent: schemas.Maybe[schemas.Reference] = None
    signed: bool = Field(
        default=False, description="Answer as a JWS, like `Accept: application/jose`."
    )
    sealed: bool = schemas.SEALED


class NamedView(msgspec.Struct, frozen=True, kw_only=True):
    """What a claim names besides the number."""

    name: str
    label_vi: str
    label_en: str
    required: bool


class RegisterClaimView(msgspec.Struct, frozen=True, kw_only=True):
    """One claim: the register it is put to, and its `field` in grants and consents."""

    name: str
    field: str
    register: str
    label_vi: str
    label_en: str
    law: str
    sensitivity: str
    claims: list[NamedView]


@router.get(_ADDRESS, responses=answers.of(list[RegisterClaimView]), tags=["reference"])
def list_register_claims() -> Response:
    """List every claim that registers of others answer with yes or no."""
    return answers.json([_view(each) for each in register_claim.all_of_them().values()])


def _view(claim: RegisterClaim) -> RegisterClaimView:
    return RegisterClaimView(
        name=claim.name,
        field=claim.field,
        register=claim.register,
        label_vi=claim.label_vi,
        label_en=claim.label_en,
        law=claim.law,
        sensitivity=claim.sensitivity,
        claims=[
            NamedView(
                name=named.name,
                label_vi=named.label_vi,
                label_en=named.label_en,
                required=named.required,
            )
            for named in claim.named
        ],
    )


def _verify(call: CallDep, caller: CallerDep, claim: RegisterClaim, asked: Any) -> Response:
    """Put the claim to the exchange, and have the leaf committed before the answer starts."""
    question = register_verification.RegisterQuestion(
        errand=exchanges.errand_of(call, asked),
        claim=claim,
        number=asked.number,
        said=asked.claims.model_dump(exclude_none=True) if claim.named else {},
    )

    def tell(answered: Answered, _prepared: register_verification.Prepared) -> Response:
        return exchanges.told(call, REGISTER, answered, signed=asked.signed)

    return exchanges.put(call, caller, register_verification, question, tell)


def _route(claim: RegisterClaim) -> Callable[..., Response]:
    """Return the function of one claim's address, its request typed by what the claim names."""
    members: dict[str, Any] = {"claims": _claims(claim)} if claim.named else {}
    request = create_model(
        f"{_camel(claim)}Request",
        __base__=RegisterVerificationRequest,
        __doc__=f"The claim `{claim.name}` about a number's bearer.",
        **members,
    )

    def verify(call: CallDep, caller: CallerDep, asked: Any = Body()) -> Response:  # noqa: B008 - FastAPI's way
        return _verify(call, caller, claim, asked)

    verify.__annotations__["asked"] = request
    verify.__name__ = f"verify_{claim.field}"
    verify.__doc__ = (
        f"{claim.label_en} · {claim.label_vi}. Law: {claim.law}.\n\n"
        "Answers yes or no, and with `outcome_detail` unknown, and why; no data leaves. A claim "
        "that fails is counted as a guess."
    )
    return verify


def _claims(claim: RegisterClaim) -> Any:
    """Return the type of what a claim names; it may be left out where nothing has to be named."""
    members: dict[str, Any] = {named.name: _member(named) for named in claim.named}
    model = create_model(
        f"{_camel(claim)}Claims",
        __base__=schemas.Strict,
        __doc__=f"What `{claim.name}` names besides the number.",
        **members,
    )
    if any(named.required for named in claim.named):
        return (model, ...)
    return (model, Field(default_factory=model))


def _member(named: Named) -> tuple[Any, Any]:
    words: dict[str, Any] = {
        "pattern": named.pattern,
        "description": f"{named.label_en} · {named.label_vi}",
        "examples": [named.example],
    }
    if named.required:
        return (str, Field(**words))
    return (_MaybeText, Field(None, **words))


def _camel(claim: RegisterClaim) -> str:
    return "".join(part.capitalize() for part in claim.name.split("-"))


for _each in register_claim.all_of_them().values():
    router.add_api_route(
        f"{_ADDRESS}/{_each.name}",
        _route(_each),
        methods=["POST"],
        summary=_each.label_en,
        responses={
            **problems.documented(401, 403, 409, 429),
            **answers.of(register_verification.RegisterAnswer, more=exchanges.SIGNED),
        },
    )
