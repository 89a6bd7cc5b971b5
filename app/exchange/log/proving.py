"""Proofs out of the stored log, for any leaf and any two sizes it ever had.

`tlog_proof` puts a leaf's proof and the checkpoint it leads to in one text of the format
c2sp.org/tlog-proof, which `verify_tlog_proof`, or anyone's tool, checks with two public keys.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.exchange.log import checkpointing, checkpoints, merkle
from app.exchange.log.errors import InvalidProofError
from app.exchange.log.nodes import StoredNodes
from app.exchange.models import Leaf, LeafEntry, LogHead
from app.platform import errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from app.exchange.log.notes import VerifierKey

_TLOG_PROOF = "c2sp.org/tlog-proof@v1"

LEAF_UNKNOWN = errors.declare(
    code="log-leaf-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Nhật ký không có lá này",
    title_en="The log has no such leaf",
    next_vi="Kiểm tra số thứ tự và kích thước của cây trong biên lai hoặc điểm kiểm tra.",
    next_en="Check the sequence number, and the tree size, against your receipt or checkpoint.",
)
SIZE_UNKNOWN = errors.declare(
    code="log-size-unknown",
    kind="invalid",
    fault_of="caller",
    title_vi="Nhật ký chưa có kích thước này",
    title_en="The log never had such a size",
    next_vi="Lấy hai kích thước từ các điểm kiểm tra; kích thước cũ không lớn hơn kích thước mới.",
    next_en="Take both sizes from checkpoints, the old one not larger than the new.",
)
NOT_COVERED = errors.declare(
    code="log-leaf-not-covered",
    kind="unavailable",
    fault_of="simulation",
    title_vi="Chưa có điểm kiểm tra nào bao gồm lá này",
    title_en="No checkpoint covers the leaf yet",
    next_vi="Thử lại sau một giây; điểm kiểm tra được tạo mỗi giây.",
    next_en="Try again in a second; checkpoints are made each second.",
)


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Leaf `seq`, with this hash, is in the tree of `size` leaves that has this root."""

    seq: int
    size: int
    leaf_hash: bytes
    path: tuple[bytes, ...]
    root: bytes


@dataclass(frozen=True, slots=True)
class EntryInclusion:
    """One person's entry of a batch; `text` is what `entry_hash` is over, None once pruned."""

    position: int
    text: str | None
    entry_hash: bytes
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class EntryInclusions:
    """These entries are in the batch of leaf `seq`, whose text states `count` and `root`."""

    seq: int
    count: int
    root: bytes
    entries: tuple[EntryInclusion, ...]


@dataclass(frozen=True, slots=True)
class Consistency:
    """The tree of `new` leaves extends the tree of `old` leaves."""

    old: int
    new: int
    path: tuple[bytes, ...]
    old_root: bytes
    new_root: bytes


def size(connection: Connection | Session) -> int:
    """Return how many leaves the log has."""
    return connection.execute(select(LogHead.size)).scalar() or 0


def inclusion(connection: Connection | Session, seq: int, tree_size: int) -> Inclusion:
    """Prove that leaf `seq` is in the tree that held `tree_size` leaves.

    Raises `log-size-unknown` or `log-leaf-unknown`.
    """
    _check_size(connection, tree_size)
    if not 0 <= seq < tree_size:
        raise LEAF_UNKNOWN.error(f"the tree of {tree_size} leaves has no leaf {seq}")
    nodes = StoredNodes(connection)
    path = merkle.inclusion_path(nodes, seq, tree_size)
    root = merkle.root_at(nodes, tree_size)
    return Inclusion(seq, tree_size, nodes.get(0, seq), tuple(path), root)


def consistency(connection: Connection | Session, old: int, new: int) -> Consistency:
    """Prove that the log only grew between two sizes. Raises `log-size-unknown`."""
    _check_size(connection, new)
    if not 0 <= old <= new:
        raise SIZE_UNKNOWN.error(f"a log of {new} leaves was never one of {old}")
    nodes = StoredNodes(connection)
    path = merkle.consistency_path(nodes, old, new)
    roots = merkle.root_at(nodes, old), merkle.root_at(nodes, new)
    return Consistency(old, new, tuple(path), *roots)


