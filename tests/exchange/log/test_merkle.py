"""The tree against Certificate Transparency's reference vectors, its proofs as properties."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exchange.log import merkle
from app.exchange.log.errors import InvalidProofError

# The reference inputs of Certificate Transparency's own test suite, with the roots of their
# first 0, 1, … 8 leaves and the proofs that suite holds.
LEAVES = [
    bytes.fromhex(data)
    for data in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    bytes.fromhex(root)
    for root in (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]
L0 = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
L1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
L4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
N01 = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
N23 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
N45 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
N67 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
N0123 = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
N4567 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
INCLUSION = [
    (0, 1, []),
    (0, 2, [L1]),
    (1, 2, [L0]),
    (2, 3, [N01]),
    (1, 5, [L0, N23, L4]),
    (0, 8, [L1, N23, N4567]),
    (5, 8, [L4, N67, N0123]),
]
CONSISTENCY = [
    (1, 1, []),
    (1, 8, [L1, N23, N4567]),
    (2, 5, [N23, L4]),
    (6, 8, [N45, N67, N0123]),
]


def tree_of(size: int) -> merkle.HashTree:
    return merkle.HashTree(merkle.leaf_hash(b"%d" % index) for index in range(size))


def reference_root(hashes: list[bytes]) -> bytes:
    """MTH as RFC 9162 §2.1.1 defines it, by recursion: slow, and plainly right."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    joined = reference_root(hashes[:split]) + reference_root(hashes[split:])
    return sha256(b"\x01" + joined).digest()


def flip(hashed: bytes, bit: int) -> bytes:
    changed = bytearray(hashed)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@pytest.mark.parametrize("size", range(9))
def test_the_reference_leaves_have_the_reference_roots(size):
    hashes = [merkle.leaf_hash(data) for data in LEAVES[:size]]
    frontier = merkle.Frontier()
    for hashed in hashes:
        frontier.append(hashed)
    assert frontier.root() == ROOTS[size]
    assert merkle.HashTree(hashes).root() == ROOTS[size]
    assert merkle.root_at(merkle.HashTree(map(merkle.leaf_hash, LEAVES)), size) == ROOTS[size]


@pytest.mark.parametrize(("index", "size", "path"), INCLUSION)
def test_the_reference_inclusion_proofs_come_out_and_verify(index, size, path):
    tree = merkle.HashTree(map(merkle.leaf_hash, LEAVES))
    made = merkle.inclusion_path(tree, index, size)
    assert [node.hex() for node in made] == path
    merkle.verify_inclusion(merkle.leaf_hash(LEAVES[index]), index, size, made, ROOTS[size])


@pytest.mark.parametrize(("old", "new", "path"), CONSISTENCY)
def test_the_reference_consistency_proofs_come_out_and_verify(old, new, path):
    tree = merkle.HashTree(map(merkle.leaf_hash, LEAVES))
    made = merkle.consistency_path(tree, old, new)
    assert [node.hex() for node in made] == path
    merkle.verify_consistency(old, new, made, ROOTS[old], ROOTS[new])


@given(st.integers(0, 200))
def test_frontier_and_tree_agree_with_the_definition(size):
    tree = tree_of(size)
    hashes = [tree.get(0, index) for index in range(size)]
    frontier = merkle.Frontier()
    for hashed in hashes:
        frontier.append(hashed)
    assert frontier.size == tree.size == size
    assert frontier.root() == tree.root() == reference_root(hashes)


@given(st.integers(0, 300), st.integers(0, 300))
def test_a_frontier_written_or_rebuilt_grows_on_as_before(size, more):
    tree = tree_of(size + more)
    frontier = merkle.Frontier.at(tree, size)
    assert frontier.root() == merkle.root_at(tree, size)
    restored = merkle.Frontier.from_bytes(frontier.to_bytes())
    for index in range(size, size + more):
        restored.append(tree.get(0, index))
    assert restored.root() == tree.root()


@given(st.integers(1, 300))
def test_appending_a_leaf_returns_the_subtrees_it_completes(size):
    tree = tree_of(size)
    frontier = merkle.Frontier.at(tree, size - 1)
    completed = frontier.append(tree.get(0, size - 1))
    levels = range(1, len(completed) + 1)
    assert completed == [tree.get(level, (size >> level) - 1) for level in levels]
    assert size % (1 << len(completed)) == 0
    assert size % (2 << len(completed)) != 0


@pytest.mark.parametrize("raw", [b"", b"\0" * 7, b"\0" * 7 + b"\1", b"\0" * 40])
def test_a_frontier_of_the_wrong_length_is_refused(raw):
    with pytest.raises(ValueError, match="a frontier of size"):
        merkle.Frontier.from_bytes(raw)


@given(st.integers(1, 300), st.data())
def test_every_leaf_is_proved_in_every_tree_that_holds_it(size, data):
    tree = tree_of(300)
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion_path(tree, index, size)
    root = merkle.root_at(tree, size)
    assert len(path) <= (size - 1).bit_length()
    merkle.verify_inclusion(tree.get(0, index), index, size, path, root)


