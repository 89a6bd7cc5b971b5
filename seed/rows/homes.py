"""Rows of `household`, `household_member` and `residence`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from app.matching.addresses import address_key
from seed import absences, dates, numbers, relations, traits, units
from seed.households import CHILD, RELATIVE, TENANT
from seed.people import NEVER, NONE, WOMAN, in_order
from seed.rows import arrow

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seed.numbers import Share
    from seed.rows.whole import Whole

    Ints = NDArray[Any]

KINDS = ("permanent", "temporary", "current", "absence")
_PERMANENT, _TEMPORARY, _CURRENT, _ABSENCE = range(4)
REASONS = (
    None,
    "Kết hôn",
    "Lao động, học tập",
    "Về ở với người thân",
    "Chuyển đến cùng gia đình",
    "Thi hành nghĩa vụ quân sự",
    "Định cư ở nước ngoài",
    "Tách hộ",
)
_NOTHING, _WEDDING, _WORK, _KIN, _FAMILY, _SERVICE, _ABROAD, _OWN_HOME = range(8)
#: Adults who live elsewhere than registered, without notice; young men in military service.
_ELSEWHERE, _SERVING = 0.008, 0.03
#: Days since 1880 fit into so many bits.
_DAY_BITS, _FIRST_DAY = 17, dates.day(1880)
_CODES = {code: f"{code:02d}" for code in relations.NAMES}


def households(whole: Whole) -> pa.RecordBatch:
    """Return the households with their addresses."""
    chunk, homes = whole.chunk, whole.dwellings
    count, ward = chunk.homes.count, chunk.places.ward
    line, key = whole.lines
    first = np.arange(count)
    code = units.provinces().code[chunk.places.province]
    serial = numbers.within(whole.share, "household", code, (10_000, 10_000))
    unit = units.wards().of_day(ward, homes.since)
    return arrow.batch(
        {
            "id": arrow.whole(whole.household_id),
            "file_number": numbers.text(code * 10**8 + serial, 10),
            "unit_id": arrow.whole(unit),
            "address": arrow.entries(first, line),
            "address_key": arrow.entries(first, key),
            "house_id": whole.houses,
            "from_date": arrow.days(homes.since),
        }
    )


def members(whole: Whole) -> pa.RecordBatch:
    """Return who belongs to which household: the living, the dead until then, and new heads."""
    chunk, home = whole.chunk, whole.dwellings.home
    entered = np.minimum(
        np.maximum(whole.dwellings.joined, whole.dwellings.registered), chunk.people.died
    )
    code = _codes(whole)
    belongs = np.flatnonzero(code > 0)
    person = belongs[in_order(whole.rank[belongs])]
    begins, ends = entered[person].copy(), chunk.people.died[person]
    # A widow or widower who leads the household was the late head's wife or husband before.
    late, widowed = _former_heads(whole, code)
    succeeded = np.full(len(chunk), NEVER)
    succeeded[widowed] = chunk.people.died[late]
    begins = np.where(succeeded[person] != NEVER, np.maximum(succeeded[person], begins), begins)
    before = np.where(chunk.people.sex[widowed] == WOMAN, relations.WIFE, relations.HUSBAND)
    earlier = entered[widowed] < chunk.people.died[late]
    who = np.concatenate((person, widowed[earlier]))
    as_what = np.concatenate((code[person], before[earlier]))
    begin = np.concatenate((begins, entered[widowed[earlier]]))
    end = np.concatenate((ends, chunk.people.died[late[earlier]]))
    return arrow.batch(
        {
            "id": arrow.whole(whole.ids.rows("household_member", len(who))),
            "household_id": arrow.whole(whole.household_id[home[who]]),
            "citizen_id": arrow.whole(whole.citizen_id[who]),
            "relationship": arrow.words(as_what, [_CODES.get(n) for n in range(100)]),
            "from_date": arrow.days(begin),
            "to_date": arrow.days(end),
        }
    )


def residences(whole: Whole) -> pa.RecordBatch:
    """Return permanent, temporary, current residences and absences, past ones too."""
    parts = [_before(whole), _together_before(whole), _here(whole), *_exceptions(whole)]
    who, kind, ward, line, begin, end, home, reason = (
        np.concatenate([part[column] for part in parts]) for column in range(8)
    )
    order = in_order((whole.rank[who] << _DAY_BITS) + begin - _FIRST_DAY)
    who, kind, ward, line, begin, end, home, reason = (
        column[order] for column in (who, kind, ward, line, begin, end, home, reason)
    )
    abroad = ward < 0
    text, key = _with_countries(whole.lines)
    place = np.where(abroad, len(whole.lines[0]) - 1 - ward, line)
    countries = [country for country, _, _ in traits.ABROAD]
    unit = units.wards().of_day(np.maximum(ward, 0), begin)
    return arrow.batch(
        {
            "id": arrow.whole(whole.ids.rows("residence", len(who))),
            "citizen_id": arrow.whole(whole.citizen_id[who]),
            "kind": arrow.words(kind, KINDS),
            "country": arrow.words(np.where(abroad, -ward, 0), ["VN", *countries]),
            "unit_id": arrow.whole(unit, ~abroad),
            "address": arrow.entries(place, text),
            "address_key": arrow.entries(place, key),
            "household_id": arrow.whole(np.append(whole.household_id, 0)[home], home >= 0),
            "reason": arrow.words(reason, REASONS),
            "from_date": arrow.days(begin),
            "to_date": arrow.days(np.maximum(end, begin)),
        }
    )


_Part = tuple[Any, ...]


def _before(whole: Whole) -> _Part:
    """Permanent residence before: where people grew up, to the move; still, if temporary here."""
    homes = whole.dwellings
    home, end = homes.home, whole.ends
    temporary = np.append(homes.temporary, False)[home] & (home >= 0)
    moved = homes.joined > homes.registered + 30
    who = np.flatnonzero((home < 0) | moved | temporary)
    until = np.where(temporary[who] | (home[who] < 0), end[who], homes.joined[who])
    until = np.minimum(until, homes.wed[who])
    begin = np.minimum(homes.registered[who], until)
    return _past(who, homes.first_ward[who], homes.first_line[who], begin, until, _NOTHING)


def _together_before(whole: Whole) -> _Part:
    """Permanent residence of couples from their wedding to the move; still, if temporary here."""
    homes = whole.dwellings
    who = np.flatnonzero(homes.wed != NEVER)
    home = homes.home[who]
    until = np.where(homes.temporary[home], whole.ends[who], homes.joined[who])
    begin = np.minimum(homes.wed[who], until)
    ward, line = homes.family_ward[home], homes.family_line[home]
    return _past(who, ward, line, begin, until, _WEDDING)


def _past(who: Ints, ward: Ints, line: Ints, begin: Ints, until: Ints, reason: int) -> _Part:
    count = len(who)
    kind = np.full(count, _PERMANENT, np.int8)
    reasons = np.full(count, reason, np.int8)
    return who.astype(np.int32), kind, ward, line, begin, until, np.full(count, NONE), reasons


def _here(whole: Whole) -> _Part:
    """Residence in the household, permanent or temporary, from the day they joined it."""
    chunk, homes = whole.chunk, whole.dwellings
    home = homes.home
    who = np.flatnonzero(home >= 0)
    at = home[who]
    temporary = homes.temporary[at]
    begin = np.minimum(np.maximum(homes.joined[who], homes.registered[who]), whole.ends[who])
    moved = homes.joined[who] > homes.registered[who] + 30
    role = chunk.homes.role[who]
    later = homes.joined[who] > homes.since[at]
    partner = chunk.trees.own[who] >= 0
    came = chunk.places.came[at]
    reason = np.select(
        [
            ~moved,
            role == CHILD,
            role == RELATIVE,
            temporary | (role == TENANT),
            partner & later,
            partner & ~came,
        ],
        [_NOTHING, _FAMILY, _KIN, _WORK, _WEDDING, _OWN_HOME],
        _FAMILY,
    )
    kind = np.where(temporary, _TEMPORARY, _PERMANENT).astype(np.int8)
    ward = chunk.places.ward[at]
    return (
        who.astype(np.int32), kind, ward, at, begin, whole.ends[who], at, reason.astype(np.int8),
    )  # fmt: skip


def _exceptions(whole: Whole) -> list[_Part]:
    """Lives elsewhere than registered; serves in the army; settled abroad."""
    chunk, homes, start = whole.chunk, whole.dwellings, whole.chunk.start
    rng = whole.streams("homes", "exceptions")
    age, draw = chunk.people.age(start), rng.random(len(chunk))
    there = (chunk.homes.of >= 0) & ~np.append(homes.temporary, False)[homes.home]
    since = start - 1 - rng.integers(0, 700, len(chunk))
    long_here = there & (homes.joined < since)
    elsewhere = np.flatnonzero(long_here & (age > 19) & (age < 60) & (draw < _ELSEWHERE))
    serving = long_here & (chunk.people.sex != WOMAN) & (age >= 20) & (age < 24)
    soldiers = np.flatnonzero(serving & (draw > 1 - _SERVING))
    abroad = np.flatnonzero(chunk.absent.state == absences.EMIGRATED)
    shares = np.array([share for _, _, share in traits.ABROAD])
    country = rng.choice(len(shares), len(abroad), p=shares / shares.sum())
    host = _neighbours(whole, elsewhere)
    never = np.full(len(chunk), NEVER)

    def part(who: Ints, kind: int, ward: Ints, line: Ints, begin: Ints, reason: int) -> _Part:
        count = len(who)
        return (
            who.astype(np.int32), np.full(count, kind, np.int8), ward.astype(np.int32),
            line.astype(np.int32), begin.astype(np.int32), never[who], np.full(count, NONE),
            np.full(count, reason, np.int8),
        )  # fmt: skip

    return [
        part(elsewhere, _CURRENT, chunk.places.ward[host], host, since[elsewhere], _WORK),
        part(
            soldiers,
            _ABSENCE,
            chunk.places.ward[homes.home[soldiers]],
            homes.home[soldiers],
            since[soldiers],
            _SERVICE,
        ),
        part(abroad, _CURRENT, -1 - country, country, chunk.absent.since[abroad], _ABROAD),
    ]


def _neighbours(whole: Whole, who: Ints) -> Ints:
    """Return for each person the household of another of them, mostly of the same province."""
    home = whole.dwellings.home[who]
    order = in_order(whole.chunk.places.province[home])
    host = np.empty(len(who), np.int64)
    host[order] = np.roll(home[order], 1)
    return host


def _with_countries(lines: tuple[pa.Array[Any], pa.Array[Any]]) -> tuple[Any, Any]:
    """Append addresses abroad to the lines: the place as far as it is known."""
    places = [place for _, place, _ in traits.ABROAD]
    keys = [address_key(place) for place in places]
    return (
        pa.concat_arrays([lines[0], pa.array(places, pa.string())]),
        pa.concat_arrays([lines[1], pa.array(keys, pa.string())]),
    )


def _codes(whole: Whole) -> NDArray[np.uint8]:
    """Return relationships: of the living as settled, of the dead as they were to the head."""
    chunk, home = whole.chunk, whole.dwellings.home
    code = chunk.relationship.copy()
    dead = np.flatnonzero(~chunk.people.living & (home >= 0))
    head = chunk.heads[home[dead]]
    man = chunk.people.sex[dead] != WOMAN
    spouse = whole.spouse[dead]
    with_spouse = (spouse >= 0) & (np.append(chunk.homes.of, NONE)[spouse] == home[dead])
    of_spouse = np.where(with_spouse, np.append(chunk.relationship, 0)[spouse], 0)
    parent = (chunk.parents.father[head] == dead) | (chunk.parents.mother[head] == dead)
    child = (chunk.parents.father[dead] == head) | (chunk.parents.mother[dead] == head)
    elders = np.where(man, relations.FATHER, relations.MOTHER)
    cases = [
        with_spouse & (of_spouse == relations.HEAD),
        parent | np.isin(of_spouse, (relations.FATHER, relations.MOTHER)),
        of_spouse == relations.PARENT_IN_LAW,
        child | (of_spouse == relations.DAUGHTER_IN_LAW) | (of_spouse == relations.SON_IN_LAW),
    ]
    codes: list[Any] = [relations.HEAD, elders, relations.PARENT_IN_LAW, relations.OWN_CHILD]
    code[dead] = np.select(cases, codes, relations.OTHER)
    return code


def _former_heads(whole: Whole, code: NDArray[np.uint8]) -> tuple[Ints, Ints]:
    """Return late heads, and the widowed spouses who lead after them."""
    late = np.flatnonzero(~whole.chunk.people.living & (code == relations.HEAD))
    return late, whole.spouse[late]


def house_ids(share: Share, ward: Ints) -> pa.Array[Any]:
    """Return identifiers of houses in these wards: the ward's code, then six digits of its own.

    Those that begin with 999 are the cast's.
    """
    code = units.wards().unit[ward].astype(np.int64) % 100_000
    own = numbers.within(share, "house", code, (999, 1000))
    return numbers.text(code * 10**6 + own, 11)
