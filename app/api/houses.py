"""`/v1/houses`: identifiers of houses, by address and back; who lives there is not told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from app.api import answers, problems, schemas
from app.api.callers import CallerDep
from app.api.dependencies import CallDep
from app.api.reference import UNIT_UNKNOWN
from app.platform import errors
from app.registry import houses, units

if TYPE_CHECKING:
    from app.api.calls import Call
    from app.registry.houses import House
    from app.registry.units import Units

router = APIRouter(prefix="/v1/houses", tags=["public-services"])

HOUSE_UNKNOWN = errors.declare(
    code="house-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có hộ nào ở địa chỉ, mã định danh nhà này",
    title_en="No household is on record at this house",
    next_vi="Tìm theo địa chỉ: GET /v1/houses?unit=…&address=…",
    next_en="Look for it by its address: GET /v1/houses?unit=…&address=…",
)


class HousesQuery(schemas.Query):
    """An address: the commune's code, and the line below it."""

    unit: Annotated[str, Field(pattern="^[0-9]{5}$", examples=["00004"])]
    address: Annotated[str, Field(min_length=1, max_length=200, pattern=schemas.LINE)]


class HouseView(msgspec.Struct, frozen=True, kw_only=True):
    """A house: its identifier, the line of its address, and the units in which it lies today."""

    id: str
    address: str
    units: tuple[str, ...]
    simulated: bool = True


@router.get("", responses={**problems.documented(401), **answers.of(list[HouseView])})
def find_houses(
    call: CallDep, caller: CallerDep, asked: Annotated[HousesQuery, Query()]
) -> Response:
    """Find the identifier of an address, however it is written."""
    del caller
    with call.world.session() as session:
        known = units.of(session)
        unit = units.find(known, asked.unit, units.era_on(call.world.today))
        if unit is None:
            raise UNIT_UNKNOWN.error()
        found = houses.at(session, known, unit, asked.address)
    return answers.json([_view(call, known, each) for each in found])


@router.get("/{house_id}", responses={**problems.documented(401), **answers.of(HouseView)})
def get_house(
    call: CallDep,
    caller: CallerDep,
    house_id: Annotated[str, Path(pattern=houses.PATTERN)],
) -> Response:
    """Say which address an identifier stands for."""
    del caller
    with call.world.session() as session:
        known = units.of(session)
        house = houses.find(session, known, house_id)
    if house is None:
        raise HOUSE_UNKNOWN.error()
    return answers.json(_view(call, known, house))


def _view(call: Call, known: Units, house: House) -> HouseView:
    return HouseView(
        id=house.id,
        address=house.address,
        units=houses.as_of(known, house, call.world.today),
    )
