"""`/v1/world-events`: what happened to everybody in a world; open to all: it is no one's data."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import Field

from app.api import answers, schemas
from app.api.dependencies import CallDep
from app.api.reference import MOST_UNITS, UnitView, unit_view
from app.registry import units, world_events

router = APIRouter(tags=["reference"])


class WorldEventView(msgspec.Struct, frozen=True, kw_only=True):
    """An event that concerned all: the day, the law, and how many of what it concerned."""

    name: str
    occurred_on: dt.date
    title_vi: str
    title_en: str
    law: str
    counts: dict[str, int]


class WorldEvents(msgspec.Struct, frozen=True, kw_only=True):
    """What the world has lived through since it began, in order."""

    items: list[WorldEventView]


class SuccessionView(msgspec.Struct, frozen=True, kw_only=True):
    """A ward of the old era and a commune that took it over.

    `relation`: `whole`; of a divided ward `part_main` for the greatest part and `part` for others.
    """

    before: UnitView
    after: UnitView
    relation: str


class SuccessionPage(msgspec.Struct, frozen=True, kw_only=True):
    """Successions by the old codes, and the old code that the next page begins after.

    Those of a divided ward stand together, the main one first.
    """

    items: list[SuccessionView]
    next_after: str | None


class SuccessionsQuery(schemas.Query):
    """Which successions."""

    after: str | None = Field(
        None, pattern="^[0-9]{2,5}$", description="Begin after this code of the old era."
    )
    limit: int = Field(100, ge=1, le=MOST_UNITS)


@router.get("/v1/world-events", responses=answers.of(WorldEvents))
def list_world_events(call: CallDep) -> Response:
    """List what the world has lived through: the merger of units on 1 July 2025."""
    world = call.world
    with world.session() as session:
        found = world_events.between(session, world.spec.start_date, world.today)
    items = [
        WorldEventView(
            name=event.name,
            occurred_on=event.occurred_on,
            title_vi=event.title_vi,
            title_en=event.title_en,
            law=event.law,
            counts=dict(event.counts),
        )
        for event in found
    ]
    return answers.json(WorldEvents(items=items))


@router.get("/v1/unit-successions", responses=answers.of(SuccessionPage))
def list_successions(call: CallDep, asked: Annotated[SuccessionsQuery, Query()]) -> Response:
    """List which commune of 2025 took over which ward of before, whatever the world's date."""
    with call.world.session() as session:
        known = units.of(session)
        page, more = world_events.became(session, asked.after, asked.limit)
    items = [
        SuccessionView(
            before=unit_view(known, one.before),
            after=unit_view(known, one.after),
            relation=one.relation,
        )
        for one in page
    ]
    return answers.json(SuccessionPage(items=items, next_after=more))
