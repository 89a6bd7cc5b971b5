"""Agencies: their systems and whether these are let in, what they may ask, what it cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.exchange import agencies, connections, fees, grants
from app.web.console_page import Asked, Page, Shown
from app.web.languages import N_

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def _list(asked: Asked, session: Session) -> Shown:
    """Show every system with its connection: state, security level, inspection, quota."""
    found = connections.all_of_them(session, asked.world.today)
    names = {each.code: each for each in agencies.all_of_them(session)}
    kind = asked.query.get("kind")
    failing = "failing" in asked.query
    return Shown(
        "console_agencies.html",
        {
            "summary": connections.summary(found),
            "rows": [
                (names[row.agency_code], row)
                for row in found
                if kind in (None, row.kind) and (row.refused is not None or not failing)
            ],
            "kinds": sorted({row.kind for row in found}),
            "kind": kind,
            "failing": failing,
        },
    )


def _show(asked: Asked, session: Session) -> Shown:
    """Show an agency: its systems, what it may ask as a matrix, its fees of each month."""
    today = asked.world.today
    agency = agencies.find(session, asked.path["agency"])
    rules = [
        rule
        for rule in grants.of_agency(session, agency.id)
        if rule.valid_from <= today and (rule.valid_to is None or today <= rule.valid_to)
    ]
    fields = sorted({name for rule in rules for name in rule.fields})
    return Shown(
        "console_agency.html",
        {
            "agency": agency,
            "connections": connections.of_agency(session, agency.code, today),
            "rules": rules,
            "fields": fields,
            "fees": fees.report(session, agency_code=agency.code),
        },
    )


PAGE = Page(
    name="agencies",
    title=N_("Agencies"),
    group="agencies",
    order=1,
    views={"": _list, "/{agency}": _show},
)
