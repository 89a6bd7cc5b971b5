"""The audit of a whole log, from an export and two public keys: needs no database and no trust.

Reads leaves and checkpoints once, side by side, in constant memory. What it finds are values, each
with the place where the log stops being believable; a report without findings is a log that was
neither altered, reordered, cut nor rewritten up to its last checkpoint.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from app.exchange.log import checkpoints, derived, leaves, merkle, notes
from app.exchange.log.errors import (
    InvalidNoteSignatureError,
    MalformedLeafError,
    VerificationError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from app.exchange.log.records import Head, Logged, LoggedEntry, Noted

#: A broken log can break at every leaf; the report keeps this many findings and counts the rest.
MAX_FINDINGS = 100
#: How long a leaf may wait for a checkpoint, of which a running log makes one each second.
GRACE = dt.timedelta(seconds=10)


class Fault(StrEnum):
    """What can be wrong with a log."""

    GAP = "gap"
    REORDERED = "reordered"
    ALTERED = "altered"
    MALFORMED = "malformed"
    FOREIGN = "foreign"
    TEXT_MISSING = "text_missing"
    ENTRIES_WRONG = "entries_wrong"
    WRONG_ROOT = "wrong_root"
    TRUNCATED = "truncated"
    UNCOVERED = "uncovered"
    UNFINISHED = "unfinished"
    BAD_CHECKPOINT = "bad_checkpoint"
    BAD_SIGNATURE = "bad_signature"
    COSIGNATURE_MISSING = "cosignature_missing"
    SPLIT_VIEW = "split_view"
    DERIVED_WRONG = "derived_wrong"


class Waiting(NamedTuple):
    """Which leaves may wait for a checkpoint: the last `tail`, and whatever is as new as `since`.

    `since` is a time as leaves state it; none is that new if it is None.
    """

    tail: int = 0
    since: str | None = None


#: The log was closed, or is of long ago.
NONE_WAITS = Waiting()


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: `at` is the leaf's sequence number or, for a checkpoint's fault, its size."""

    fault: Fault
    at: int
    detail: str


@dataclass(frozen=True, slots=True)
class Report:
    """What the audit saw. `covered` is the size of the last checkpoint that held."""

    origin: str
    size: int
    root: bytes
    checkpoints: int
    covered: int
    pruned: int
    findings: tuple[Finding, ...]
    finding_count: int

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return self.finding_count == 0

    @property
    def unfinished(self) -> bool:
        """Whether all that is wrong is what a killed process leaves: its last leaves unsigned."""
        return [finding.fault for finding in self.findings] == [Fault.UNFINISHED]


def verify_log(
    logged: Iterable[Logged],
    noted: Iterable[Noted],
    *,
    log_key: notes.VerifierKey,
    witness_key: notes.VerifierKey,
    head: Head | None = None,
    waiting: Waiting = NONE_WAITS,
) -> Report:
    """Audit a log: leaves by sequence number, checkpoints by size, the head as it is stored.

    1. Each leaf stands at its own number, hashes to its hash, and is of this log.
    2. A text may be missing only below what the log's own pruning leaves declare.
    3. The entries of a batch have the root its leaf states.
    4. Each checkpoint is signed by the log and cosigned by the witness.
    5. Each checkpoint's root is that of the leaves, and none covers more leaves than there are.
    6. There are as many leaves as the head says.
    7. No leaf stands after the last checkpoint but those that may wait for one: a running log
       has some, one that was closed has none. In a stored log where nothing else is wrong, such
       leaves of no more than `GRACE` from first to last are what a killed process leaves: told
       apart, and a finding as well, for nobody has signed them.
    8. What is kept beside texts, notes and leaves is what follows from them.
    """
    audit = _Audit(log_key, witness_key, iter(noted), waiting)
    audit.take_checkpoints()
    for row in logged:
        audit.take(row)
        audit.take_checkpoints()
    return audit.close(head)


