"""`dancu card …`: the cards of somebody, one of them in full, and its pictures.

Reads the world on this machine; no server has to run. `PERSONA` is a name, `NUMBER` a personal
number; both mean that person's present card. A serial means one card.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import typer

from app.cli import held_cards, home
from app.cli.failing import CommandError
from app.cli.options import Json, WorldOption
from app.cli.telling import Teller

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.identity.cards import Card
    from app.platform.world import World

app = typer.Typer(help="Show cards; draw their pictures.", no_args_is_help=True)

Whose = Annotated[str, typer.Argument(metavar="PERSONA|NUMBER", help="Whose cards.")]
Which = Annotated[str, typer.Argument(metavar=held_cards.METAVAR, help=held_cards.HELP)]
Side = Annotated[Literal["front", "back"], typer.Option("--side", help="Which side.")]
Format = Annotated[
    Literal["png", "svg"] | None,
    typer.Option("--format", help="What kind of file; unsaid: what --out ends in, else png."),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", help="Where to; - is standard output.", dir_okay=False),
]


class CardLine(msgspec.Struct, frozen=True, kw_only=True):
    """A card as it is listed; `status` is what it is worth on the world's today."""

    serial: str
    number: str
    form: str
    state: str
    status: str
    issued_on: dt.date | None
    expires_on: dt.date | None
    reason: str
    variant: str | None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step in a card's life."""

    state: str
    since: dt.date
    reason: str
    by: str | None


class CardInFull(CardLine, frozen=True, kw_only=True):
    """A card with its history, and what machines read on it once it is printed."""

    can: str
    meaning: str
    history: list[Step]
    mrz: list[str]
    qr: str | None


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """A picture that was written."""

    serial: str
    side: str
    file: str
    bytes: int


@app.command(name="list")
def list_(whose: Whose, world: WorldOption = None, json: Json = False) -> None:
    """List every card that somebody has had or asked for, the oldest first."""
    from app.identity import cards

    with home.world(world) as opened, opened.session() as session:
        found = cards.of_citizen(session, held_cards.citizen_id(session, whose), opened.today)
        lines = [_line(session, opened, card) for card in found]
    columns = (
        "serial",
        "form",
        "status",
        "number",
        "issued_on",
        "expires_on",
        "reason",
        "variant",
    )
    Teller(as_json=json).rows(
        lines,
        {name.removesuffix("_on"): name for name in columns},
        none="No card, and no request for one.",
    )


@app.command()
def show(which: Which, world: WorldOption = None, json: Json = False) -> None:
    """Show one card with its history, its zone and the text of its QR code."""
    with home.world(world) as opened, opened.session() as session:
        told = _in_full(session, opened, held_cards.find(session, opened, which))
    teller = Teller(as_json=json)
    steps = (f"{step.since} {step.state} ({step.reason})" for step in told.history)
    teller.record(
        told,
        {
            "serial": told.serial,
            "number": told.number,
            "form": told.form,
            "status": f"{told.status}: {told.meaning}",
            "issued": told.issued_on,
            "expires": told.expires_on,
            "CAN": told.can,
            "variant": told.variant,
            "history": "\n".join(steps),
            "MRZ": "\n".join(told.mrz),
            "QR": told.qr,
        },
    )


@app.command()
def picture(
    which: Which,
    side: Side = "front",
    format_: Format = None,
    out: Out = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Draw one side of a printed card, marked as a specimen."""
    from app.identity import cards, printed
    from app.identity.pictures import forms, png, svg

    with home.world(world) as opened, opened.session() as session:
        card = held_cards.find(session, opened, which)
        serial, shown = cards.serial(opened, card), printed.of(session, card)
    scene = forms.scene(shown, side)
    title = f"{forms.MARK[1]}: {shown.form} {side}"
    form = _form(format_, out)
    drawn = png.draw(scene) if form == "png" else svg.draw(scene, title)
    if out is not None and str(out) == "-":
        sys.stdout.buffer.write(drawn)
        return
    file = out or Path(f"{serial.lower()}-{side}.{form}")
    _write(file, drawn)
    teller = Teller(as_json=json)
    if json:
        teller.json(Drawn(serial=serial, side=side, file=str(file), bytes=len(drawn)))
    teller.say(f"{file}: {side} of {serial}")


def _form(said: str | None, out: Path | None) -> str:
    """Return what kind of file is drawn, and refuse one whose name says another."""
    named = "" if out is None else out.suffix.lower().removeprefix(".")
    if named in {"png", "svg"} and said not in {None, named}:
        raise CommandError(
            f"{out} is to be written as {said}",
            f"Leave --format out, or give the file a name that ends in .{said}.",
            code="file-form-other",
        )
    return said or (named if named == "svg" else "png")


def _write(file: Path, data: bytes) -> None:
    try:
        file.write_bytes(data)
    except OSError as error:
        raise CommandError(
            f"{file} cannot be written: {error.strerror}",
            "Name a file in a folder that exists with --out.",
            code="file-not-written",
        ) from None


def _line(session: Session, world: World, card: Card) -> CardLine:
    from app.identity import cards

    return CardLine(
        serial=cards.serial(world, card),
        number=card.number,
        form=card.form,
        state=card.state,
        status=cards.status(session, card, world.today).code,
        issued_on=card.issued_on,
        expires_on=card.expires_on,
        reason=card.issue_reason,
        variant=card.variant,
    )


def _in_full(session: Session, world: World, card: Card) -> CardInFull:
    from app.identity import cards, mrz, printed, qr

    line = _line(session, world, card)
    shown = None if card.issued_on is None else printed.of(session, card)
    return CardInFull(
        **msgspec.structs.asdict(line),
        can=cards.access_number(card),
        meaning=cards.MEANINGS[cards.Standing(line.status)][1],
        history=[
            Step(state=step.state, since=step.since, reason=step.reason, by=step.recorded_by)
            for step in cards.history(session, card.id)
        ],
        mrz=[] if shown is None else list(mrz.td1(printed.document(shown))),
        qr=None if shown is None else qr.write(shown),
    )
