"""Addresses of new households, and units as reports name them: by code and era, as of a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.sandbox.life.people import wards_of
from seed import addresses, units

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Places = NDArray[np.int64]


def unit(unit_id: int, day: int) -> dict[str, Any]:
    """Return the unit in which the area of a ward or commune lies on a day, as a place."""
    ward = wards_of(np.array([unit_id]))
    return _named(int(units.wards().of_day(ward, np.array([day], np.int32))[0]))


def new(rng: np.random.Generator, ward: Places, day: Places) -> list[dict[str, Any]]:
    """Draw an address in each ward, in the unit of its day, as the place of a new household."""
    lines, _ = addresses.texts(addresses.draw(rng, ward))
    found = units.wards().of_day(ward, day.astype(np.int32))
    return [
        {**_named(int(unit_id)), "detail": line}
        for unit_id, line in zip(found, lines.to_pylist(), strict=True)
    ]


def _named(unit_id: int) -> dict[str, Any]:
    if unit_id >= units.COMMUNE_2025:
        return {"unit": f"{unit_id - units.COMMUNE_2025:05d}", "era": "2025"}
    if unit_id >= units.LEGACY_WARD:
        return {"unit": f"{unit_id - units.LEGACY_WARD:05d}", "era": "2004"}
    return {"unit": f"{unit_id - units.LEGACY_DISTRICT:03d}", "era": "2004"}
