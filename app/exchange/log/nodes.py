"""The stored tree's nodes: every eighth level is kept, and what lies between is hashed anew.

Level 0 is the leaves' own hashes. A node between two kept levels is the root of a subtree inside
one tile: the at most 256 kept nodes that share a node eight levels up (c2sp.org/tlog-tiles calls
them so). A proof needs about two tiles for each kept level.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from sqlalchemy import BindParameter, and_, bindparam, or_, select

from app.exchange.log import merkle
from app.exchange.models import Leaf, TreeNode

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

#: How many levels lie between two that are kept, and how many nodes a tile is wide.
STRIDE = 8
WIDTH = 1 << STRIDE
#: No tree of 64-bit numbers is higher.
_HEIGHT = 64


class NodeRow(TypedDict):
    """A kept node as stored."""

    level: int
    position: int
    hash: bytes


_first: BindParameter[int] = bindparam("first")
_end: BindParameter[int] = bindparam("end")
_leaf_tile = select(Leaf.hash).where(Leaf.seq >= _first, Leaf.seq < _end).order_by(Leaf.seq)
_node_tile = (
    select(TreeNode.hash)
    .where(
        TreeNode.level == bindparam("level"),
        TreeNode.position >= _first,
        TreeNode.position < _end,
    )
    .order_by(TreeNode.position)
)


class StoredNodes:
    """The nodes of the stored tree (`merkle.Nodes`), each tile read once: for one transaction."""

    def __init__(self, connection: Connection | Session) -> None:
        self._connection = connection
        self._tiles: dict[tuple[int, int], merkle.HashTree] = {}

    def get(self, level: int, index: int) -> bytes:
        """Return the hash of node `(level, index)`; raise `LookupError` if it is not complete."""
        inside = level % STRIDE
        kept = level - inside
        tile, first = divmod(index << inside, WIDTH)
        return self._tile(kept, tile).get(inside, first >> inside)

    def _tile(self, level: int, tile: int) -> merkle.HashTree:
        found = self._tiles.get((level, tile))
        if found is None:
            found = merkle.HashTree(self._read(level, tile * WIDTH, (tile + 1) * WIDTH))
            self._tiles[level, tile] = found
        return found

    def _read(self, level: int, first: int, end: int) -> list[bytes]:
        tile = {"first": first, "end": end}
        if level == 0:
            found = self._connection.execute(_leaf_tile, tile)
        else:
            found = self._connection.execute(_node_tile, {"level": level, **tile})
        return list(found.scalars())


def levels() -> range:
    """Return the levels that are kept above the leaves."""
    return range(STRIDE, _HEIGHT, STRIDE)


def completed_by(completed: list[bytes], size: int) -> list[NodeRow]:
    """Return the rows of the kept nodes among those that leaf `size - 1` completed.

    `completed` is what `Frontier.append` returned for it.
    """
    return [
        {"level": level, "position": (size >> level) - 1, "hash": completed[level - 1]}
        for level in range(STRIDE, len(completed) + 1, STRIDE)
    ]


def stored_between(
    connection: Connection | Session, first: int, end: int
) -> dict[int, list[NodeRow]]:
    """Return the stored nodes that leaves `first` to `end - 1` complete, each by its leaf."""
    wanted = [
        and_(
            TreeNode.level == level,
            TreeNode.position >= first >> level,
            TreeNode.position < end >> level,
        )
        for level in levels()
        if first >> level < end >> level
    ]
    if not wanted:
        return {}
    rows = select(TreeNode.level, TreeNode.position, TreeNode.hash).where(or_(*wanted))
    by_leaf: dict[int, list[NodeRow]] = {}
    for level, position, hashed in connection.execute(rows):
        leaf = ((position + 1) << level) - 1
        by_leaf.setdefault(leaf, []).append({"level": level, "position": position, "hash": hashed})
    return by_leaf
