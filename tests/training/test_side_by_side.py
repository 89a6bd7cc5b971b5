"""Three learners at once on a real server, by pages and calls: each is alone in their world."""

from __future__ import annotations

import httpx
import pytest

from benchmarks import learning
from tests.api.conftest import live

LESSONS = ("first-token", "verify", "mismatch-or-unknown", "consent", "find-the-insider")


@pytest.fixture(scope="module")
def running(settings, world):
    """A server that listens."""
    with live(settings, world) as found:
        yield found


def test_learners_do_not_disturb_one_another(running):
    headers = {"Authorization": f"Bearer {running.operator_token}"}
    address = f"{running.base}/control/v1/classes/together"
    with learning.taught(running.base, running.operator_token, "together", 3) as codes:
        played = learning.play(running.base, codes, LESSONS)
        view = httpx.get(address, headers=headers, timeout=60).json()
        replayed = httpx.post(f"{address}/learners/1/replay", headers=headers, timeout=60).json()
        again = httpx.get(
            f"{running.base}/w/{replayed['world']}/control/v1/requests/{replayed['request_id']}",
            headers=headers,
        ).json()
        shown = _replayed_on_the_board(running)
    assert [each.finished for each in played] == [list(LESSONS)] * 3
    assert [(each.foreign, each.lost) for each in played] == [(set(), set())] * 3
    assert len({each.world for each in played}) == 3
    assert [each["done"] for each in view["learners"]] == [len(LESSONS)] * 3
    assert replayed["world"] == "together-01"
    assert again["path"].startswith("/v1/")
    assert shown.url.path.startswith("/w/together-02/console/requests/")
    assert 'data-testid="token"' not in shown.text  # nobody is asked for it once more
    assert "together" not in _worlds(running)


def _replayed_on_the_board(running):
    with httpx.Client(base_url=running.base, follow_redirects=True, timeout=60) as trainer:
        trainer.post("/console", data={"token": running.operator_token})
        return trainer.post("/console/classes/together/replay", data={"whom": "2"})


def _worlds(running):
    headers = {"Authorization": f"Bearer {running.operator_token}"}
    found = httpx.get(f"{running.base}/control/v1/worlds", headers=headers, timeout=60).json()
    return {each["name"].partition("-")[0] for each in found}
