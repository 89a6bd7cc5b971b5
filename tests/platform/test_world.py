"""An open world: its facts, its sessions, its keys."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.registry.models import Citizen


def test_a_session_reads_the_people(tiny_world):
    with tiny_world.session() as session:
        assert session.get(Citizen, 5).full_name == "Đỗ Minh Đức"


def test_a_session_cannot_write(tiny_world):
    with pytest.raises(DBAPIError), tiny_world.session() as session:
        session.execute(text("DELETE FROM citizen"))


def test_the_writer_writes(tiny_world):
    def move_clock(session):
        session.execute(text("UPDATE world SET today = '2026-02-01'"))
        return 7

    assert tiny_world.writer.submit(move_clock) == 7
    tiny_world.refresh()
    assert str(tiny_world.today) == "2026-02-01"
