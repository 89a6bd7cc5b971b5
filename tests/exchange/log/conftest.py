"""Worlds whose log a test may do anything to, and the leaves it appends."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from app.exchange.log import checkpointing, keys, leaves, store
from app.platform import founding
from app.platform.worlds import Worlds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.exchange.log.notes import VerifierKey
    from app.platform.worlds import World

NOW = dt.datetime(2026, 1, 1, 12, 0, 0, 250_000, tzinfo=dt.UTC)
TODAY = dt.date(2026, 1, 1)


class Log:
    """The log of one open world, with what tests do to it."""

    now = NOW
    today = TODAY

    def __init__(self, world: World) -> None:
        self.world = world

    @property
    def log_key(self) -> VerifierKey:
        return keys.log_key(self.world).verifier

    @property
    def witness_key(self) -> VerifierKey:
        return keys.witness_key(self.world).verifier

    def subject(self, citizen: int) -> str:
        return leaves.subject(keys.subject_key(self.world), f"citizen:{citizen}")

    def draft(self, number: int = 0, **changed: object) -> leaves.LeafDraft:
        fields = {
            "agency": "000.00.00.H26",
            "system": "bank-a-basic",
            "purpose": "account-opening",
            "legal_basis": "Nghị định 69/2024/NĐ-CP",
            "kind": leaves.Kind.VERIFICATION,
            "outcome": "match",
            "fields": ("full_name", "birth_date"),
            "request_id": f"r{number}",
            "domain_time": "2026-01-01",
            "salt": f"{number:032x}",
            "subject": self.subject(number % 7),
        }
        return leaves.LeafDraft(**fields | changed)

    def batch(self, people: int) -> leaves.LeafDraft:
        """A draft that stands for that many people."""
        entries = [
            leaves.Entry(
                fields=("full_name",),
                outcome="match",
                position=position,
                request_id="r1",
                salt=f"{position:032x}",
                subject=self.subject(position),
            )
            for position in range(people)
        ]
        return self.draft(subject=None, entries=leaves.entry_tree(entries))

    def append(self, *drafts: leaves.LeafDraft, now: dt.datetime = NOW) -> list[leaves.Appended]:
        return self.world.writer.submit(
            lambda session: store.append(session, self.world, drafts, now=now)
        )

    def grow(self, count: int, *, now: dt.datetime = NOW) -> list[leaves.Appended]:
        return self.append(*map(self.draft, range(count)), now=now)

    def checkpoint(self, *, now: dt.datetime = NOW) -> str | None:
        return self.world.writer.submit(
            lambda session: checkpointing.make(session, self.world, now=now)
        )

    def tamper(self, statement: str, **values: object) -> None:
        """Do behind the log's back what no code of ours does."""
        self.world.writer.submit(lambda session: session.execute(text(statement), values))


@pytest.fixture
def log(tiny_world) -> Log:
    return Log(tiny_world)


@pytest.fixture
def reopened(log, settings) -> Iterator[Callable[[], Log]]:
    """Opens the same world once more, as another process does."""
    others: list[Worlds] = []

    def reopen() -> Log:
        others.append(Worlds(settings))
        return Log(others[-1].open(log.world.name))

    yield reopen
    for other in others:
        other.close_all()


@pytest.fixture
def forked(log, worlds) -> Iterator[Callable[[str], Log]]:
    """Copies the world as a fork does; its log is begun with the parent's checkpoint."""
    names: list[str] = []

    def fork(parent_note: str) -> Log:
        name = f"f-{uuid.uuid4().hex[:12]}"
        with worlds.store.copying(log.world.name) as draft:
            engine = create_engine(draft.url)
            with Session(engine) as session:
                founding.begin_again(session, name, secret=True)
                session.commit()
            engine.dispose()
            draft.publish(name)
        names.append(name)
        world = worlds.open(name)
        world.writer.submit(
            lambda session: store.begin(
                session, world, now=NOW, today=TODAY, parent_note=parent_note
            )
        )
        return Log(world)

    yield fork
    for name in names:
        worlds.release(name)
        worlds.store.drop(name)
