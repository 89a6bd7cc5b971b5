"""The simulated phones: whose is to be opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.registry import citizens
from app.sandbox import personas
from app.web.console_page import PHONES, Asked, Page, Shown
from app.web.languages import N_

if TYPE_CHECKING:
    from fastapi import Response
    from sqlalchemy.orm import Session

    from app.sandbox.personas import PersonaView

#: Digits of a personal number.
_NUMBER: Final = 12


def _choose(asked: Asked, session: Session) -> Shown | Response:
    """Show the personas that fit a word, or go to the phone of a personal number."""
    said = " ".join(asked.query.get("q", "").split())
    number = said.replace(" ", "")
    if len(number) == _NUMBER and number.isdigit() and citizens.find(session, number) is not None:
        return asked.visitor.to(f"{PHONES}/{number}")
    known = personas.all_of_them(session)
    found = [each for each in known if _fits(each, said.casefold())]
    return Shown("phones.html", {"found": found, "said": said})


def _fits(persona: PersonaView, said: str) -> bool:
    told = (persona.name, persona.full_name, persona.pin, persona.purpose, persona.purpose_en)
    return all(word in " ".join(told).casefold() for word in said.split())


PAGE = Page(
    name="phones",
    title=N_("Phones"),
    group="people",
    order=2,
    at=PHONES,
    views={"": _choose},
)
