"""`/v1/public-services`: the catalogue of public services. Open to all: no one's data."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from app.api import answers, schemas
from app.procedures import catalogue, fees
from app.procedures.catalogue import ReusedField, Service

router = APIRouter(prefix="/v1/public-services", tags=["public-services"])

SOURCE = "Quyết định 06/QĐ-TTg (Đề án 06), 2022; from memory"


class ServicesQuery(schemas.Query):
    """Which are wanted: of the Ministry of Public Security or of others, of one agency."""

    of: Annotated[Literal["mps", "others"] | None, Field()] = None
    agency: Annotated[str | None, Field(pattern=schemas.SLUG)] = None


class ServiceView(msgspec.Struct, frozen=True, kw_only=True):
    """One service: who is competent, how much is online, which fields nobody has to write.

    `fee` is in đồng, and what is paid where the provincial council has not waived it
    (`local_fee`); the agency `province` is that of the citizen's residence.
    """

    name: str
    of: str
    title_vi: str
    title_en: str
    agency: str
    level: str
    purpose: str
    reuses: tuple[ReusedField, ...]
    asked: tuple[str, ...]
    working_days: int
    fee: int
    local_fee: bool
    without_waiver: tuple[str, ...]
    law: str
    source: str


@router.get("", responses=answers.of(list[ServiceView]))
def list_public_services(asked: Annotated[ServicesQuery, Query()]) -> Response:
    """List the services that can be asked for: the 25 essential ones of Project 06."""
    found = [
        each
        for each in catalogue.services().values()
        if asked.of in {None, each.of} and asked.agency in {None, each.agency}
    ]
    return answers.json([_view(each) for each in found])


@router.get("/{service}", responses=answers.of(ServiceView))
def get_public_service(service: Annotated[str, Path(pattern=schemas.SLUG)]) -> Response:
    """Show one service."""
    return answers.json(_view(catalogue.find(service)))


def _view(service: Service) -> ServiceView:
    waiverless = tuple(sorted(fees.WITHOUT_WAIVER)) if service.local_fee else ()
    told = {name: getattr(service, name) for name in service.__struct_fields__}
    return ServiceView(**told, without_waiver=waiverless, source=SOURCE)
