"""Who is competent for a service: an agency of the exchange, and the system it works with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.exchange import agencies, gate
from app.matching.folding import fold
from app.procedures.catalogue import PROVINCE
from app.registry import citizens, fields

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.callers import Caller
    from app.procedures.catalogue import Service
    from app.registry.values import Coded

#: Where a province and its People's Committee in the preset have different names.
_OTHER_NAMES: Final[Mapping[str, str]] = {"hue": "thua-thien-hue"}
_KINDS: Final = ("Thành phố ", "Tỉnh ")
#: Who is asked where nobody knows where a citizen resides: the capital's.
_CAPITAL: Final = "ha-noi"


def province(session: Session, citizen_id: int, today: dt.date) -> Coded | None:
    """Return the province of permanent residence, else of the current one, on the world's day."""
    names = ("permanent_residence", "current_residence")
    [read] = fields.read(session, [citizen_id], names, today)
    stays = [stay for stay in map(read.get, names) if stay is not None]
    return next((stay.place.province for stay in stays if stay.place.province), None)


def slug_of(resides: Coded | None) -> str:
    """Return the slug of the People's Committee of a province."""
    if resides is None:
        return _CAPITAL
    short = resides.name
    for kind in _KINDS:
        short = short.removeprefix(kind)
    slug = fold(short).lower().replace(" ", "-")
    return _OTHER_NAMES.get(slug, slug)


def agency(service: Service, resides: Coded | None) -> str:
    """Return the slug of the agency that is competent for this service and place."""
    return slug_of(resides) if service.agency == PROVINCE else service.agency


def system(access: Access, slug: str) -> Caller:
    """Return the system with which an agency works: the first whose connection is open.

    Where none is, it is the first of all, and the gate says why not. Raises `agency-unknown`.
    """
    callers, today = access.snapshot().callers.values(), access.world.today
    own = [each for each in callers if each.agency_slug == slug]
    if not own:
        raise agencies.AGENCY_UNKNOWN.error()
    return min(own, key=lambda each: (gate.closed_by(each, today) is not None, each.client_id))


def pin_of(session: Session, citizen_id: int) -> str:
    """Return the personal number that a citizen has now."""
    [brief] = citizens.read(session, [citizen_id])
    return brief.pin
