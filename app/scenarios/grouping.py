"""Groups of people by what no answer may go by: for fairness, and in the truth alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from app.registry import lookup, units
from app.scenarios.probabilities import GROUP

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from app.scenarios.population import Population

#: The ethnicity of most people, and the first codes of provinces beyond the north, the centre.
_KINH: Final = "01"
_CENTRE, _SOUTH = 38, 70
_AGES: Final = (("18-24", 25), ("25-34", 35), ("35-49", 50), ("50-70", 200))
#: What an urban unit is called, in either era.
_URBAN: Final = ("Phường", "Thị trấn", "Thị xã", "Quận")
_SLICE = 5_000


def of(people: Population, places: NDArray[np.int64], ethnicity: pl.Series) -> pl.DataFrame:
    """Return a column for each way of grouping, a row for each place."""
    chosen = people.people[places]
    age = people.today.year - pl.col("birth_year")
    band = pl.coalesce(*(pl.when(age < below).then(pl.lit(name)) for name, below in _AGES))
    is_kinh = pl.Series(ethnicity[places] == _KINH)
    return chosen.select(
        pl.col("sex").alias(f"{GROUP}sex"),
        band.alias(f"{GROUP}age"),
        pl.when(pl.lit(is_kinh))
        .then(pl.lit("kinh"))
        .otherwise(pl.lit("others"))
        .alias(f"{GROUP}ethnicity"),
    ).hstack(_homes(people, places))


def _homes(people: Population, places: NDArray[np.int64]) -> pl.DataFrame:
    """Return region and kind of place of the permanent residence, as units are today."""
    known = units.of(people.session)
    ids = people.people["id"][places]
    region: dict[int, tuple[str, str]] = {}
    for part in ids.unique().sort().to_frame().iter_slices(_SLICE):
        homes = lookup.permanent_units(people.session, part["id"].to_list(), people.today)
        for citizen_id, unit_id in homes.items():
            if unit_id is not None:
                province = units.province_of(known, unit_id, people.today)
                here = units.as_of(known, unit_id, people.today).unit
                area = "urban" if here.type in _URBAN else "rural"
                region[citizen_id] = (area, _region(province.code))
    told = [region.get(each, ("unknown", "unknown")) for each in ids.to_list()]
    schema = {f"{GROUP}area": pl.String, f"{GROUP}region": pl.String}
    return pl.DataFrame(told, schema=schema, orient="row")


def _region(code: str) -> str:
    """Return the part of the country: codes run from north to south (Decision 124/2004)."""
    number = int(code)
    return "north" if number < _CENTRE else "centre" if number < _SOUTH else "south"
