"""Extracts over HTTP: asked for, made by the server, fetched; what is refused, and to whom."""

from __future__ import annotations

import io
import time

import polars as pl
import pytest

from app.api import beside, runner
from tests.api.conftest import bearer, told
from tests.api.job_aims import ASKED
from tests.api.test_reconciliations import ended

EXTRACTS = "/v1/extracts"
MINE = ASKED[EXTRACTS]
NOBODY = {name: said for name, said in MINE.items() if name != "officer"}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(beside, "_FIRST_SECONDS", 0.05)
    monkeypatch.setattr(runner, "_TICK_SECONDS", 0.05)


@pytest.fixture
def insurance(client, world):
    return bearer(client, world, "bhxh")


def test_a_slice_comes_as_a_file(client, insurance):
    asked = {**MINE, "format": "parquet", "fields": ["pin", "full_name", "religion"]}
    answers = [
        told(client.post(EXTRACTS, json=asked, headers={**insurance, "Idempotency-Key": "k"}), 201)
        for _ in range(2)
    ]
    job = answers[0]["id"]
    assert answers[1]["id"] == job
    view = ended(client, insurance, job, EXTRACTS)
    assert (view["state"], view["withheld"]) == ("done", {"religion": "field-not-allowed"})
    file = client.get(f"{EXTRACTS}/{job}/file", headers=insurance)
    assert file.headers["content-type"] == "application/vnd.apache.parquet"
    table = pl.read_parquet(io.BytesIO(file.content))
    assert table.columns == ["pin", "full_name", "simulated"]
    assert len(table) == view["rows"] > 0
    listed = told(client.get(EXTRACTS, headers=insurance))
    assert [each["id"] for each in listed] == [job]
    assert client.delete(f"{EXTRACTS}/{job}", headers=insurance).status_code == 409


def test_who_may_not_have_it_is_refused(client, world, insurance):
    for asked, status, code in (
        ({**MINE, "purpose": "ekyc"}, 403, "purpose-not-allowed"),
        (NOBODY, 403, "officer-required"),
        ({**MINE, "fields": ["religion"]}, 403, "field-not-allowed"),
        ({**MINE, "fields": ["shoe-size"]}, 400, "invalid-request"),
        ({**MINE, "fields": ["shoe_size"]}, 400, "field-unknown"),
        ({**MINE, "provinces": ["98"]}, 400, "extract-slice-unknown"),
    ):
        assert told(client.post(EXTRACTS, json=asked, headers=insurance), status)["code"] == code
    job = told(client.post(EXTRACTS, json=MINE, headers=insurance), 201)["id"]
    ministry = bearer(client, world, "btc")
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/file")):
        answer = client.request(method, f"{EXTRACTS}/{job}{path}", headers=ministry)
        assert told(answer, 404)["code"] == "job-unknown"


def test_it_may_be_cancelled_while_it_waits(client, insurance, monkeypatch):
    monkeypatch.setattr(runner.Runner, "_look", lambda _self: None)
    job = told(client.post(EXTRACTS, json=MINE, headers=insurance), 201)["id"]
    early = client.get(f"{EXTRACTS}/{job}/file", headers=insurance)
    assert told(early, 409)["code"] == "job-state"
    assert client.delete(f"{EXTRACTS}/{job}", headers=insurance).status_code == 204
    view = told(client.get(f"{EXTRACTS}/{job}", headers=insurance))
    assert (view["state"], view["provinces"]) == ("cancelled", ["01"])


def test_every_person_counts_against_the_quota(client, operator, insurance):
    address = "/control/v1/connections/bhxh/limits"
    changed = client.put(address, json={"daily_quota": 2}, headers=operator)
    assert changed.status_code == 200, changed.text
    time.sleep(1.1)
    full = told(client.post(EXTRACTS, json=MINE, headers=insurance), 429)
    assert full["code"] == "quota-exceeded"
    assert full["receipt"]
