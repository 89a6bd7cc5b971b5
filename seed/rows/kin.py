"""Rows of `kinship`: parents, spouses present and past, guardians and representatives."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from seed import absences, dates
from seed.births import UNWED
from seed.people import DIVORCED, MAN, NEVER, NONE, WOMAN, in_order
from seed.relations import HEAD
from seed.rows import arrow

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from seed.rows.absent import Absent
    from seed.rows.whole import Whole

    Ints = NDArray[Any]

KINDS = ("father", "mother", "spouse", "guardian", "representative")
#: Of a guardian (Civil Code 2015, Art 49).
_OF_AGE = 18
_FATHER, _MOTHER, _SPOUSE, _GUARDIAN, _REPRESENTATIVE = range(5)
ENDS = (None, "death", "divorce")
_NOT_ENDED, _DEATH, _DIVORCE = range(3)
#: Nationalities: of those at home, and of foreign spouses (our estimate).
_NATIONS = (None, "VN", "TW", "KR", "CN", "US", "JP")
_FOREIGN_SHARES = (0.3, 0.3, 0.15, 0.15, 0.1)
#: Of those over 80, who have a representative before the law; our estimate.
_REPRESENTED = 0.004


@dataclasses.dataclass(frozen=True)
class _Rows:
    """Kinship rows; `name` is a place among the names of the absent, or −1."""

    citizen: Ints
    kind: Ints
    relative: Ints
    name: Ints
    nation: Ints
    begin: Ints
    end: Ints
    reason: Ints


def rows(whole: Whole, absent: Absent) -> pa.RecordBatch:
    """Return all kinship of a chunk's people, citizen by citizen."""
    parts = [
        _parents(whole, absent, MAN),
        _parents(whole, absent, WOMAN),
        _spouses(whole, absent, MAN),
        _spouses(whole, absent, WOMAN),
        _guardians(whole),
        _representatives(whole),
    ]
    columns = [
        np.concatenate([getattr(part, field.name) for part in parts])
        for field in dataclasses.fields(_Rows)
    ]
    order = in_order(whole.rank[columns[0]] * len(KINDS) + columns[1])
    row = _Rows(*(column[order] for column in columns))
    return arrow.batch(
        {
            "id": arrow.whole(whole.ids.rows("kinship", len(order))),
            "citizen_id": arrow.whole(whole.citizen_id[row.citizen]),
            "kind": arrow.words(row.kind, KINDS),
            "relative_id": arrow.whole(whole.citizen_id[row.relative], row.relative >= 0),
            "relative_name": absent.texts(row.name),
            "relative_nationality": arrow.words(row.nation, _NATIONS),
            "from_date": arrow.days(row.begin),
            "to_date": arrow.days(row.end),
            "end_reason": arrow.words(row.reason, ENDS),
        }
    )


def _parents(whole: Whole, absent: Absent, sex: int) -> _Rows:
    """Fathers or mothers: in the world, or by name."""
    parents = whole.chunk.parents
    side = parents.mother if sex == WOMAN else parents.father
    name = np.where(side < 0, absent.parents[sex], NONE)
    citizen = np.flatnonzero((side >= 0) | (name >= 0)).astype(np.int32)
    return _still(
        citizen,
        _MOTHER if sex == WOMAN else _FATHER,
        relative=side[citizen],
        name=name[citizen],
        begin=whole.chunk.people.born[citizen],
    )


def _spouses(whole: Whole, absent: Absent, sex: int) -> _Rows:
    """Husbands' or wives' rows: ended by divorce, or by the death of either."""
    unions, died = whole.chunk.unions, whole.chunk.people.died
    mine, theirs = (unions.wife, unions.husband) if sex == WOMAN else (unions.husband, unions.wife)
    name = np.where(theirs < 0, absent.partners[WOMAN if sex == MAN else MAN], NONE)
    which = np.flatnonzero((mine >= 0) & (unions.kind != UNWED) & ((theirs >= 0) | (name >= 0)))
    mine, theirs = mine[which], theirs[which]
    death = np.minimum(died[mine], np.where(theirs >= 0, died[theirs], NEVER))
    end = np.minimum(unions.ended[which], death)
    divorced = (unions.kind[which] == DIVORCED) & (end < death)
    reason = np.select([end == NEVER, divorced], [_NOT_ENDED, _DIVORCE], _DEATH)
    rng = whole.streams("kinship", "foreign", sex)
    foreign = rng.choice(len(_FOREIGN_SHARES), len(which), p=_FOREIGN_SHARES) + 2
    abroad = unions.foreign[which] & (theirs < 0)
    return _Rows(
        citizen=mine,
        kind=np.full(len(which), _SPOUSE, np.int8),
        relative=theirs,
        name=name[which].astype(np.int32),
        nation=np.where(abroad, foreign, 1).astype(np.int8),
        begin=unions.began[which],
        end=end,
        reason=reason.astype(np.int8),
    )


def _guardians(whole: Whole) -> _Rows:
    """Give minors without a parent in their household the head as guardian, once of age."""
    chunk = whole.chunk
    of = np.append(chunk.homes.of, NONE)
    with_parent = np.zeros(len(chunk), bool)
    for side in (chunk.parents.mother, chunk.parents.father):
        with_parent |= (side >= 0) & (of[side] == chunk.homes.of)
    minor = chunk.people.living & (chunk.people.age(chunk.start) < 18)
    alone = minor & (chunk.homes.of >= 0) & ~with_parent & (chunk.relationship != HEAD)
    alone &= chunk.trees.own < 0
    ward = np.flatnonzero(alone).astype(np.int32)
    head = chunk.heads[chunk.homes.of[ward]]
    grown = dates.anniversary(chunk.people.born[head], _OF_AGE)
    ward, head, grown = (column[grown < chunk.start] for column in (ward, head, grown))
    begin = np.minimum(whole.dwellings.joined[ward].astype(np.int64) + 30, chunk.start - 1)
    return _still(ward, _GUARDIAN, head, begin=np.maximum(begin, grown))


def _representatives(whole: Whole) -> _Rows:
    """Give a few of the very old the head of their household as representative."""
    chunk = whole.chunk
    draw = whole.streams("kinship", "representatives").random(len(chunk))
    old = chunk.people.living & (chunk.people.age(chunk.start) > 80)
    who = old & (chunk.homes.of >= 0) & (chunk.relationship != HEAD) & (draw < _REPRESENTED)
    who &= chunk.absent.state == absences.ALIVE
    ward = np.flatnonzero(who).astype(np.int32)
    begin = np.full(len(ward), chunk.start - 400, np.int64)
    return _still(ward, _REPRESENTATIVE, chunk.heads[chunk.homes.of[ward]], begin=begin)


def _still(
    citizen: Ints, kind: int, relative: NDArray[np.int32], *, begin: Ints, name: Ints | None = None
) -> _Rows:
    """Return rows of one kind that have not ended."""
    count = len(citizen)
    return _Rows(
        citizen=citizen,
        kind=np.full(count, kind, np.int8),
        relative=relative,
        name=np.full(count, NONE) if name is None else name.astype(np.int32),
        nation=np.full(count, 1, np.int8),
        begin=begin.astype(np.int32),
        end=np.full(count, NEVER),
        reason=np.full(count, _NOT_ENDED, np.int8),
    )
