"""The stored log: leaves get their numbers here, inside a batch of the world's writer.

One row, the head, holds the size and the frontier of the tree. A batch reads it, numbers its
leaves from there and moves it on, all in one transaction: so there are no gaps, and several
processes share one sequence. Of the tree every eighth level is kept; the levels between come out
of at most 256 hashes (`nodes.py`).
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sqlalchemy import delete

from app.exchange.log import keys, leaves, merkle, statements
from app.exchange.log.nodes import STRIDE, completed_by
from app.exchange.models import Checkpoint, Leaf, LeafEntry, LogHead, TreeNode
from app.platform import clock, scripts
from app.platform.database import Base

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from app.platform.scripts import Script
    from app.platform.stores.store import Dialect
    from app.platform.worlds import World
    from app.platform.writer import Lane

#: Who acts when the log speaks of itself.
OPERATOR = "operator"

_tables = Base.metadata.tables
_entry, _node = _tables[LeafEntry.__tablename__], _tables[TreeNode.__tablename__]
#: In the order in which a log is emptied.
_LOG = (_entry, *(_tables[m.__tablename__] for m in (Leaf, TreeNode, Checkpoint, LogHead)))


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
    at = statements.bare(connection)
    return scripts.play(at, _appending(world.dialect, world, drafts, lambda: now))


def _appending(
    dialect: Dialect,
    world: World,
    drafts: Sequence[leaves.LeafDraft],
    now: Callable[[], dt.datetime],
) -> Script[list[leaves.Appended]]:
    """Number the drafts and store them; `now` is asked when nobody else can number any."""
    if not drafts:
        return []
    frontier = yield from _open_head(dialect)
    origin, recorded_at = keys.origin(world), clock.rfc3339_ms(now())
    appended: list[leaves.Appended] = []
    rows: list[statements.LeafRow] = []
    entries: list[statements.EntryRow] = []
    nodes: list[statements.NodeRow] = []
    for draft in drafts:
        seq = frontier.size
        text = leaves.place(draft, log=origin, seq=seq, recorded_at=recorded_at)
        hashed = merkle.leaf_hash(text)
        completed = frontier.append(hashed)
        if len(completed) >= STRIDE:
            kept = completed_by(completed, frontier.size)
            nodes += [(node["level"], node["position"], node["hash"]) for node in kept]
        if isinstance(draft.entries, leaves.EntryTree):
            entries += _entry_rows(seq, draft.entries)
        rows.append((seq, hashed, draft.subject, recorded_at, text.decode()))
        appended.append(leaves.Appended(seq, text, hashed, recorded_at))
    yield from statements.add_leaves(dialect, rows)
    if entries:
        yield from statements.add_entries(dialect, entries)
    if nodes:
        yield from statements.add_nodes(dialect, nodes)
    yield from statements.move_head(dialect, frontier.size, frontier.to_bytes())
    return appended


def add_entries(session: Session, world: World, rows: list[statements.EntryRow]) -> None:
    """Store entries of a leaf that was logged with `ApartEntries`: leaf, position, and each entry.

    Call it only inside the world's writer.
    """
    scripts.play(session.connection(), statements.add_entries(world.dialect, rows))


def lane(world: World) -> Lane[leaves.LeafDraft, leaves.Appended]:
    """Return the writer's lane for leaves that stand alone: all that wait are one `append`."""

    def appending(
        dialect: Dialect, drafts: list[leaves.LeafDraft]
    ) -> Script[Sequence[leaves.Appended]]:
        return _appending(dialect, world, drafts, clock.now)

    return world.writer.scripted("leaf", appending)


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
    for table in _LOG:
        connection.execute(delete(table))
    scripts.play(statements.bare(connection), _open_head(world.dialect))
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


def _open_head(dialect: Dialect) -> Script[merkle.Frontier]:
    """Read the head, or make the first one."""
    raw = yield from statements.read_head(dialect)
    if raw is not None:
        return merkle.Frontier.from_bytes(raw)
    frontier = merkle.Frontier()
    yield from statements.first_head(dialect, frontier.to_bytes())
    return frontier


def _entry_rows(seq: int, tree: leaves.EntryTree) -> list[statements.EntryRow]:
    kept = zip(tree.subjects, tree.bodies, tree.hashes, strict=True)
    return [
        (seq, position, subject, body.decode(), hashed)
        for position, (subject, body, hashed) in enumerate(kept)
    ]
