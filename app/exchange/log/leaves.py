"""What one exchange looks like in the log: a leaf, and the salted entries a batch leaf stands for.

A leaf's text is canonical JSON (RFC 8785), so that anyone can rebuild it byte for byte: keys in
order, no spaces, no fractions, absent values left out. It names people only by an HMAC and carries
a salt, so that a published hash cannot be guessed from what it might say.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, NamedTuple, TypeVar

import msgspec
from msgspec import Meta

from app.exchange.log import merkle
from app.exchange.log.errors import MalformedLeafError

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The version of the leaf's shape. A field added or changed makes the next one.
VERSION = 1

_Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]  # RFC 8785 §3.2.2.3: numbers are doubles
_Hash = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
_Salt = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$")]
_Day = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$")]
_Instant = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]


class Kind(StrEnum):
    """What a leaf records. A reader of old logs keeps what it does not know."""

    VERIFICATION = "verification"
    DISCLOSURE = "disclosure"
    SEARCH = "search"
    #: A page of the change feed: `fields` are those watched or told, each person has an entry.
    CHANGES = "changes"
    #: Changes that were sent to a webhook: as in a page of the feed, each person has an entry.
    WEBHOOK = "webhook"
    #: Somebody signed in, or let a system know more about them: `fields` are what it was told.
    SIGN_IN = "sign_in"
    #: What a holder showed of a wallet to a system that asked.
    PRESENTATION = "presentation"
    #: What a holder let a clerk see by a share code.
    SHARE = "share"
    #: What was read of a card's chip was verified: `fields` are the checks.
    CHIP = "chip_verification"
    #: The text of a card's QR code was compared.
    QR = "qr_verification"
    #: A claim was compared with a register of others: `fields` names it.
    REGISTER = "register_verification"
    #: An authority did something about an eID account: `fields` names what.
    ACCOUNT = "account"
    #: An agency reported a life event: `fields` names its kind.
    LIFE_EVENT = "life_event"
    #: A citizen, or who represents them, gave, refused or withdrew a consent: `consent` names it.
    CONSENT = "consent"
    #: Something was done about a citizen's dossier, or it was shown: `fields` are those it holds.
    DOSSIER = "dossier"
    #: Somebody's credit was assessed, or an assessment shown or looked at again.
    CREDIT = "credit_assessment"
    #: The first leaf of a forked world: `parent` is the checkpoint it grew from.
    FORK = "fork"
    #: Leaf texts below `pruned_before` were removed because their retention ended.
    PRUNING = "pruning"


@dataclass(frozen=True, slots=True)
class EntryTree:
    """The entries of one batch under one Merkle root: `bodies[i]` hashes to leaf i of the tree."""

    subjects: tuple[str | None, ...]
    bodies: tuple[bytes, ...]
    hashes: tuple[bytes, ...]
    root: bytes

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.bodies)


@dataclass(frozen=True, slots=True)
class ApartEntries:
    """The entries of a job whose leaf is logged before they are: how many, and their root."""

    count: int
    root: bytes


class LeafDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What the exchange knows of a leaf, before the log gives it a place and a time.

    `domain_time` is the world's date, `salt` 16 random bytes in hex, `subject` what `subject()`
    gave, `entries` what `entry_tree()` gave for the people of a batch. All text must be valid
    Unicode: a lone surrogate cannot be logged.
    """

    agency: str
    system: str
    purpose: str
    legal_basis: str
    kind: str
    outcome: str
    fields: tuple[str, ...]
    request_id: str
    domain_time: str
    salt: str
    subject: str | None = None
    officer: str | None = None
    dossier: str | None = None
    consent: str | None = None
    entries: EntryTree | ApartEntries | None = None
    parent: str | None = None
    pruned_before: int | None = None


class Leaf(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    gc=False,
):
    """A leaf as logged. The fields stand in the order of RFC 8785 §3.2.3, which is their encoding.

    `log` is the origin of the log's checkpoints, `seq` the leaf's index in its tree.
    """

    agency: str
    consent: str | None = None
    domain_time: _Day
    dossier: str | None = None
    entries: _Count | None = None
    entries_root: _Hash | None = None
    fields: tuple[str, ...]
    kind: str
    legal_basis: str
    log: str
    officer: str | None = None
    outcome: str
    parent: str | None = None
    pruned_before: _Count | None = None
    purpose: str
    recorded_at: _Instant
    request_id: str
    salt: _Salt
    seq: _Count
    subject: _Hash | None = None
    system: str
    v: _Count


