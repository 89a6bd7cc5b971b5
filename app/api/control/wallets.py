"""`/control/v1/phones/{who}/wallet`: the documents on a simulated phone, and showing them."""

from __future__ import annotations

import datetime as dt
import io
import json
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import msgspec
import segno
from fastapi import APIRouter, Path, Response
from pydantic import Field

from app.api import answers, problems, schemas, writes
from app.api.control.holders import Who
from app.api.control.operators import NAME, OF_WORLD
from app.api.dependencies import CallDep
from app.api.presentations import Claims, Kinds
from app.identity import account_problems, accounts, share_codes, wallet
from app.identity.credentials import issuing, offers, presenting
from app.identity.wallet import Held
from app.platform import clock
from app.sandbox import personas

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.api.calls import Call
    from app.identity.accounts import Account

router = APIRouter(
    prefix="/control/v1/phones/{who}/wallet", tags=["wallet"], dependencies=[OF_WORLD]
)

DocumentId = Annotated[int, Path(ge=1, le=schemas.LARGEST)]


class DocumentRequest(schemas.Strict):
    """Which document to integrate; `number` where the source has several of the kind."""

    kind: str = Field(pattern="^[a-z][a-z-]{0,63}$", examples=["driver-licence"])
    number: schemas.Maybe[schemas.Reference] = None


class ShareRequest(schemas.Strict):
    """Which claims of a document a clerk may see."""

    claims: Claims


class ShareView(msgspec.Struct, frozen=True, kw_only=True):
    """A code to show at a counter, and its QR code as SVG; good once, until `expires_at`."""

    code: str
    qr_text: str
    qr_svg: str
    document: str
    claims: list[str]
    expires_at: dt.datetime
    simulated: bool = True


class OfferRequest(schemas.Strict):
    """How the credential is offered: with a transaction code besides, or without."""

    tx_code: bool = False


class OfferView(msgspec.Struct, frozen=True, kw_only=True):
    """An offer for another wallet (OpenID4VCI 1.0 §4); `tx_code` goes another way than `uri`."""

    uri: str
    credential_offer: dict[str, Any]
    tx_code: str | None
    expires_at: dt.datetime
    simulated: bool = True


class ShowRequest(schemas.Strict):
    """What a verifier asks for, as its request says it."""

    documents: Kinds
    claims: Claims
    nonce: schemas.Reference
    audience: schemas.Sentence


class CredentialView(msgspec.Struct, frozen=True, kw_only=True):
    """A credential or a presentation, as text."""

    text: str
    simulated: bool = True


_DOCUMENT = answers.of(Held)


@router.get("", responses={**problems.documented(401), **answers.of(list[Held])})
def show_wallet(call: CallDep, who: Who) -> Response:
    """Show what is and was in a wallet, each with its history."""
    with call.world.session() as session:
        account = _account(session, who)
        return answers.json(wallet.contents(session, account, call.world.today))


@router.post(
    "",
    status_code=201,
    responses={
        **problems.documented(401, 403, 409),
        **answers.of(Held, status=201, description="Asked for: see `state`"),
    },
)
def request_document(call: CallDep, who: Who, asked: DocumentRequest) -> Response:
    """Ask for a document: its source is checked, and it is integrated or refused."""

    def job(session: Session) -> Response:
        held = wallet.request(
            session, _account(session, who), asked.kind, asked.number, call.world.today
        )
        return answers.json(held, status=201)

    return writes.once(call, NAME, lambda: job)


@router.post(
    "/presentations",
    responses={**problems.documented(401, 403, 409), **answers.of(CredentialView)},
)
def make_presentation(call: CallDep, who: Who, asked: ShowRequest) -> Response:
    """Make a presentation as the phone does: the claims asked for, bound to nonce and audience."""
    request = presenting.Request(
        kinds=asked.documents, claims=asked.claims, nonce=asked.nonce, audience=asked.audience
    )
    return _act(
        call,
        lambda session: presenting.present(
            session, call.world, _account(session, who), request, clock.now()
        ),
        lambda text: CredentialView(text=text),
    )


@router.get("/{document_id}", responses={**problems.documented(401), **_DOCUMENT})
def show_document(call: CallDep, who: Who, document_id: DocumentId) -> Response:
    """Show one document of a wallet."""
    with call.world.session() as session:
        account = _account(session, who)
        return answers.json(wallet.find(session, account, document_id, call.world.today))


