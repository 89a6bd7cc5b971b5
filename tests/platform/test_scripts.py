"""Scripts: one way to say what is written, whoever plays it."""

from __future__ import annotations

import asyncio

import pytest

from app.platform import engines, scripts
from app.platform.scripts import Statement
from tests.support.entries import append, appending
from tests.support.writing import gathered


def test_a_script_writes_what_a_lane_writes(writer, read):
    async def put():
        by_script = await gathered(writer, writer.scripted("script", appending), "ab")
        by_hand = await gathered(writer, writer.lane("hand", append), "cd")
        return by_script + by_hand

    assert asyncio.run(put()) == [1, 2, 3, 4]
    assert read() == list("abcd")


def test_a_script_is_played_on_the_connection_of_a_job(writer, read):
    def job(session):
        connection = session.connection()
        return scripts.play(connection, appending(engines.dialect(connection), ["a", "b"]))

    assert writer.submit(job) == [1, 2]
    assert read() == ["a", "b"]


def test_what_a_script_says_wrong_is_raised_by_who_plays_it(writer, read):
    def wrong(_dialect):
        yield Statement("INSERT INTO nothing VALUES (1)")

    def job(session):
        connection = session.connection()
        scripts.play(connection, wrong(engines.dialect(connection)))

    with pytest.raises(Exception, match="nothing"):
        writer.submit(job)
    assert read() == []


def test_a_scripted_lane_is_opened_once(writer):
    assert writer.scripted("entry", appending) is writer.scripted("entry", appending)
