"""What the registers of others have in common: how they know people, and what in that is wrong.

Most know a person by the present number and as the population database writes name and birth.
Some entries still stand under an old number of nine digits or a cancelled one, some under a number
that was typed wrongly; names lost their marks or a middle name, or are somebody else's; days and
months changed places. Shares are estimates of ours, each below the 8 % of entries that an
operator found mismatched in 2023, a third of it by its own error.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from seed import dates, numbers, traits
from seed.people import NEVER
from seed.rows import arrow

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seed.identities import Identities
    from seed.people import Days, Flags
    from seed.rows.whole import Whole

    Ints = NDArray[np.int64]

#: Entries whose name is another person's; our estimate, less than the operators found in 2023.
OTHER_NAME_SHARE = 0.008
#: Names without marks, names without what stands in the middle.
_WITHOUT_MARKS, _WITHOUT_MIDDLE = 0.018, 0.005
_NAME_EDGES = np.cumsum([OTHER_NAME_SHARE, _WITHOUT_MARKS, _WITHOUT_MIDDLE])
#: Day and month exchanged, the year before, the year after.
_BIRTH_EDGES = np.cumsum([0.006, 0.002, 0.002])
#: Of those of whom only the year is known, how many are written down as of 1 January.
_FIRST_OF_JANUARY = 0.6
#: Numbers of which the last two figures were exchanged.
_MISTYPED = 0.003
#: Who they are taken for: common names, nobody's in particular.
_OTHERS = (
    "Nguyễn Văn Hùng", "Trần Thị Hoa", "Lê Văn Dũng", "Phạm Thị Lan", "Hoàng Văn Nam",
    "Vũ Thị Hương", "Đặng Văn Tuấn", "Bùi Thị Nga", "Đỗ Văn Minh", "Hồ Thị Thu",
)  # fmt: skip
_MIDDLE = r"^(\S+) .* (\S+)$"


@dataclasses.dataclass(frozen=True)
class Stale:
    """Of entries made before the day `until`, the share that still stand under an old number."""

    share: float
    until: int


@dataclasses.dataclass(frozen=True)
class Papers:
    """All numbers of a chunk as texts: present ones, cancelled ones, old ones.

    By person: the place of a cancelled number and the day until which it stood, the place of an
    old number and the day it was given out (NEVER: there is none).
    """

    texts: pa.Array[Any]
    former: Ints
    until: Ints
    oldest: Ints
    issued: Ints

    def shown(self, person: Ints, since: Days, is_stale: Flags) -> Ints:
        """Return the place of the number shown on each day, of `is_stale` the old one if had."""
        found = np.where(since < self.until[person], self.former[person], person)
        return np.where(is_stale & (self.issued[person] <= since), self.oldest[person], found)


#: Keepers who wrote to everybody when the personal number came.
STALE = Stale(0.10, dates.day(2016))


def holders(
    whole: Whole, name: str, person: Ints, since: Days, stale: Stale = STALE
) -> dict[str, pa.Array[Any]]:
    """Return the columns that say whose an entry is; entries were made on the days `since`."""
    rng = whole.streams("registers", name, "holders")
    return {
        "holder_number": _numbers(whole, rng, person, since, stale),
        **written(whole, rng, person),
    }


def written(whole: Whole, rng: np.random.Generator, person: Ints) -> dict[str, pa.Array[Any]]:
    """Return the columns of names and births, null where they are those of the registry."""
    return {
        "holder_name": _names(whole, rng, person),
        "holder_birth_date": arrow.days(_births(whole, rng, person)),
    }


def by_id(whole: Whole, person: Ints) -> Ints:
    """Return the entries in the order of their people's ids, as they are read together."""
    return person[np.argsort(whole.rank[person], kind="stable")]


def serials(whole: Whole, person: Ints) -> Ints:
    """Return a number of its own for each person of the world: below ten to the eighth."""
    found: Ints = whole.citizen_id[person]
    return found


def times(person: Ints) -> Ints:
    """Return for each entry the how manieth of its person it is, from 0; `person` is grouped."""
    first = np.flatnonzero(np.append(True, person[1:] != person[:-1])) if len(person) else person
    return np.arange(len(person)) - np.repeat(first, np.diff(np.append(first, len(person))))


def on_the_books(whole: Whole, rng: np.random.Generator, share: float) -> Flags:
    """Return who may have an entry: the living, and of the dead a `share` that halves each year.

    Nobody told the keeper of those.
    """
    people, start = whole.chunk.people, whole.chunk.start
    years = np.maximum(start - people.died.astype(np.int64), 0) / dates.YEAR
    found: Flags = people.living | (rng.random(len(people)) < share * 0.5**years)
    return found


