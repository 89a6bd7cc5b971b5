"""What the server tells of itself: log lines without people, counts, health."""

import json
import logging
import re
import time

import pytest
from sqlalchemy import update

from app.api import exposition, logs
from app.api.calls import Call
from app.api.metrics import Metrics
from app.exchange.log import merkle
from app.exchange.models import LogHead
from app.platform.settings import Settings
from tests.api.conftest import bearer
from tests.exchange import people

QUESTION = {"number": people.AN_PIN, "claims": people.AN_CLAIM, "purpose": "ekyc"}


def call(**changes):
    scope = {
        "method": "POST",
        "path": f"/v1/people/{people.AN_PIN}",
        "query_string": b"",
        "headers": [],
    }
    made = Call(scope, base="http://127.0.0.1:8000")
    made.route = "/v1/people/{pin}"
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def lines_of(settings, *calls):
    written = []
    log = logs.AccessLog(settings, write=written.append)
    log._flusher = True  # no event loop here: flushed by hand
    for each in calls:
        log.request(each, 403, began_at="2026-01-01T00:00:00.000Z", seconds=0.0123)
    log.flush()
    return "".join(written).splitlines()


def test_an_access_line_names_the_route_and_the_caller_and_no_person(tmp_path):
    refused = call(client_id="viettel", problem_code="no-consent")
    [line] = lines_of(Settings(home=tmp_path, log_format="json"), refused)
    told = json.loads(line)
    assert told["event"] == "request"
    assert told["route"] == "/v1/people/{pin}"
    assert (told["status"], told["ms"], told["client_id"]) == (403, 12.3, "viettel")
    assert told["code"] == "no-consent"
    [shown] = lines_of(Settings(home=tmp_path), refused)
    assert "/v1/people/{pin}" in shown
    assert people.AN_PIN not in line + shown


def test_access_lines_are_left_out_above_info(tmp_path):
    assert lines_of(Settings(home=tmp_path, log_level="warning"), call()) == []


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_log_line_has_its_request_and_its_cause(tmp_path, capsys, form):
    root = logging.getLogger()
    before, level = root.handlers, root.level
    try:
        logs.configure(Settings(home=tmp_path, log_format=form))
        cause = RuntimeError("the cause")
        extra = {"request_id": "r-1"}
        logging.getLogger("dancu.test").error("it broke", exc_info=cause, extra=extra)
    finally:
        root.handlers = before
        root.setLevel(level)
        logging.getLogger("uvicorn.access").disabled = False
    text = capsys.readouterr().err
    assert "it broke" in text
    assert "RuntimeError: the cause" in text
    if form == "json":
        told = json.loads(text)
        assert (told["level"], told["logger"]) == ("error", "dancu.test")
        assert told["request_id"] == "r-1"
    else:
        assert "request_id=r-1" in text


def test_a_served_request_leaves_a_line_without_what_was_sent(client, world):
    written = []
    client.app._access_log._write = written.append
    bank = bearer(client, world)
    client.post("/v1/verifications", json=QUESTION, headers=bank)
    client.get(f"/v1/persons/{people.AN_PIN}?name=An", headers=bank)
    until = time.monotonic() + 10
    while "unmatched" not in "".join(written):
        assert time.monotonic() < until
        time.sleep(0.05)
    text = "".join(written)
    assert "/v1/verifications" in text
    assert "vietcombank-basic" in text
    for secret in (people.AN_PIN, "Nguyễn", "name=An", bank["Authorization"][7:]):
        assert secret not in text


def test_requests_and_exchanges_are_counted(client, world):
    bank = bearer(client, world)
    for purpose in ("ekyc", "ekyc", "nothing"):
        client.post("/v1/verifications", json={**QUESTION, "purpose": purpose}, headers=bank)
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    counted = dict(
        re.findall(r"^(\S+\{.*\}) (\S+)$", answer.text, re.MULTILINE),
    )
    requests = {
        name: value
        for name, value in counted.items()
        if name.startswith("dancu_request_seconds_count") and "/v1/verifications" in name
    }
    assert sorted(map(float, requests.values())) == [1, 2]
    exchanges = [name for name in counted if name.startswith("dancu_exchanges_total")]
    assert any('outcome="match"' in name for name in exchanges)
    assert f'dancu_writer_written{{world="{world.name}"}}' in counted
    assert people.AN_PIN not in answer.text


def test_gauges_are_read_when_they_are_scraped():
    value = {"w": 1.0}
    metrics = Metrics(lambda: [("dancu_test", "A test.", value)])
    assert b'dancu_test{world="w"} 1.0' in exposition.text(metrics)
    value["w"] = 2.0
    assert b'dancu_test{world="w"} 2.0' in exposition.text(metrics)


def test_health_tells_of_every_open_world(client, world, other_world):
    client.get(f"/w/{other_world.name}/v1/units")
    told = client.get("/health").json()
    assert told["status"] == "ok"
    assert {each["name"] for each in told["worlds"]} == {world.name, other_world.name}
    assert all(each["ready"] for each in told["worlds"])


def test_a_log_that_was_rewritten_shows_in_the_servers_health(client, world):
    bank = bearer(client, world)

    def ask():
        client.post("/v1/verifications", json=QUESTION, headers=bank)

    def wait(holds):
        until = time.monotonic() + 30
        while not holds():
            assert time.monotonic() < until
            time.sleep(0.1)

    ask()
    ask()
    wait(lambda: client.get("/v1/log/checkpoint", params={"size": 2}).status_code == 200)
    other = merkle.Frontier()
    other.append(b"1" * 32)
    other.append(b"2" * 32)
    forged = update(LogHead).values(frontier=other.to_bytes())
    world.writer.submit(lambda session: session.execute(forged))
    ask()
    wait(lambda: client.get("/health").status_code == 503)
    told = client.get("/health").json()
    assert told["status"] == "degraded"
    assert told["worlds"][0]["log_alarm"]
