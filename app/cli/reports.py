"""`dancu report`: a world's population beside its sources, as a table and as a picture.

Counts the world on this machine; no server has to run.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from app.cli import home
from app.cli.failing import USAGE, CommandError, DamagedError
from app.cli.options import Json, WorldOption
from app.cli.telling import Teller

if TYPE_CHECKING:
    import datetime as dt

    from app.sandbox.report import Comparison, Report


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One value of the world beside its source's."""

    label: str
    here: float
    source: float


class Distance(msgspec.Struct, frozen=True, kw_only=True):
    """One distribution: `distance` from its source, None where there is too little to compare.

    `holds` is None where no bound is promised.
    """

    name: str
    title: str
    source: str
    measure: str
    distance: float | None
    bound: float | None
    holds: bool | None
    lines: list[Line]


@dataclass(frozen=True)
class _Told:
    world: str
    people: int
    on_record: int
    judged: bool
    today: dt.date
    comparisons: list[Distance]


@dataclass(frozen=True)
class _Row:
    title: str
    distance: str
    bound: str
    holds: str
    measure: str
    source: str


def report(
    world: WorldOption = None,
    picture: Annotated[
        Path | None,
        typer.Option("--picture", metavar="FILE.svg", help="Also draw it, as an SVG file."),
    ] = None,
    details: Annotated[
        str | None,
        typer.Option("--details", metavar="NAME", help="Show every value of one distribution."),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 if a promised bound does not hold.")
    ] = False,
    json: Json = False,
) -> None:
    """Compare the population with its sources: how far each distribution is from what is known.

    The distance is the total variation distance (TVD): the share of people one would have to
    move. Bounds are promised from 200,000 citizens on: in small worlds chance alone exceeds some.
    """
    if picture is not None and picture.suffix.lower() != ".svg":
        raise CommandError(
            f"{picture} is no name of an SVG file", "Name it report.svg.", status=USAGE
        )
    from app.sandbox import picture as pictures
    from app.sandbox import report as reports

    teller = Teller(as_json=json)
    with home.world(world) as opened, teller.progress("Counting") as progress:
        with opened.session() as session:
            made = reports.make(session, opened.today, progress=progress)
        name = opened.name
    if picture is not None:
        picture.write_text(pictures.draw(made, name), encoding="utf-8")
    distances = [_distance(each) for each in made.comparisons]
    _tell(teller, made, name, distances, details)
    if picture is not None:
        teller.note(f"Drawn: {picture}")
    if strict and any(each.holds is False for each in distances):
        raise DamagedError


def _tell(
    teller: Teller, made: Report, world: str, distances: list[Distance], details: str | None
) -> None:
    if teller.as_json:
        told = _Told(world, made.people, made.on_record, made.judged, made.today, distances)
        teller.json(told)
        return
    if details is not None:
        _tell_details(teller, distances, details)
        return
    teller.say(
        f"World {world} on {made.today}: {made.people:,} people alive of {made.on_record:,} on"
        " record, all simulated.\nOn record are as many as the world's size, the lately dead among"
        " them, and the personas with their families.\n"
    )
    if not made.judged:
        teller.say(
            "A small world: chance alone takes some distances past their bounds, so that none"
            " is judged.\n"
        )
    teller.rows(
        [_row(each) for each in distances],
        {
            "distribution": "title",
            "distance": "distance",
            "bound": "bound",
            "holds": "holds",
            "measure": "measure",
            "source": "source",
        },
        none="",
    )


def _tell_details(teller: Teller, distances: list[Distance], name: str) -> None:
    chosen = next((each for each in distances if each.name == name), None)
    if chosen is None:
        raise CommandError(
            f"there is no distribution {name}",
            f"Name one of: {', '.join(each.name for each in distances)}.",
            code="distribution-unknown",
            status=USAGE,
        )
    teller.say(f"{chosen.title}: {chosen.measure} {_written(chosen.distance)} ({chosen.source})\n")
    teller.rows(
        [_Value(line.label, f"{line.here:.5g}", f"{line.source:.5g}") for line in chosen.lines],
        {"value": "label", "here": "here", "source": "source"},
        none="It has no values to show.",
    )


@dataclass(frozen=True)
class _Value:
    label: str
    here: str
    source: str


def _row(each: Distance) -> _Row:
    return _Row(
        title=f"{each.title} ({each.name})",
        distance=_written(each.distance),
        bound="" if each.bound is None else f"{each.bound:g}",
        holds={True: "yes", False: "NO", None: ""}[each.holds],
        measure=each.measure,
        source=each.source,
    )


def _written(distance: float | None) -> str:
    return "–" if distance is None else f"{distance:.4f}"


def _distance(each: Comparison) -> Distance:
    return Distance(
        name=each.name,
        title=each.title,
        source=each.source,
        measure=each.measure,
        distance=each.distance,
        bound=each.bound,
        holds=each.holds,
        lines=[Line(label=line.label, here=line.here, source=line.source) for line in each.lines],
    )
