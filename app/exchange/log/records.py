"""A log's leaves, entries, checkpoints and head, as they are stored or exported.

The columns are what only a database keeps beside a text or note; in an export they are None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.exchange.log.nodes import NodeRow


class LeafColumns(NamedTuple):
    """Beside a leaf's text; `nodes` are the kept ones that the leaf completes, in any order."""

    subject: str | None
    recorded_at: str
    nodes: Sequence[NodeRow] = ()


class EntryColumns(NamedTuple):
    """Beside the text of one person's entry."""

    position: int
    subject: str | None


class CheckpointColumns(NamedTuple):
    """Beside a checkpoint's note."""

    size: int
    root: bytes


class LoggedEntry(NamedTuple):
    """One person's entry of a batch leaf; `body` is None once it was pruned."""

    entry_hash: bytes
    body: str | None
    columns: EntryColumns | None = None


class Logged(NamedTuple):
    """One leaf; `body` is None once it was pruned, the hash stays.

    `entries` are those of a batch leaf, in order of position.
    """

    seq: int
    leaf_hash: bytes
    body: str | None
    entries: Sequence[LoggedEntry] = ()
    columns: LeafColumns | None = None


class Noted(NamedTuple):
    """One checkpoint: its signed note."""

    note: str
    columns: CheckpointColumns | None = None


class Head(NamedTuple):
    """How many leaves the log says it has; stored, it has a frontier and a number of nodes too."""

    size: int
    frontier: bytes | None = None
    nodes: int | None = None
