"""Vehicles: a motorcycle for most grown-ups, a car for one household in ten or so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from seed import dates, holding, numbers
from seed.personas.roles import Ago
from seed.register import Cast, Rows
from seed.rows import arrow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from seed.register import Row
    from seed.rows.arrow import Tables
    from seed.rows.whole import Whole

#: Owners by age; our estimate, after some 74 million motorcycles (of which a person has one here)
#: and 6.3 million cars in 2023.
_AGES = np.array([18.0, 25.0, 45.0, 65.0, 85.0])
_MOTORCYCLE = np.array([0.25, 0.70, 0.75, 0.55, 0.10])
_CAR = np.array([0.005, 0.05, 0.13, 0.06, 0.01])
_MAKES = (
    ("Honda", "Yamaha", "SYM", "Suzuki", "VinFast"),
    ("Toyota", "Hyundai", "Kia", "VinFast", "Mazda", "Ford"),
)
_COLOURS = ("Đen", "Trắng", "Đỏ", "Xanh", "Bạc")
_KINDS = ("motorcycle", "car")
_STATES = ("registered", "recovered")
_RECOVERED = 0.02
_MEAN_YEARS = 7.0
_FIRST = dates.day(1990)
_STRIDE = 300_000
#: Plates: 10 is no province. Letters in use on plates (Circular 79/2024/TT-BCA).
_LETTERS = np.array(list("ABCDEFGHKLMNPSTUVXYZ"))


def _chunk(whole: Whole) -> Tables:
    rng = whole.streams("registers", "vehicles")
    people, start = whole.chunk.people, whole.chunk.start
    age = people.age(start)
    grown = people.living & (age >= 18.1)
    owners = [
        holding.by_id(
            whole, np.flatnonzero(grown & (rng.random(len(people)) < np.interp(age, _AGES, share)))
        )
        for share in (_MOTORCYCLE, _CAR)
    ]
    person = np.concatenate(owners)
    kind = np.repeat((0, 1), [len(each) for each in owners])
    count = len(person)
    of_age = np.maximum(dates.anniversary(people.born[person], 18), _FIRST)
    since = start - 1 - np.floor(rng.standard_exponential(count) * _MEAN_YEARS * dates.YEAR)
    since = np.maximum(since, np.minimum(of_age, start - 1)).astype(np.int32)
    makes = [*_MAKES[0], *_MAKES[1]]
    drawn = rng.random(count)
    make = np.where(kind == 0, drawn * len(_MAKES[0]), 5 + drawn * len(_MAKES[1]))
    columns = {
        "id": arrow.whole(whole.ids.rows("vehicle", count, _STRIDE)),
        "plate": pa.concat_arrays(
            [_motorcycle_plates(whole, owners[0]), _car_plates(whole, owners[1])]
        ),
        **holding.holders(whole, "vehicles", person, since),
        "kind": arrow.words(kind, _KINDS),
        "make": arrow.words(np.floor(make).astype(np.int64), makes),
        "colour": arrow.words(rng.integers(0, len(_COLOURS), count), _COLOURS),
        "registered_on": arrow.days(since),
        "state": arrow.words((rng.random(count) < _RECOVERED).astype(np.int64), _STATES),
    }
    return {"vehicle": arrow.batch(columns)}


def _motorcycle_plates(whole: Whole, person: NDArray[np.int64]) -> pa.Array[Any]:
    """Return plates like 10A1-12345: a letter and a digit for each hundred thousand."""
    series, digits = np.divmod(holding.serials(whole, person), 100_000)
    letter, digit = np.divmod(series, 9)
    texts = [f"10{x}{n}-" for x in _LETTERS for n in range(1, 10)]
    return _plates(texts, letter * 9 + digit, digits)


def _car_plates(whole: Whole, person: NDArray[np.int64]) -> pa.Array[Any]:
    """Return plates like 10AB-12345: two letters for each hundred thousand."""
    series, digits = np.divmod(holding.serials(whole, person), 100_000)
    texts = [f"10{x}{y}-" for x in _LETTERS for y in _LETTERS]
    return _plates(texts, series, digits)


def _plates(
    texts: list[str], series: NDArray[np.int64], digits: NDArray[np.int64]
) -> pa.Array[Any]:
    return arrow.joined(arrow.take(pa.array(texts, pa.string()), series), numbers.text(digits, 5))


#: Of the cast: whose, its plate, kind and make, in whose name if in another's.
_VEHICLES = (
    ("adult-level-2", "10A1-00001", "motorcycle", "Honda", None),
    ("adult-level-2", "10AA-00001", "car", "VinFast", None),
    ("adult-level-1", "10A1-00002", "motorcycle", "Yamaha", None),
    ("double-surname", "10A1-00003", "motorcycle", "SYM", "Nguyễn Văn Hùng"),
)


def _cast(cast: Cast) -> Mapping[str, Sequence[Row]]:
    return {
        "vehicle": [
            {
                "plate": plate,
                "holder_number": cast.members[key].pin,
                "holder_name": name,
                "kind": kind,
                "make": make,
                "colour": "Đen",
                "registered_on": cast.day(Ago(3, 40)),
                "state": "registered",
            }
            for key, plate, kind, make, name in _VEHICLES
        ]
    }


ROWS = Rows("vehicles", _chunk, _cast)
