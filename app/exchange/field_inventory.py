"""Field inventory: what each agency holds and what it wants, for the National Data Centre.

Resolution 175/NQ-CP has agencies say which fields they hold and which they want. Of sixteen
ministries two had answered whole, nine in part and five not at all when it was reported in April
2024: a new world begins so, and each submission takes the place of what is there. Which ministries
they were, and what they named, is our choice.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final, Literal

import msgspec
from sqlalchemy import select

from app.exchange import disclosing
from app.exchange.models import Agency, FieldInventory

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

#: Fields that one agency may name.
MOST_FIELDS: Final = 500

State = Literal["none", "partial", "complete"]


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A field by its name, and whether the agency holds it, wants it, or (a copy) both."""

    field: str
    holds: bool
    wants: bool


class Inventory(msgspec.Struct, frozen=True, kw_only=True):
    """What an agency submitted: `partial` until it says that it is all.

    `on` is the world's day, null for what the world began with.
    """

    agency: str
    agency_code: str
    state: State
    items: tuple[Named, ...]
    on: dt.date | None
    submitted_by: str | None


class FieldLine(msgspec.Struct, frozen=True, kw_only=True):
    """A field: who holds it and who wants it, by their slugs.

    `gap`: it is wanted and nobody holds it. `scattered`: several hold it, so it has to agree.
    """

    field: str
    held_by: tuple[str, ...]
    wanted_by: tuple[str, ...]
    gap: bool
    scattered: bool


class InventoryReport(msgspec.Struct, frozen=True, kw_only=True):
    """The state of the survey, agency by agency and field by field."""

    agencies: int
    by_state: dict[str, int]
    inventories: tuple[Inventory, ...]
    fields: tuple[FieldLine, ...]
    simulated: bool = True


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """What an agency says now; `complete`: this is all it holds and wants."""

    items: tuple[Named, ...]
    complete: bool
    officer: str | None
    on: dt.date


@cache
def fields() -> tuple[str, ...]:
    """Return the names that fields have: those that are disclosed, and those of the survey."""
    surveyed = {one.field for _, named in _asked().values() for one in named}
    return tuple(sorted({*disclosing.CATALOGUE, *surveyed}))


def submit(session: Session, agency_id: int, said: Submission) -> None:
    """Put an agency's inventory in place of the one there is.

    What is not checked: that each field is one of `fields`, named once, and that something is held
    or wanted where this is all; the caller has made sure of it.
    """
    known = session.get(FieldInventory, agency_id)
    if known is None:
        known = FieldInventory(agency_id=agency_id)
        session.add(known)
    known.complete = said.complete
    known.holds = [one.field for one in said.items if one.holds]
    known.wants = [one.field for one in said.items if one.wants]
    known.submitted_on = said.on
    known.officer = said.officer
    session.flush()


def of_agency(session: Session, agency_id: int) -> Inventory:
    """Return what an agency submitted; `none` where it has not, and is not asked to."""
    slug, code = session.execute(
        select(Agency.slug, Agency.code).where(Agency.id == agency_id)
    ).one()
    row = session.get(FieldInventory, agency_id)
    return _preset(slug, code) if row is None else _submitted(slug, code, row)


def report(session: Session) -> InventoryReport:
    """Return the whole survey: the agencies that are asked, and others that answered."""
    answered = {row.agency_id: row for row in session.scalars(select(FieldInventory))}
    agencies = session.execute(
        select(Agency.id, Agency.slug, Agency.code).order_by(Agency.id)
    ).all()
    inventories = tuple(
        _submitted(slug, code, answered[agency_id])
        if agency_id in answered
        else _preset(slug, code)
        for agency_id, slug, code in agencies
        if agency_id in answered or slug in _asked()
    )
    states = ("none", "partial", "complete")
    return InventoryReport(
        agencies=len(inventories),
        by_state={state: sum(one.state == state for one in inventories) for state in states},
        inventories=inventories,
        fields=_lines(inventories),
    )


def _lines(inventories: tuple[Inventory, ...]) -> tuple[FieldLine, ...]:
    held: Mapping[str, list[str]] = defaultdict(list)
    wanted: Mapping[str, list[str]] = defaultdict(list)
    for inventory in inventories:
        for one in inventory.items:
            if one.holds:
                held[one.field].append(inventory.agency)
            if one.wants:
                wanted[one.field].append(inventory.agency)
    return tuple(
        FieldLine(
            field=field,
            held_by=tuple(held.get(field, ())),
            wanted_by=tuple(wanted.get(field, ())),
            gap=field in wanted and field not in held,
            scattered=len(held.get(field, ())) > 1,
        )
        for field in sorted({*held, *wanted})
    )


def _submitted(slug: str, code: str, row: FieldInventory) -> Inventory:
    return Inventory(
        agency=slug,
        agency_code=code,
        state="complete" if row.complete else "partial",
        items=_named(row.holds, row.wants),
        on=row.submitted_on,
        submitted_by=row.officer,
    )


def _preset(slug: str, code: str) -> Inventory:
    said = _asked().get(slug)
    return Inventory(
        agency=slug,
        agency_code=code,
        state="none" if said is None else said[0],
        items=() if said is None else said[1],
        on=None,
        submitted_by=None,
    )


def _named(holds: list[str], wants: list[str]) -> tuple[Named, ...]:
    return tuple(
        Named(field=field, holds=field in holds, wants=field in wants)
        for field in dict.fromkeys((*holds, *wants))
    )


@cache
def _asked() -> dict[str, tuple[State, tuple[Named, ...]]]:
    """Return the ministries that are asked, with what each had answered."""
    folder = resources.files("app.exchange.presets")
    text = folder.joinpath("field_inventory_2024.csv").read_text(encoding="utf-8")
    return {
        row["agency"]: (
            msgspec.convert(row["state"], State),
            _named(row["holds"].split(), row["wants"].split()),
        )
        for row in csv.DictReader(text.splitlines())
    }
