"""Searches: a page of people, each with a proof of their own."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from app.exchange import proof, searching
from app.exchange.gate import Reason
from app.exchange.log import leaves
from app.exchange.models import Leaf, LeafEntry
from app.exchange.searching import Search
from app.matching.dates import parse
from app.platform import clock
from app.platform.errors import InvalidError
from app.registry.search import Criteria
from tests.exchange.people import errand

POLICE, BANK = "bca", "vietcombank-basic"
FIELDS = ("full_name", "pin", "permanent_residence")
AT_HOME = Criteria(file_number="010000000001")


@pytest.fixture(scope="module")
def world(exchange_reader):
    """One world for all of this module: searches change nothing."""
    return exchange_reader


@pytest.fixture
def put(world, access):
    """Search as a client and return what was answered."""

    def search(client_id, criteria, *fields, limit=50, cursor=None, **columns):
        columns = {"purpose": "population-search", "officer": "cb-01"} | columns
        asked = Search(
            errand=errand(**columns),
            criteria=criteria,
            fields=fields or FIELDS,
            limit=limit,
            cursor=cursor,
        )
        caller = access.snapshot().callers[client_id]
        with world.session() as session:
            prepared = searching.prepare(session, access, caller, asked)
        return world.writer.submit(
            lambda session: searching.record(session, access, prepared, now=clock.now())
        )

    return search


def told(answered):
    assert answered.body is not None, answered.verdict
    return json.loads(answered.body)


def logged(world, answered):
    seq = answered.proof.leaf.seq
    with world.session() as session:
        leaf = leaves.parse(session.scalar(select(Leaf.body).where(Leaf.seq == seq)))
        rows = session.scalars(
            select(LeafEntry.body).where(LeafEntry.seq == seq).order_by(LeafEntry.position)
        ).all()
    return leaf, [leaves.parse_entry(row) for row in rows]


def test_a_search_shows_the_granted_fields_of_each_person(put):
    criteria = Criteria(full_name="nguyen van an", birth_date=parse("1980"))
    answer = told(put(POLICE, criteria, *FIELDS, "religion"))
    [found] = answer["items"]
    assert list(found) == list(FIELDS)
    assert found["pin"] == "936080000001"
    assert found["permanent_residence"]["place"]["text"].startswith("12 ngõ 5 Hàng Bún")
    assert answer["next_cursor"] is None
    assert answer["withheld"]["religion"]["reason"] == "field-not-allowed"
    assert "26/2023/QH15" in answer["legal_basis"]


def test_each_person_shown_has_an_entry_of_their_own_in_the_one_leaf(put, world, access):
    answered = put(POLICE, AT_HOME)
    items = told(answered)["items"]
    leaf, entries = logged(world, answered)
    assert (leaf.kind, leaf.outcome, leaf.subject) == ("search", "found", None)
    assert leaf.entries == len(entries) == len(items) == 4
    assert leaf.officer == "cb-01"
    assert [entry.subject for entry in entries] == [
        proof.citizen_subject(access, citizen_id) for citizen_id in (1, 2, 3, 4)
    ]
    assert all(entry.fields == FIELDS for entry in entries)


def test_pages_follow_one_another(put):
    first = told(put(POLICE, AT_HOME, "pin", limit=3))
    second = told(put(POLICE, AT_HOME, "pin", limit=3, cursor=first["next_cursor"]))
    assert (len(first["items"]), len(second["items"])) == (3, 1)
    assert second["next_cursor"] is None


def test_a_search_that_finds_nobody_is_logged_too(put, world):
    answered = put(POLICE, Criteria(full_name="Lê Văn Tám", birth_date=parse("1930")))
    assert told(answered)["items"] == []
    leaf, entries = logged(world, answered)
    assert (leaf.outcome, leaf.entries, entries) == ("not_found", 0, [])


@pytest.mark.parametrize(
    ("client_id", "columns", "reason"),
    [
        (BANK, {}, Reason.PURPOSE_NOT_ALLOWED),
        (POLICE, {"officer": None}, Reason.OFFICER_REQUIRED),
        (POLICE, {"purpose": "linked-procedures"}, Reason.PURPOSE_NOT_ALLOWED),
    ],
)
def test_a_refused_search_shows_nobody_and_is_logged(put, world, client_id, columns, reason):
    answered = put(client_id, AT_HOME, **columns)
    assert answered.verdict.reason is reason
    assert answered.body is None
    leaf, entries = logged(world, answered)
    assert leaf.outcome == f"refused:{reason}"
    assert (leaf.fields, leaf.entries, entries) == ((), None, [])


def test_each_person_shown_counts_as_a_question(put, access):
    before = access.asked_today(POLICE)
    put(POLICE, AT_HOME)
    assert access.asked_today(POLICE) == before + 4
    put(POLICE, Criteria(full_name="Lê Văn Tám", birth_date=parse("1930")))
    assert access.asked_today(POLICE) == before + 5


def test_a_field_that_does_not_exist_and_a_search_that_is_too_broad_are_errors(put):
    with pytest.raises(InvalidError) as raised:
        put(POLICE, AT_HOME, "pin", "horoscope")
    assert raised.value.code == "field-unknown"
    assert [param.name for param in raised.value.params] == ["fields.1"]
    with pytest.raises(InvalidError) as raised:
        put(POLICE, Criteria(full_name="Nguyễn Văn An"))
    assert raised.value.code == "search-too-broad"
