"""Reconciliations over HTTP: a file goes up in parts, is run by the server, comes back judged."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from app.api import beside, runner
from app.exchange.jobs import work
from tests.api.conftest import bearer, told
from tests.exchange import people

JOBS = "/v1/reconciliations"
ASKED = {"purpose": "data-cleansing"}
FILE = (
    "so,ten,ngay\n"
    f"{people.AN_PIN},Nguyễn Văn An,12/05/1980\n"
    f"{people.AN_OLD},NGUYEN VAN AN,1980-05-12\n"
    f"{people.NOBODYS},Trần Thị Bưởi,1990-01-02\n"
)
COLUMNS = {"number": "so", "full_name": "ten", "birth_date": "ngay"}
CSV = {"Content-Type": "text/csv"}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(beside, "_FIRST_SECONDS", 0.05)
    monkeypatch.setattr(runner, "_TICK_SECONDS", 0.05)


@pytest.fixture
def telco(client, world):
    return bearer(client, world, "viettel")


def begin(client, headers, **said):
    asked = {**ASKED, "columns": COLUMNS, **said}
    return told(client.post(JOBS, json=asked, headers=headers), 201)["id"]


def send(client, headers, job, body=FILE, kind="text/csv"):
    content = body.encode() if isinstance(body, str) else body
    return client.put(
        f"{JOBS}/{job}/file", content=content, headers={**headers, "Content-Type": kind}
    )


def ended(client, headers, job, jobs=JOBS, seconds=60):
    end = time.monotonic() + seconds
    while (view := told(client.get(f"{jobs}/{job}", headers=headers)))["state"] in (
        "waiting",
        "running",
    ):
        assert time.monotonic() < end, view
        time.sleep(0.1)
    return view


def test_a_file_goes_up_and_its_verdicts_come_back(client, telco):
    job = begin(client, telco)
    early = client.get(f"{JOBS}/{job}/results", headers=telco)
    assert told(early, 409)["code"] == "job-state"
    assert told(send(client, telco, job), 202)["rows"] == 3
    view = ended(client, telco, job)
    assert view["state"] == "done", view
    assert view["counts"] == {"match": 1, "near_match": 1, "not_found": 1}
    text = client.get(f"{JOBS}/{job}/results", headers=telco)
    assert text.headers["content-type"].startswith("text/csv")
    assert text.text.splitlines() == [
        "row,verdict,score,reasons,state",
        "1,match,1.0,,",
        "2,near_match,0.9994,old_number diacritics,",
        "3,not_found,0.0,,",
    ]
    table = client.get(f"{JOBS}/{job}/results?format=parquet", headers=telco)
    assert pl.read_parquet(io.BytesIO(table.content))["verdict"].to_list()[0] == "match"
    leaf = told(client.get(f"/v1/log/leaves/{view['leaf']}", headers=telco))
    assert leaf
    [listed] = told(client.get(JOBS, headers=telco))
    assert listed["id"] == job
    assert client.delete(f"{JOBS}/{job}", headers=telco).status_code == 409
    assert told(send(client, telco, job), 409)["code"] == "job-state"


def test_a_file_in_the_wrong_shape_may_be_sent_again(client, telco):
    job = begin(client, telco)
    wrong = told(send(client, telco, job, FILE + "1,2,3,4\n"), 400)
    assert wrong["invalid_params"][0]["name"] == "line 5"
    frame = pl.read_csv(FILE.encode(), infer_schema=False)
    table = io.BytesIO()
    frame.write_parquet(table)
    assert send(client, telco, job, table.getvalue()).status_code == 400  # it was to be CSV
    assert send(client, telco, job, FILE, "application/json").status_code == 415
    other = begin(client, telco, format="parquet")
    kind = "application/vnd.apache.parquet"
    told(send(client, telco, other, table.getvalue(), kind), 202)
    assert ended(client, telco, other)["counts"]["match"] == 1


def test_a_server_without_a_cluster_refuses_to_use_one(client, telco):
    asked = {**ASKED, "columns": COLUMNS, "engine": "spark"}
    refused = told(client.post(JOBS, json=asked, headers=telco), 409)
    assert refused["code"] == "reconciliation-no-spark"
    assert told(client.get(f"{JOBS}/{begin(client, telco)}", headers=telco))["engine"] == (
        "embedded"
    )


def test_numbers_are_told_by_a_grant_for_them(client, world, telco):
    asked = {**ASKED, "columns": COLUMNS, "fields": ["pin"]}
    assert told(client.post(JOBS, json=asked, headers=telco), 403)["code"] == "purpose-not-allowed"
    for wrong in (["full_name"], ["pin", "pin"]):
        assert client.post(JOBS, json={**asked, "fields": wrong}, headers=telco).status_code == 400
    officer = {"purpose": "social-insurance", "officer": "can-bo-1", "fields": ["pin"]}
    social = bearer(client, world, "bhxh")
    job = begin(client, social, **officer)
    told(send(client, social, job), 202)
    assert ended(client, social, job)["fields"] == ["pin"]
    text = client.get(f"{JOBS}/{job}/results", headers=social).text
    assert text.splitlines()[:3] == [
        "row,verdict,score,reasons,state,pin",
        f"1,match,1.0,,,{people.AN_PIN}",
        f"2,near_match,0.9994,old_number diacritics,,{people.AN_PIN}",
    ]


def test_a_caller_says_how_sure_is_sure_enough(client, world, telco):
    job = begin(client, telco, strictness=1)
    assert told(client.get(f"{JOBS}/{job}", headers=telco))["strictness"] == 1
    asked = {**ASKED, "columns": COLUMNS}
    for wrong in (0, 11, 2.5):
        refused = client.post(JOBS, json={**asked, "strictness": wrong}, headers=telco)
        assert refused.status_code == 400
    officer = {"purpose": "social-insurance", "officer": "can-bo-1", "fields": ["pin"]}
    social = bearer(client, world, "bhxh")
    unsure = {**asked, **officer, "strictness": 9}
    refused = told(client.post(JOBS, json=unsure, headers=social), 400)
    assert "strictness of 10" in str(refused["invalid_params"])


def test_one_column_is_not_two_claims(client, telco):
    asked = {**ASKED, "columns": {**COLUMNS, "full_name": "so"}}
    refused = told(client.post(JOBS, json=asked, headers=telco), 400)
    assert refused["invalid_params"][0]["reason"] == "name three different columns"


def test_who_may_not_compare_may_not_reconcile(client, world, telco):
    refused = told(client.post(JOBS, json={"purpose": "ekyc"}, headers=telco), 403)
    assert refused["code"] == "purpose-not-allowed"
    assert refused["receipt"]
    job = begin(client, telco)
    bank = bearer(client, world, "vietcombank-basic")
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/results"), ("PUT", "/file")):
        answer = client.request(method, f"{JOBS}/{job}{path}", headers={**bank, **CSV})
        assert told(answer, 404)["code"] == "job-unknown"
    assert client.delete(f"{JOBS}/{job}", headers=telco).status_code == 204
    assert told(client.get(f"{JOBS}/{job}", headers=telco))["state"] == "cancelled"


def test_rows_count_against_the_quota_and_the_file_against_the_pace(client, operator, telco):
    job = begin(client, telco)
    address = "/control/v1/connections/viettel/limits"
    changed = client.put(address, json={"daily_quota": 3}, headers=operator)
    assert changed.status_code == 200, changed.text
    time.sleep(1.1)
    full = told(send(client, telco, job), 429)
    assert full["code"] == "quota-exceeded"
    assert full["receipt"]


def test_files_have_a_limit(client, telco, monkeypatch):
    monkeypatch.setitem(client.app._server.settings.__dict__, "max_upload_bytes", 2000)
    job = begin(client, telco)
    assert told(send(client, telco, job, "x" * 3000), 413)["code"] == "body-too-large"
    parts = (b"x" * 900 for _ in range(4))
    headers = {**telco, **CSV}
    streamed = client.put(f"{JOBS}/{job}/file", content=parts, headers=headers)
    assert told(streamed, 413)["code"] == "body-too-large"
    packed = client.put(
        f"{JOBS}/{job}/file", content=b"x", headers={**headers, "Content-Encoding": "gzip"}
    )
    assert packed.status_code == 415


def test_a_job_of_a_killed_process_is_gone_on_with(settings, client, world, telco, monkeypatch):
    """Another process takes it, is killed in the middle, and this server goes on."""
    monkeypatch.setattr(runner.Runner, "_look", lambda _self: None)
    job = begin(client, telco)
    told(send(client, telco, job), 202)
    code = (
        "import os, signal, sys\n"
        "from app.exchange.jobs import keeping, running\n"
        "from app.platform import clock\n"
        "from app.platform.settings import Settings\n"
        "from app.platform.worlds import Worlds\n"
        "import datetime as dt\n"
        "world = Worlds(Settings()).open(sys.argv[1])\n"
        "keeping.LEASE = dt.timedelta(seconds=1)\n"
        "world.writer.submit(lambda s: keeping.claim(s, sys.argv[2], 'a', clock.now()))\n"
        "running.sealing.store_entries = lambda work: os.kill(os.getpid(), signal.SIGKILL)\n"
        "running.run(running.Claimed(world, sys.argv[2], 'a'))\n"
    )
    environment = {"DANCU_HOME": str(settings.home), "DANCU_DEFAULT_WORLD": world.name}
    if settings.database_url is not None:
        environment["DANCU_DATABASE_URL"] = str(settings.database_url)
    died = subprocess.run(
        [sys.executable, "-c", code, world.name, job],
        env={**os.environ, **environment},
        check=False,
        capture_output=True,
        timeout=120,
        cwd=Path(__file__).parents[2],
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    view = told(client.get(f"{JOBS}/{job}", headers=telco))
    assert view["state"] == "running"
    monkeypatch.undo()
    view = ended(client, telco, job)
    assert (view["state"], view["counts"]["match"]) == ("done", 1)
    results = work.folder(world, job) / "results" / "results.csv"
    assert len(results.read_text().splitlines()) == 4
