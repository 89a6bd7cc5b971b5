"""`dancu service …`: the catalogue of public services, as a running server has it."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from app.cli import remote
from app.cli.options import Json, ServerOption, WorldOption
from app.cli.telling import Teller

app = typer.Typer(help="See which public services there are.", no_args_is_help=True)

Agency = Annotated[
    str | None,
    typer.Option("--agency", metavar="NAME", help="Only those of one agency: bca, province."),
]


class _Asked(msgspec.Struct, frozen=True):
    disclosure: str
    field: str


class _Service(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    of: str
    title_vi: str
    title_en: str
    agency: str
    level: str
    purpose: str
    reuses: list[_Asked]
    asked: list[str]
    working_days: int
    fee: int
    local_fee: bool
    without_waiver: list[str]
    law: str
    source: str


@app.command("list")
def list_services(
    agency: Agency = None,
    world: WorldOption = None,
    server: ServerOption = None,
    json: Json = False,
) -> None:
    """List the services, who is competent, and how long each takes."""
    query = "" if agency is None else f"?agency={agency}"
    with remote.connect(server, world) as at:
        found = at.get(f"/v1/public-services{query}", list[_Service])
    columns = {
        "name": "name",
        "agency": "agency",
        "online": "level",
        "working days": "working_days",
        "fee (đ)": "fee",
        "title": "title_vi",
    }
    Teller(as_json=json).rows(found, columns, none="No service is this agency's.")


@app.command("show")
def show_service(
    name: Annotated[str, typer.Argument(metavar="SERVICE", help="Its name.")],
    world: WorldOption = None,
    server: ServerOption = None,
    json: Json = False,
) -> None:
    """Show one service: which fields come from the registry, and what the citizen gives."""
    with remote.connect(server, world) as at:
        found = at.get(f"/v1/public-services/{name}", _Service)
    waived = f", waived online but in {', '.join(found.without_waiver)}" if found.local_fee else ""
    Teller(as_json=json).text(
        found,
        [
            f"{found.title_vi} · {found.title_en}",
            f"agency {found.agency}, {found.level} online, {found.working_days} working days",
            f"fee {found.fee} đ{waived}",
            f"from the registry: {' '.join(each.field for each in found.reuses)}",
            f"from the citizen: {' '.join(found.asked)}",
            f"{found.law} ({found.source})",
        ],
    )
