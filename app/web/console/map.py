"""The map: where people live, commune by commune, before and after the merger of 1 July 2025.

Drawn by the server: all communes of a size are one path of dots, some 10 bytes each.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from app.registry import atlas
from app.registry import units as units_
from app.web.console_page import Asked, Page, Shown
from app.web.languages import N_

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from app.registry.atlas import Spot
    from app.registry.units import Era

#: What the picture shows, in degrees: the mainland with its islands, and the archipelagos.
_WEST: Final = 101.9
_EAST: Final = 115.0
_NORTH: Final = 23.6
_SOUTH: Final = 7.6
_SCALE: Final = 56.0
#: A degree of longitude is so much shorter at the country's middle.
_NARROW: Final = math.cos(math.radians(16))
WIDTH: Final = round((_EAST - _WEST) * _SCALE * _NARROW)
HEIGHT: Final = round((_NORTH - _SOUTH) * _SCALE)
_CLASSES: Final = 7


class Dots(NamedTuple):
    """Communes of one size: how large a dot is, whether they are of the province asked for."""

    size: float
    chosen: bool
    path: str


def _show(asked: Asked, session: Session) -> Shown:
    """Show the map of an era, a province of it brought out, with the table of its places."""
    era: Era = "2004" if asked.query.get("era") == "2004" else "2025"
    if "era" not in asked.query:
        era = units_.era_on(asked.world.today)
    found = atlas.read(session, asked.world.today, era)
    province = asked.query.get("province")
    chosen = [spot for spot in found.spots if spot.province == province]
    return Shown(
        "console_map.html",
        {
            "atlas": found,
            "province": next((each for each in found.provinces if each.code == province), None),
            "places": sorted(chosen, key=lambda spot: (-spot.people, spot.code)),
            "dots": _dots(found.spots, province),
            "width": WIDTH,
            "height": HEIGHT,
            "total": sum(each.people for each in found.provinces),
        },
    )


def _dots(spots: Iterable[Spot], province: str | None) -> list[Dots]:
    """Return the dots by their size, those of the province last: on top."""
    spots = list(spots)
    most = math.sqrt(max((spot.people for spot in spots), default=0)) or 1
    paths: dict[tuple[bool, int], list[str]] = defaultdict(list)
    for spot in spots:
        size = round(math.sqrt(spot.people) / most * _CLASSES)
        x = round((spot.longitude - _WEST) * _SCALE * _NARROW)
        y = round((_NORTH - spot.latitude) * _SCALE)
        paths[spot.province == province, size].append(f"M{x} {y}h0")
    return [
        Dots(1.2 + size * 1.3, is_chosen, "".join(path))
        for (is_chosen, size), path in sorted(paths.items())
    ]


PAGE = Page(name="map", title=N_("Map"), group="people", order=3, views={"": _show})
