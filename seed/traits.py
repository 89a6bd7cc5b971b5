"""Traits that nothing else depends on: religion, blood, phones, births abroad, precision."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING

import numpy as np

from seed import dates, numbers, peoples, sims, tables, units
from seed.people import NEVER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seed.chunk import Chunk
    from seed.numbers import Share
    from seed.people import Flags, Floats, Streams
    from seed.sims import Sims

#: The first four codes are HL7 Vietnam's, the others ours.
RELIGIONS = {
    "00": "Không",
    "01": "Phật giáo",
    "02": "Công giáo",
    "03": "Phật giáo Hòa Hảo",
    "04": "Hồi giáo",
    "05": "Tin lành",
    "06": "Cao Đài",
    "07": "Bà-la-môn",
    "08": "Tịnh độ cư sĩ Phật hội Việt Nam",
    "09": "Tứ Ân Hiếu Nghĩa",
    "99": "Tôn giáo khác",
}
# Shares of 2019 in percent (DOMAIN: Catholic 6.1, Buddhist 4.8, the small ones less sure), and
# where they gather: province codes with how many times the national share.
_SHARES = np.array([0, 4.1, 5.8, 1.0, 0.02, 0.35, 0.58, 0, 0.02, 0.03, 0.02])
_GATHERED: dict[int, dict[int, float]] = {
    1: {46: 4.0, 79: 3.0, 48: 2.0, 56: 2.0},
    2: {75: 5.0, 36: 4.0, 79: 2.0, 68: 4.0, 40: 1.6, 37: 2.6, 77: 4.0, 60: 2.0, 62: 3.0, 34: 1.3},
    3: {89: 24.0, 87: 8.0, 92: 8.0, 93: 4.0, 86: 2.0},
    6: {72: 40.0, 83: 6.0, 80: 3.0, 82: 2.0},
}
_NOBODY_GATHERS = 0.6
# Of a people: what share follows which religion.
_OF_PEOPLES = {
    5: {1: 0.90}, 4: {1: 0.30}, 8: {5: 0.22}, 12: {5: 0.30, 2: 0.05}, 10: {5: 0.22, 2: 0.08},
    13: {2: 0.45, 5: 0.10}, 14: {5: 0.15, 2: 0.25}, 16: {5: 0.35, 2: 0.25}, 20: {5: 0.40},
    9: {5: 0.03}, 22: {5: 0.40}, 21: {5: 0.15, 2: 0.05}, 17: {4: 0.45, 7: 0.38},
}  # fmt: skip
#: Families keep to one religion, but for these.
_APART = 0.08

BLOOD = ("O", "A", "B", "AB")
_BLOOD_KNOWN = 0.10

#: Generated phone numbers end below this; the rest of each prefix is the personas'.
PERSONA_PHONES = 9_900_000
#: Shares of the operators that numbers can be taken to; the small ones have the rest between them.
OPERATORS = {"Viettel": 0.54, "VinaPhone": 0.22, "MobiFone": 0.19, "Vietnamobile": 0.03}
_SMALL_OPERATORS = 0.02
_PHONE_AGES = np.array([0.0, 14.0, 14.1, 18.0, 60.0, 75.0, 90.0, 110.0])
_PHONE = np.array([0.0, 0.0, 0.5, 0.95, 0.93, 0.70, 0.30, 0.1])
_FAMILYS_PHONE, _EMAIL = 0.012, 0.11
#: Of those with a number, who have a second one: 1.2 an adult, an estimate of ours.
_SECOND_PHONE = 0.33

#: People born abroad and registered at home, and of undetermined nationality; our estimates.
_BORN_ABROAD, _UNDETERMINED, _SECOND_NATIONALITY = 0.0012, 0.00012, 0.0003
ABROAD = (
    ("KH", "Phnôm Pênh, Campuchia", 0.30), ("KH", "Kandal, Campuchia", 0.12),
    ("LA", "Viêng Chăn, Lào", 0.10), ("CN", "Quảng Tây, Trung Quốc", 0.10),
    ("TW", "Cao Hùng, Đài Loan", 0.08), ("KR", "Busan, Hàn Quốc", 0.06),
    ("RU", "Mát-xcơ-va, Liên bang Nga", 0.07), ("DE", "Berlin, Đức", 0.05),
    ("CZ", "Praha, Séc", 0.04), ("US", "California, Hoa Kỳ", 0.05),
    ("JP", "Tokyo, Nhật Bản", 0.03),
)  # fmt: skip
OTHER_NAMES = (None, "Tý", "Tèo", "Út", "Bé", "Cu Tí", "Hai", "Ba", "Tư", "Năm", "Sáu", "Bảy")
_OTHER_NAME = 0.012

# Birth dates of which only the year is known, and only year and month, by year of birth.
_PRECISION_YEARS = np.array(
    [1900.0, 1935.0, 1945.0, 1955.0, 1965.0, 1975.0, 1985.0, 1995.0, 2030.0]
)
_YEAR_ONLY = np.array([0.75, 0.68, 0.52, 0.32, 0.14, 0.05, 0.012, 0.002, 0.0])
_MONTH_SHARE = 0.04
#: Of the old, how many are written down as born on 1 January, where it was the year only.
_FIRST_OF_JANUARY = 0.10

DAY, MONTH, YEAR = range(3)


@dataclasses.dataclass(frozen=True)
class Traits:
    """Codes into the vocabularies above; −1 (or 0 in `other_name`) for none.

    A second phone and further ones are known to the operator only; `further` are the numbers of
    `sims`.
    """

    religion: NDArray[np.uint8]
    blood: NDArray[np.int8]
    phone: NDArray[np.int64]
    second_phone: NDArray[np.int64]
    further: NDArray[np.int64]
    sims: Sims
    email: Flags
    abroad: NDArray[np.int8]
    undetermined: Flags
    second_nationality: NDArray[np.int8]
    other_name: NDArray[np.uint8]
    precision: NDArray[np.uint8]
    first_of_january: Flags


def settle(streams: Streams, chunk: Chunk, share: Share) -> Traits:
    """Draw the traits of a chunk."""
    count = len(chunk)
    abroad = _abroad(streams, chunk)
    rng = streams("traits", "names")
    other = np.where(rng.random(count) < _OTHER_NAME, rng.integers(1, len(OTHER_NAMES), count), 0)
    precision, january = _precision(streams, chunk)
    phone, second_phone, further, more = _phones(streams, chunk, share)
    mail = streams("traits", "mail").random(count)
    age = chunk.people.age(chunk.start)
    second = streams("traits", "nationality").random(count)
    return Traits(
        religion=_religions(streams, chunk),
        blood=_blood(streams, count),
        phone=phone,
        second_phone=second_phone,
        further=further,
        sims=more,
        email=(mail < _EMAIL) & (age >= 16) & (age < 62) & (phone >= 0),
        abroad=abroad,
        undetermined=(abroad >= 0) & (second < _UNDETERMINED / _BORN_ABROAD),
        second_nationality=_draw_abroad(streams, "second", second > 1 - _SECOND_NATIONALITY),
        other_name=other.astype(np.uint8),
        precision=precision,
        first_of_january=january,
    )


def _religions(streams: Streams, chunk: Chunk) -> NDArray[np.uint8]:
    """Draw a religion for each family, by its province and people; a few go their own way."""
    rng = streams("traits", "religion")
    key = chunk.origins.province.astype(np.int64) * 100 + chunk.origins.people
    draw = rng.random(chunk.trees.count)[chunk.trees.of]
    apart = np.flatnonzero(rng.random(len(chunk)) < _APART)
    draw[apart] = rng.random(len(apart))
    edges = _religion_edges()
    found = np.zeros(len(chunk), np.uint8)
    some = np.flatnonzero(draw >= edges[key, 0])  # most people have none
    found[some] = (draw[some, None] >= edges[key[some]]).sum(axis=1)
    return found


@functools.cache
def _religion_edges() -> Floats:
    """Return cumulative shares of religions for province × 100 + people."""
    codes = units.provinces().code
    factor = np.ones((len(codes), len(RELIGIONS)))
    for religion, places in _GATHERED.items():
        factor[:, religion] = _NOBODY_GATHERS
        for code, times in places.items():
            factor[units.provinces().index(code), religion] = times
    shares = np.repeat((_SHARES / 100 * factor)[:, None, :], 100, axis=1)
    for people, of_people in _OF_PEOPLES.items():
        shares[:, people] = 0.0
        for religion, part in of_people.items():
            shares[:, people, religion] = part
    others = [p for p in range(100) if p != peoples.KINH and p not in _OF_PEOPLES]
    shares[:, others] *= 0.35
    shares[:, :, 0] = 1 - shares[:, :, 1:].sum(axis=2)
    cumulative = np.cumsum(shares, axis=2)[:, :, :-1]
    edges: Floats = cumulative.reshape(-1, len(RELIGIONS) - 1)
    return edges


def _blood(streams: Streams, count: int) -> NDArray[np.int8]:
    rng = streams("traits", "blood")
    by_group = dict(
        zip(
            tables.texts("blood_types", "group"),
            tables.numbers("blood_types", "percent"),
            strict=True,
        )
    )
    share = np.array([by_group[group] for group in BLOOD])
    edges = np.cumsum(share / share.sum()) * _BLOOD_KNOWN
    group = np.searchsorted(edges, rng.random(count), side="right")
    return np.where(group < len(BLOOD), group, -1).astype(np.int8)


def _phones(
    streams: Streams, chunk: Chunk, share: Share
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], Sims]:
    """Give phone numbers (ten digits as a number, −1 for none); some are a relative's.

    Second numbers come from the same range, after all first ones, and further ones after those.
    """
    rng = streams("traits", "phones")
    age = chunk.people.age(np.minimum(chunk.people.died, chunk.start))
    has = np.flatnonzero(rng.random(len(chunk)) < np.interp(age, _PHONE_AGES, _PHONE))
    prefixes, edges = _prefixes()
    prefix = prefixes[np.searchsorted(edges, rng.random(len(has)), side="right")]
    more = streams("traits", "second phones")
    again = has[more.random(len(has)) < _SECOND_PHONE]
    stock = sims.draw(streams, has, len(chunk))
    drawn = np.searchsorted(edges, more.random(len(again) + len(stock.user)), side="right")
    prefix = np.concatenate((prefix, prefixes[drawn]))
    line = numbers.within(share, "phone", prefix, (PERSONA_PHONES // 1000, 1000))
    number = prefix * 10_000_000 + line
    phone, second = np.full((2, len(chunk)), -1, np.int64)
    end = len(has) + len(again)
    phone[has], second[again] = number[: len(has)], number[len(has) : end]
    shares = has[rng.random(len(has)) < _FAMILYS_PHONE]
    mother = chunk.parents.mother[shares]
    phone[shares] = np.where((mother >= 0) & (phone[mother] >= 0), phone[mother], phone[shares])
    return phone, second, number[end:], stock


@functools.cache
def _prefixes() -> tuple[NDArray[np.int64], Floats]:
    prefix = tables.numbers("mobile_prefixes", "prefix").astype(np.int64)
    operator = tables.texts("mobile_prefixes", "operator")
    small = _SMALL_OPERATORS / len(set(operator) - OPERATORS.keys())
    weight = np.array([OPERATORS.get(name, small) / (operator == name).sum() for name in operator])
    return prefix, np.cumsum(weight / weight.sum())


def _abroad(streams: Streams, chunk: Chunk) -> NDArray[np.int8]:
    """Say who was born abroad (index into `ABROAD`), whose parents may be anywhere."""
    born = streams("traits", "abroad").random(len(chunk)) < _BORN_ABROAD
    return _draw_abroad(streams, "birth", born & (chunk.people.born > dates.day(1950)))


def _draw_abroad(streams: Streams, what: str, which: Flags) -> NDArray[np.int8]:
    """Draw an index into `ABROAD` for some, −1 for the others."""
    shares = np.array([share for _, _, share in ABROAD])
    found = np.full(len(which), -1, np.int8)
    some = int(np.count_nonzero(which))
    rng = streams("traits", "country", what)
    found[which] = rng.choice(len(ABROAD), some, p=shares / shares.sum())
    return found


def _precision(streams: Streams, chunk: Chunk) -> tuple[NDArray[np.uint8], Flags]:
    """Say of which birth dates the registry knows only the year, or year and month."""
    rng = streams("traits", "precision")
    year = chunk.people.born / dates.YEAR + 1970
    unsure = np.interp(year, _PRECISION_YEARS, _YEAR_ONLY)
    draw = rng.random(len(chunk))
    found = np.select([draw < unsure * _MONTH_SHARE, draw < unsure], [MONTH, YEAR], DAY)
    january = (draw >= unsure) & (draw < unsure * (1 + _FIRST_OF_JANUARY))
    return found.astype(np.uint8), january & (chunk.people.died == NEVER)
