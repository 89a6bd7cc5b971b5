"""An answer of the hot route leaves in one piece, and is on the wire what it would be in two."""

import json
import socket
from contextlib import ExitStack

import pytest
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from app.sandbox import operator
from tests.api.conftest import live
from tests.exchange import people

ELSEWHERE = "http://localhost:3000"
ASKED = {
    "number": people.AN_PIN,
    "purpose": "ekyc",
    "claims": {"full_name": "Nguyễn Văn An", "birth_date": "1980-05-12"},
}


@pytest.fixture(scope="module")
def server(settings, shared_world):
    with live(settings, shared_world) as running:
        yield running


def question(server, *lines, version="1.1"):
    """Return the head and the body of a request."""
    body = json.dumps(ASKED, ensure_ascii=False).encode()
    head = [
        f"POST /v1/verifications HTTP/{version}",
        "Host: localhost",
        f"Authorization: Bearer {server.token_of('vietcombank-basic')}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *lines,
        "",
        "",
    ]
    return "\r\n".join(head).encode(), body


class Line:
    """A connection, read as it comes."""

    def __init__(self, server, stack):
        host, _, port = server.base.removeprefix("http://").partition(":")
        self.socket = stack.enter_context(socket.create_connection((host, int(port)), timeout=10))
        self._read = stack.enter_context(self.socket.makefile("rb"))

    def answer(self):
        """Return the next answer: status, headers, body."""
        status = int(self._read.readline().split()[1])
        headers = {}
        while line := self._read.readline().strip().decode():
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        return status, headers, self._read.read(int(headers.get("content-length", 0)))

    def is_over(self):
        return self._read.read(1) == b""


@pytest.fixture
def line(server):
    with ExitStack() as stack:
        yield Line(server, stack)


def matched(answer):
    status, headers, body = answer
    told = json.loads(body)
    assert (status, told["outcome"]) == (200, "match")
    assert headers["x-request-id"] == told["request_id"]
    assert headers["dancu-simulated"] == "true"
    assert headers["cache-control"] == "no-store"
    assert headers["content-type"] == "application/json"
    return told


def test_one_connection_carries_answer_after_answer(server, line, monkeypatch):
    in_parts, send = [], RequestResponseCycle.send

    async def noted(cycle, message):
        in_parts.append(message["type"])
        await send(cycle, message)

    monkeypatch.setattr(RequestResponseCycle, "send", noted)
    head, body = question(server)
    seen = set()
    for _ in range(3):
        line.socket.sendall(head + body)
        seen.add(matched(line.answer())["leaf"]["seq"])
    assert len(seen) == 3
    assert not in_parts


def test_questions_sent_together_are_answered_in_their_order(server, line):
    head, body = question(server)
    asked = [head + body, head + body.replace(b"1980-05-12", b"1981-05-12"), head + body]
    line.socket.sendall(b"".join(asked))
    outcomes = [json.loads(line.answer()[2])["outcome"] for _ in asked]
    assert outcomes == ["match", "no_match", "match"]


@pytest.mark.parametrize(("version", "lines"), [("1.1", ["Connection: close"]), ("1.0", [])])
def test_a_connection_ends_where_it_is_to_end(server, line, version, lines):
    head, body = question(server, *lines, version=version)
    line.socket.sendall(head + body)
    answer = line.answer()
    matched(answer)
    assert answer[1]["connection"] == "close"
    assert line.is_over()


def test_a_body_that_waits_to_be_asked_for_is_asked_for(server, line):
    head, body = question(server, "Expect: 100-continue")
    line.socket.sendall(head)
    assert line.answer()[0] == 100
    line.socket.sendall(body)
    matched(line.answer())


def test_a_page_of_elsewhere_may_read_its_answer(settings, shared_world):
    own = settings.model_copy(update={"allowed_origins": (ELSEWHERE,)})
    with live(own, shared_world) as open_to_pages, ExitStack() as stack:
        line = Line(open_to_pages, stack)
        head, body = question(open_to_pages, f"Origin: {ELSEWHERE}")
        line.socket.sendall(head + body)
        answer = line.answer()
    matched(answer)
    assert answer[1]["access-control-allow-origin"] == ELSEWHERE


def test_a_fault_still_bends_it(server, line, shared_world):
    token = operator.world_token(server.operator_token, shared_world.id)
    head, body = question(server, 'Prefer: fault="truncate"', f"Dancu-Operator: {token}")
    line.socket.sendall(head + body)
    status, headers, part = line.answer()
    assert status == 200
    assert headers["dancu-fault"] == "truncate"
    assert len(part) < int(headers["content-length"])
    assert line.is_over()


def test_who_hangs_up_harms_nobody(server, line):
    head, body = question(server)
    with ExitStack() as stack:
        for _ in range(20):
            gone = Line(server, stack)
            gone.socket.sendall(head + body)
            gone.socket.shutdown(socket.SHUT_RDWR)
    line.socket.sendall(head + body)
    matched(line.answer())
