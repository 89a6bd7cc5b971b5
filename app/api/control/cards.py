"""`/control/v1/cards`: a citizen's cards, what happens to them, and what they look like to a test.

The citizen needs none of this: it stands in for the counter, the printing works and the police.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from fastapi import APIRouter, Path, Response
from pydantic import Field

from app.api import answers, problems, schemas, writes
from app.api.control.operators import NAME, OF_WORLD
from app.api.control.people import citizen_id_of
from app.api.dependencies import CallDep
from app.identity import card_life, card_requests, cards, mrz, printed, qr, serials
from app.identity.card_life import Occasion
from app.identity.cards import Card, Event
from app.identity.pictures import forms, png, svg
from app.platform import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.api.calls import Call

router = APIRouter(prefix="/control/v1/cards", tags=["control"], dependencies=[OF_WORLD])

Serial = Annotated[str, Path(pattern=serials.PATTERN, description="16 characters, in any case.")]
Who = Literal["holder", "representative", "authority"]


class CardsOfCitizen(schemas.Strict):
    """Whose cards."""

    pin: str = Field(pattern=schemas.PIN)


class CardRequest(schemas.Strict):
    """A request for a card; for who is under 14, by the representative."""

    pin: str = Field(pattern=schemas.PIN)
    reason: Literal[card_requests.REASONS] = Field(  # type: ignore[valid-type]  # one list of them
        description="Why: first issue, change (Art 24 (1)) or re-issue (Art 24 (2))."
    )
    by: Who = "holder"


class CardAdvance(schemas.Strict):
    """How far a request is taken: one step, or as many as lead to `to`."""

    to: schemas.Maybe[
        Literal["taken_biometrics", "approved", "printed", "delivered", "active"]
    ] = None


class CardMove(schemas.Strict):
    """What happens to a card; the usual reason if none is said."""

    move: Literal[tuple(card_life.MOVES)]  # type: ignore[valid-type]  # known at start only
    reason: schemas.Maybe[schemas.Slug] = None
    by: Who = "authority"


class CardVariant(schemas.Strict):
    """What a card is made to be: see docs/chip.md. Null makes it genuine again."""

    variant: Literal[cards.VARIANTS] | None  # type: ignore[valid-type]  # one list of them


class CardStatusView(msgspec.Struct, frozen=True, kw_only=True):
    """What a card is worth on the world's today, since when, and whether it may be relied on."""

    code: str
    since: dt.date | None
    usable: bool


class CardEventView(msgspec.Struct, frozen=True, kw_only=True):
    """One step in a card's life; what was generated with the world has no `recorded_at`."""

    state: str
    since: dt.date
    reason: str
    recorded_at: str | None
    recorded_by: str | None


class CardView(msgspec.Struct, frozen=True, kw_only=True):
    """A card. `can` opens its chip; `due_on` is the end of the term of a request under way."""

    serial: str
    number: str
    form: str
    state: str
    state_since: dt.date
    issued_on: dt.date | None
    issued_by: str | None
    expires_on: dt.date | None
    issue_reason: str
    variant: str | None
    can: str
    due_on: dt.date | None
    status: CardStatusView
    simulated: bool = True


class CardInFull(CardView, frozen=True, kw_only=True):
    """A card with its history, and what is machine-readable on it once it is printed."""

    history: list[CardEventView]
    mrz: list[str] | None
    qr: str | None


@router.post("/searches", responses={**problems.documented(401), **answers.of(list[CardView])})
def find_cards(call: CallDep, asked: CardsOfCitizen) -> Response:
    """List every card a citizen has had or asked for, the oldest first, requests last."""
    with call.world.session() as session:
        citizen_id = citizen_id_of(session, asked.pin)
        found = cards.of_citizen(session, citizen_id, call.world.today)
        told = [_view(call, session, card) for card in found]
    return writes.answered(call, NAME, answers.json(told))


@router.post(
    "",
    status_code=201,
    responses={
        **problems.documented(401, 409, 422),
        **answers.of(CardView, status=201, description="Asked for"),
    },
)
def request_card(call: CallDep, asked: CardRequest) -> Response:
    """Ask for a card: first issue, change or re-issue."""

    def job(session: Session) -> Response:
        citizen_id = citizen_id_of(session, asked.pin)
        card = card_requests.request(
            session, citizen_id, str(asked.reason), _occasion(call, asked.by)
        )
        return answers.json(_view(call, session, card), status=201)

    return writes.once(call, NAME, lambda: job)


@router.get("/{serial}", responses={**problems.documented(401), **answers.of(CardInFull)})
def show_card(call: CallDep, serial: Serial) -> Response:
    """Show one card with its history, its machine-readable zone and the text of its QR code."""
    with call.world.session() as session:
        return answers.json(_in_full(call, session, cards.find(session, call.world, serial)))


