"""Proofs in the tree of the log: RFC 6962, checked by the numbered steps of RFC 9162 §2.1."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from dancu_client.errors import NotProvedError

_EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(text: bytes) -> bytes:
    """Hash a leaf (RFC 9162 §2.1.1)."""
    return sha256(b"\x00" + text).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two children (RFC 9162 §2.1.1)."""
    return sha256(b"\x01" + left + right).digest()


def verify_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Return if the leaf hash is at `index` in the tree of this size and root (§2.1.3.2).

    Raises `NotProvedError`. Not checked: that anybody vouches for the root.
    """
    # 1. The index lies in the tree.
    if not 0 <= index < size:
        raise NotProvedError(f"leaf {index} is outside of a tree of {size}")
    # 2.-3.
    first, last, running = index, size - 1, leaf
    # 4. Up to the root, with each hash of the path.
    for sibling in path:
        if last == 0:
            raise NotProvedError("the path is too long")
        if first & 1 or first == last:
            running = node_hash(sibling, running)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            running = node_hash(running, sibling)
        first, last = first >> 1, last >> 1
    # 5.
    if last != 0 or running != root:
        raise NotProvedError("the path does not lead to the root")


def verify_consistency(
    old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    """Return if the tree of `new` leaves has that of `old` at its beginning (§2.1.4.2).

    Raises `NotProvedError`. Not checked: that anybody vouches for the roots.
    """
    if not 0 <= old <= new:
        raise NotProvedError(f"a log does not shrink from {old} to {new} leaves")
    # The RFC leaves out the empty tree, and a tree and itself: nothing is to be proved.
    if old in {0, new}:
        same = old_root == (_EMPTY_ROOT if old == 0 else new_root)
        if path or not same:
            raise NotProvedError("two roots of one size, or a path where none is needed")
        return
    # 1.
    if not path:
        raise NotProvedError("the path is empty")
    # 2. A complete tree is its own first node.
    hashes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    # 3.-4. To the first subtree that both have whole.
    first, last = old - 1, new - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    # 5.-7.
    if _climbed(hashes, first, last) != (old_root, new_root):
        raise NotProvedError("the path does not lead to both roots")


def _climbed(hashes: Sequence[bytes], first: int, last: int) -> tuple[bytes, bytes]:
    """Build both roots of one path (§2.1.4.2, steps 5 and 6)."""
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise NotProvedError("the path is too long")
        if first & 1 or first == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        first, last = first >> 1, last >> 1
    if last != 0:
        raise NotProvedError("the path is too short")
    return old, new
