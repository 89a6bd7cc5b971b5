"""Secrets of a server, each in a file of its home folder that only its owner reads."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def read(file: Path, draw: Callable[[], bytes]) -> bytes:
    """Return what a secret's file holds; the first call of all processes draws it."""
    if not file.exists():
        _create(file, draw())
    return file.read_bytes()


def _create(file: Path, drawn: bytes) -> None:
    """Write a new secret with mode 0600, unless another process is quicker: then that counts."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(drawn)
        opened.flush()
        os.fsync(opened.fileno())
    try:
        os.link(partial, file)  # in one step, and never over another
    except FileExistsError:
        pass
    finally:
        partial.unlink()
