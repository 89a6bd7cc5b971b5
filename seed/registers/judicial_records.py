"""Judicial records: few have been sentenced, most of them men, and most sentences are cleared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seed import dates, holding, numbers, units
from seed.people import MAN, NEVER
from seed.personas.roles import Ago
from seed.register import Cast, Rows
from seed.rows import arrow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from seed.register import Row
    from seed.rows.arrow import Tables
    from seed.rows.whole import Whole

    Ints = NDArray[np.int64]

#: Judgments since the register began in July 2010, for each living adult; some 100,000 people are
#: sentenced a year. Shares of women, offences and sentences are estimates of ours.
_SHARE, _WOMEN, _AGAIN = 0.016, 0.11, 0.12
_FIRST = dates.day(2010, 7)
OFFENCES = (
    "Trộm cắp tài sản",
    "Tàng trữ trái phép chất ma túy",
    "Đánh bạc",
    "Cố ý gây thương tích",
    "Vi phạm quy định về tham gia giao thông đường bộ",
    "Lừa đảo chiếm đoạt tài sản",
    "Gây rối trật tự công cộng",
)
_OFFENCES = np.cumsum([0.22, 0.26, 0.15, 0.13, 0.09, 0.07])
_SENTENCES = ("fine", "suspended", "prison")
_STATES = ("serving", "served", "cleared")
#: Cleared so long after a fine or suspended sentence, and after prison up to five years and more
#: (Penal Code, Art 70).
_CLEARED = (365, 730, 1_095)
_STRIDE = 20_000


def _chunk(whole: Whole) -> Tables:
    rng = whole.streams("registers", "judicial-records")
    people, start = whole.chunk.people, whole.chunk.start
    grown = people.living & (people.age(start) >= 18.5)
    weight = np.where(people.sex == MAN, 2 * (1 - _WOMEN), 2 * _WOMEN)
    once = np.flatnonzero(grown & (rng.random(len(people)) < _SHARE * weight))
    again = once[rng.random(len(once)) < _AGAIN]
    person = holding.by_id(whole, np.concatenate((once, again)))
    count = len(person)
    first = np.maximum(dates.anniversary(people.born[person], 18), _FIRST).astype(np.int64)
    first = np.minimum(first, start - 30)
    judged = first + np.floor((start - 20 - first) * rng.random(count))
    draw = rng.random(count)
    sentence = np.select([draw < 0.12, draw < 0.40], [0, 1], 2)
    months = np.where(sentence == 0, 0, np.ceil(6 + 30 * rng.standard_exponential(count)))
    months = np.minimum(months, 180)
    ends = judged + months * 30.4
    wait = np.select([sentence < 2, months <= 60], _CLEARED[:2], _CLEARED[2])
    cleared = np.floor(ends + wait)
    state = np.select([cleared <= start, ends <= start], [2, 1], 0)
    code = units.provinces().code[units.wards().province[whole.dwellings.birth_ward[person]]]
    offence = np.searchsorted(_OFFENCES, rng.random(count), side="right")
    columns = {
        "id": arrow.whole(whole.ids.rows("judicial_record", count, _STRIDE)),
        "number": numbers.text(
            (99 * 2 + holding.times(person)) * 5 * 10**7 + holding.serials(whole, person), 10
        ),
        **holding.holders(whole, "judicial-records", person, judged.astype(np.int32)),
        "offence": arrow.words(offence, OFFENCES),
        "court": numbers.text(code.astype(np.int64), 2),
        "judged_on": arrow.days(judged.astype(np.int32)),
        "sentence": arrow.words(sentence, _SENTENCES),
        "months": arrow.whole(months),
        "cleared_on": arrow.days(np.where(state == 2, cleared, NEVER).astype(np.int32)),
        "state": arrow.words(state, _STATES),
    }
    return {"judicial_record": arrow.batch(columns)}


def _cast(cast: Cast) -> Mapping[str, Sequence[Row]]:
    return {
        "judicial_record": [
            {
                "number": f"9999999{serial:03}",
                "holder_number": cast.members["adult-level-1"].pin,
                "offence": OFFENCES[2],
                "court": "01",
                "judged_on": cast.day(Ago(years)),
                "sentence": sentence,
                "months": months,
                "cleared_on": cleared,
                "state": state,
            }
            for serial, years, sentence, months, cleared, state in (
                (1, 6, "fine", 0, cast.day(Ago(5)), "cleared"),
                (2, 1, "suspended", 18, None, "serving"),
            )
        ]
    }


ROWS = Rows("judicial-records", _chunk, _cast)
