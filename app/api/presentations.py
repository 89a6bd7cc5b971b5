"""`/v1/presentations` and `/v1/share-codes`: what holders show to systems, each time logged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Response
from pydantic import AfterValidator, Field

from app.api import answers, exchanges, problems, schemas, writes
from app.api.callers import CallerDep
from app.api.dependencies import CallDep
from app.exchange import access, presentation_requests, presentations, redemptions
from app.exchange.callers import PRESENTATION
from app.identity.credentials import sd_jwt
from app.identity.share_codes import QR_PREFIX
from app.platform import clock

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

router = APIRouter(tags=["wallet"])

_KIND = Annotated[str, Field(pattern="^[a-z][a-z-]{0,63}$", examples=["driver-licence"])]
_CLAIM = Annotated[str, Field(pattern="^[a-z][a-z_]{0,63}$", examples=["full_name"])]
Kinds = Annotated[list[_KIND], Field(min_length=1, max_length=7), AfterValidator(schemas.distinct)]
Claims = Annotated[
    list[_CLAIM], Field(min_length=1, max_length=30), AfterValidator(schemas.distinct)
]
RequestId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


class PresentationAsk(schemas.Strict):
    """Which document to be shown, and which claims of it; and on whose phone to ask."""

    documents: Kinds = Field(description="One of these kinds: see `GET /v1/credential-types`.")
    claims: Claims = Field(description="Claims that all of these kinds have.")
    purpose: schemas.Slug = Field(description="A purpose of a grant: see `GET /v1/me`.")
    number: schemas.Maybe[schemas.Number] = Field(
        None, description="Whose simulated phone is to ask; unsaid: another wallet is shown it."
    )
    officer: schemas.Maybe[schemas.Reference] = None
    dossier: schemas.Maybe[schemas.Reference] = None
    consent: schemas.Maybe[schemas.Reference] = None


class PresentationShown(schemas.Strict):
    """The answer to a request: what a wallet made, or nothing for the simulated phone's."""

    request: str = Field(pattern="^[0-9a-f]{32}$", description="The id of the request.")
    presentation: schemas.Maybe[str] = Field(
        None,
        min_length=1,
        max_length=sd_jwt.LONGEST,
        description="SD-JWT with key binding (RFC 9901). Unsaid: what the phone shows, once its "
        "holder has accepted.",
    )
    officer: schemas.Maybe[schemas.Reference] = None
    dossier: schemas.Maybe[schemas.Reference] = None
    consent: schemas.Maybe[schemas.Reference] = None
    signed: bool = False
    sealed: bool = schemas.SEALED


class ShareCodeShown(schemas.Strict):
    """A code that a holder showed at the counter."""

    code: str = Field(
        pattern=f"^({QR_PREFIX})?[A-Z2-7]{{16}}$",
        description="The code, or what the QR code says.",
        examples=["ABCDEFGHIJKLMNOP"],
    )
    purpose: schemas.Slug = Field(description="A purpose of a grant: see `GET /v1/me`.")
    officer: schemas.Maybe[schemas.Reference] = None
    dossier: schemas.Maybe[schemas.Reference] = None
    signed: bool = False
    sealed: bool = schemas.SEALED


_VIEW = answers.of(presentation_requests.RequestedPresentation)


@router.post(
    "/v1/presentation-requests",
    status_code=201,
    responses={
        **problems.documented(401, 403, 409, 429),
        **answers.of(presentation_requests.RequestedPresentation, status=201, description="Asked"),
    },
)
def ask_for_presentation(call: CallDep, caller: CallerDep, asked: PresentationAsk) -> Response:
    """Ask a holder to show a document: gives the nonce and audience, good for five minutes.

    With `number` the question is put on that person's simulated phone, to be accepted or refused;
    without, give `dcql_query`, `nonce` and `audience` to any wallet (OpenID4VP 1.0). It tells
    nothing about anybody and leaves nothing in the disclosure log.
    """
    new = presentation_requests.NewRequest(
        errand=exchanges.errand(call, asked.purpose, asked.officer, asked.dossier, asked.consent),
        kinds=tuple(asked.documents),
        claims=tuple(asked.claims),
        number=asked.number,
    )

    at = access.of(call.world)

    def job(session: Session) -> Response:
        made = presentation_requests.create(session, at, caller, new, clock.now())
        return answers.json(made, status=201)

    return writes.once(call, caller.client_id, lambda: job)


@router.get(
    "/v1/presentation-requests/{request_id}",
    responses={**problems.documented(401), **_VIEW},
)
def show_presentation_request(call: CallDep, caller: CallerDep, request_id: RequestId) -> Response:
    """Tell how a request stands: whether the holder has accepted."""
    with call.world.session() as session:
        row = presentation_requests.find(session, caller, request_id)
        return answers.json(presentation_requests.view(session, call.world, row, clock.now()))


@router.post(
    "/v1/presentations",
    responses={
        **problems.documented(401, 403, 409, 429),
        **answers.of(presentations.PresentationAnswer, more=exchanges.SIGNED),
    },
)
def take_presentation(call: CallDep, caller: CallerDep, asked: PresentationShown) -> Response:
    """Verify what a holder shows, strictly, and give the claims that were asked for.

    A request is answered once. `outcome` is `genuine`, `rejected` (`checks` says at which check)
    or `declined` by the holder.
    """
    errand = exchanges.errand(
        call, "", asked.officer, asked.dossier, asked.consent, sealed=asked.sealed
    )
    shown = presentations.Shown(request_id=asked.request, presentation=asked.presentation)
    at = access.of(call.world)

    def job(session: Session) -> Response:
        answered = presentations.take(session, at, caller, shown, errand, clock.now())
        return exchanges.told(call, PRESENTATION, answered, signed=asked.signed)

    return writes.once(call, caller.client_id, lambda: job)


@router.post(
    "/v1/share-codes/redemptions",
    responses={
        **problems.documented(401, 403, 409, 429),
        **answers.of(redemptions.RedemptionAnswer, more=exchanges.SIGNED),
    },
)
def redeem_share_code(call: CallDep, caller: CallerDep, asked: ShareCodeShown) -> Response:
    """Redeem the code that a holder shows at a counter: once, within its sixty seconds.

    `outcome` is `shared`, or says why nothing is: `unknown`, `expired`, `used`, `ended`.
    """
    errand = exchanges.errand(
        call, asked.purpose, asked.officer, asked.dossier, sealed=asked.sealed
    )
    at = access.of(call.world)
    code = asked.code.removeprefix(QR_PREFIX)

    def job(session: Session) -> Response:
        answered = redemptions.redeem(session, at, caller, code, errand, clock.now())
        return exchanges.told(call, PRESENTATION, answered, signed=asked.signed)

    return writes.once(call, caller.client_id, lambda: job)
