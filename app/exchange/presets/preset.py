"""The preset "2024": who is connected to a new world, and what law lets each of them ask."""

from __future__ import annotations

import csv
import datetime as dt
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import insert

from app.exchange import access
from app.exchange.models import Agency, Grant, System

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

_LAST_DAY = dt.date.max
_ONE_DAY = dt.timedelta(days=1)
#: Every purpose rests on one of these: before the first there was no such access.
_BASES = ("identity-2014", "identity-2023")
#: What a citizen's consent is.
_CONSENT = ("consent-2023", "consent-2025")


class Law(NamedTuple):
    """A law and the days on which it is in force (`valid_to` inclusive)."""

    name: str
    text: str
    valid_from: dt.date
    valid_to: dt.date


class Purpose(NamedTuple):
    """What data is asked for, and the names of the laws that allow it, in their order.

    `hidden_days`: for so long the person is not told that somebody looked.
    """

    name: str
    laws: tuple[str, ...]
    title_vi: str
    title_en: str
    hidden_days: int = 0


class LegalEra(NamedTuple):
    """Days on which a purpose rests on the same laws; `valid_to` is None while they last."""

    legal_basis: str
    valid_from: dt.date
    valid_to: dt.date | None


class Rows(NamedTuple):
    """The preset as rows of the tables, ids included: the same for the same start date."""

    agencies: list[dict[str, Any]]
    systems: list[dict[str, Any]]
    grants: list[dict[str, Any]]


def install(session: Session, start_date: dt.date) -> None:
    """Write the preset into a world that has no agencies yet, in three statements."""
    rows = made_for(start_date)
    for table, of_table in ((Agency, rows.agencies), (System, rows.systems), (Grant, rows.grants)):
        session.execute(insert(table), of_table)
    access.touch(session)


def made_for(start_date: dt.date) -> Rows:
    """Return the rows for a world that starts on that day.

    Inspections are dated from the start. Of each grant there is one row for every legal era that
    has not ended before the start.
    """
    agencies: list[dict[str, Any]] = [
        {"id": number, **row, "simulated": True}
        for number, row in enumerate(_read("agencies_2024.csv"), start=1)
    ]
    id_of = {row["slug"]: row["id"] for row in agencies}
    systems = [
        {"id": number, **_system(row, id_of, start_date)}
        for number, row in enumerate(_read("systems_2024.csv"), start=1)
    ]
    granted = (
        {"agency_id": agency["id"], **grant}
        for agency in agencies
        for grant in _grants(agency["kind"], agency["slug"], start_date)
    )
    grants = [{"id": number, **row} for number, row in enumerate(granted, start=1)]
    return Rows(agencies, systems, grants)


@cache
def laws() -> dict[str, Law]:
    """Return every law that a grant may rest on, by name."""
    return {
        row["law"]: Law(
            row["law"],
            row["text"],
            dt.date.fromisoformat(row["valid_from"]),
            dt.date.fromisoformat(row["valid_to"]) if row["valid_to"] else _LAST_DAY,
        )
        for row in _read("laws.csv")
    }


@cache
def purposes() -> dict[str, Purpose]:
    """Return the catalogue of purposes, by name."""
    return {
        row["purpose"]: Purpose(
            row["purpose"],
            tuple(row["laws"].split()),
            row["title_vi"],
            row["title_en"],
            int(row["hidden_days"] or 0),
        )
        for row in _read("purposes.csv")
    }


@cache
def legal_eras(purpose: str, *, consent: bool) -> tuple[LegalEra, ...]:
    """Return the eras of a purpose, oldest first; none where no law on identity is in force.

    A grant that asks for `consent` rests on the law on consent, too, and has no era before it.
    """
    needed = [set(_BASES), set(_CONSENT)] if consent else [set(_BASES)]
    named = [laws()[name] for name in (*purposes()[purpose].laws, *(_CONSENT if consent else ()))]
    starts = {law.valid_from for law in named}
    starts |= {law.valid_to + _ONE_DAY for law in named if law.valid_to != _LAST_DAY}
    ordered = sorted(starts)
    eras = []
    for start, end in zip(ordered, [*ordered[1:], None], strict=True):
        in_force = [law for law in named if law.valid_from <= start <= law.valid_to]
        names = {law.name for law in in_force}
        if all(names & any_of for any_of in needed):
            text = "; ".join(law.text for law in in_force)
            eras.append(LegalEra(text, start, None if end is None else end - _ONE_DAY))
    return tuple(eras)


def _system(row: dict[str, str], id_of: dict[str, int], start_date: dt.date) -> dict[str, Any]:
    return {
        "agency_id": id_of[row["agency"]],
        "client_id": row["client_id"],
        "name": row["name"],
        "auth_method": row["auth_method"],
        "secret_version": 1,
        "state": row["state"],
        "state_reason": row["state_reason"] or None,
        "security_level": int(row["security_level"]),
        "inspected_until": start_date + dt.timedelta(days=int(row["inspected_days"])),
        "daily_quota": int(row["daily_quota"]),
        "jwks": None,
        "outcome_detail": row["outcome_detail"] == "yes",
        "cleansing": row["cleansing"] == "yes",
        "fapi": row["fapi"] == "yes",
    }


def _grants(kind: str, slug: str, start_date: dt.date) -> Iterator[dict[str, Any]]:
    for row in _read("grants_2024.csv"):
        if row["who"] not in (kind, slug):
            continue
        consent = row["consent"] == "yes"
        for era in legal_eras(row["purpose"], consent=consent):
            if era.valid_to is not None and era.valid_to < start_date:
                continue
            yield {
                "service": row["service"],
                "purpose": row["purpose"],
                "fields": row["fields"].split(),
                "legal_basis": era.legal_basis,
                "officer_required": row["officer"] == "yes",
                "dossier_required": row["dossier"] == "yes",
                "consent_required": consent,
                "valid_from": era.valid_from,
                "valid_to": era.valid_to,
                "kinds": _listed(row["kinds"]),
                "provinces": _listed(row["provinces"]),
            }


def _listed(cell: str | None) -> list[str] | None:
    """Return the names in a cell; None, which is all of them, where a line ends before it."""
    return cell.split() if cell else None


@cache
def _read(name: str) -> tuple[dict[str, str], ...]:
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
