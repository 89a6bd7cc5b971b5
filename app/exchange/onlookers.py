"""Onlookers: who looked at somebody's data, read from the log as its subject may read it.

Every exchange about a person is there: verifications, disclosures, searches that showed them,
documents, cards, sign-ins, acts and reports of authorities; alone or as one of many in a batch, a
page of the feed or a job. What stands there is found by the names the log has for a person (an
index), not by reading it. An investigation is told when its time is over (`Purpose.hidden_days`, a
choice of ours), by the world's clock; and all of it for five years, as uses are (`uses`).

`opened` gives what the log's hashes are over, with the proofs that lead to a signed checkpoint:
`log.opening` checks it with two public keys and without a server.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import Text, and_, cast, literal, null, or_, select, union_all

from app.exchange import uses
from app.exchange.log import keys, leaves, proving
from app.exchange.log.leaves import Kind
from app.exchange.log.opening import EntryOpening, Opening
from app.exchange.models import Leaf, LeafEntry
from app.exchange.presets import preset
from app.platform import errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from app.exchange.access import Access

MOST: Final = 100
#: Rows that are looked at together; more than a page, since some are not told.
_CHUNK: Final = 200
#: What a citizen does is no look at them.
_OWN: Final = (Kind.CONSENT,)
#: Of a leaf that is about one person there is no place in a batch.
_ALONE: Final = -1

LOOK_UNKNOWN = errors.declare(
    code="access-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có lượt truy cập nào với mã này",
    title_en="There is no access of this id",
    next_vi="GET /v1/my/accesses liệt kê các lượt truy cập cùng mã của chúng.",
    next_en="GET /v1/my/accesses lists them with their ids.",
)


class Look(uses.Told, frozen=True, kw_only=True):
    """One look at a person.

    `id` names it here. `unit` is the officer's part of the agency: its connected system. `among`
    is how many people a batch, a page or a job was about, null for this person alone.
    """

    id: str
    unit: str
    purpose_vi: str
    purpose_en: str
    consent: str | None
    among: int | None


class _Row(NamedTuple):
    """A leaf (`position` is `_ALONE`), or one's entry under one with the leaf's own text."""

    seq: int
    position: int
    body: str
    entry: str | None

    @property
    def id(self) -> str:
        return str(self.seq) if self.position == _ALONE else f"{self.seq}-{self.position}"


def page(
    session: Session, access: Access, citizen_id: int, *, before: str | None, limit: int
) -> list[Look]:
    """Return the latest exchanges before the one of that id (None: up to now), latest first."""
    subjects = uses.subjects(session, access, citizen_id)
    found: list[Look] = []
    place = None if before is None else _place(before)
    while True:
        rows = _rows(session, subjects, place)
        found += (_look(access, row) for row in rows if _is_told(access, row))
        if len(found) >= limit or len(rows) < _CHUNK:
            return found[:limit]
        place = rows[-1].seq, rows[-1].position


def opened(session: Session, access: Access, citizen_id: int, look_id: str) -> Opening:
    """Return what the log holds of one exchange about this person, with its proofs.

    Raises `access-unknown`, also for others' and for what is not told yet, and
    `log-leaf-not-covered` within the first second.
    """
    subjects = uses.subjects(session, access, citizen_id)
    row = _row(session, subjects, _place(look_id))
    if row is None or not _is_told(access, row):
        raise LOOK_UNKNOWN.error()
    entry = None if row.entry is None else _entry(session, row, row.entry)
    world = access.world
    return Opening(
        log=keys.origin(world),
        leaf=row.body,
        tlog_proof=proving.tlog_proof(session, row.seq),
        entry=entry,
        subjects=subjects,
        log_key=str(keys.log_key(world).verifier),
        witness_key=str(keys.witness_key(world).verifier),
    )


def _rows(session: Session, subjects: Sequence[str], place: tuple[int, int] | None) -> list[_Row]:
    """Return a person's leaves and entries, the latest first, from below a place on."""
    both = union_all(_alone(subjects), _among(subjects)).subquery()
    query = select(both)
    if place is not None:
        seq, position = place
        here = and_(both.c.seq == seq, both.c.position < position)
        query = query.where(or_(both.c.seq < seq, here))
    query = query.order_by(both.c.seq.desc(), both.c.position.desc()).limit(_CHUNK)
    return [_Row._make(row) for row in session.execute(query)]


def _row(session: Session, subjects: Sequence[str], place: tuple[int, int]) -> _Row | None:
    seq, position = place
    if position == _ALONE:
        row = session.execute(_alone(subjects).where(Leaf.seq == seq)).first()
    else:
        here = LeafEntry.seq == seq, LeafEntry.position == position
        row = session.execute(_among(subjects).where(*here)).first()
    return None if row is None else _Row._make(row)


def _alone(subjects: Sequence[str]) -> Select[*tuple[Any, ...]]:
    return select(
        Leaf.seq.label("seq"),
        literal(_ALONE).label("position"),
        Leaf.body.label("body"),
        cast(null(), Text).label("entry"),
    ).where(Leaf.subject.in_(subjects), Leaf.body.is_not(None))


def _among(subjects: Sequence[str]) -> Select[*tuple[Any, ...]]:
    return (
        select(LeafEntry.seq, LeafEntry.position, Leaf.body, LeafEntry.body)
        .join(Leaf, Leaf.seq == LeafEntry.seq)
        .where(LeafEntry.subject.in_(subjects), LeafEntry.body.is_not(None))
    )


def _place(look_id: str) -> tuple[int, int]:
    seq, _, position = look_id.partition("-")
    return int(seq), int(position) if position else _ALONE


def _entry(session: Session, row: _Row, text: str) -> EntryOpening:
    [proved] = proving.entries(session, row.seq, row.position, 1).entries
    return EntryOpening(
        text=text, position=row.position, path=[node.hex() for node in proved.path]
    )


def _is_told(access: Access, row: _Row) -> bool:
    """Whether the person is told today: it is a look, young enough, and no investigation.

    An investigation has a law: whoever named the purpose without a grant hides nothing by it.
    """
    leaf = leaves.parse(row.body)
    today = access.world.today
    day = dt.date.fromisoformat(leaf.domain_time)
    purpose = preset.purposes().get(leaf.purpose)
    hidden = purpose.hidden_days if purpose is not None and leaf.legal_basis else 0
    return (
        leaf.kind not in _OWN
        and day >= uses.kept_since(today)
        and (hidden == 0 or day + dt.timedelta(days=hidden) <= today)
    )


def _look(access: Access, row: _Row) -> Look:
    leaf = leaves.parse(row.body)
    entry = None if row.entry is None else leaves.parse_entry(row.entry)
    caller = access.snapshot().callers.get(leaf.system)
    purpose = preset.purposes().get(leaf.purpose)
    told = uses.told(leaf, caller)
    if entry is not None:
        told |= {"outcome": entry.outcome, "fields": entry.fields}
    return Look(
        **told,
        id=row.id,
        unit=leaf.system if caller is None else caller.system_name,
        purpose_vi=leaf.purpose if purpose is None else purpose.title_vi,
        purpose_en=leaf.purpose if purpose is None else purpose.title_en,
        consent=leaf.consent,
        among=leaf.entries,
    )
