"""The RFC 6962 §2.1 Merkle tree over SHA-256: roots, proofs of inclusion and consistency.

RFC 9162 §2.1 describes the same tree; its numbered verification algorithms are used here. A node
is named by `(level, index)`: the root of the complete subtree over the 2^level leaves from leaf
index·2^level. Complete subtrees never change, so whoever keeps them can prove any past size
without reading the leaves.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Protocol, Self

from app.exchange.log.errors import InvalidProofError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HASH_SIZE = 32
#: MTH({}) = SHA-256(), RFC 9162 §2.1.1.
EMPTY_ROOT = sha256(b"").digest()
_SIZE_BYTES = 8


def leaf_hash(data: bytes) -> bytes:
    """Hash a leaf: SHA-256(0x00 || data), RFC 9162 §2.1.1."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two children: SHA-256(0x01 || left || right), RFC 9162 §2.1.1."""
    return sha256(b"\x01" + left + right).digest()


class Nodes(Protocol):
    """Whoever can give the root of a complete subtree: a table, a cache of tiles, a `HashTree`."""

    def get(self, level: int, index: int) -> bytes:
        """Return the hash of node `(level, index)`; raise `LookupError` if it is not complete."""
        ...


class Frontier:
    """The right edge of a growing tree: all that appending needs, O(log n) in size.

    It holds the roots of the complete subtrees that make up the tree, widest first: one for each
    bit set in `size`.
    """

    __slots__ = ("_hashes", "_size")

    def __init__(self) -> None:
        self._size = 0
        self._hashes: list[bytes] = []

    @property
    def size(self) -> int:
        """Number of leaves appended so far."""
        return self._size

    def append(self, leaf: bytes) -> list[bytes]:
        """Add one leaf hash (not leaf data) at the right.

        Returns the roots of the subtrees that it completes, from level 1 up.
        """
        completed = []
        root = leaf
        bits = self._size
        hashes = self._hashes
        while bits & 1:
            root = sha256(b"\x01" + hashes.pop() + root).digest()
            completed.append(root)
            bits >>= 1
        hashes.append(root)
        self._size += 1
        return completed

    def root(self) -> bytes:
        """Return MTH over everything appended; `EMPTY_ROOT` for no leaves."""
        if not self._hashes:
            return EMPTY_ROOT
        return _fold(self._hashes)

    def to_bytes(self) -> bytes:
        """Serialise as 8 bytes of size (big-endian) and 32 for each subtree, widest first."""
        return self._size.to_bytes(_SIZE_BYTES, "big") + b"".join(self._hashes)

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Restore what `to_bytes` wrote; raise `ValueError` if length and size do not fit."""
        size = int.from_bytes(raw[:_SIZE_BYTES], "big")
        if len(raw) != _SIZE_BYTES + HASH_SIZE * size.bit_count():
            raise ValueError(f"a frontier of size {size} does not have {len(raw)} bytes")
        frontier = cls()
        frontier._size = size
        frontier._hashes = [
            raw[start : start + HASH_SIZE] for start in range(_SIZE_BYTES, len(raw), HASH_SIZE)
        ]
        return frontier

    @classmethod
    def at(cls, nodes: Nodes, size: int) -> Self:
        """Rebuild the frontier a tree had at `size` from its complete subtrees."""
        frontier = cls()
        frontier._size = size
        frontier._hashes = _subtrees(nodes, 0, size)
        return frontier


class HashTree:
    """A tree held whole in memory, for what is small: the entries of one batch."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        """Build from leaf hashes (not leaf data)."""
        level = list(leaves)
        self._levels = [level]
        while len(level) > 1:
            level = [
                node_hash(level[i], level[i + 1]) for i in range(0, len(level) - len(level) % 2, 2)
            ]
            self._levels.append(level)

    @property
    def size(self) -> int:
        """Number of leaves."""
        return len(self._levels[0])

    def get(self, level: int, index: int) -> bytes:
        """Return the hash of complete node `(level, index)`."""
        return self._levels[level][index]

    def root(self) -> bytes:
        """Return MTH over all leaves."""
        return root_at(self, self.size)

    def inclusion_path(self, index: int) -> list[bytes]:
        """Return the audit path of one leaf in the whole tree."""
        return inclusion_path(self, index, self.size)


def root_at(nodes: Nodes, size: int) -> bytes:
    """Return the root the tree had when it held `size` leaves."""
    return _range_root(nodes, 0, size) if size else EMPTY_ROOT


def inclusion_path(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """Return PATH(index, D[size]) of RFC 9162 §2.1.3.1, from the leaf's sibling upwards.

    Reads at most 2·log2(size) nodes. Raises `ValueError` unless 0 ≤ index < size.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of size {size}")
    path = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(_range_root(nodes, middle, end))
            end = middle
        else:
            path.append(_range_root(nodes, begin, middle))
            begin = middle
    path.reverse()
    return path


