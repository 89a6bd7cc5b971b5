"""The stored log: leaves get their numbers here, inside a batch of the world's writer.

One row, the head, holds the size and the frontier of the tree. A batch reads it, numbers its
leaves from there and moves it on, all in one transaction: so there are no gaps, and several
processes share one sequence. Of the tree every eighth level is kept; the levels between come out
of at most 256 hashes (`nodes.py`).
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, insert, select, update

from app.exchange.log import keys, leaves, merkle
from app.exchange.log.nodes import STRIDE, completed_by
from app.exchange.models import Checkpoint, Leaf, LeafEntry, LogHead, TreeNode
from app.platform import clock
from app.platform.database import Base

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from app.platform.worlds import World
    from app.platform.writer import Lane

_HEAD_ID = 1
#: Who acts when the log speaks of itself.
OPERATOR = "operator"

_tables = Base.metadata.tables
_leaf, _entry = _tables[Leaf.__tablename__], _tables[LeafEntry.__tablename__]
_node, _head = _tables[TreeNode.__tablename__], _tables[LogHead.__tablename__]
_checkpoint = _tables[Checkpoint.__tablename__]

# The row lock is PostgreSQL's; it backs the writer's advisory lock.
_read_head = select(_head.c.frontier).where(_head.c.id == _HEAD_ID).with_for_update()
_move_head = (
    update(_head)
    .where(_head.c.id == _HEAD_ID)
    .values(size=bindparam("to_size"), frontier=bindparam("to_frontier"))
)


def append(
    connection: Connection | Session,
    world: World,
    drafts: Sequence[leaves.LeafDraft],
    *,
    now: dt.datetime,
) -> list[leaves.Appended]:
    """Number the drafts, in their order, and store them; durable once the batch commits.

    Call it only inside the world's writer. `now` is the real time, aware.
    """
    if not drafts:
        return []
    origin, recorded_at = keys.origin(world), clock.rfc3339_ms(now)
    frontier = _open_head(connection)
    appended: list[leaves.Appended] = []
    nodes: list[dict[str, int | bytes]] = []
    for draft in drafts:
        seq = frontier.size
        text = leaves.place(draft, log=origin, seq=seq, recorded_at=recorded_at)
        hashed = merkle.leaf_hash(text)
        completed = frontier.append(hashed)
        if len(completed) >= STRIDE:
            nodes += completed_by(completed, frontier.size)
        appended.append(leaves.Appended(seq, text, hashed, recorded_at))
    _insert_leaves(connection, drafts, appended)
    if nodes:
        connection.execute(insert(_node), nodes)
    moved = {"to_size": frontier.size, "to_frontier": frontier.to_bytes()}
    connection.execute(_move_head, moved)
    return appended


def lane(world: World) -> Lane[leaves.LeafDraft, leaves.Appended]:
    """Return the writer's lane for leaves that stand alone: all that wait are one `append`."""

    def handle(
        connection: Connection, drafts: list[leaves.LeafDraft]
    ) -> Sequence[leaves.Appended]:
        return append(connection, world, drafts, now=clock.now())

    return world.writer.lane("leaf", handle)


def begin(
    connection: Connection | Session,
    world: World,
    *,
    now: dt.datetime,
    today: dt.date,
    parent_note: str | None = None,
) -> None:
    """Start a new world's log, empty but for a fork's first leaf.

    A fork's database is a copy and still holds its parent's log: that log goes, and the first
    leaf of the new one cites the parent's checkpoint `parent_note`. `today` is the world's date.
    """
    for table in (_entry, _leaf, _node, _checkpoint, _head):
        connection.execute(delete(table))
    _open_head(connection)
    if parent_note is not None:
        draft = own_draft(leaves.Kind.FORK, "fork", today, parent=parent_note)
        append(connection, world, [draft], now=now)


def own_draft(
    kind: leaves.Kind,
    purpose: str,
    today: dt.date,
    *,
    parent: str | None = None,
    pruned_before: int | None = None,
) -> leaves.LeafDraft:
    """Return a leaf in which the log speaks of itself: the operator acts, no person is meant."""
    return leaves.LeafDraft(
        agency=OPERATOR,
        system=OPERATOR,
        purpose=purpose,
        legal_basis="",
        kind=kind,
        outcome="done",
        fields=(),
        request_id=secrets.token_hex(16),
        domain_time=today.isoformat(),
        salt=secrets.token_hex(16),
        parent=parent,
        pruned_before=pruned_before,
    )


def _open_head(connection: Connection | Session) -> merkle.Frontier:
    """Read the head, or make the first one."""
    raw = connection.execute(_read_head).scalar()
    if raw is not None:
        return merkle.Frontier.from_bytes(raw)
    frontier = merkle.Frontier()
    connection.execute(insert(_head), {"id": _HEAD_ID, "size": 0, "frontier": frontier.to_bytes()})
    return frontier


def _insert_leaves(
    connection: Connection | Session,
    drafts: Sequence[leaves.LeafDraft],
    appended: Sequence[leaves.Appended],
) -> None:
    rows = []
    entries: list[dict[str, object]] = []
    for draft, (seq, text, hashed, recorded_at) in zip(drafts, appended, strict=True):
        rows.append(
            {
                "seq": seq,
                "hash": hashed,
                "subject": draft.subject,
                "recorded_at": recorded_at,
                "body": text.decode(),
            }
        )
        if draft.entries is not None:
            entries += _entry_rows(seq, draft.entries)
    connection.execute(insert(_leaf), rows)
    if entries:
        connection.execute(insert(_entry), entries)


def _entry_rows(seq: int, tree: leaves.EntryTree) -> list[dict[str, object]]:
    kept = zip(tree.subjects, tree.bodies, tree.hashes, strict=True)
    return [
        {
            "seq": seq,
            "position": position,
            "subject": subject,
            "body": body.decode(),
            "hash": hashed,
        }
        for position, (subject, body, hashed) in enumerate(kept)
    ]
