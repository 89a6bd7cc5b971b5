"""Report cards: cases that are whole, grades, and what a door does to what passes."""

import json
import socket
from dataclasses import replace

import pytest

from app.training.report_card import catalogue, forging, grading, sign_ins
from app.training.report_card.answers import of_json, problem
from app.training.report_card.cases import CONCLUSIONS, WEIGHTS, Said
from app.training.report_card.door import Door
from app.training.report_card.mirror import Mirror, encoded, opened, signed

ALL = (*catalogue.CLIENT, *sign_ins.RELYING_PARTY)


def _result(gravity, *, passed):
    said = Said("a", "b")
    return grading.result("case", gravity, said, said, passed=passed, did=said)


def test_there_are_enough_cases_of_either_kind():
    assert len(catalogue.CLIENT) >= 25
    assert len(sign_ins.RELYING_PARTY) >= 15


@pytest.mark.parametrize("cases", [catalogue.CLIENT, sign_ins.RELYING_PARTY])
def test_names_are_their_own(cases):
    assert len({case.name for case in cases}) == len(cases)


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_a_case_is_said_in_both_languages(case):
    assert all(case.happens)
    assert all(case.should)
    assert case.gravity in WEIGHTS


@pytest.mark.parametrize("case", catalogue.CLIENT, ids=lambda case: case.name)
def test_a_case_accepts_what_can_be_concluded_and_never_what_is_forged(case):
    assert case.accepts
    assert case.accepts <= CONCLUSIONS - {"no_match"}  # the truth is match, everywhere


def test_grades_follow_the_share_of_the_weight():
    assert grading.card("client", [], 0.0).grade == "F"
    fine = [_result("heavy", passed=True)] * 30
    assert grading.card("client", fine, 0.0).grade == "A"
    one = grading.card("client", [*fine, _result("grave", passed=False)], 0.0)
    assert (one.grade, one.grave) == ("D", 1)
    more = grading.card("client", [*fine, *[_result("grave", passed=False)] * 3], 0.0)
    assert more.grade == "F"
    untried = grading.card("client", [*fine, _result("grave", passed=None)], 0.0)
    assert (untried.grade, untried.not_tried) == ("A", 1)
    half = [*fine, *[_result("heavy", passed=False)] * 30]
    assert grading.card("client", half, 0.0).grade == "D"


@pytest.fixture(scope="module")
def mirror():
    return Mirror()


def test_what_passes_a_door_is_signed_by_it_and_names_it(mirror):
    strangers = Mirror()
    said = {"iss": "http://world", "leaf": "of http://world"}
    receipt = signed(
        strangers.signers["ES256"], {"alg": "ES256", "typ": "dancu-receipt+jwt"},
        json.dumps(said).encode(),
    )  # fmt: skip
    answer = {"alg": "ES256", "typ": "dancu-answer+jwt"}
    whole = signed(strangers.signers["ES256"], answer, json.dumps({"receipt": receipt}).encode())
    seen = mirror.seen(f"it is {whole}", "http://world", "http://door").removeprefix("it is ")
    header, payload = opened(seen)
    assert header["kid"] == mirror.signers["ES256"].kid
    inner = json.loads(payload)["receipt"]
    assert forging.claims(inner) == {"iss": "http://door", "leaf": "of http://door"}


def test_a_token_of_the_world_passes_a_door_as_it_is(mirror):
    token = signed(mirror.strangers["ES256"], {"alg": "ES256", "typ": "at+jwt"}, b"{}")
    assert mirror.seen(token, "http://world", "http://door") == token
    broken = f"{encoded({'alg': 'ES256'}).decode()}.eyJ.e30"
    assert mirror.seen(broken, "http://world", "http://door") == broken


def test_a_header_is_said_once():
    answer = problem(503, "away", retry_after="1").having(retry_after="2")
    assert [text for name, text in answer.headers if name == "Retry-After"] == ["2"]
    assert answer.header("retry-after") == "2"
    assert answer.header("x-not-there") == ""
    assert answer.saying(b"no json").members() == {}


@pytest.mark.parametrize("delivery", ["no-head", "half-head", "half-body"])
def test_what_is_cut_is_cut_at_once_though_the_caller_would_keep_the_connection(mirror, delivery):
    cut = replace(of_json(200, {"a": "b"}), delivery=delivery)
    with (
        Door("http://127.0.0.1:9", mirror, lambda _exchange: cut) as door,
        socket.create_connection(("127.0.0.1", int(door.url.rpartition(":")[2])), 5) as caller,
    ):
        caller.sendall(b"GET /v1/me HTTP/1.1\r\nHost: door\r\nConnection: keep-alive\r\n\r\n")
        came = b"".join(iter(lambda: caller.recv(4096), b""))  # until it is cut, or a time-out
    assert (came == b"") == (delivery == "no-head")
    assert not came.endswith(b"}")
