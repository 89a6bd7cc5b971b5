"""Idempotency keys: once, alike, and bound to the request they came with."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from app.exchange import idempotency
from app.exchange.idempotency import Fresh, Replay
from app.platform import clock
from app.platform.errors import ConflictError, UnprocessableError

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
HASH = idempotency.request_hash("POST", b"/v1/verifications?", "json", b"{}")
ANSWER = Replay(status=200, headers={"content-type": "application/json"}, body=b"{}", decision="d")
CALLER, KEY = "vietcombank-basic", "k-1"


@pytest.fixture(scope="module")
def world(exchange_reader):
    """One world for all of this module: each test has keys of its own."""
    return exchange_reader


@pytest.fixture
def run(world):
    """Run a function of the room in the world's writer, with keys that no other test has."""
    own = uuid.uuid4().hex

    def submit(function, *, caller=CALLER, key=KEY, **arguments):
        arguments |= {"caller": caller, "key": f"{own}/{key}"}
        return world.writer.submit(lambda session: function(session, **arguments))

    return submit


def claim(run, *, request_hash=HASH, now=NOW, **key):
    return run(idempotency.claim, **key, request_hash=request_hash, now=now)


def complete(run, **key):
    run(idempotency.complete, **key, answer=ANSWER)


def test_the_second_request_gets_the_answer_of_the_first(run):
    assert isinstance(claim(run), Fresh)
    complete(run)
    assert claim(run) == ANSWER
    assert run(idempotency.find, request_hash=HASH, now=NOW) == ANSWER


def test_while_the_first_one_runs_the_second_is_told_to_wait(run):
    claim(run)
    assert run(idempotency.find, request_hash=HASH, now=NOW) is None
    with pytest.raises(ConflictError) as raised:
        claim(run)
    assert raised.value.code == "idempotency-running"
    assert raised.value.retry_after == 1


@pytest.mark.parametrize("completed", [False, True])
def test_a_key_is_bound_to_method_target_form_and_body(run, completed):
    claim(run)
    if completed:
        complete(run)
    for other in (
        ("PUT", b"/v1/verifications?", "json", b"{}"),
        ("POST", b"/v1/x?", "json", b"{}"),
        ("POST", b"/v1/verifications?a=b", "json", b"{}"),
        ("POST", b"/v1/verifications?", "jose", b"{}"),
        ("POST", b"/v1/verifications?", "json", b""),
    ):
        other_hash = idempotency.request_hash(*other)
        with pytest.raises(UnprocessableError) as raised:
            claim(run, request_hash=other_hash)
        assert raised.value.code == "idempotency-mismatch"
        with pytest.raises(UnprocessableError):
            run(idempotency.find, request_hash=other_hash, now=NOW)


def test_the_parts_of_a_request_cannot_be_shifted_against_each_other():
    hashes = {
        idempotency.request_hash("POST", b"/a", "b", b"c"),
        idempotency.request_hash("POST", b"/ab", "", b"c"),
        idempotency.request_hash("POST", b"/a", "bc", b""),
    }
    assert len(hashes) == 3


def test_a_key_belongs_to_its_caller(run):
    claim(run)
    complete(run)
    assert isinstance(claim(run, caller="viettel"), Fresh)
    assert isinstance(claim(run, key="k-2"), Fresh)


def test_a_key_is_kept_for_24_hours(run):
    claim(run)
    complete(run)
    almost = NOW + idempotency.LIFETIME - dt.timedelta(seconds=1)
    assert isinstance(claim(run, now=almost), Replay)
    assert run(idempotency.find, request_hash=HASH, now=NOW + idempotency.LIFETIME) is None
    assert isinstance(claim(run, now=NOW + idempotency.LIFETIME), Fresh)


def test_a_released_key_may_be_claimed_again_and_an_answered_one_is_not_released(run):
    claim(run)
    run(idempotency.release)
    assert isinstance(claim(run), Fresh)
    complete(run)
    run(idempotency.release)
    assert isinstance(claim(run), Replay)


def test_a_failed_job_leaves_no_claim(run):
    def claim_and_fail(session, **key):
        idempotency.claim(session, **key, request_hash=HASH, now=NOW)
        raise RuntimeError("the effect failed")

    with pytest.raises(RuntimeError):
        run(claim_and_fail)
    assert isinstance(claim(run), Fresh)


def test_the_claim_of_a_process_that_died_is_taken_over(run, world, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(idempotency, "BOOT_ID", "a process before")
        claim(run)
    if world.dialect == "postgresql":  # there another process may still be at it
        with pytest.raises(ConflictError):
            claim(run)
    assert isinstance(claim(run, now=NOW + idempotency.ABANDONED_AFTER), Fresh)


def test_our_own_claim_is_never_taken_over(run):
    claim(run)
    with pytest.raises(ConflictError):
        claim(run, now=NOW + idempotency.ABANDONED_AFTER)


def test_sweeping_forgets_what_is_over_24_hours_old(world, run):
    now = clock.now()
    claim(run, now=now - idempotency.LIFETIME)
    claim(run, now=now, key="k-2")
    complete(run, key="k-2")
    world.writer.submit(lambda session: idempotency.sweep(session, now, 30))
    assert isinstance(claim(run, now=now - idempotency.LIFETIME), Fresh)
    assert isinstance(claim(run, now=now, key="k-2"), Replay)


def test_where_no_bodies_are_kept_only_the_answer_to_an_effect_stays(world, run):
    now = clock.now()
    effect = Replay(status=201, headers={}, body=b"made")
    for key, answer in (("k-1", ANSWER), ("k-2", effect)):
        claim(run, now=now, key=key)
        run(idempotency.complete, key=key, answer=answer)
    world.writer.submit(lambda session: idempotency.sweep(session, now, 0))
    assert claim(run, now=now, key="k-1").body is None
    assert claim(run, now=now, key="k-2") == effect


def test_an_answer_is_kept_where_its_claim_is_gone(run):
    run(idempotency.settle, request_hash=HASH, now=NOW, answer=ANSWER)
    assert claim(run) == ANSWER
