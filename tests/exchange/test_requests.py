"""The request log: who reads what, and for how long bodies are kept."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import text

from app.exchange import requests, sweeping
from app.exchange.requests import NewRow
from app.platform import clock

BANK, TELCO = "X31", "X21"


@pytest.fixture
def log(world):
    """Log calls and wait until they are written."""

    def record(*rows):
        for row in rows:
            requests.record(world, row)
        world.writer.submit(lambda _: None)

    return record


def row(number=1, **columns) -> NewRow:
    values = {
        "request_id": f"{number:032x}",
        "at": clock.rfc3339_ms(clock.now()),
        "method": "POST",
        "path": "/v1/verifications",
        "status": 200,
        "duration_us": 900,
        "client_id": "vietcombank-basic",
        "agency_code": BANK,
        "outcome": "match",
        "leaf_seq": number,
        "gate": "admitted by grant 1 (ekyc): full_name",
        "request_body": b'{"number":"901090000001"}',
        "response_body": b'{"outcome":"match"}',
    }
    return NewRow(**values | columns)


def read(world, function=requests.page, **arguments):
    with world.session() as session:
        return function(session, **arguments)


def test_a_call_is_kept_with_bodies_reasoning_and_timing(world, log):
    log(row())
    [kept] = read(world, agency_code=BANK)
    assert (kept.request_id, kept.status, kept.duration_us) == (f"{1:032x}", 200, 900)
    assert kept.gate == "admitted by grant 1 (ekyc): full_name"
    assert kept.request_body == '{"number":"901090000001"}'
    assert kept.response_body == '{"outcome":"match"}'


def test_an_agency_reads_its_own_calls_and_the_operator_all(world, log):
    log(row(1), row(2, agency_code=TELCO, client_id="viettel"), row(3, agency_code=None))
    assert [kept.leaf_seq for kept in read(world, agency_code=BANK)] == [1]
    assert [kept.leaf_seq for kept in read(world, agency_code=TELCO)] == [2]
    assert [kept.leaf_seq for kept in read(world, agency_code=None)] == [3, 2, 1]


def test_pages_go_back_in_time_and_the_tail_goes_forward(world, log):
    log(*(row(number) for number in range(1, 8)))
    first = read(world, agency_code=BANK, limit=3)
    assert [kept.leaf_seq for kept in first] == [7, 6, 5]
    second = read(world, agency_code=BANK, before=first[-1].id, limit=3)
    assert [kept.leaf_seq for kept in second] == [4, 3, 2]
    tail = read(world, requests.tail, agency_code=BANK, since=first[-1].id)
    assert [kept.leaf_seq for kept in tail] == [6, 7]
    assert read(world, requests.newest) == first[0].id


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [1, 2, 3, 4]),
        ({"client_id": "viettel"}, [2]),
        ({"path": "/v1/disc"}, [3]),
        ({"path": "/v1/%"}, []),
        ({"told": "match"}, [1, 4]),
        ({"told": "purpose-not-allowed"}, [3]),
        ({"told": "storm"}, [4]),
        ({"failed": True}, [3]),
        ({"failed": True, "client_id": "viettel"}, []),
    ],
)
def test_calls_are_found_by_what_is_wanted_of_them(world, log, wanted, found):
    log(
        row(1),
        row(2, client_id="viettel", outcome="no_match"),
        row(
            3, path="/v1/disclosures", status=403, outcome=None, problem_code="purpose-not-allowed"
        ),
        row(4, fault="storm"),
    )
    asked = {"agency_code": None, "wanted": requests.Wanted(**wanted)}
    assert [kept.leaf_seq for kept in read(world, **asked)] == found[::-1]
    assert [kept.leaf_seq for kept in read(world, requests.tail, since=0, **asked)] == found


def test_only_the_latest_calls_are_looked_at_for_those_that_fit(world, log, monkeypatch):
    log(*(row(number) for number in range(1, 8)))
    monkeypatch.setattr(requests, "LOOKED_AT", 3)
    wanted = requests.Wanted(told="match")
    found = read(world, agency_code=None, wanted=wanted)
    assert [kept.leaf_seq for kept in found] == [7, 6, 5]


def test_no_page_is_longer_than_the_limit_of_the_room(world, log):
    log(*(row(number) for number in range(1, requests.MOST_ROWS + 3)))
    assert len(read(world, agency_code=BANK, limit=10_000)) == requests.MOST_ROWS
    assert len(read(world, requests.tail, agency_code=BANK, since=0)) == requests.MOST_ROWS


def test_an_empty_log_has_no_newest_row(world):
    assert read(world, requests.newest) == 0


def test_one_call_is_found_by_its_id_by_its_own_agency_only(world, log):
    log(row(1))
    found = read(world, requests.find, request_id=f"{1:032x}", agency_code=BANK)
    assert found.leaf_seq == 1
    assert read(world, requests.find, request_id=f"{1:032x}", agency_code=None) == found
    assert read(world, requests.find, request_id=f"{1:032x}", agency_code=TELCO) is None


def test_a_world_that_keeps_no_personal_data_keeps_no_bodies(world, log):
    world.writer.submit(lambda s: s.execute(text("UPDATE world SET retention_days = 0")))
    world.refresh()
    log(row())
    [kept] = read(world, agency_code=BANK)
    assert kept.request_body is None
    assert kept.response_body is None
    assert kept.outcome == "match"


def test_bodies_go_when_their_retention_ends_and_the_row_stays(world, log):
    now = clock.now()
    days = world.facts.retention_days
    old = clock.rfc3339_ms(now - dt.timedelta(days=days, seconds=1))
    young = clock.rfc3339_ms(now - dt.timedelta(days=days) + dt.timedelta(minutes=1))
    log(row(1, at=old), row(2, at=young))
    world.writer.submit(lambda s: sweeping.sweep(s, world, now))
    kept = {each.leaf_seq: each for each in read(world, agency_code=BANK)}
    assert kept[1].request_body is None
    assert kept[1].response_body is None
    assert kept[1].gate is not None
    assert kept[2].request_body is not None


def test_rows_go_after_a_year(world, log):
    now = clock.now()
    log(row(1, at=clock.rfc3339_ms(now - requests.ROWS_KEPT - dt.timedelta(seconds=1))), row(2))
    world.writer.submit(lambda s: sweeping.sweep(s, world, now))
    assert [kept.leaf_seq for kept in read(world, agency_code=BANK)] == [2]


def test_calls_of_which_little_is_known_are_kept_too(world, log):
    nothing = dict.fromkeys(
        (
            "client_id",
            "agency_code",
            "outcome",
            "problem_code",
            "leaf_seq",
            "gate",
            "request_body",
            "response_body",
        )
    )
    log(row(1, status=401, **nothing), row(2, status=404, **nothing))
    kept = read(world, agency_code=None)
    assert [each.status for each in kept] == [404, 401]
    assert all(getattr(kept[0], name) is None for name in nothing)


def test_any_bytes_can_be_kept(world, log):
    log(row(1, request_body=b"\x00\xff\xfe{", response_body=b"x" * (requests.MOST_BODY_BYTES + 1)))
    [kept] = read(world, agency_code=BANK)
    assert kept.request_body == "\\0\\xff\\xfe{"
    assert len(kept.response_body) == requests.MOST_BODY_BYTES
