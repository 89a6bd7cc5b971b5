"""Citizens and personas: somebody found, and all that is on record of them, as of any day."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import msgspec

from app.identity import accounts, cards
from app.identity.pictures import forms
from app.matching import dates
from app.platform.errors import InvalidParam
from app.registry import citizens, codes, history, lookup, past, provenance, provinces, search
from app.registry.fields import FIELDS
from app.registry.properties import Properties
from app.registry.search import Criteria
from app.sandbox import personas
from app.web import drawings, households
from app.web.console_page import Asked, Page, Shown, number
from app.web.languages import N_

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fastapi import Response
    from sqlalchemy.orm import Session

    from app.identity.cards import Card
    from app.matching.dates import PartialDate
    from app.registry.citizens import Brief

_MOST: Final = 50
_NUMBERS: Final = (9, 12)
#: Of somebody's age.
_DIGITS: Final = 3
#: What the form asks of somebody's properties.
_PROPERTIES: Final = frozenset({"state", "sex", "province", "age_from", "age_to"})
#: What the page draws by itself.
_DRAWN: Final = frozenset(
    {"full_name", "pin", "father", "mother", "spouse", "children", "household_members"}
)


def _find(asked: Asked, session: Session) -> Shown | Response:
    """Show the personas, or who fits what was asked: a number, a name, or properties."""
    today = asked.world.today
    number = "".join(asked.query.get("number", "").split())
    found: Iterable[Brief] | None = None
    cursor = None
    if number:
        hits = lookup.find(session, number).hits if len(number) in _NUMBERS else ()
        if len(hits) == 1:
            return asked.visitor.to(f"{PAGE.address}/{hits[0].pin}")
        found = citizens.read(session, [hit.citizen_id for hit in hits])
    elif "full_name" in asked.query:
        found = search.find(session, _criteria(asked), today=today, limit=_MOST).items
    elif asked.query.keys() & _PROPERTIES:
        page = personas.search(
            session,
            _properties(asked),
            today=today,
            limit=_MOST,
            cursor=asked.query.get("cursor"),
        )
        found, cursor = [each.person for each in page.items], page.next_cursor
    known = personas.all_of_them(session)
    return Shown(
        "console_citizens.html",
        {
            "found": found,
            "cursor": cursor,
            "personas": known,
            "by_pin": {persona.pin: persona.name for persona in known},
            "query": asked.query,
            "sexes": codes.SEX_WORDS,
            "states": codes.STATE_WORDS,
            "provinces": provinces.named(session, today),
        },
    )


def _criteria(asked: Asked) -> Criteria:
    return Criteria(full_name=asked.query["full_name"], birth_date=_born(asked.query.get("born")))


def _born(text: str | None) -> PartialDate | None:
    """Read a date of birth as either language writes it: 1990-09-03, 03/09/1990, 1990."""
    if text is None:
        return None
    try:
        return dates.parse("-".join(reversed(text.strip().split("/"))))
    except ValueError as error:
        wrong = InvalidParam("born", str(error), "ngày/tháng/năm, tháng/năm hoặc năm")
        raise search.CRITERION_INVALID.error(params=(wrong,)) from None


def _properties(asked: Asked) -> Properties:
    said = asked.query
    return Properties(
        state=said.get("state"),
        sex=said.get("sex"),
        province=said.get("province"),
        age_from=number(said.get("age_from"), _DIGITS),
        age_to=number(said.get("age_to"), _DIGITS),
    )


def _show(asked: Asked, session: Session) -> Shown:
    """Show what is on record of somebody, as of a day, with their card, kin and history."""
    today = asked.world.today
    day = _day(asked.query.get("as_of"), today)
    citizen_id = citizens.whose(session, asked.path["pin"])
    if not past.is_on_record(session, citizen_id, day):
        raise past.NOT_YET.error()
    known = msgspec.to_builtins(past.read(session, citizen_id, FIELDS, day))
    supplied = provenance.of(session, citizen_id, FIELDS)
    persona = [each for each in personas.all_of_them(session) if each.citizen_id == citizen_id]
    held = cards.of_citizen(session, citizen_id, today)
    account = accounts.current(session, [citizen_id], today).get(citizen_id)
    return Shown(
        "console_citizen.html",
        {
            "known": known,
            "household": households.draw(known["household_members"] or [], known["pin"]),
            "day": day,
            "today": today,
            "rows": [
                (FIELDS[name], value, supplied.get(name))
                for name, value in known.items()
                if value not in (None, [], "") and name not in _DRAWN
            ],
            "persona": persona[0] if persona else None,
            "cards": [_card(asked, session, card) for card in held],
            "account": account,
            "events": history.of(session, citizen_id),
            "sides": forms.SIDES,
        },
    )


def _picture(asked: Asked, session: Session) -> Response:
    """Draw one side of somebody's current printed card."""
    citizen_id = citizens.whose(session, asked.path["pin"])
    return drawings.card(session, citizen_id, asked.world.today, asked.path["side"])


def _card(asked: Asked, session: Session, card: Card) -> dict[str, Any]:
    status = cards.status(session, card, asked.world.today)
    return {
        "card": card,
        "serial": cards.serial(asked.world, card),
        "status": status,
        "can": cards.access_number(card),
    }


def _day(text: str | None, today: dt.date) -> dt.date:
    """Return the day asked for, the world's today at the latest, and where none was said."""
    try:
        return min(dt.date.fromisoformat(text or ""), today)
    except ValueError:
        return today


PAGE = Page(
    name="citizens",
    title=N_("Citizens and personas"),
    group="people",
    order=1,
    views={"": _find, "/{pin}": _show, "/{pin}/card-{side}.svg": _picture},
)
