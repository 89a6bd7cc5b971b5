"""Moves of a month: whole households to another ward or province, and people to their families.

Those who go to another province go where people lack against the census, as in a world's making
(`seed.migration`), and come from where there are more than that: so provinces keep their shares,
however the population grows.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from app.sandbox.life import addresses, drawing, rates
from app.sandbox.life.people import HEAD, WOMEN
from seed import migration, peoples, sources, units

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.sandbox.life.drawing import Month
    from app.sandbox.life.people import Population

    Floats = NDArray[np.float64]
    Places = NDArray[np.int64]
    Flags = NDArray[np.bool_]

#: What somebody is to the head of a household (`seed.relations`), as far as moves need it.
WIFE, HUSBAND, CHILD, SONS_WIFE, DAUGHTERS_HUSBAND = 2, 3, 4, 14, 15
FATHER, MOTHER, PARENT_IN_LAW, YOUNG_KIN, OTHER = 6, 7, 16, 13, 99
_ADULT = 18
#: Codes of peoples are below.
_PEOPLES = 100
#: Couples count as newly wed for so many days.
_NEWLY = 400
#: More do not move by one report.
_MOST = 30
#: Of those who move and could go back to the province they left, how many do: fewer, or more when
#: many live outside of it (the census's share of these is kept; estimate).
_RETURN = (0.30, 0.90)
#: How much more mobile they are than others; again more so when they are many (estimate).
_MOBILE = (3.0, 20.0)
#: How many times as mobile people are where one in a hundred more live than by the census, and at
#: least and at most (ours: the census tells the shares, and not who of whom moves in a year).
_CROWDED, _LEAST, _UTMOST = 2.0, 0.2, 5.0
#: How much likelier somebody goes back where people lack, and where not (ours).
_WELCOME = (1.6, 0.4)


def households(month: Month) -> None:
    """Draw which households move as a whole, and where to."""
    people = month.people
    age = np.where(people.homes.head >= 0, people.ages(month.first_day)[people.homes.head], 0.0)
    weight = np.interp(age, migration.MOVE_AGES, migration.MOVE_WEIGHTS) * _movable(month, age)
    mobile = np.where(_is_outside(people), _MOBILE[_many_outside(month)], 1.0)
    mobile *= _crowded(people)[_provinces(people)]
    rng = month.stream("moves")
    rate = _normal(weight * mobile) * rates.TO_PROVINCE
    far = drawing.chosen(rng, rate * month.years, _provinces(people))
    weight = _normal(weight)
    weight[far] = 0.0
    near = drawing.chosen(rng, weight * rates.TO_WARD * month.years, _provinces(people))
    moving = np.concatenate((far, near))
    target = np.concatenate((_destinations(month, far), _provinces(people)[near]))
    ward = migration.random_wards(rng, target.astype(np.uint8)).astype(np.int64)
    days = month.draw_days("moves", len(moving))
    places = addresses.new(rng, ward, days)
    for home, day, place in zip(moving, days, places, strict=True):
        members = people.members(int(home))
        head = people.homes.head[home]
        along = [(int(who), int(people.relationship[who])) for who in members if who != head]
        move(month, int(day), int(head), along, {"place": place})


def together(month: Month) -> None:
    """Let couples that married lately and live apart move together, mostly to the husband's."""
    people = month.people
    wives = (people.sex == WOMEN) & (people.wed > month.first_day - _NEWLY) & (people.spouse >= 0)
    wives &= (people.wed < month.first_day) & people.housed & people.housed[people.spouse]
    wives &= (people.home != people.home[people.spouse]) & ~month.busy & ~month.busy[people.spouse]
    rng = month.stream("together")
    brides = drawing.chosen(rng, wives * rates.TOGETHER, people.province)
    to_husband = rng.random(len(brides)) < rates.TO_HUSBAND
    days = month.draw_days("together", len(brides))
    for bride, goes, day in zip(brides, to_husband, days, strict=True):
        pair = (int(bride), int(people.spouse[bride]))
        for mover, host in (pair, pair[::-1]) if goes else (pair[::-1], pair):
            if _joins(month, int(day), mover, host):
                break


