"""A process killed while it appends loses no leaf it acknowledged, and breaks nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sqlalchemy import select

from app.exchange.log import export
from app.exchange.models import Leaf

APPENDER = Path(__file__).with_name("appender.py")
KILLS = 3


def append_until_killed(log, settings, lines: int) -> dict[int, str]:
    """Return what was acknowledged, number and hash, before the process was killed."""
    command = [sys.executable, APPENDER, log.world.name, settings.home]
    if settings.database_url:
        command.append(settings.database_url)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        told = [process.stdout.readline() for _ in range(lines)]
        process.kill()
        told += process.stdout.readlines()
    whole = [line.split() for line in told if line.endswith("\n")]
    return {int(seq): leaf_hash for seq, leaf_hash in whole}


def test_a_killed_process_loses_no_leaf_it_acknowledged(log, settings):
    acknowledged: dict[int, str] = {}
    for kill in range(KILLS):
        lines = 100 + 77 * kill
        told = append_until_killed(log, settings, lines)
        assert len(told) >= lines
        assert not acknowledged.keys() & told.keys()
        acknowledged |= told
    with log.world.session() as session:
        stored = {row.seq: row.hash.hex() for row in session.execute(select(Leaf.seq, Leaf.hash))}
    assert acknowledged.items() <= stored.items()
    assert stored.keys() == set(range(len(stored)))
    log.grow(1)
    log.checkpoint()
    with log.world.session() as session:
        report = export.audit(session, log.world, now=log.now)
    assert report.ok
    assert report.covered == len(stored) + 1
