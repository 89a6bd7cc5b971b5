"""Kinship both ways."""

from __future__ import annotations

import datetime as dt

from app.registry import kinship
from app.registry import models as m
from tests.registry.country import AN, BINH, CHI, DUNG, EM, GIANG, LUA, TODAY, citizen


def kin(session, who):
    found = kinship.relatives(session, [who]).get(who, ())
    return [(relative.kind, relative.relative_id) for relative in found]


def test_every_relationship_is_read_from_both_sides(session):
    assert kin(session, AN) == [
        ("mother", LUA),
        ("father", None),
        ("spouse", EM),
        ("spouse", BINH),
        ("child", DUNG),
        ("child", CHI),
    ]
    assert kin(session, BINH) == [("spouse", AN), ("child", CHI), ("ward", GIANG)]
    assert kin(session, GIANG) == [("guardian", BINH)]
    assert kin(session, LUA) == [("child", AN)]


def test_half_siblings_share_a_parent_and_full_siblings_are_named_once(session):
    session.add(citizen(8, "Nguyễn Văn Hải", "2014-01-01", "M"))
    session.flush()
    session.add(m.Kinship(citizen_id=8, kind="father", relative_id=AN))
    session.add(m.Kinship(citizen_id=8, kind="mother", relative_id=BINH))
    session.flush()
    assert kin(session, CHI) == [
        ("father", AN),
        ("mother", BINH),
        ("sibling", DUNG),
        ("sibling", 8),
    ]


def test_a_person_represented_is_read_back(session):
    session.add(m.Kinship(citizen_id=LUA, kind="representative", relative_id=AN))
    session.flush()
    assert ("represented", LUA) in kin(session, AN)
    assert ("representative", AN) in kin(session, LUA)


def test_an_ended_marriage_stays_on_record_and_does_not_hold(session):
    spouses = [r for r in kinship.relatives(session, [AN])[AN] if r.kind == "spouse"]
    assert [(spouse.relative_id, spouse.holds(TODAY)) for spouse in spouses] == [
        (EM, False),
        (BINH, True),
    ]
    assert spouses[0].holds(dt.date(2008, 1, 8))
    assert not spouses[0].holds(dt.date(2008, 1, 9))
    assert spouses[0].end_reason == "divorce"


def test_many_people_are_read_by_three_statements(session, statements):
    found = kinship.relatives(session, [AN, BINH, CHI, LUA, DUNG, EM, GIANG])
    assert len(found) == 7
    assert len(statements) == 3


def test_nobodys_relatives_are_none(session):
    assert kinship.relatives(session, [99]) == {}