def old_parents(month: Month) -> None:
    """Let old people who live alone move to a child's household."""
    people = month.people
    alone = people.home_size == 1
    alone &= (people.ages(month.first_day) >= rates.OLD) & ~month.busy & ~people.elsewhere
    child = _a_child(month)
    alone &= (child >= 0) & people.citizen
    rng = month.stream("old parents")
    moving = drawing.chosen(rng, alone * rates.TO_CHILD * month.years, people.province)
    for who, day in zip(moving, month.draw_days("old parents", len(moving)), strict=True):
        host = int(child[who])
        as_what = {HEAD: MOTHER if people.sex[who] == WOMEN else FATHER}
        as_what |= dict.fromkeys((WIFE, HUSBAND), PARENT_IN_LAW)
        code = as_what.get(int(people.relationship[host]), OTHER)
        move(month, int(day), int(who), [], _household_of(people, host, code))


def orphans(month: Month) -> None:
    """Let children in a household without any adult move to grandparents, uncles, siblings."""
    people = month.people
    grown = people.adults(month.first_day)
    rng = month.stream("orphans")
    for home in np.flatnonzero((people.homes.size > 0) & (grown == 0)):
        members = people.members(int(home))
        host = _kin_of(month, members)
        if host < 0 or month.busy[members].any() or not people.citizen[members].all():
            continue
        eldest = int(members[np.argmin(people.born[members])])
        code = YOUNG_KIN
        along = [(int(who), YOUNG_KIN) for who in members if who != eldest]
        day = month.first_day + int(rng.integers(0, month.days))
        move(month, day, eldest, along, _household_of(people, host, code))


def move(
    month: Month, day: int, who: int, along: list[tuple[int, int]], household: dict[str, Any]
) -> None:
    """Note that somebody moves, with others as what they will be to the head there."""
    people = month.people
    said: dict[str, Any] = {"pin": people.pin[who], "household": household}
    if along:
        said["members"] = [
            {"pin": people.pin[other], "relationship": f"{code:02d}"} for other, code in along
        ]
    month.happens(day, "permanent-move", said)
    month.busy[[who, *(other for other, _ in along)]] = True


def children_of(month: Month, one: int, members: Places) -> Places:
    """Return the minors among the members of a household whose parent somebody is."""
    people = month.people
    own = (people.mother[members] == one) | (people.father[members] == one)
    minor = people.ages(month.first_day)[members] < _ADULT
    found: Places = members[own & minor & ~month.busy[members]]
    return found


def _movable(month: Month, heads_age: Floats) -> Flags:
    """Which households move: led by an adult, all of them citizens, here and not busy."""
    people = month.people
    count = len(people.homes.ids)
    kept = month.busy | people.elsewhere | ~people.citizen
    held = np.bincount(people.home[kept & (people.home >= 0)], minlength=count)
    able: Flags = (people.homes.ward >= 0) & (heads_age >= _ADULT) & (held == 0)
    return able & (people.homes.size <= _MOST)


def _provinces(people: Population) -> Places:
    wards = units.wards()
    return wards.province[np.maximum(people.homes.ward, 0)].astype(np.int64)


def _destinations(month: Month, homes: Places) -> Places:
    """Choose provinces, one household after the other, so that no place is filled twice.

    Some go back to that of the head's number, others where people lack, rather where many of the
    head's people live; where none lack, just there.
    """
    people = month.people
    rng = month.stream("moves", "arrive")
    here, head = _provinces(people)[homes], people.homes.head[homes]
    size, born_in = people.homes.size[homes], people.number[head]
    lacking = _expected(people) - _settled(people)
    np.add.at(lacking, here, size)
    welcome = np.where(lacking[born_in] > 0, *_WELCOME)
    going = rng.random(len(homes)) < welcome * _RETURN[_many_outside(month)]
    found = np.where(_is_outside(people)[homes] & going, born_in, -1)
    np.subtract.at(lacking, found[found >= 0], size[found >= 0])
    draw = rng.random(len(homes))
    for at in np.flatnonzero(found < 0):
        own = _census()[people.ethnicity[head[at]]]
        weight = own / _census().sum(axis=0) * np.maximum(lacking, 0.0)
        weight[here[at]] = 0.0
        found[at] = _pick(weight if weight.any() else own, draw[at], int(here[at]))
        lacking[found[at]] -= size[at]
    return found


@functools.cache
def _census() -> Floats:
    """Return the share of each people in each province, of everybody (2019 census)."""
    table = peoples.cells()
    share = np.zeros((_PEOPLES, len(units.provinces().code)))
    share[table.people, table.province] = table.resident
    return share