@given(st.integers(1, 300), st.data())
def test_an_inclusion_proof_with_one_bit_changed_proves_nothing(size, data):
    tree = tree_of(size)
    index = data.draw(st.integers(0, size - 1))
    hashes = [tree.get(0, index), *tree.inclusion_path(index), tree.root()]
    victim = data.draw(st.integers(0, len(hashes) - 1))
    hashes[victim] = flip(hashes[victim], data.draw(st.integers(0, 255)))
    leaf, *path, root = hashes
    with pytest.raises(InvalidProofError, match="another root"):
        merkle.verify_inclusion(leaf, index, size, path, root)


@given(st.integers(2, 300), st.data())
def test_an_inclusion_proof_holds_for_no_other_index(size, data):
    tree = tree_of(size)
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(-1, size).filter(lambda value: value != index))
    with pytest.raises(InvalidProofError):
        merkle.verify_inclusion(
            tree.get(0, index), other, size, tree.inclusion_path(index), tree.root()
        )


@given(st.integers(1, 100), st.data())
def test_an_inclusion_proof_is_neither_shorter_nor_longer(size, data):
    tree = tree_of(size)
    index = data.draw(st.integers(0, size - 1))
    leaf, path, root = tree.get(0, index), tree.inclusion_path(index), tree.root()
    with pytest.raises(InvalidProofError, match="longer"):
        merkle.verify_inclusion(leaf, index, size, [*path, root], root)
    if path:
        with pytest.raises(InvalidProofError, match="shorter"):
            merkle.verify_inclusion(leaf, index, size, path[:-1], root)


@given(st.integers(0, 300), st.data())
def test_every_tree_is_consistent_with_every_later_one(new, data):
    tree = tree_of(300)
    old = data.draw(st.integers(0, new))
    path = merkle.consistency_path(tree, old, new)
    merkle.verify_consistency(old, new, path, merkle.root_at(tree, old), merkle.root_at(tree, new))


@given(st.integers(1, 300), st.data())
def test_a_consistency_proof_with_one_bit_changed_proves_nothing(new, data):
    tree = tree_of(new)
    old = data.draw(st.integers(1, new))
    hashes = [
        merkle.root_at(tree, old),
        *merkle.consistency_path(tree, old, new),
        tree.root(),
    ]
    victim = data.draw(st.integers(0, len(hashes) - 1))
    hashes[victim] = flip(hashes[victim], data.draw(st.integers(0, 255)))
    old_root, *path, new_root = hashes
    with pytest.raises(InvalidProofError):
        merkle.verify_consistency(old, new, path, old_root, new_root)


@given(st.integers(2, 300), st.data())
def test_a_consistency_proof_is_neither_shorter_nor_longer(new, data):
    tree = tree_of(new)
    old = data.draw(st.integers(1, new - 1))
    path = merkle.consistency_path(tree, old, new)
    roots = merkle.root_at(tree, old), tree.root()
    with pytest.raises(InvalidProofError, match="longer"):
        merkle.verify_consistency(old, new, [*path, tree.root()], *roots)
    with pytest.raises(InvalidProofError, match=r"shorter|empty"):
        merkle.verify_consistency(old, new, path[:-1], *roots)


@given(st.integers(2, 200), st.data())
def test_a_rewritten_history_is_not_consistent(new, data):
    honest = tree_of(new)
    old = data.draw(st.integers(1, new - 1))
    victim = data.draw(st.integers(0, old - 1))
    hashes = [honest.get(0, index) for index in range(new)]
    hashes[victim] = merkle.leaf_hash(b"forged")
    forged = merkle.HashTree(hashes)
    with pytest.raises(InvalidProofError):
        merkle.verify_consistency(
            old,
            new,
            merkle.consistency_path(forged, old, new),
            merkle.root_at(honest, old),
            forged.root(),
        )


def test_a_tree_does_not_shrink():
    tree = tree_of(8)
    with pytest.raises(InvalidProofError, match="shrink"):
        merkle.verify_consistency(8, 5, [], tree.root(), merkle.root_at(tree, 5))


def test_one_size_has_one_root_and_an_empty_proof():
    root = tree_of(5).root()
    merkle.verify_consistency(5, 5, [], root, root)
    with pytest.raises(InvalidProofError, match="two roots"):
        merkle.verify_consistency(5, 5, [], root, tree_of(6).root())
    with pytest.raises(InvalidProofError, match="must be empty"):
        merkle.verify_consistency(5, 5, [root], root, root)


def test_only_the_hash_of_nothing_is_the_root_of_no_leaves():
    root = tree_of(3).root()
    merkle.verify_consistency(0, 3, [], merkle.EMPTY_ROOT, root)
    with pytest.raises(InvalidProofError, match="hash of nothing"):
        merkle.verify_consistency(0, 3, [], root, root)
    with pytest.raises(InvalidProofError, match="hash of nothing"):
        merkle.verify_consistency(0, 0, [], root, root)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_no_path_is_made_for_a_leaf_outside_the_tree(index, size):
    with pytest.raises(ValueError, match="no leaf"):
        merkle.inclusion_path(tree_of(3), index, size)


@pytest.mark.parametrize(("old", "new"), [(-1, 3), (3, 2)])
def test_no_path_is_made_to_a_size_that_never_came_before(old, new):
    with pytest.raises(ValueError, match="no earlier size"):
        merkle.consistency_path(tree_of(3), old, new)