@dataclass(slots=True)
class _Audit:
    log_key: notes.VerifierKey
    witness_key: notes.VerifierKey
    notes_ahead: Iterator[Noted]
    waiting: Waiting
    frontier: merkle.Frontier = field(default_factory=merkle.Frontier)
    next_seq: int = 0
    whole: bool = True  # nothing broken so far: the tree is still the one that was signed
    pruned: int = 0
    last_pruned: int = -1
    pruned_before: int = 0
    ahead: checkpoints.Checkpoint | None = None
    last: checkpoints.Checkpoint | None = None
    held: int = 0
    covered: int = 0
    settled: int = 0  # the leaves below ought to be covered by now
    behind: tuple[str, str] | None = None  # from when to when the uncovered leaves are, if known
    findings: list[Finding] = field(default_factory=list)
    finding_count: int = 0

    def __post_init__(self) -> None:
        self.advance()

    def report(self, fault: Fault, at: int, detail: str) -> None:
        self.finding_count += 1
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(Finding(fault, at, detail))

    def take(self, row: Logged) -> None:
        """Check one leaf and grow the tree by it."""
        self.check_place(row.seq)
        leaf = None
        if row.body is None:
            self.pruned += 1
            self.last_pruned = max(self.last_pruned, row.seq)
        else:
            leaf = self.read(row, row.body)
        self.watch_behind(leaf)
        completed = self.frontier.append(row.leaf_hash)
        since = self.waiting.since
        if leaf is None or since is None or leaf.recorded_at < since:
            self.settled = self.frontier.size
        if row.columns is not None:
            if leaf is not None or row.body is None:  # else the text is not to be believed
                self.report_derived(row.seq, derived.wrong_in_leaf(row.columns, leaf))
            if self.whole:
                wrong = derived.wrong_nodes(row.columns.nodes, completed, self.frontier.size)
                self.report_derived(row.seq, wrong)

    def watch_behind(self, leaf: leaves.Leaf | None) -> None:
        """Keep the times of the first and the last leaf behind the checkpoint that last held."""
        if leaf is None:
            self.behind = None
        elif self.frontier.size == self.covered:
            self.behind = (leaf.recorded_at, leaf.recorded_at)
        elif self.behind is not None:
            self.behind = (self.behind[0], leaf.recorded_at)

    def report_derived(self, at: int, details: Iterable[str]) -> None:
        for detail in details:
            self.report(Fault.DERIVED_WRONG, at, detail)

    def check_place(self, seq: int) -> None:
        if seq > self.next_seq:
            self.whole = False
            self.report(Fault.GAP, self.next_seq, f"no leaf from {self.next_seq} to {seq - 1}")
        elif seq < self.next_seq:
            self.whole = False
            self.report(Fault.REORDERED, seq, f"leaf {seq} comes after leaf {self.next_seq - 1}")
        self.next_seq = seq + 1

    def read(self, row: Logged, body: str) -> leaves.Leaf | None:
        """Check a leaf's text; return it unless it is not the leaf's."""
        text = _utf8(body)
        if merkle.leaf_hash(text) != row.leaf_hash:
            self.report(Fault.ALTERED, row.seq, "the text does not hash to the leaf's hash")
            return None
        try:
            leaf = leaves.parse(text)
        except MalformedLeafError as error:
            self.report(Fault.MALFORMED, row.seq, str(error))
            return None
        if leaf.seq != row.seq:
            self.report(Fault.REORDERED, row.seq, f"the leaf here was logged as {leaf.seq}")
        if leaf.log != self.log_key.name:
            self.report(Fault.FOREIGN, row.seq, f"the leaf is of log {leaf.log}")
        if leaf.kind == leaves.Kind.PRUNING and leaf.pruned_before is not None:
            self.pruned_before = max(self.pruned_before, leaf.pruned_before)
        if leaf.entries_root is not None or leaf.entries is not None or row.entries:
            self.check_entries(row, leaf)
        return leaf

    def check_entries(self, row: Logged, leaf: leaves.Leaf) -> None:
        tree = merkle.Frontier()
        for entry in row.entries:
            self.check_entry(row.seq, tree.size, entry)
            tree.append(entry.entry_hash)
        if (tree.size, tree.root().hex()) != (leaf.entries, leaf.entries_root):
            self.report(Fault.ENTRIES_WRONG, row.seq, "the entries are not those of the leaf")

    def check_entry(self, seq: int, place: int, logged: LoggedEntry) -> None:
        entry = None
        if logged.body is not None:
            text = _utf8(logged.body)
            if merkle.leaf_hash(text) != logged.entry_hash:
                detail = f"the text of entry {place} does not hash to its hash"
                self.report(Fault.ALTERED, seq, detail)
                return
            try:
                entry = leaves.parse_entry(text)
            except MalformedLeafError as error:
                self.report(Fault.MALFORMED, seq, f"entry {place}: {error}")
                return
        if logged.columns is not None:
            self.report_derived(seq, derived.wrong_in_entry(logged.columns, entry, place))

    def take_checkpoints(self) -> None:
        """Compare every checkpoint of the present size with the tree."""
        while self.ahead is not None and self.ahead.size <= self.next_seq:
            self.compare(self.ahead)
            self.advance()

    def compare(self, checkpoint: checkpoints.Checkpoint) -> None:
        last, self.last = self.last, checkpoint
        if last is not None and checkpoint.size < last.size:
            self.report(Fault.BAD_CHECKPOINT, checkpoint.size, f"it comes after size {last.size}")
        elif last is not None and checkpoint.size == last.size and checkpoint.root != last.root:
            self.report(Fault.SPLIT_VIEW, checkpoint.size, "two roots were signed for one size")
        elif not self.whole:
            return  # what broke is reported; no root after it can be rebuilt
        elif checkpoint.root != self.frontier.root():
            self.whole = False
            detail = f"a leaf from {self.covered} to {checkpoint.size - 1} is not the one signed"
            self.report(Fault.WRONG_ROOT, checkpoint.size, detail)
        else:
            self.held += 1
            self.covered = checkpoint.size

    def advance(self) -> None:
        """Open the next checkpoint whose signatures hold; report those that do not."""
        self.ahead = None
        for noted in self.notes_ahead:
            self.ahead = self.open(noted.note)
            if self.ahead is not None:
                if noted.columns is not None:
                    wrong = derived.wrong_in_checkpoint(noted.columns, self.ahead)
                    self.report_derived(self.ahead.size, wrong)
                return

    def open(self, unverified_note: str) -> checkpoints.Checkpoint | None:
        try:
            checkpoint = checkpoints.verify(unverified_note, self.log_key).checkpoint
        except InvalidNoteSignatureError as error:
            self.report(Fault.BAD_SIGNATURE, self.frontier.size, str(error))
            return None
        except VerificationError as error:
            self.report(Fault.BAD_CHECKPOINT, self.frontier.size, str(error))
            return None
        try:
            notes.verify_cosignature(notes.parse(unverified_note), self.witness_key)
        except InvalidNoteSignatureError as error:
            self.report(Fault.COSIGNATURE_MISSING, checkpoint.size, str(error))
        return checkpoint

    def close(self, head: Head | None) -> Report:
        while self.ahead is not None:
            detail = f"it covers {self.ahead.size} leaves and only {self.next_seq} are here"
            self.report(Fault.TRUNCATED, self.ahead.size, detail)
            self.advance()
        if self.last_pruned >= self.pruned_before:
            detail = f"pruning is declared only below leaf {self.pruned_before}"
            self.report(Fault.TEXT_MISSING, self.last_pruned, detail)
        if self.whole:
            self.check_end(head)
        return Report(
            origin=self.log_key.name,
            size=self.frontier.size,
            root=self.frontier.root(),
            checkpoints=self.held,
            covered=self.covered,
            pruned=self.pruned,
            findings=tuple(self.findings),
            finding_count=self.finding_count,
        )

    def check_end(self, head: Head | None) -> None:
        size = self.frontier.size
        wrong = [] if head is None else list(derived.wrong_head(head, self.frontier))
        if min(self.settled, size - self.waiting.tail) > self.covered:
            self.report_uncovered(
                is_stored=head is not None and head.frontier is not None,
                is_sound=not wrong and not self.finding_count,
            )
        if head is not None and head.size > size:
            detail = f"the log says that it has {head.size} leaves and only {size} are here"
            self.report(Fault.TRUNCATED, size, detail)
        else:
            self.report_derived(size, wrong)

    def report_uncovered(self, *, is_stored: bool, is_sound: bool) -> None:
        """Tell of leaves that nobody signed: a crash left them, or checkpoints were removed."""
        where = f"no checkpoint that holds covers the leaves from {self.covered}"
        if is_stored and is_sound and self.behind is not None and _is_brief(*self.behind):
            told = (
                f"{where}, all of {self.behind[0]} to {self.behind[1]}: a process that was killed"
                " leaves them so, and the server signs them when it next opens the world"
            )
            self.report(Fault.UNFINISHED, self.covered, told)
        elif is_stored:
            told = f"{where}: more than a crash leaves, so checkpoints were removed or never made"
            self.report(Fault.UNCOVERED, self.covered, told)
        else:
            told = (
                f"{where}: checkpoints were removed, or the log is of a process that was killed;"
                " then export it again when a server has opened the world"
            )
            self.report(Fault.UNCOVERED, self.covered, told)


def _is_brief(first: str, last: str) -> bool:
    """Whether leaves of these times can all have waited for the checkpoint that never came."""
    span = dt.datetime.fromisoformat(last) - dt.datetime.fromisoformat(first)
    return dt.timedelta() <= span <= GRACE


def _utf8(text: str) -> bytes:
    """Encode even what is no text, so that it is found to be altered."""
    return text.encode("utf-8", "surrogatepass")
