"""Openings: what a log holds of one exchange about a person, for that person to keep and check.

A leaf's text with its proof up to a checkpoint; of a batch, a page or a job the person's own
salted entry, with its path to the root that the leaf states. Nothing in it is about anybody else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from app.exchange.log import leaves, merkle, proving
from app.exchange.log.errors import InvalidProofError

if TYPE_CHECKING:
    from app.exchange.log.leaves import Entry, Leaf
    from app.exchange.log.notes import VerifierKey


class EntryOpening(msgspec.Struct, frozen=True, kw_only=True):
    """One person's entry: `path`, in hex, leads from its hash to the leaf's `entries_root`."""

    text: str
    position: int
    path: list[str]


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """A leaf's text, its proof (c2sp.org/tlog-proof), and the entry where it stands for many.

    `subjects` are the names the log has for the person: an HMAC of each number they bear or bore,
    under a key that only the world holds. The keys are those that sign checkpoints; whoever
    wants proof against the server compares them with what was kept from elsewhere.
    """

    log: str
    leaf: str
    tlog_proof: str
    entry: EntryOpening | None
    subjects: list[str]
    log_key: str
    witness_key: str
    simulated: bool = True


class Opened(NamedTuple):
    """What holds: the leaf, the entry where there is one, and the checkpoint's size."""

    leaf: Leaf
    entry: Entry | None
    size: int


def verify(unverified: Opening, log_key: VerifierKey, witness_key: VerifierKey) -> Opened:
    """Check an opening; needs no database. Raises `VerificationError`.

    1. The leaf's text is canonical.
    2. The proof leads from its hash to a checkpoint that both keys signed, at the number and in
       the log that the text states.
    3. The entry, where there is one, is in the batch of this very leaf.
    4. Leaf or entry is about one of the subjects.
    """
    # 1.
    text = unverified.leaf.encode("utf-8", "surrogatepass")
    leaf = leaves.parse(text)
    # 2.
    hashed = merkle.leaf_hash(text)
    seq, covering = proving.verify_tlog_proof(unverified.tlog_proof, hashed, log_key, witness_key)
    if (leaf.log, leaf.seq) != (log_key.name, seq):
        raise InvalidProofError(f"the proof is of leaf {seq}, the text another's")
    # 3.
    entry = None if unverified.entry is None else _entry(unverified.entry, leaf)
    # 4.
    about = leaf.subject if entry is None else entry.subject
    if about is None or about not in unverified.subjects:
        raise InvalidProofError("it is about somebody else")
    return Opened(leaf, entry, covering.checkpoint.size)


def _entry(unverified: EntryOpening, leaf: Leaf) -> Entry:
    if leaf.entries_root is None or leaf.entries is None:
        raise InvalidProofError("the leaf stands for no entries")
    text = unverified.text.encode("utf-8", "surrogatepass")
    entry = leaves.parse_entry(text)
    if (entry.position, entry.request_id) != (unverified.position, leaf.request_id):
        raise InvalidProofError("the entry is of another place or batch")
    try:
        path = [bytes.fromhex(node) for node in unverified.path]
    except ValueError:
        raise InvalidProofError("the path is not in hex") from None
    root = bytes.fromhex(leaf.entries_root)
    merkle.verify_inclusion(merkle.leaf_hash(text), entry.position, leaf.entries, path, root)
    return entry