class Appended(NamedTuple):
    """A leaf that has its place in the log; `leaf_text` is what `leaf_hash` is over."""

    seq: int
    leaf_text: bytes
    leaf_hash: bytes
    recorded_at: str


class Entry(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    gc=False,
):
    """One person's part of a batch, a page or a job; its own salt hides it from the others.

    `position` is its place in the batch, from 0; `request_id` is the batch leaf's, whose `v` is
    the version of this shape, too.
    """

    fields: tuple[str, ...]
    outcome: str
    position: _Count
    request_id: str
    salt: _Salt
    subject: _Hash | None = None


_Record = TypeVar("_Record", Leaf, Entry)
_encoder = msgspec.json.Encoder()
_leaf_decoder = msgspec.json.Decoder(Leaf)
_entry_decoder = msgspec.json.Decoder(Entry)


def place(draft: LeafDraft, *, log: str, seq: int, recorded_at: str) -> bytes:
    """Return the text of the leaf that `draft` becomes at index `seq`.

    `recorded_at` is RFC 3339 in UTC with milliseconds, `2026-01-01T00:00:00.000Z`.
    """
    entries = draft.entries
    return _encoder.encode(
        Leaf(
            agency=draft.agency,
            consent=draft.consent,
            domain_time=draft.domain_time,
            dossier=draft.dossier,
            entries=None if entries is None else entries.count,
            entries_root=None if entries is None else entries.root.hex(),
            fields=draft.fields,
            kind=draft.kind,
            legal_basis=draft.legal_basis,
            log=log,
            officer=draft.officer,
            outcome=draft.outcome,
            parent=draft.parent,
            pruned_before=draft.pruned_before,
            purpose=draft.purpose,
            recorded_at=recorded_at,
            request_id=draft.request_id,
            salt=draft.salt,
            seq=seq,
            subject=draft.subject,
            system=draft.system,
            v=VERSION,
        )
    )


def parse(text: bytes | str) -> Leaf:
    """Read a leaf; raise `MalformedLeafError` unless the text is exactly its canonical form.

    So no key stands twice, and no two texts mean the same leaf.
    """
    return _parse(_leaf_decoder, text)


def parse_entry(text: bytes | str) -> Entry:
    """Read one person's entry of a batch, as strictly as `parse`."""
    return _parse(_entry_decoder, text)


def _parse(decoder: msgspec.json.Decoder[_Record], text: bytes | str) -> _Record:
    try:
        raw = text.encode() if isinstance(text, str) else text
        record = decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise MalformedLeafError(f"not a leaf: {error}") from None
    if _encoder.encode(record) != raw:
        raise MalformedLeafError("not in canonical form")
    return record


def entry_tree(entries: Sequence[Entry]) -> EntryTree:
    """Join a batch's entries under one root; `merkle.HashTree(hashes)` proves each of them."""
    bodies = tuple(map(_encoder.encode, entries))
    hashes = tuple(map(merkle.leaf_hash, bodies))
    subjects = tuple(entry.subject for entry in entries)
    return EntryTree(subjects, bodies, hashes, merkle.HashTree(hashes).root())


@lru_cache(maxsize=1024)  # a call asks for the same ones two or three times
def subject(key: bytes, person: str) -> str:
    """Name a person in the log: HMAC-SHA-256 in hex, under a key that only the world holds.

    `person` says what it is, too (`citizen:17`, `number:901…`), so that a number that no one bears
    never meets an id.
    """
    named = _keyed(key).copy()
    named.update(person.encode())
    return named.hexdigest()


@lru_cache(maxsize=64)
def _keyed(key: bytes) -> hmac.HMAC:
    """Return the HMAC with its key worked in: copying it costs a third of beginning anew.

    And unlike `hmac.digest` it does not hand the interpreter over to another thread.
    """
    return hmac.new(key, digestmod="sha256")