def papers(identities: Identities) -> Papers:
    """Return all numbers of a chunk; of several old ones of a person the one given out last."""
    count, cancelled, old = len(identities.number), identities.superseded, identities.old
    texts = [
        numbers.text(identities.number, 12),
        numbers.text(cancelled.number, 12),
        numbers.text(old.number, 9),
    ]
    former, until = np.zeros(count, np.int64), np.full(count, -int(NEVER))
    former[cancelled.person] = count + np.arange(len(cancelled.person))
    until[cancelled.person] = cancelled.on
    oldest, issued = np.zeros(count, np.int64), np.full(count, int(NEVER))
    latest = np.argsort(old.issued, kind="stable")
    oldest[old.person[latest]] = count + len(cancelled.person) + latest
    issued[old.person[latest]] = old.issued[latest]
    return Papers(pa.concat_arrays(texts), former, until, oldest, issued)


def _numbers(
    whole: Whole, rng: np.random.Generator, person: Ints, since: Days, stale: Stale
) -> pa.Array[Any]:
    """Return the number each entry stands under: present, cancelled, old, or typed wrongly."""
    known = whole.papers
    is_stale = (rng.random(len(person)) < stale.share) & (since < stale.until)
    place = known.shown(person, since, is_stale)
    wrong = np.flatnonzero(rng.random(len(person)) < _MISTYPED)
    place[wrong] = len(known.texts) + np.arange(len(wrong))
    typed = numbers.text(_mistyped(whole.identities.number[person[wrong]]), 12)
    return arrow.take(pa.concat_arrays([known.texts, typed]), place)


def _mistyped(number: Ints) -> Ints:
    """Return the numbers with their last two figures exchanged, the last one more if alike."""
    tens, ones = number // 10 % 10, number % 10
    other = number - 10 * tens - ones + np.where(tens == ones, 10 * tens, 10 * ones)
    return other + np.where(tens == ones, (ones + 1) % 10, tens)


def _names(whole: Whole, rng: np.random.Generator, person: Ints) -> pa.Array[Any]:
    """Return what each entry calls its holder, null for the name of the population database."""
    full, keys = whole.written
    kind = np.searchsorted(_NAME_EDGES, rng.random(len(person)), side="right")
    without = [np.flatnonzero(kind == each) for each in (1, 2)]
    plain, longer = (whole.rank[person[places]] for places in without)
    texts = [
        pa.array(_OTHERS, pa.string()),
        pc.utf8_title(arrow.take(keys, plain)),
        pc.replace_substring_regex(arrow.take(full, longer), _MIDDLE, r"\1 \2"),
    ]
    code = rng.integers(0, len(_OTHERS), len(person))
    after = len(_OTHERS)
    for places in without:
        code[places] = after + np.arange(len(places))
        after += len(places)
    return arrow.entries(code, pa.concat_arrays(texts), kind == len(_NAME_EDGES))


def _births(whole: Whole, rng: np.random.Generator, person: Ints) -> Days:
    """Return the birth date of each entry, NEVER for that of the population database."""
    born, known = whole.chunk.people.born[person], whole.traits
    precision = known.precision[person]
    is_day = (precision == traits.DAY) & ~known.first_of_january[person]
    draw = rng.random(len(person))
    kind = np.searchsorted(_BIRTH_EDGES, draw, side="right")
    month, day = dates.months_and_days(born)
    found = np.full(len(person), NEVER)
    exchanged = np.flatnonzero(is_day & (kind == 0) & (day <= 12) & (day != month))
    found[exchanged] = _day(born[exchanged], day[exchanged], month[exchanged])
    for each, after in ((1, -1), (2, 1)):
        some = np.flatnonzero(is_day & (kind == each))
        found[some] = dates.anniversary(born[some], after)
    january = np.flatnonzero((precision == traits.YEAR) & (draw < _FIRST_OF_JANUARY))
    one = np.ones(len(january), np.int8)
    found[january] = _day(born[january], one, one)
    return found.astype(np.int32)


def _day(within: Days, month: NDArray[np.int8], day: NDArray[np.int8]) -> Days:
    """Return that day of the year of each of `within`."""
    months = (dates.years(within).astype(np.int64) - 1970) * 12 + month - 1
    firsts = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int32)
    found: Days = (firsts + day - 1).astype(np.int32)
    return found