@router.post(
    "/{serial}/advance",
    responses={**problems.documented(401, 409, 422), **answers.of(CardInFull)},
)
def advance_card(call: CallDep, serial: Serial, asked: CardAdvance) -> Response:
    """Take a request on: biometrics, approval, printing, delivery, handing over."""

    def change(session: Session, card: Card) -> Card:
        occasion = _occasion(call, "authority")
        return card_requests.advance(session, card.id, occasion, asked.to)

    return _changed(call, serial, change)


@router.post(
    "/{serial}/moves",
    responses={**problems.documented(401, 409, 422), **answers.of(CardInFull)},
)
def move_card(call: CallDep, serial: Serial, asked: CardMove) -> Response:
    """Report a card lost or damaged, find, hold, release or revoke it, or cancel a request."""

    def change(session: Session, card: Card) -> Card:
        occasion = _occasion(call, asked.by)
        return card_life.move(session, card.id, str(asked.move), occasion, asked.reason)

    return _changed(call, serial, change)


@router.patch("/{serial}", responses={**problems.documented(401, 409), **answers.of(CardInFull)})
def alter_card(call: CallDep, serial: Serial, asked: CardVariant) -> Response:
    """Make a card other than genuine, for readers to notice, or genuine again."""

    def change(session: Session, card: Card) -> Card:
        card_life.make_variant(session, card.id, asked.variant)
        return cards.find(session, call.world, serial)

    return _changed(call, serial, change)


_MEDIA = {"png": "image/png", "svg": "image/svg+xml"}
#: A picture that is opened by itself runs nothing and loads nothing.
_HARMLESS = {"content-security-policy": "default-src 'none'; img-src data:; sandbox"}


def _picture(side: forms.Side, form: str) -> Callable[..., Response]:
    """Return the function of one picture's address."""

    def picture(call: CallDep, serial: Serial) -> Response:
        with call.world.session() as session:
            shown = printed.of(session, cards.find(session, call.world, serial))
        scene = forms.scene(shown, side)
        title = f"{forms.MARK[1]}: {shown.form} {side}"
        drawn = png.draw(scene) if form == "png" else svg.draw(scene, title)
        return Response(drawn, media_type=_MEDIA[form], headers=_HARMLESS)

    picture.__name__ = f"draw_{side}_{form}"
    picture.__doc__ = (
        f"Draw the {side} of a printed card, marked as a specimen: its zone and QR code can be "
        "read by machines."
    )
    return picture


for _side in forms.SIDES:
    for _form, _media in _MEDIA.items():
        router.add_api_route(
            f"/{{serial}}/{_side}.{_form}",
            _picture(_side, _form),
            methods=["GET"],
            summary=f"Picture of the {_side} ({_form.upper()})",
            response_class=Response,
            responses={
                **problems.documented(401, 409),
                200: {
                    "description": "The picture",
                    "content": {_media: {"schema": {"type": "string", "format": "binary"}}},
                },
            },
        )


def _changed(call: Call, serial: str, change: Callable[[Session, Card], Card]) -> Response:
    def job(session: Session) -> Response:
        card = change(session, cards.find(session, call.world, serial))
        return answers.json(_in_full(call, session, card))

    return writes.once(call, NAME, lambda: job)


def _occasion(call: Call, by: Who) -> Occasion:
    return Occasion(today=call.world.today, now=clock.now(), by=by)


def _in_full(call: Call, session: Session, card: Card) -> CardInFull:
    shown = None if card.issued_on is None else printed.of(session, card)
    return CardInFull(
        **msgspec.structs.asdict(_view(call, session, card)),
        history=[_event(event) for event in cards.history(session, card.id)],
        mrz=None if shown is None else list(mrz.td1(printed.document(shown))),
        qr=None if shown is None else qr.write(shown),
    )


def _view(call: Call, session: Session, card: Card) -> CardView:
    status = cards.status(session, card, call.world.today)
    due_on = None
    if card.state in cards.UNDER_WAY:
        due_on = card_requests.due_on(cards.history(session, card.id)[0].since)
    return CardView(
        serial=cards.serial(call.world, card),
        number=card.number,
        form=card.form,
        state=card.state,
        state_since=card.state_since,
        issued_on=card.issued_on,
        issued_by=card.issued_by,
        expires_on=card.expires_on,
        issue_reason=card.issue_reason,
        variant=card.variant,
        can=cards.access_number(card),
        due_on=due_on,
        status=CardStatusView(code=status.code, since=status.since, usable=status.usable),
    )


def _event(event: Event) -> CardEventView:
    at = event.recorded_at
    return CardEventView(
        state=event.state,
        since=event.since,
        reason=event.reason,
        recorded_at=None if at is None else clock.rfc3339_ms(at),
        recorded_by=event.recorded_by,
    )
