"""Killed while it answers: no acknowledged leaf is lost, and the log verifies offline."""

import http.client
import itertools
import json
import threading
import time
from contextlib import closing, suppress

import jwt
import pytest
from sqlalchemy import select

from app.exchange.log import export, leaves
from app.exchange.models import Leaf
from app.platform import clock
from tests.exchange import people

CALLERS = 8
#: How a server that is killed lets go of who is waiting for it.
GONE = (OSError, http.client.HTTPException)
BODIES = [
    json.dumps({"number": number, "claims": people.AN_CLAIM, "purpose": "ekyc"}).encode()
    for number in (people.AN_PIN, people.AN_OLD)
]


class Load:
    """Callers who ask until the server is gone, and keep every receipt they were given."""

    def __init__(self, process):
        self.process = process
        self.token = process.token_of("vietcombank-fapi")
        self.receipts = []
        self.wrong = []
        self.threads = [
            threading.Thread(target=self.ask, args=(number,)) for number in range(CALLERS)
        ]

    def ask(self, number):
        with closing(self.process.connect()) as connection, suppress(*GONE):
            self.ask_on(connection, number)

    def ask_on(self, connection, number):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        for count in itertools.count():
            if number == 0:  # one of them goes by the ordinary route
                headers["Idempotency-Key"] = f"{id(self)}-{count}"
            connection.request("POST", "/v1/verifications", BODIES[number % 2], headers)
            answer = connection.getresponse()
            told = json.loads(answer.read())
            if answer.status == 200:
                self.receipts.append(told["receipt"])
            else:
                self.wrong.append(told)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        for thread in self.threads:
            thread.join()


def crash(process, after):
    """Run a server under load, kill it once it gave so many receipts; return all it gave.

    And the moment at which the load began.
    """
    process.start()
    with Load(process) as load:
        began = clock.now()
        until = time.monotonic() + 20
        while len(load.receipts) < after and time.monotonic() < until:
            time.sleep(0.001)
        process.kill()
    assert not load.wrong
    assert len(load.receipts) >= after
    return load.receipts, began


def check(process, receipts, *, now=None):
    """Check that every receipt's leaf is in the log as it was receipted, and audit the log.

    Leaves that were recorded after `now` may stand without a checkpoint: a killed server signs
    them at its next start.
    """
    with process.world.session() as session:
        kept = {leaf.seq: leaf.body for leaf in session.scalars(select(Leaf))}
        report = export.audit(session, process.world, now=now)
    for receipt in receipts:
        claims = jwt.decode(receipt, options={"verify_signature": False})
        assert kept[claims["seq"]] == claims["leaf"]
        assert leaves.parse(claims["leaf"]).seq == claims["seq"]
    assert report.ok, report.findings
    assert report.size == len(kept)
    return report


def journey(process, rounds):
    receipts = []
    for number in range(rounds):
        given, began = crash(process, 20 + 13 * (number % 7))
        receipts += given
        check(process, receipts, now=began)
    process.start()  # covers what the last crash left uncovered
    assert process.stop() == 0
    report = check(process, receipts)
    assert report.covered == report.size


def test_ten_crashes_lose_no_acknowledged_leaf(forked):
    journey(forked, 10)


@pytest.mark.slow
def test_a_hundred_crashes_lose_no_acknowledged_leaf(forked):
    journey(forked, 100)
