"""Checkpoints: their text, who signs it, and what the witness refuses to sign."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from app.exchange.log import checkpoints, merkle, notes
from app.exchange.log.checkpoints import Checkpoint
from app.exchange.log.errors import (
    InconsistentCheckpointError,
    InvalidNoteSignatureError,
    MalformedCheckpointError,
    VerificationError,
)

ORIGIN = "log.example/1"
LOG = notes.SigningKey(
    ORIGIN, notes.SignatureType.ED25519, Ed25519PrivateKey.from_private_bytes(b"l" * 32)
)
WITNESS = notes.SigningKey(
    "inspectorate.example/w",
    notes.SignatureType.COSIGNATURE,
    Ed25519PrivateKey.from_private_bytes(b"w" * 32),
)
TREE = merkle.HashTree(merkle.leaf_hash(b"%d" % index) for index in range(20))
#: The text of the example in c2sp.org/tlog-checkpoint.
EXAMPLE = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="

LINES = st.text(st.characters(codec="utf-8", min_codepoint=0x20), min_size=1)


def at(size: int) -> Checkpoint:
    return Checkpoint(ORIGIN, size, merkle.root_at(TREE, size))


def cosigned(size: int, timestamp: int = 1_700_000_000) -> notes.Note:
    note = checkpoints.sign(at(size), LOG)
    return checkpoints.cosign(note, WITNESS, seen=None, path=[], timestamp=timestamp)


def test_the_example_of_the_specification_is_read_and_written():
    checkpoint = checkpoints.parse(EXAMPLE)
    assert checkpoint.origin == "example.com/behind-the-sofa"
    assert checkpoint.size == 20852163
    assert checkpoint.root.hex().startswith("0ac5186a91863e8e1d90c808")
    assert str(checkpoint) == EXAMPLE


@given(
    LINES, st.integers(0, 2**63), st.binary(min_size=32, max_size=32), st.lists(LINES, max_size=3)
)
def test_every_checkpoint_is_read_as_it_was_written(origin, size, root, extensions):
    checkpoint = Checkpoint(origin, size, root, tuple(extensions))
    assert checkpoints.parse(str(checkpoint)) == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        f"o\n1\n{ROOT}",
        "o\n1\n",
        f"\n1\n{ROOT}\n",
        f"o\n01\n{ROOT}\n",
        f"o\n-1\n{ROOT}\n",
        f"o\n+1\n{ROOT}\n",
        f"o\n1.0\n{ROOT}\n",
        f"o\n1 \n{ROOT}\n",
        f"o\n\u0661\n{ROOT}\n",
        f"o\n{'9' * 21}\n{ROOT}\n",
        f"o\n1\n{ROOT[:-1]}\n",
        f"o\n1\n{ROOT[:-2]}J=\n",
        f"o\n1\n {ROOT}\n",
        "o\n1\nAAAA\n",
        f"o\n1\n{ROOT}\n\n",
        f"o\n1\n{ROOT}\n\nextension\n",
    ],
)
def test_what_is_not_a_checkpoint_is_refused(text):
    with pytest.raises(MalformedCheckpointError):
        checkpoints.parse(text)


def test_a_cosigned_checkpoint_verifies_for_log_and_witness():
    verified = checkpoints.verify(str(cosigned(7)), LOG.verifier, WITNESS.verifier)
    assert verified == checkpoints.Verified(at(7), 1_700_000_000)


def test_a_checkpoint_without_cosignature_is_enough_only_for_who_asks_for_none():
    note = checkpoints.sign(at(7), LOG)
    assert checkpoints.verify(note, LOG.verifier).cosigned_at is None
    with pytest.raises(InvalidNoteSignatureError, match="no signature of inspectorate"):
        checkpoints.verify(note, LOG.verifier, WITNESS.verifier)


def test_the_witness_alone_does_not_make_a_checkpoint():
    only_witness = notes.sign(notes.Note(str(at(7))), WITNESS, timestamp=1)
    with pytest.raises(InvalidNoteSignatureError, match="no signature of log"):
        checkpoints.verify(only_witness, LOG.verifier, WITNESS.verifier)


def test_a_log_signs_only_for_its_own_origin():
    foreign = Checkpoint("log.example/2", 7, merkle.root_at(TREE, 7))
    with pytest.raises(MalformedCheckpointError, match="origin"):
        checkpoints.verify(checkpoints.sign(foreign, LOG), LOG.verifier)


def test_a_signed_text_that_is_no_checkpoint_is_refused():
    note = notes.sign(notes.Note("anything\n"), LOG)
    with pytest.raises(VerificationError):
        checkpoints.verify(note, LOG.verifier)


@given(st.integers(0, 20), st.integers(0, 20))
def test_the_witness_signs_what_extends_what_it_has_seen(one, other):
    old, new = sorted((one, other))
    note = checkpoints.cosign(
        checkpoints.sign(at(new), LOG),
        WITNESS,
        seen=at(old),
        path=merkle.consistency_path(TREE, old, new),
        timestamp=5,
    )
    assert checkpoints.verify(note, LOG.verifier, WITNESS.verifier).cosigned_at == 5


@pytest.mark.parametrize(
    ("seen", "path"),
    [
        (Checkpoint(ORIGIN, 7, merkle.leaf_hash(b"forged")), merkle.consistency_path(TREE, 7, 12)),
        (at(13), []),
        (at(12), [TREE.root()]),
        (Checkpoint(ORIGIN, 12, TREE.root()), []),
        (Checkpoint("log.example/2", 7, at(7).root), merkle.consistency_path(TREE, 7, 12)),
    ],
    ids=["rewritten", "rolled back", "with a proof too many", "split view", "another log"],
)
def test_the_witness_refuses_what_does_not_extend_what_it_has_seen(seen, path):
    with pytest.raises(InconsistentCheckpointError):
        checkpoints.cosign(
            checkpoints.sign(at(12), LOG), WITNESS, seen=seen, path=path, timestamp=5
        )
