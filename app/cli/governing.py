"""`dancu reuse`, `statistics`, `inventory`, `withholding …`: how the exchange is governed.

Works on the world on this machine; a server that runs on it sees a change within a second.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_args

import typer
from msgspec import Struct, structs

from app.cli import home
from app.cli.failing import USAGE, CommandError
from app.cli.options import Json, WorldOption
from app.cli.telling import Teller

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from sqlalchemy.orm import Session

_Choice = TypeVar("_Choice", bound=str)

withholdings = typer.Typer(
    help="Have registers kept back, as if their keepers refused to share.", no_args_is_help=True
)

Register = Annotated[
    str, typer.Argument(metavar="REGISTER", help="civil_status, residence, card or contact.")
]


def reuse(
    agency: Annotated[str | None, typer.Option("--agency", help="Its short name.")] = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Show how much of all forms the registry filled in, by agency and province."""
    from app.procedures import reuse as counting

    with home.world(world) as opened, opened.session() as session:
        found = counting.report(session, agency)
    teller = Teller(as_json=json)
    columns = ("agency", "province", "dossiers", "prefilled", "required", "share")
    _table(teller, found.items, columns, "There is no dossier yet.", found)
    if found.share is not None:
        teller.say(f"\n{found.prefilled:,} of {found.required:,}: {found.share:.2%}.")


def statistics(
    measure: Annotated[
        str, typer.Option("--measure", help="people, children, minors, adults or elders.")
    ] = "people",
    by_share: Annotated[
        bool, typer.Option("--by-share", help="Rank by the share of all its people.")
    ] = False,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Show how many people live in each province, ranked; small counts are not told."""
    from app.registry import provinces

    known = _known(measure, get_args(provinces.Measure))
    with home.world(world) as opened, opened.session() as session:
        found = provinces.table(session, opened.today, measure=known, by_share=by_share)
    teller = Teller(as_json=json)
    columns = ("rank", "code", "name", "people", "children", "minors", "adults", "elders", "share")
    _table(teller, [*found.provinces, found.total], columns, "", found)
    teller.say(f"\n{found.suppressed} counts are not told: fewer than {found.least}, or telling.")
    teller.say(f"Ranks are those among the {found.ranked} provinces whose value is told.")


def inventory(
    agency: Annotated[
        str | None, typer.Option("--agency", help="Its short name: what it submitted.")
    ] = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Show which fields agencies hold and want, for the National Data Centre."""
    from app.exchange import agencies, field_inventory

    teller = Teller(as_json=json)
    with home.world(world) as opened, opened.session() as session:
        if agency is not None:
            known = agencies.find(session, agency)
            own = field_inventory.of_agency(session, known.id)
            columns = {"field": "field", "holds": "holds", "wants": "wants"}
            teller.rows(list(own.items), columns, none="It has named nothing.", whole=own)
            teller.say(f"\n{own.agency}: {own.state}.")
            return
        found = field_inventory.report(session)
    names = ("field", "held_by", "wanted_by", "gap", "scattered")
    headings = {name.replace("_", " "): name for name in names}
    teller.rows(list(found.fields), headings, none="Nobody has named anything.", whole=found)
    states = ", ".join(f"{count} {state}" for state, count in found.by_state.items())
    teller.say(f"\nOf {found.agencies} agencies: {states}.")


@withholdings.command(name="list")
def list_(world: WorldOption = None, json: Json = False) -> None:
    """List the registers that are kept back."""
    from app.exchange import withholding

    with home.world(world) as opened, opened.session() as session:
        _tell(withholding.all_of_them(session), json=json)


@withholdings.command()
def put(
    register: Register,
    reason: Annotated[str, typer.Option("--reason", help="Why its keeper does not share it.")],
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Have a register kept back: its fields are withheld from all but their keeper."""
    from app.exchange import withholding
    from app.registry.provenance import REGISTERS

    known = _known(register, REGISTERS)
    _change(
        lambda session, today: withholding.put(session, known, reason, today), world, json=json
    )


@withholdings.command()
def end(register: Register, world: WorldOption = None, json: Json = False) -> None:
    """Have a register shared again."""
    from app.exchange import withholding
    from app.registry.provenance import REGISTERS

    known = _known(register, REGISTERS)
    _change(lambda session, _today: withholding.end(session, known), world, json=json)


def _change(change: Callable[[Session, dt.date], None], world: str | None, *, json: bool) -> None:
    from app.exchange import withholding

    with home.world(world) as opened:
        today = opened.today

        def job(session: Session) -> list[withholding.KeptBack]:
            change(session, today)
            return withholding.all_of_them(session)

        found = opened.writer.submit(job)
    _tell(found, json=json)


def _tell(found: list[Any], *, json: bool) -> None:
    columns = ("register", "keeper", "reason", "since", "fields")
    Teller(as_json=json).rows(
        found, {name: name for name in columns}, none="Everything is shared."
    )


def _known(said: str, known: Sequence[_Choice]) -> _Choice:
    """Return what was said, as one of what there is."""
    for each in known:
        if each == said:
            return each
    raise CommandError(
        f"there is no {said}",
        f"Name one of {', '.join(known)}.",
        code="no-such-name",
        status=USAGE,
    )


def _table(
    teller: Teller, rows: Sequence[Struct], columns: Sequence[str], none: str, whole: object
) -> None:
    """Print rows whose `share` is from 0 to 1, or not told; JSON is `whole`."""
    shown = [
        SimpleNamespace(
            **(structs.asdict(row) | {"share": None if share is None else f"{share:.2%}"})
        )
        for row in rows
        for share in [row.share]  # type: ignore[attr-defined]  # what these rows have in common
    ]
    teller.rows(shown, {name: name for name in columns}, none=none, whole=whole)
