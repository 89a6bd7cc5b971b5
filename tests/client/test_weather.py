"""What the client does when the other side fails: as often as it helps, and once in effect."""

import pytest
from dancu_client import (
    Options,
    Patience,
    ProblemError,
    StrangeAnswerError,
    UnreachableError,
)

from tests.client.conftest import BANK, MINISTRY

QUICK = Options(patience=Patience(attempts=3, first_wait=0.01, longest_wait=5.0))


@pytest.fixture
def ask(system, an):
    bank = system(BANK, QUICK)
    return lambda: bank.verify(an.pin, {"full_name": an.full_name}, purpose="ekyc")


@pytest.fixture
def weather(dancu_world):
    def make(*steps):
        dancu_world.operator.set_fault("rough", *steps, client_id=BANK, path="/v1/verifications")

    return make


def last_leaf(world):
    """The number of the last exchange in the world's log."""
    client = world.client(MINISTRY)
    answer = client.verify("901000000000", {"sex": "M"}, purpose="linked-procedures")
    return answer.leaf.seq


@pytest.mark.parametrize("kind", ["error", "maintenance", "rate-limit"])
def test_what_passes_is_waited_for(ask, weather, kind):
    status = {"status": 502} if kind == "error" else {"retry_after": 1}
    weather({"kind": kind, "times": 2, **status})
    assert ask().matches


@pytest.mark.parametrize("kind", ["drop-after", "truncate"])
def test_a_lost_answer_is_asked_for_again_and_the_question_counts_once(
    ask, weather, dancu_world, kind
):
    before = last_leaf(dancu_world)
    weather({"kind": kind, "times": 1})
    assert ask().leaf.seq == before + 1  # the one that was lost


def test_what_does_not_pass_is_told_with_its_code(ask, weather):
    weather({"kind": "error", "status": 503})
    with pytest.raises(ProblemError) as failed:
        ask()
    assert (failed.value.code, failed.value.fault_of) == ("fault-error", "simulation")


def test_a_server_that_asks_for_too_long_is_not_waited_for(ask, weather):
    weather({"kind": "maintenance", "retry_after": 600, "times": 1})
    with pytest.raises(ProblemError) as failed:
        ask()
    assert failed.value.retry_after == 600
    assert ask().matches


def test_what_the_caller_did_is_not_tried_again(ask, weather):
    weather({"kind": "error", "status": 409, "times": 1})
    with pytest.raises(ProblemError, match="fault-error"):
        ask()
    assert ask().matches


def test_connections_that_break_each_time_are_told(ask, weather):
    weather({"kind": "drop-before"})
    with pytest.raises(UnreachableError, match="no answer"):
        ask()


def test_an_empty_answer_is_no_answer(ask, weather):
    weather({"kind": "empty", "times": 1})
    with pytest.raises(StrangeAnswerError, match="missing required"):
        ask()
