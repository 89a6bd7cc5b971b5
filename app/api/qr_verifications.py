"""`/v1/qr-verifications`: the text of a card's QR code, compared with card and registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Response
from pydantic import Field

from app.api import answers, exchanges, problems, schemas
from app.api.callers import CallerDep
from app.api.dependencies import CallDep
from app.exchange import qr_verification
from app.exchange.callers import QR
from app.identity import qr
from app.platform import errors
from app.platform.errors import InvalidParam

if TYPE_CHECKING:
    from app.exchange.answered import Answered

router = APIRouter(tags=["chip"])

MALFORMED = errors.declare(
    code="qr-text-malformed",
    kind="invalid",
    fault_of="caller",
    title_vi="Nội dung này không phải của mã QR trên thẻ",
    title_en="This is not the text of a card's QR code",
    next_vi="Gửi nguyên văn nội dung quét được; tài liệu cards.md mô tả các trường.",
    next_en="Send what was scanned, unchanged; docs/cards.md describes its fields.",
)


class QrVerificationRequest(schemas.Strict):
    """What was scanned from a card, unchanged."""

    text: str = Field(min_length=1, max_length=qr.LONGEST)
    purpose: schemas.Slug = Field(description="A purpose of a grant: see `GET /v1/me`.")
    officer: schemas.Maybe[schemas.Reference] = None
    dossier: schemas.Maybe[schemas.Reference] = None
    consent: schemas.Maybe[schemas.Reference] = None
    signed: bool = Field(
        default=False, description="Answer as a JWS, like `Accept: application/jose`."
    )
    sealed: bool = schemas.SEALED


@router.post(
    "/v1/qr-verifications",
    responses={
        **problems.documented(401, 403, 409, 429),
        **answers.of(qr_verification.QrAnswer, more=exchanges.SIGNED),
    },
)
def verify_qr(call: CallDep, caller: CallerDep, asked: QrVerificationRequest) -> Response:
    """Say whether the text of a QR code is that of a card, and whether the card is still good.

    The code is not signed, so that anybody can make one: its fields are compared with what was
    printed, and with the registry as it is today. The exchange is in the log before the answer.
    """
    question = qr_verification.QrQuestion(
        errand=exchanges.errand_of(call, asked),
        payload=_read(asked.text),
    )

    def tell(answered: Answered, _prepared: qr_verification.Prepared) -> Response:
        return exchanges.told(call, QR, answered, signed=asked.signed)

    return exchanges.put(call, caller, qr_verification, question, tell)


def _read(text: str) -> qr.Payload:
    try:
        return qr.parse(text)
    except ValueError as error:
        raise MALFORMED.error(params=(InvalidParam("text", str(error)),)) from None
