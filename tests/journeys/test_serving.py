"""A server as a process: it ends in good order, and several of them share one log."""

import json
import re
import secrets
import threading
import time
from contextlib import closing, contextmanager
from itertools import cycle

import pytest
from sqlalchemy import select

from app.exchange import access, agencies
from app.exchange.log import export
from app.exchange.models import Leaf
from app.identity import cards
from app.identity.chip import reader
from app.platform.settings import Settings
from app.platform.worlds import Worlds
from app.sandbox import population
from tests.api.conftest import SPEC, keep_start
from tests.exchange import people
from tests.journeys.conftest import Process
from tests.journeys.test_crash import Load, check
from tests.registry.country import AN
from tests.support.copies import copy

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


@contextmanager
def on_postgres(home, url):
    """A server on PostgreSQL, which allows several processes; it is not yet started."""
    worlds = Worlds(Settings(home=home, database_url=url))
    if population.key(SPEC) not in worlds.store.kept():
        keep_start(worlds)
    with copy(worlds, SPEC) as world:
        process = Process(worlds.settings, world)
        yield process
        process.clear()
    worlds.close_all()


@pytest.fixture
def unstarted(postgres_url, tmp_path):
    with on_postgres(tmp_path, postgres_url) as process:
        yield process


@pytest.fixture(scope="module")
def workers(postgres_url, tmp_path_factory):
    """A server of two processes, which takes some seconds to start: the tests after share it."""
    with on_postgres(tmp_path_factory.mktemp("workers"), postgres_url) as process:
        process.start(DANCU_WORKERS="2")
        yield process


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


def ask(process, token, path, body=None):
    """Send JSON and return what it is answered with."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with closing(process.connect()) as connection:
        connection.request("POST", path, json.dumps({} if body is None else body), headers)
        answer = connection.getresponse()
        told = json.loads(answer.read())
        assert answer.status in {200, 201}, told
        return told


def test_a_chip_is_read_through_two_processes_in_turn(unstarted):
    other = Process(unstarted.settings, unstarted.world)
    token = unstarted.token_of("vietcombank-basic")
    servers = [(unstarted, token), (other, token)]
    try:
        unstarted.start()
        # As workers of one server do, both stand behind one public address.
        other.start(DANCU_PUBLIC_URL=f"http://127.0.0.1:{unstarted.settings.port}")
        with unstarted.world.session() as session:
            card = cards.of_citizen(session, AN, unstarted.world.today)[0]
        field = f"/v1/cards/{cards.serial(unstarted.world, card)}/sessions"
        address = f"{field}/{ask(*servers[0], field)['id']}/apdu"
        turns, asked = cycle(servers), []

        def transport(commands):
            """Have each command answered by the process that did not answer the one before."""
            told = []
            for command in commands:
                server = next(turns)
                asked.append(server)
                body = {"apdus": [command.hex()]}
                told += ask(*server, address, body)["responses"]
            return [bytes.fromhex(each) for each in told]

        key = reader.Key("can", cards.access_number(card).encode())
        reading = reader.read(
            transport, key, secrets.token_bytes, challenge=secrets.token_bytes(8)
        )
        assert reading.is_chip
        assert reading.groups.keys() >= {1, 2, 13, 14, 15}
        assert asked.count(servers[0]) >= 10
        assert asked.count(servers[1]) >= 10
    finally:
        other.clear()


def counted(process):
    """How many verifications the metrics speak of."""
    line = r'dancu_request_seconds_count\{.*route="/v1/verifications".*status="200".*\} (\S+)'
    found = re.search(line, get(process, "/metrics"))
    return 0 if found is None else float(found[1])


def test_whichever_worker_is_scraped_counts_for_all(workers):
    token = workers.token_of("vietcombank-basic")
    before = counted(workers)
    threads = [threading.Thread(target=post, args=(workers, token)) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    time.sleep(1.5)  # each worker has told the other
    for _ in range(6):
        assert counted(workers) == before + 40


def test_a_rotated_secret_ends_its_tokens_in_every_worker_within_a_second(workers):
    token = workers.token_of("vietcombank-basic")
    assert {post(workers, token) for _ in range(20)} == {200}
    workers.world.writer.submit(
        lambda session: agencies.rotate_secret(session, "vietcombank-basic")
    )
    time.sleep(1.1)
    assert {post(workers, token) for _ in range(20)} == {401}
    assert access.of(workers.world).poll().callers["vietcombank-basic"].credential_version == 2


def test_workers_share_one_sequence_and_end_with_their_server(workers):
    with Load(workers) as load:
        until = time.monotonic() + 90
        while len(load.receipts) < 200 and time.monotonic() < until:
            time.sleep(0.01)
        assert workers.stop() == 0
    assert workers.is_over(0.5)
    with workers.world.session() as session:
        seqs = sorted(session.scalars(select(Leaf.seq)))
        assert export.audit(session, workers.world).ok
    assert seqs == list(range(len(seqs)))
    assert len(seqs) >= len(load.receipts) >= 200


def test_workers_end_when_the_process_that_started_them_is_killed(unstarted):
    unstarted.start(DANCU_WORKERS="2")
    token = unstarted.token_of("vietcombank-basic")
    assert post(unstarted, token) == 200
    unstarted.kill()
    assert unstarted.is_over()
    with unstarted.world.session() as session:
        assert export.audit(session, unstarted.world).ok
    unstarted.start(DANCU_WORKERS="2")
    assert post(unstarted, token) == 200
