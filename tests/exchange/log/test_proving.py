"""Proofs out of the stored log verify with public keys alone, at every size it had."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.exchange.log import checkpointing, leaves, merkle, notes, proving
from app.exchange.log.errors import InvalidProofError, VerificationError
from app.exchange.log.nodes import StoredNodes
from app.platform.errors import DancuError

SIZE = 1_300  # five whole tiles and a part
shared = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def grown(log):
    """A log of `SIZE` leaves; its hashes, as a tree that was never stored."""
    appended = []
    for _ in range(13):
        appended += log.grow(100)
    return log, merkle.HashTree(each.leaf_hash for each in appended)


@shared
@given(data=st.data())
def test_every_leaf_is_proved_in_every_tree_that_holds_it(grown, data):
    log, tree = grown
    size = data.draw(st.integers(1, SIZE))
    seq = data.draw(st.integers(0, size - 1))
    with log.world.session() as session:
        proof = proving.inclusion(session, seq, size)
    assert (proof.seq, proof.size, proof.leaf_hash) == (seq, size, tree.get(0, seq))
    assert list(proof.path) == merkle.inclusion_path(tree, seq, size)
    assert proof.root == merkle.root_at(tree, size)
    merkle.verify_inclusion(proof.leaf_hash, seq, size, proof.path, proof.root)


@shared
@given(data=st.data())
def test_every_two_sizes_are_proved_consistent(grown, data):
    log, tree = grown
    new = data.draw(st.integers(0, SIZE))
    old = data.draw(st.integers(0, new))
    with log.world.session() as session:
        proof = proving.consistency(session, old, new)
    assert list(proof.path) == merkle.consistency_path(tree, old, new)
    assert (proof.old_root, proof.new_root) == (
        merkle.root_at(tree, old),
        merkle.root_at(tree, new),
    )
    merkle.verify_consistency(old, new, proof.path, proof.old_root, proof.new_root)


def test_a_tree_of_three_kept_levels_is_read_by_tiles(log):
    # 65,536 leaves would take a while to append: the upper levels are written as rows.
    level0 = [merkle.leaf_hash(b"%d" % number) for number in range(256)]
    tile = merkle.HashTree(level0).root()
    level8 = merkle.HashTree([tile] * 256)
    log.tamper(
        "INSERT INTO tree_node (level, position, hash) VALUES (16, 0, :hash)", hash=level8.root()
    )
    with log.world.session() as session:
        nodes = StoredNodes(session)
        assert nodes.get(16, 0) == level8.root()
        with pytest.raises(LookupError):
            nodes.get(16, 1)
        with pytest.raises(LookupError):
            nodes.get(17, 0)


def code(raised: pytest.ExceptionInfo[DancuError]) -> str:
    return raised.value.code


@pytest.mark.parametrize(("seq", "size"), [(3, 3), (-1, 3), (0, 0)])
def test_no_proof_is_given_for_a_leaf_outside_the_tree(log, seq, size):
    log.grow(3)
    with log.world.session() as session, pytest.raises(DancuError) as raised:
        proving.inclusion(session, seq, size)
    assert code(raised) == "log-leaf-unknown"


@pytest.mark.parametrize("size", [-1, 4])
def test_no_proof_is_given_for_a_size_the_log_never_had(log, size):
    log.grow(3)
    with log.world.session() as session:
        for prove in (
            lambda: proving.inclusion(session, 0, size),
            lambda: proving.consistency(session, 0, size),
            lambda: proving.consistency(session, size, 3),
        ):
            with pytest.raises(DancuError) as raised:
                prove()
            assert code(raised) == "log-size-unknown"


def test_each_person_of_a_batch_gets_a_proof(log):
    log.grow(1)
    batch = log.batch(7)
    log.append(batch)
    with log.world.session() as session:
        leaf = leaves.parse(proving.text(session, 1))
        proved = proving.entries(session, 1, 0, 1_000)
        page = proving.entries(session, 1, 2, 3)
        assert (proved.count, proved.root.hex()) == (leaf.entries, leaf.entries_root)
        assert [each.text.encode() for each in proved.entries] == list(batch.entries.bodies)
        for position, entry in enumerate(proved.entries):
            assert entry.position == position
            assert entry.entry_hash == merkle.leaf_hash(entry.text.encode())
            merkle.verify_inclusion(entry.entry_hash, position, 7, entry.path, proved.root)
        assert page.entries == proved.entries[2:5]
        for seq, first in ((1, 7), (1, -1), (0, 0)):
            with pytest.raises(DancuError) as raised:
                proving.entries(session, seq, first, 1)
            assert code(raised) == "log-leaf-unknown"


def test_texts_and_hashes_are_read_by_number(log):
    appended = log.grow(5)
    with log.world.session() as session:
        assert proving.size(session) == 5
        assert proving.text(session, 3).encode() == appended[3].leaf_text
        assert proving.hashes(session, 1, 3) == [each.leaf_hash for each in appended[1:4]]
        assert proving.hashes(session, 5, 3) == []
        with pytest.raises(DancuError) as raised:
            proving.text(session, 5)
    assert code(raised) == "log-leaf-unknown"


def test_an_empty_log_has_no_leaves(log):
    with log.world.session() as session:
        assert proving.size(session) == 0
        assert proving.consistency(session, 0, 0).new_root == merkle.EMPTY_ROOT


def test_a_tlog_proof_is_checked_with_two_public_keys_and_nothing_else(log):
    appended = log.grow(300)
    log.checkpoint()
    log.grow(300)
    log.checkpoint()
    for seq in (0, 255, 256, 299):
        with log.world.session() as session:
            proof = proving.tlog_proof(session, seq)
        assert proof.startswith(f"c2sp.org/tlog-proof@v1\nindex {seq}\n")
        index, verified = proving.verify_tlog_proof(
            proof, appended[seq].leaf_hash, log.log_key, log.witness_key
        )
        assert index == seq
        assert verified.checkpoint.size == 300  # the first that covers the leaf
        with pytest.raises(InvalidProofError, match="another root"):
            proving.verify_tlog_proof(
                proof, appended[seq - 1].leaf_hash, log.log_key, log.witness_key
            )


def test_the_first_leaf_alone_has_an_empty_path(log):
    (appended,) = log.grow(1)
    note = log.checkpoint()
    with log.world.session() as session:
        proof = proving.tlog_proof(session, 0)
    assert proof == f"c2sp.org/tlog-proof@v1\nindex 0\n\n{note}"
    proving.verify_tlog_proof(proof, appended.leaf_hash, log.log_key, log.witness_key)


def test_extra_data_in_a_tlog_proof_is_skipped(log):
    (appended,) = log.grow(1)
    log.checkpoint()
    with log.world.session() as session:
        proof = proving.tlog_proof(session, 0)
    with_extra = proof.replace("@v1\n", "@v1\nextra AAAA\n")
    proving.verify_tlog_proof(with_extra, appended.leaf_hash, log.log_key, log.witness_key)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2"),
        ("index 2", "index 02"),
        ("index 2", "index -2"),
        ("index 2", "index 3"),
        ("index 2\n", ""),
        ("@v1\nindex", "@v1\nextra AAAA\nextra AAAA\nindex"),
        ("\n\n", "\n"),
        ("=\n", "\n"),
        ("index 2\n", "index 2\nAAAA\n"),
        ("— dancu", "— danca"),
    ],
)
def test_a_tlog_proof_that_was_changed_is_refused(log, old, new):
    appended = log.grow(5)
    log.checkpoint()
    with log.world.session() as session:
        proof = proving.tlog_proof(session, 2)
    assert old in proof
    with pytest.raises(VerificationError):
        proving.verify_tlog_proof(
            proof.replace(old, new, 1), appended[2].leaf_hash, log.log_key, log.witness_key
        )


@given(st.text())
def test_any_text_is_a_tlog_proof_or_is_refused(text):
    with pytest.raises(VerificationError):
        proving.verify_tlog_proof(text, bytes(32), KEYS[0], KEYS[1])


KEYS = [
    notes.VerifierKey.parse(vkey)
    for vkey in (
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    )
]


def test_a_leaf_gets_its_tlog_proof_as_soon_as_a_checkpoint_covers_it(log):
    log.grow(1)
    with log.world.session() as session, pytest.raises(DancuError) as raised:
        proving.tlog_proof(session, 0)
    assert code(raised) == "log-leaf-not-covered"
    assert raised.value.retry_after == 1
    with log.world.session() as session, pytest.raises(DancuError) as raised:
        proving.tlog_proof(session, 1)
    assert code(raised) == "log-leaf-unknown"
    log.checkpoint()
    with log.world.session() as session:
        assert checkpointing.latest(session) in proving.tlog_proof(session, 0)
