"""The disclosure log: proof that every exchange was recorded, in order, and never rewritten.

Pure, touching no database: `merkle.py` (RFC 6962 trees and proofs), `notes.py` and
`checkpoints.py` (C2SP signed notes, checkpoints, cosignatures), `leaves.py` (one exchange as a
leaf), `receipts.py` (what a caller keeps) and `offline.py` (the audit that needs nothing but an
export and two public keys). Stored: `store.py` (leaves get their numbers, in the writer's batch),
`nodes.py` and `proving.py` (proofs), `checkpointing.py` (each second), `retention.py` and
`export.py`; `keys.py` says whose log it is.

A new kind of leaf is a new member of `leaves.Kind`; a field once published is never renamed,
because old leaves must go on hashing to the same value.
"""
