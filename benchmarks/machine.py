"""The machine that was measured on, as far as it matters to others: never its name or paths."""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
from importlib.metadata import version

import msgspec

_PACKAGES = ("uvicorn", "uvloop", "httptools", "sqlalchemy", "cryptography", "numpy", "pyarrow")


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader needs to judge seconds by; ratios should hold elsewhere too."""

    cores: int
    memory_gb: float | None
    processor: str
    system: str
    python: str
    sqlite: str
    packages: dict[str, str]

    @property
    def line(self) -> str:
        """The machine in one line."""
        memory = "" if self.memory_gb is None else f", {self.memory_gb:.0f} GB"
        return (
            f"{self.cores} cores ({self.processor}){memory}, {self.system},"
            f" Python {self.python}, SQLite {self.sqlite}"
        )


def here() -> Machine:
    """Return what this machine is."""
    return Machine(
        cores=_cores(),
        memory_gb=_memory_gb(),
        processor=platform.machine(),
        system=platform.system(),
        python=".".join(map(str, sys.version_info[:3])),
        sqlite=sqlite3.sqlite_version,
        packages={name: version(name) for name in _PACKAGES},
    )


def _cores() -> int:
    """Return how many cores this process may use, where the system tells."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory_gb() -> float | None:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    except (ValueError, OSError):
        return None
