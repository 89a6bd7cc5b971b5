"""While a file of citizens is read and checked, whatever else writes does not wait for it."""

from __future__ import annotations

import json
import threading
import time

import pytest

from app.identity import reports
from app.registry import events
from tests.api.conftest import ADULT


@pytest.mark.parametrize("rows", [1_000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_nobody_waits_for_a_file_that_is_being_checked(client, operator, world, rows):
    lines = "\n".join(
        json.dumps(
            {**ADULT, "household": {"place": {"unit": "00004", "detail": f"Số {n} phố Mới"}}}
        )
        for n in range(rows)
    )
    answers = []

    def enter():
        headers = {**operator, "Content-Type": "application/x-ndjson"}
        answers.append(client.post("/control/v1/citizens", content=lines, headers=headers))

    sender = threading.Thread(target=enter)
    begun = time.perf_counter()
    sender.start()
    waits = []
    while sender.is_alive():
        asked = time.perf_counter()
        world.writer.submit(lambda _session: None)  # as a verification's leaf waits
        waits.append(time.perf_counter() - asked)
        time.sleep(0.005)
    took = time.perf_counter() - begun
    sender.join()
    assert answers[0].status_code == 201, answers[0].text[:500]
    assert len(answers[0].json()["items"]) == rows
    assert max(waits) < took / 2
    assert sorted(waits)[len(waits) // 2] < took / 20


def test_what_another_report_outdated_is_read_and_checked_again(
    client, operator, world, monkeypatch
):
    """Another report comes in between as often as the first is prepared outside the writer."""
    prepare, prepared = reports.prepare, []

    def overtaken(session, kind, rows, report):
        made = prepare(session, kind, rows, report)
        prepared.append(threading.current_thread().name)
        if not prepared[-1].startswith("writer-"):
            world.writer.submit(
                lambda session: events.apply(session, "registration", ADULT, report)
            )
        return made

    monkeypatch.setattr(reports, "prepare", overtaken)
    answer = client.post(
        "/control/v1/citizens", json={"reason": "test", "rows": [ADULT]}, headers=operator
    )
    assert answer.status_code == 201, answer.text
    assert len(prepared) == 4
    assert [name.startswith("writer-") for name in prepared] == [False, False, False, True]
