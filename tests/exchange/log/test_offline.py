"""The audit finds every way to falsify a log, says where, and finds nothing in an honest one."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from app.exchange.log import checkpoints, leaves, merkle, notes, offline
from app.exchange.log.offline import Fault, Waiting
from app.exchange.log.records import Head, Logged, LoggedEntry, Noted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ORIGIN = "log.example/1"
LOG = notes.SigningKey(
    ORIGIN, notes.SignatureType.ED25519, Ed25519PrivateKey.from_private_bytes(b"l" * 32)
)
WITNESS = notes.SigningKey(
    "inspectorate.example/w",
    notes.SignatureType.COSIGNATURE,
    Ed25519PrivateKey.from_private_bytes(b"w" * 32),
)
DRAFT = leaves.LeafDraft(
    agency="000.00.00.H26",
    system="bank-a-basic",
    purpose="account-opening",
    legal_basis="Nghị định 69/2024/NĐ-CP",
    kind=leaves.Kind.VERIFICATION,
    outcome="match",
    fields=("full_name",),
    request_id="r1",
    domain_time="2026-01-01",
    salt="00" * 16,
)
SIZES = (4, 8, 12)


def draft(**changed: object) -> leaves.LeafDraft:
    return leaves.LeafDraft(
        **{name: getattr(DRAFT, name) for name in DRAFT.__struct_fields__} | changed
    )


def row(
    seq: int,
    drafted: leaves.LeafDraft = DRAFT,
    *,
    log: str = ORIGIN,
    at: int | None = None,
    recorded_at: str = "2026-01-01T00:00:00.000Z",
) -> Logged:
    """Leaf `seq`, standing at `at`."""
    text = leaves.place(drafted, log=log, seq=seq, recorded_at=recorded_at)
    return Logged(seq if at is None else at, merkle.leaf_hash(text), text.decode())


def note(rows: list[Logged], size: int, log: notes.SigningKey = LOG) -> str:
    tree = merkle.HashTree(row.leaf_hash for row in rows)
    checkpoint = checkpoints.Checkpoint(ORIGIN, size, merkle.root_at(tree, size))
    signed = checkpoints.sign(checkpoint, log)
    return str(checkpoints.cosign(signed, WITNESS, seen=None, path=[], timestamp=1))


def audit(
    rows: Iterable[Logged],
    signed: Iterable[str],
    *,
    head: Head | None = None,
    waiting: Waiting = offline.NONE_WAITS,
) -> offline.Report:
    return offline.verify_log(
        rows,
        map(Noted, signed),
        log_key=LOG.verifier,
        witness_key=WITNESS.verifier,
        head=head,
        waiting=waiting,
    )


def faults(report: offline.Report) -> list[tuple[Fault, int]]:
    assert report.finding_count == len(report.findings)
    return [(finding.fault, finding.at) for finding in report.findings]


@pytest.fixture
def rows() -> list[Logged]:
    return [row(seq) for seq in range(12)]


@pytest.fixture
def signed(rows) -> list[str]:
    return [note(rows, size) for size in SIZES]


def test_an_honest_log_has_no_findings(rows, signed):
    report = audit(rows, signed)
    assert report.ok
    assert report.findings == ()
    assert (report.origin, report.size, report.checkpoints, report.covered) == (ORIGIN, 12, 3, 12)
    assert report.root == merkle.HashTree(logged.leaf_hash for logged in rows).root()
    assert report.pruned == 0


@given(st.integers(0, 40), st.sets(st.integers(0, 40)))
def test_an_honest_log_of_any_size_with_any_checkpoints_has_none(size, sizes):
    rows = [row(seq) for seq in range(size)]
    kept = sorted({covered for covered in sizes if covered < size} | {size})
    report = audit(rows, [note(rows, covered) for covered in kept])
    assert report.ok
    assert report.checkpoints == len(kept)


def test_an_empty_log_that_signed_nothing_is_whole():
    assert audit([], []).ok


def test_an_altered_text_is_found_at_its_place(rows, signed):
    rows[5] = rows[5]._replace(body=rows[5].body.replace("match", "no_match"))
    assert faults(audit(rows, signed)) == [(Fault.ALTERED, 5)]


def test_an_altered_leaf_with_its_hash_made_to_fit_breaks_the_next_checkpoint(rows, signed):
    rows[5] = row(5, draft(outcome="no_match"))
    report = audit(rows, signed)
    assert faults(report) == [(Fault.WRONG_ROOT, 8)]
    assert report.findings[0].detail == "a leaf from 4 to 7 is not the one signed"
    assert report.covered == 4


@given(st.integers(0, 11), st.integers(0, 255))
def test_no_changed_bit_of_a_hash_goes_unseen(victim, bit):
    rows = [row(seq) for seq in range(12)]
    signed = [note(rows, size) for size in SIZES]
    changed = bytearray(rows[victim].leaf_hash)
    changed[bit // 8] ^= 1 << bit % 8
    rows[victim] = rows[victim]._replace(leaf_hash=bytes(changed))
    next_size = next(size for size in SIZES if size > victim)
    assert faults(audit(rows, signed)) == [(Fault.ALTERED, victim), (Fault.WRONG_ROOT, next_size)]


def test_a_removed_leaf_leaves_a_gap(rows, signed):
    del rows[5]
    assert faults(audit(rows, signed)) == [(Fault.GAP, 5)]


def test_a_removed_leaf_with_the_rest_renumbered_is_found_out_by_the_leaves_themselves(
    rows, signed
):
    moved = [row(seq, at=seq - 1) for seq in range(6, 12)]
    report = audit([*rows[:5], *moved], signed)
    assert (Fault.REORDERED, 5) in faults(report)
    assert (Fault.WRONG_ROOT, 8) in faults(report)
    assert (Fault.TRUNCATED, 12) in faults(report)


def test_two_leaves_that_changed_places_are_found(rows, signed):
    rows[5], rows[6] = row(6, at=5), row(5, at=6)
    assert faults(audit(rows, signed)) == [
        (Fault.REORDERED, 5),
        (Fault.REORDERED, 6),
        (Fault.WRONG_ROOT, 8),
    ]


def test_a_leaf_that_stands_twice_is_found(rows, signed):
    rows.insert(6, rows[5])
    assert faults(audit(rows, signed))[0] == (Fault.REORDERED, 5)


def test_a_truncated_tail_is_found_against_the_checkpoints(rows, signed):
    report = audit(rows[:9], signed)
    assert faults(report) == [(Fault.TRUNCATED, 12), (Fault.UNCOVERED, 8)]
    assert "only 9 are here" in report.findings[0].detail


def test_a_tail_that_no_checkpoint_covers_is_counted_against_what_is_allowed(rows, signed):
    assert faults(audit(rows, signed[:2])) == [(Fault.UNCOVERED, 8)]
    assert audit(rows, signed[:2], waiting=Waiting(tail=4)).ok
    assert faults(audit(rows, signed[:2], waiting=Waiting(tail=3))) == [(Fault.UNCOVERED, 8)]


def test_a_leaf_waits_for_a_checkpoint_while_it_is_new(rows, signed):
    newer = [row(seq, recorded_at="2026-01-01T00:00:10.000Z") for seq in range(8, 12)]
    rows = [*rows[:8], *newer]
    waiting = Waiting(since="2026-01-01T00:00:10.000Z")
    assert audit(rows, signed[:2], waiting=waiting).ok
    assert faults(audit(rows, signed[:1], waiting=waiting)) == [(Fault.UNCOVERED, 4)]
    report = audit(rows, signed[:2], waiting=Waiting(since="2026-01-01T00:00:10.001Z"))
    assert faults(report) == [(Fault.UNCOVERED, 8)]
    assert "export it again" in report.findings[0].detail
    hidden = [*rows[:10], rows[10]._replace(body=None), rows[11]]
    assert (Fault.UNCOVERED, 8) in faults(audit(hidden, signed[:2], waiting=waiting))


def test_leaves_missing_at_the_end_are_found_against_the_head(rows, signed):
    assert audit(rows, signed, head=Head(12)).ok
    waiting = Waiting(tail=4)
    assert faults(audit(rows[:11], signed[:2], head=Head(12), waiting=waiting)) == [
        (Fault.TRUNCATED, 11)
    ]
    assert faults(audit(rows, signed, head=Head(11))) == [(Fault.DERIVED_WRONG, 12)]


def test_leaves_without_any_checkpoint_prove_nothing(rows):
    assert faults(audit(rows, [])) == [(Fault.UNCOVERED, 0)]


def test_a_checkpoint_signed_by_another_key_counts_for_nothing(rows, signed):
    thief = replace(LOG, private_key=Ed25519PrivateKey.from_private_bytes(b"t" * 32))
    signed[1] = note(rows, 8, thief)
    assert faults(audit(rows, signed)) == [(Fault.BAD_SIGNATURE, 4)]


def test_a_checkpoint_whose_text_was_changed_is_found(rows, signed):
    signed[1] = signed[1].replace("\n8\n", "\n9\n")
    assert faults(audit(rows, signed)) == [(Fault.BAD_SIGNATURE, 4)]


def test_a_checkpoint_that_is_no_note_is_found(rows, signed):
    signed[1] = "nothing"
    assert faults(audit(rows, signed)) == [(Fault.BAD_CHECKPOINT, 4)]


def test_a_missing_cosignature_is_found(rows, signed):
    signed[1] = "".join(
        line for line in signed[1].splitlines(keepends=True) if "inspectorate" not in line
    )
    report = audit(rows, signed)
    assert faults(report) == [(Fault.COSIGNATURE_MISSING, 8)]
    assert report.covered == 12


def test_two_roots_for_one_size_show_a_split_view(rows, signed):
    forged = [*rows[:5], row(5, draft(outcome="no_match")), *rows[6:]]
    assert faults(audit(rows, [*signed[:2], note(forged, 8), signed[2]])) == [
        (Fault.SPLIT_VIEW, 8)
    ]


def test_checkpoints_that_go_backwards_are_found(rows, signed):
    assert faults(audit(rows, [signed[1], signed[0], signed[2]])) == [(Fault.BAD_CHECKPOINT, 4)]


def test_a_leaf_of_another_log_is_found(rows):
    rows[5] = row(5, log="log.example/2")
    assert faults(audit(rows, [note(rows, 12)])) == [(Fault.FOREIGN, 5)]


def test_a_leaf_out_of_form_is_found(rows):
    text = rows[5].body.replace("{", "{ ")
    rows[5] = Logged(5, merkle.leaf_hash(text.encode()), text)
    assert faults(audit(rows, [note(rows, 12)])) == [(Fault.MALFORMED, 5)]


def pruned(rows: list[Logged], before: int) -> list[Logged]:
    return [logged._replace(body=None) for logged in rows[:before]] + rows[before:]


def test_pruned_texts_are_counted_where_the_log_declares_them(rows):
    declaration = draft(kind=leaves.Kind.PRUNING, pruned_before=6)
    rows = [*rows, row(12, declaration)]
    report = audit(pruned(rows, 6), [note(rows, 13)])
    assert report.ok
    assert report.pruned == 6


def test_a_text_missing_where_no_pruning_was_declared_is_found(rows):
    declaration = draft(kind=leaves.Kind.PRUNING, pruned_before=6)
    rows = [*rows, row(12, declaration)]
    hidden = pruned(rows, 6)
    hidden[9] = hidden[9]._replace(body=None)
    assert faults(audit(hidden, [note(rows, 13)])) == [(Fault.TEXT_MISSING, 9)]


def test_a_text_missing_without_any_declaration_is_found(rows, signed):
    assert faults(audit(pruned(rows, 1), signed)) == [(Fault.TEXT_MISSING, 0)]


def batch(seq: int, people: int) -> Logged:
    entries = [
        leaves.Entry(
            fields=("full_name",),
            outcome="match",
            position=position,
            request_id="r1",
            salt=f"{position:032x}",
        )
        for position in range(people)
    ]
    tree = leaves.entry_tree(entries)
    leaf = row(seq, draft(entries=tree))
    kept = zip(tree.hashes, tree.bodies, strict=True)
    return leaf._replace(entries=[LoggedEntry(hashed, body.decode()) for hashed, body in kept])


def test_the_entries_of_a_batch_are_those_its_leaf_states(rows):
    rows[5] = batch(5, 7)
    assert audit(rows, [note(rows, 12)]).ok
    rows[5].entries[3] = rows[5].entries[3]._replace(body=None)  # pruned: the hash is enough
    assert audit(rows, [note(rows, 12)]).ok


def test_an_altered_entry_is_found(rows):
    rows[5] = batch(5, 7)
    changed = rows[5].entries[3].body.replace("match", "no_match")
    rows[5].entries[3] = rows[5].entries[3]._replace(body=changed)
    assert faults(audit(rows, [note(rows, 12)])) == [(Fault.ALTERED, 5)]


@pytest.mark.parametrize("kept", [[], [0, 1, 2, 3, 4, 5], [1, 0, 2, 3, 4, 5, 6]])
def test_entries_left_out_or_reordered_are_found(rows, kept):
    rows[5] = batch(5, 7)
    rows[5] = rows[5]._replace(entries=[rows[5].entries[position] for position in kept])
    assert faults(audit(rows, [note(rows, 12)])) == [(Fault.ENTRIES_WRONG, 5)]


def test_entries_under_a_leaf_that_stands_for_one_are_found(rows, signed):
    rows[5] = rows[5]._replace(entries=batch(5, 1).entries)
    assert faults(audit(rows, signed)) == [(Fault.ENTRIES_WRONG, 5)]


def test_an_entry_out_of_form_is_found(rows):
    leaf = batch(5, 1)
    text = leaf.entries[0].body.replace("{", "{ ")
    hashed = merkle.leaf_hash(text.encode())
    rows[5] = leaf._replace(entries=[LoggedEntry(hashed, text)])
    assert (Fault.MALFORMED, 5) in faults(audit(rows, [note(rows, 12)]))


def test_a_log_broken_everywhere_is_reported_in_bounded_space():
    rows = (row(seq)._replace(body="{}") for seq in range(offline.MAX_FINDINGS + 50))
    report = audit(rows, [])
    assert len(report.findings) == offline.MAX_FINDINGS
    assert report.finding_count == offline.MAX_FINDINGS + 50 + 1
    assert not report.ok


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_is_explained(fault):
    assert f"`{fault}`" in Path("docs/log.md").read_text(encoding="utf-8")


def test_the_audit_needs_no_more_memory_for_a_longer_log():
    def peak(size: int) -> int:
        def stream() -> Iterator[Logged]:
            yield from map(row, range(size))

        tracemalloc.start()
        audit(stream(), [])
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    peak(100)
    assert peak(4000) < peak(400) + 20_000
