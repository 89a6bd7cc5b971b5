"""Appends leaves until it is killed, telling of each one as soon as it is acknowledged.

Run as a process: `python appender.py <world> <home> [<database url>]`.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from app.exchange.log import checkpointing, leaves, store
from app.platform.settings import Settings
from app.platform.worlds import Worlds

CALLERS = 8


async def append(world, caller: int) -> None:
    lane = store.lane(world)
    number = 0
    while True:
        draft = leaves.LeafDraft(
            agency="000.00.00.H26",
            system=f"caller-{caller}",
            purpose="account-opening",
            legal_basis="",
            kind=leaves.Kind.VERIFICATION,
            outcome="match",
            fields=("full_name",),
            request_id=f"{caller}-{number}",
            domain_time="2026-01-01",
            salt=f"{number:032x}",
        )
        appended = await world.writer.put(lane, draft)
        sys.stdout.write(f"{appended.seq} {appended.leaf_hash.hex()}\n")
        sys.stdout.flush()
        number += 1


async def main(name: str, home: str, database_url: str | None = None) -> None:
    world = Worlds(Settings(home=Path(home), database_url=database_url)).open(name)
    checkpointing.Checkpointer(world, seconds=0.05).start()
    await asyncio.gather(*(append(world, caller) for caller in range(CALLERS)))


asyncio.run(main(*sys.argv[1:]))
