"""A server as a process: it ends in good order, and several of them share one log."""

import json
import re
import threading
import time
from contextlib import closing

import pytest
from sqlalchemy import select

from app import main
from app.exchange import access, agencies
from app.exchange.log import export
from app.exchange.models import Leaf
from app.platform.errors import ConflictError
from app.platform.settings import Settings
from app.platform.worlds import Worlds
from app.sandbox import population
from tests.api.conftest import SPEC, copy, keep_start
from tests.exchange import people
from tests.journeys.conftest import Process
from tests.journeys.test_crash import Load, check

BODY = json.dumps({"number": people.AN_PIN, "claims": people.AN_CLAIM, "purpose": "ekyc"})


def post(process, token):
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with closing(process.connect()) as connection:
        connection.request("POST", "/v1/verifications", BODY, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status


def get(process, path):
    with closing(process.connect()) as connection:
        connection.request("GET", path)
        return connection.getresponse().read().decode()


def test_a_server_that_is_stopped_answers_what_it_took_and_covers_its_log(process):
    process.start()
    with Load(process) as load:
        until = time.monotonic() + 20
        while len(load.receipts) < 50 and time.monotonic() < until:
            time.sleep(0.01)
        assert process.stop() == 0
    assert not [told for told in load.wrong if told.get("status") == 500]
    report = check(process, load.receipts)
    assert report.covered == report.size >= len(load.receipts)


def test_sqlite_has_one_worker(tmp_path):
    with pytest.raises(ConflictError) as refused:
        main.serve(Settings(home=tmp_path, workers=2))
    assert refused.value.code == "one-worker-on-sqlite"


@pytest.fixture
def unstarted(postgres_url, tmp_path):
    """A server on PostgreSQL, which allows several processes; it is not yet started."""
    worlds = Worlds(Settings(home=tmp_path, database_url=postgres_url))
    if population.key(SPEC) not in worlds.store.kept():
        keep_start(worlds)
    with copy(worlds, SPEC) as world:
        process = Process(worlds.settings, world)
        yield process
        process.clear()
    worlds.close_all()


@pytest.fixture
def workers(unstarted):
    """A server of two processes."""
    unstarted.start(DANCU_WORKERS="2")
    return unstarted


@pytest.mark.parametrize("seconds", [0.5, 1.5, 2.5])
def test_a_server_that_is_stopped_while_it_starts_leaves_no_worker(unstarted, seconds):
    unstarted.begin(DANCU_WORKERS="2")
    time.sleep(seconds)
    unstarted.stop()
    assert unstarted.is_over()


@pytest.mark.parametrize("seconds", [1.5, 2.5])
def test_a_server_that_is_killed_while_it_starts_leaves_no_worker(unstarted, seconds):
    unstarted.begin(DANCU_WORKERS="2")
    time.sleep(seconds)
    unstarted.kill()
    assert unstarted.is_over()


def test_a_server_that_is_stopped_leaves_no_worker(workers):
    assert workers.stop() == 0
    assert workers.is_over(0.5)


def test_workers_end_when_the_process_that_started_them_is_killed(workers):
    token = workers.token_of("vietcombank-basic")
    assert post(workers, token) == 200
    workers.kill()
    assert workers.is_over()
    with workers.world.session() as session:
        assert export.audit(session, workers.world).ok
    workers.start(DANCU_WORKERS="2")
    assert post(workers, token) == 200


def test_two_workers_share_one_sequence(workers):
    with Load(workers) as load:
        until = time.monotonic() + 90
        while len(load.receipts) < 200 and time.monotonic() < until:
            time.sleep(0.01)
        assert workers.stop() == 0
    with workers.world.session() as session:
        seqs = sorted(session.scalars(select(Leaf.seq)))
        assert export.audit(session, workers.world).ok
    assert seqs == list(range(len(seqs)))
    assert len(seqs) >= len(load.receipts) >= 200


def test_a_rotated_secret_ends_its_tokens_in_every_worker_within_a_second(workers):
    token = workers.token_of("vietcombank-basic")
    assert {post(workers, token) for _ in range(20)} == {200}
    workers.world.writer.submit(
        lambda session: agencies.rotate_secret(session, "vietcombank-basic")
    )
    time.sleep(1.1)
    assert {post(workers, token) for _ in range(20)} == {401}
    assert access.of(workers.world).poll().callers["vietcombank-basic"].credential_version == 2


def test_whichever_worker_is_scraped_counts_for_all(workers):
    token = workers.token_of("vietcombank-basic")
    threads = [threading.Thread(target=post, args=(workers, token)) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    line = re.compile(
        r'dancu_request_seconds_count\{.*route="/v1/verifications".*status="200".*\} (\S+)'
    )
    time.sleep(1.5)  # each worker has told the other
    for _ in range(6):
        counted = line.search(get(workers, "/metrics"))
        assert float(counted[1]) == 40