def entries(connection: Connection | Session, seq: int, first: int, most: int) -> EntryInclusions:
    """Prove that at most `most` people's entries, from `first` on, are in the batch of leaf `seq`.

    Texts and counts are for the agency that asked. Raises `log-leaf-unknown`.
    """
    stored = select(LeafEntry.hash, LeafEntry.body).where(LeafEntry.seq == seq)
    rows = connection.execute(stored.order_by(LeafEntry.position)).all()
    if not 0 <= first < len(rows):
        raise LEAF_UNKNOWN.error(f"leaf {seq} has no entry {first}")
    tree = merkle.HashTree(hashed for hashed, _ in rows)
    proved = tuple(
        EntryInclusion(place, text, hashed, tuple(tree.inclusion_path(place)))
        for place, (hashed, text) in enumerate(rows[first : first + most], first)
    )
    return EntryInclusions(seq, tree.size, tree.root(), proved)


def text(connection: Connection | Session, seq: int) -> str | None:
    """Return the leaf's text, None if its retention ended. Raises `log-leaf-unknown`."""
    row = connection.execute(select(Leaf.body).where(Leaf.seq == seq)).first()
    if row is None:
        raise LEAF_UNKNOWN.error(f"there is no leaf {seq}")
    return row[0]


def hashes(connection: Connection | Session, first: int, count: int) -> Sequence[bytes]:
    """Return at most `count` leaf hashes from leaf `first` on: what the log publishes."""
    page = select(Leaf.hash).where(Leaf.seq >= first).order_by(Leaf.seq).limit(count)
    return connection.execute(page).scalars().all()


def tlog_proof(connection: Connection | Session, seq: int) -> str:
    """Return leaf `seq`'s proof up to the first checkpoint that covers it (c2sp.org/tlog-proof).

    Raises `log-leaf-unknown`, or `log-leaf-not-covered` within the first second.
    """
    note = checkpointing.covering(connection, seq)
    if note is None:
        if 0 <= seq < size(connection):
            raise NOT_COVERED.error(retry_after=1)
        raise LEAF_UNKNOWN.error(f"there is no leaf {seq}")
    checkpoint = checkpoints.parse(note[: note.rfind("\n\n") + 1])
    proof = inclusion(connection, seq, checkpoint.size)
    lines = [_TLOG_PROOF, f"index {seq}", *map(_base64, proof.path), "", note]
    return "\n".join(lines)


def verify_tlog_proof(
    unverified_proof: str, leaf_hash: bytes, log_key: VerifierKey, witness_key: VerifierKey
) -> tuple[int, checkpoints.Verified]:
    """Return the index at which the log holds `leaf_hash`, and the checkpoint that says so.

    Needs no database. Raises `VerificationError`. Extra data is skipped: nobody signed it.
    """
    head, separator, note = unverified_proof.partition("\n\n")
    lines = head.split("\n")
    if lines[0] != _TLOG_PROOF or not separator:
        raise InvalidProofError("the text is not a proof of c2sp.org/tlog-proof@v1")
    rest = lines[2:] if lines[1:] and lines[1].startswith("extra ") else lines[1:]
    if not rest or not rest[0].startswith("index "):
        raise InvalidProofError("the proof names no index")
    index = checkpoints.parse_size(rest[0].removeprefix("index "))
    verified = checkpoints.verify(note, log_key, witness_key)
    checkpoint = verified.checkpoint
    path = [checkpoints.parse_hash(line) for line in rest[1:]]
    merkle.verify_inclusion(leaf_hash, index, checkpoint.size, path, checkpoint.root)
    return index, verified


def _check_size(connection: Connection | Session, tree_size: int) -> None:
    present = size(connection)
    if not 0 <= tree_size <= present:
        raise SIZE_UNKNOWN.error(f"the log has {present} leaves")


def _base64(node: bytes) -> str:
    return base64.b64encode(node).decode()