def _settled(people: Population) -> Floats:
    """Count who lives in each province."""
    size = people.homes.size.astype(np.float64)
    count = len(units.provinces().code)
    return np.bincount(_provinces(people), size, count).astype(np.float64, copy=False)


def _expected(people: Population) -> Floats:
    """Return how many would by the census, of as many people."""
    found: Floats = _census().sum(axis=0) * people.homes.size.sum()
    return found


def _crowded(people: Population) -> Floats:
    """Return how many times as mobile as elsewhere people are in each province."""
    more = 100 * (_settled(people) / np.maximum(_expected(people), 1.0) - 1)
    # In a handful of people a province has thousands of times what the census gives it.
    found: Floats = np.clip(_CROWDED ** np.clip(more, -10, 10), _LEAST, _UTMOST)
    return found


def _is_outside(people: Population) -> Flags:
    """Which households live in another province than that of their head's number."""
    born_in = np.where(people.homes.head >= 0, people.number[people.homes.head], -1)
    found: Flags = (born_in >= 0) & (born_in != _provinces(people))
    return found


def _many_outside(month: Month) -> int:
    """1 if more adults than usual live outside the province of their number, else 0."""
    people = month.people
    grown = people.housed & (people.ages(month.first_day) >= _ADULT) & (people.number >= 0)
    share = (people.number != people.province)[grown].mean() if grown.any() else 0.0
    return int(share > sum(sources.OUTSIDE) / 2)


def _normal(weight: Floats) -> Floats:
    """Return weights whose mean is one, or none at all."""
    return weight * (len(weight) / weight.sum()) if weight.any() else weight


def _pick(weight: Floats, draw: float, but: int) -> int:
    """Return a place by weight, another one than `but` if there is one."""
    others = weight.copy()
    others[but] = 0.0
    if not others.any():
        return but
    running = np.cumsum(others)
    return int(np.searchsorted(running, draw * running[-1], side="right"))


def _joins(month: Month, day: int, mover: int, host: int) -> bool:
    """Let one of a couple move into the other's household, with their children; False if not."""
    people = month.people
    members = people.members(int(people.home[mover]))
    along = children_of(month, mover, members)
    staying = np.setdiff1d(members, np.append(along, mover))
    ages = people.ages(month.first_day)
    if (len(staying) and not (ages[staying] >= _ADULT).any()) or not people.citizen[mover]:
        return False
    if people.elsewhere[mover] or not people.citizen[along].all() or len(along) > _MOST:
        return False
    woman = people.sex[mover] == WOMEN
    code = OTHER
    if people.relationship[host] == HEAD:
        code = WIFE if woman else HUSBAND
    elif people.relationship[host] == CHILD:
        code = SONS_WIFE if woman else DAUGHTERS_HUSBAND
    move(
        month, day, mover, [(int(one), OTHER) for one in along], _household_of(people, host, code)
    )
    month.busy[host] = True
    return True


def _household_of(people: Population, host: int, code: int) -> dict[str, Any]:
    return {"member": people.pin[host], "relationship": f"{code:02d}"}


def _a_child(month: Month) -> Places:
    """Return of each person an adult child who has a home of two or more; -1 for none."""
    people = month.people
    grown = (people.ages(month.first_day) >= _ADULT) & people.housed & ~month.busy
    grown &= people.home_size > 1
    found = np.full(len(people), -1)
    for parent in (people.mother, people.father):
        theirs = np.flatnonzero(grown & (parent >= 0))
        found[parent[theirs]] = theirs
    return found


def _kin_of(month: Month, orphans: Places) -> int:
    """Return an adult kinsman of some children who has a household elsewhere; -1 for none."""
    people = month.people
    parents = np.concatenate((people.mother[orphans], people.father[orphans]))
    parents = parents[parents >= 0]
    older = np.concatenate((people.mother[parents], people.father[parents]))
    ages, home = people.ages(month.first_day), people.home[orphans[0]]
    siblings = np.flatnonzero(
        np.isin(people.mother, people.mother[orphans][people.mother[orphans] >= 0])
        | np.isin(people.father, people.father[orphans][people.father[orphans] >= 0])
    )
    for one in (*parents, *older, *siblings):
        if one < 0 or people.home[one] == home or month.busy[one] or not people.housed[one]:
            continue
        if ages[one] >= _ADULT:
            return int(one)
    return -1