@router.post(
    "/{document_id}/refresh", responses={**problems.documented(401, 403, 409), **_DOCUMENT}
)
def refresh_document(call: CallDep, who: Who, document_id: DocumentId) -> Response:
    """Ask the source again: what changed is taken over, what counts no more is withdrawn."""
    return _act(
        call,
        lambda session: wallet.refresh(
            session, _account(session, who), document_id, call.world.today, clock.now()
        ),
    )


@router.delete("/{document_id}", responses={**problems.documented(401, 409), **_DOCUMENT})
def remove_document(call: CallDep, who: Who, document_id: DocumentId) -> Response:
    """Take a document out of the wallet; its credentials are revoked."""
    return _act(
        call,
        lambda session: wallet.remove(
            session, _account(session, who), document_id, call.world.today, clock.now()
        ),
    )


@router.post(
    "/{document_id}/credential",
    responses={**problems.documented(401, 403, 409), **answers.of(CredentialView)},
)
def show_credential_text(call: CallDep, who: Who, document_id: DocumentId) -> Response:
    """Show the credential that the phone keeps of a document; it is given if there is none yet."""

    def given(session: Session) -> str:
        account = _account(session, who)
        held = wallet.find(session, account, document_id, call.world.today)
        return issuing.on_phone(session, call.world, account, held, clock.now())

    return _act(call, given, lambda text: CredentialView(text=text))


@router.post(
    "/{document_id}/offers",
    status_code=201,
    responses={
        **problems.documented(401, 403, 409),
        **answers.of(OfferView, status=201, description="Offered"),
    },
)
def offer_credential(
    call: CallDep, who: Who, document_id: DocumentId, asked: OfferRequest
) -> Response:
    """Offer a document to another wallet, by a code that is good once for ten minutes."""

    def made(session: Session) -> offers.Offer:
        return offers.offer(
            session,
            _account(session, who),
            document_id,
            with_code=asked.tx_code,
            now=clock.now(),
            today=call.world.today,
        )

    return _act(call, made, lambda offer: _offer(call, offer), status=201)


@router.post(
    "/{document_id}/share-codes",
    status_code=201,
    responses={
        **problems.documented(401, 403, 409),
        **answers.of(ShareView, status=201, description="Made"),
    },
)
def make_share_code(
    call: CallDep, who: Who, document_id: DocumentId, asked: ShareRequest
) -> Response:
    """Make a code for a clerk at a counter: single use, sixty seconds, the claims chosen here."""

    def made(session: Session) -> share_codes.Shared:
        return share_codes.share(
            session,
            _account(session, who),
            document_id,
            asked.claims,
            call.world.today,
            clock.now(),
        )

    return _act(call, made, _share, status=201)


def _act(
    call: Call,
    do: Callable[[Session], Any],
    view: Callable[[Any], Any] = lambda done: done,
    *,
    status: int = 200,
) -> Response:
    """Do something on the phone in one transaction, and tell what came of it."""

    def job(session: Session) -> Response:
        headers = {"Cache-Control": "no-store"}
        return answers.json(view(do(session)), status=status, headers=headers)

    return writes.once(call, NAME, lambda: job)


def _account(session: Session, who: str) -> Account:
    """Return the account of whoever is meant.

    Raises `citizen-unknown`, `persona-unknown` and `account-missing`.
    """
    account = accounts.of(session, personas.whose(session, who))
    if account is None:
        raise account_problems.ACCOUNT_MISSING.error()
    return account


def _offer(call: Call, made: offers.Offer) -> OfferView:
    offer = offers.credential_offer(call.world, made)
    text = quote(json.dumps(offer, separators=(",", ":")))
    return OfferView(
        uri=f"openid-credential-offer://?credential_offer={text}",
        credential_offer=offer,
        tx_code=made.tx_code,
        expires_at=made.expires_at,
    )


def _share(made: share_codes.Shared) -> ShareView:
    svg = io.BytesIO()
    segno.make_qr(made.qr_text, error="m").save(svg, kind="svg", scale=4, xmldecl=False)
    return ShareView(
        code=made.code,
        qr_text=made.qr_text,
        qr_svg=svg.getvalue().decode(),
        document=made.kind,
        claims=made.claims,
        expires_at=made.expires_at,
    )