def consistency_path(nodes: Nodes, old: int, new: int) -> list[bytes]:
    """Return PROOF(old, D[new]) of RFC 9162 §2.1.4.1; empty when `old` is 0 or equals `new`.

    Raises `ValueError` unless 0 ≤ old ≤ new.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of size {new} has no earlier size {old}")
    if old == 0:
        return []
    path = []
    begin, end = 0, new
    while end != old:
        middle = begin + _split(end - begin)
        if old <= middle:
            path.append(_range_root(nodes, middle, end))
            end = middle
        else:
            path.append(_range_root(nodes, begin, middle))
            begin = middle
    if begin:  # SUBPROOF(m, D_m, false): the verifier cannot know this subtree's root
        path.append(_range_root(nodes, begin, end))
    path.reverse()
    return path


def verify_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Return if `path` proves that `leaf` (a leaf hash) is at `index` in this tree.

    Follows RFC 9162 §2.1.3.2. Raises `InvalidProofError` otherwise. What is not checked: that
    anyone vouches for `root`; that is the checkpoint's signature.
    """
    # 1. The index must lie in the tree.
    if not 0 <= index < size:
        raise InvalidProofError(f"index {index} lies outside a tree of size {size}")
    # 2.-3. Walk from the leaf to the root.
    first, last = index, size - 1
    running = leaf
    # 4. Take each hash of the path.
    for sibling in path:
        if last == 0:
            raise InvalidProofError("the path is longer than the tree is high")
        if first & 1 or first == last:
            running = node_hash(sibling, running)
            first, last = _skip_right_edge(first, last)
        else:
            running = node_hash(running, sibling)
        first >>= 1
        last >>= 1
    # 5. The walk must end at the root, with the root's hash.
    if last != 0:
        raise InvalidProofError("the path is shorter than the tree is high")
    if running != root:
        raise InvalidProofError("the path leads to another root")


def verify_consistency(
    old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    """Return if `path` proves that the tree of size `new` extends the tree of size `old`.

    Follows RFC 9162 §2.1.4.2, with the two cases the RFC leaves out: the empty tree is consistent
    with every tree, and a tree with itself, both by an empty path. Raises `InvalidProofError`
    otherwise.
    """
    if not 0 <= old <= new:
        raise InvalidProofError(f"a tree does not shrink from {old} to {new} leaves")
    if old in (0, new):
        _verify_trivial_consistency(old, new, path, old_root, new_root)
        return
    # 1. An empty path proves nothing here.
    if not path:
        raise InvalidProofError("the path is empty")
    # 2. A complete old tree is itself the first node, and is left out of the path.
    hashes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    # 3.-4. Step up to the first subtree that both trees share whole.
    first, last = old - 1, new - 1
    while first & 1:
        first >>= 1
        last >>= 1
    # 5.-6. Build both roots from the same hashes.
    old_running, new_running = _climb_both(hashes, first, last)
    # 7. Both roots must come out.
    if old_running != old_root:
        raise InvalidProofError("the path leads to another old root")
    if new_running != new_root:
        raise InvalidProofError("the path leads to another new root")


def _climb_both(hashes: Sequence[bytes], first: int, last: int) -> tuple[bytes, bytes]:
    """Return the old and the new root that a consistency path leads to (steps 5 to 7)."""
    old_running = new_running = hashes[0]
    for node in hashes[1:]:
        if last == 0:
            raise InvalidProofError("the path is longer than the tree is high")
        if first & 1 or first == last:
            old_running = node_hash(node, old_running)
            new_running = node_hash(node, new_running)
            first, last = _skip_right_edge(first, last)
        else:
            new_running = node_hash(new_running, node)
        first >>= 1
        last >>= 1
    if last != 0:
        raise InvalidProofError("the path is shorter than the tree is high")
    return old_running, new_running


def _verify_trivial_consistency(
    old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    if path:
        raise InvalidProofError("the path must be empty")
    if old == new and old_root != new_root:
        raise InvalidProofError("one size has two roots")
    if (old == 0 and old_root != EMPTY_ROOT) or (new == 0 and new_root != EMPTY_ROOT):
        raise InvalidProofError("the root of no leaves is the hash of nothing")


def _skip_right_edge(first: int, last: int) -> tuple[int, int]:
    """Climb past the levels where a node of the right edge has no sibling."""
    while first and not first & 1:
        first >>= 1
        last >>= 1
    return first, last


def _split(width: int) -> int:
    """Return the largest power of two smaller than `width` (RFC 9162 §2.1.1); `width` > 1."""
    return 1 << (width - 1).bit_length() - 1


def _subtrees(nodes: Nodes, begin: int, end: int) -> list[bytes]:
    """Return the complete subtrees that cover leaves [begin, end), widest first.

    `begin` must be a multiple of the widest, which holds for every range the proofs ask for.
    """
    hashes = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        hashes.append(nodes.get(level, begin >> level))
        begin += 1 << level
    return hashes


def _range_root(nodes: Nodes, begin: int, end: int) -> bytes:
    return _fold(_subtrees(nodes, begin, end))


def _fold(subtrees: list[bytes]) -> bytes:
    """Join complete subtrees, widest first, into the root above them."""
    root = subtrees[-1]
    for left in reversed(subtrees[:-1]):
        root = node_hash(left, root)
    return root
