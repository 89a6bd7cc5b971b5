"""What a database keeps beside texts and notes, held against what they say.

Columns serve look-ups, nodes and head the next append. None of it is signed, and all of it follows
from what is: so an audit derives it again and compares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.exchange.log.nodes import completed_by, levels

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from app.exchange.log.checkpoints import Checkpoint
    from app.exchange.log.leaves import Entry, Leaf
    from app.exchange.log.merkle import Frontier
    from app.exchange.log.nodes import NodeRow
    from app.exchange.log.records import CheckpointColumns, EntryColumns, Head, LeafColumns


def wrong_in_leaf(columns: LeafColumns, leaf: Leaf | None) -> Iterator[str]:
    """Say what in a leaf's columns is not as in its text; of a removed text no subject is left."""
    if columns.subject != (None if leaf is None else leaf.subject):
        yield "the subject beside the text is not the text's"
    if leaf is not None and columns.recorded_at != leaf.recorded_at:
        yield "the time beside the text is not the text's"


def wrong_in_entry(columns: EntryColumns, entry: Entry | None, place: int) -> Iterator[str]:
    """Say what in the columns of the entry at `place` is not as in its text."""
    if columns.subject != (None if entry is None else entry.subject):
        yield f"the subject beside the text of entry {place} is not the text's"
    if columns.position != place or (entry is not None and entry.position != place):
        yield f"entry {place} does not stand at its position"


def wrong_in_checkpoint(columns: CheckpointColumns, checkpoint: Checkpoint) -> Iterator[str]:
    """Say what in a checkpoint's columns is not as in its note."""
    if columns.size != checkpoint.size:
        yield f"the size beside the note is {columns.size}"
    if columns.root != checkpoint.root:
        yield "the root beside the note is not the note's"


def wrong_nodes(kept: Sequence[NodeRow], completed: list[bytes], size: int) -> Iterator[str]:
    """Say which kept nodes are not those that leaf `size - 1` completed."""
    found = {(node["level"], node["position"]): node["hash"] for node in kept}
    for node in completed_by(completed, size):
        if found.get((node["level"], node["position"])) != node["hash"]:
            yield f"node {node['position']} of level {node['level']} is missing or another"


def wrong_head(head: Head, frontier: Frontier) -> Iterator[str]:
    """Say how the stored head differs from the frontier of the leaves, and count the nodes."""
    if head.size != frontier.size or head.frontier not in (None, frontier.to_bytes()):
        yield f"the head, of {head.size} leaves, is not that of the {frontier.size} here"
    of_leaves = sum(frontier.size >> level for level in levels())
    if head.nodes is not None and head.nodes > of_leaves:
        yield f"{head.nodes - of_leaves} nodes are of no leaves"
