"""Fees: what agencies spent on data of the population database, and what it saved them.

Derived from the disclosure log, and kept nowhere else than as sums by system, month and kind: what
is charged can be proved, leaf by leaf. Sums are brought up to date when they are asked for, in
slices beside the answers of others, and before texts of old leaves are removed.

What is charged is a field that was told, or compared, of one person (Circular 48/2022/TT-BTC:
1,000 đ, half of it until the end of 2023), by the world's date. A refusal costs nothing, and
neither does the same answer sent again. State bodies are free of charge: in the circular, as we
remember it, for their own tasks; here altogether.

    spent = fields × tariff of the month   (0 for a state body)
    saved = answers × cost by hand − spent

The cost by hand of one answer is ours; that of a telecommunications operator is chosen so that
120 million subscribers (from memory), four fields each at 500 đ, save the 143 billion đ that were
reported in July 2023: 2,000 + 143,000/120 ≈ 3,190 đ.
"""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
from sqlalchemy import select, update

from app.exchange.log import leaves
from app.exchange.log.leaves import Kind
from app.exchange.models import Agency, FeeHead, FeeSum, Leaf, LeafEntry, System
from app.exchange.proof import REPLAYED
from app.exchange.rows import Rows
from app.platform import engines, scripts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy.orm import Session

    from app.platform.world import World

#: Which exchanges give out, or compare, what the population database holds.
CHARGED: Final = frozenset(
    {
        Kind.VERIFICATION,
        Kind.REGISTER,
        Kind.DISCLOSURE,
        Kind.SEARCH,
        Kind.CHANGES,
        Kind.SIGN_IN,
        Kind.CREDIT,
    }
)
#: State bodies: no fee.
FREE_KINDS: Final = frozenset({"ministry", "central", "province"})
#: The month from which there are fees, the first month of the full tariff, and both in đồng.
FIRST_MONTH: Final = "2022-09"
FULL_FROM: Final = "2024-01"
TARIFF: Final = 1_000
HALF_TARIFF: Final = 500
#: What one answer costs by hand, in đồng, by the agency's kind. A certified copy of two pages is
#: 4,000 đ (Circular 226/2016/TT-BTC, from memory), a quarter of an hour of an official 25,000 đ.
BY_HAND: Final[Mapping[str, int]] = MappingProxyType(
    {
        "ministry": 29_000,
        "central": 29_000,
        "province": 29_000,
        "enterprise": 29_000,
        "bank": 29_000,
        "lender": 29_000,
        "telco": 3_190,
    }
)
#: Outcomes of the leaves of jobs: each entry was answered, about the leaf's fields.
RECONCILED, EXTRACTED = "reconciled", "extracted"
#: Leaves in one slice, which must stay under 50 ms, and people in it: at least one leaf's.
_SLICE: Final = 500
_MOST_PEOPLE: Final = 2_000
_ONE_ROW: Final = 1
_REFUSED: Final = "refused:"

_SUMS = Rows(
    "fee_sum",
    (
        ("client_id", "text"),
        ("month", "text"),
        ("kind", "text"),
        ("answers", "bigint"),
        ("fields", "bigint"),
    ),
    "ON CONFLICT (client_id, month, kind) DO UPDATE SET"
    " answers = fee_sum.answers + excluded.answers, fields = fee_sum.fields + excluded.fields",
)


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What one agency asked in one month (of the world's clock), by one kind; money in đồng.

    `answers` are people answered about, `fields` those told or compared of them. `tariff` is what
    a field costs that month; `saved` may be negative.
    """

    agency: str
    agency_code: str
    month: str
    kind: str
    answers: int
    fields: int
    tariff: int
    free: bool
    spent: int
    by_hand: int
    saved: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The lines, and their sums in đồng. `up_to` leaves of the log are in it."""

    lines: tuple[Line, ...]
    answers: int
    fields: int
    spent: int
    saved: int
    up_to: int
    simulated: bool = True


class _Key(NamedTuple):
    client_id: str
    month: str
    kind: str


class _Sum(NamedTuple):
    answers: int
    fields: int


def tariff(month: str) -> int:
    """Return what a field costs in a month written as 2026-01, in đồng; 0 before there were fees.

    >>> [tariff(month) for month in ("2022-08", "2022-09", "2023-12", "2024-01")]
    [0, 500, 500, 1000]
    """
    if month < FIRST_MONTH:
        return 0
    return HALF_TARIFF if month < FULL_FROM else TARIFF


def settle(world: World) -> None:
    """Add up what the log has had since the last time, slice by slice; call it from no job."""
    while world.writer.submit(_slice):
        pass


def report(
    session: Session, *, agency_code: str | None = None, month: str | None = None
) -> Report:
    """Return what agencies (one; in one month) spent and saved; `settle` first."""
    query = (
        select(FeeSum, Agency.slug, Agency.code, Agency.kind)
        .join(System, System.client_id == FeeSum.client_id)
        .join(Agency, Agency.id == System.agency_id)
    )
    if agency_code is not None:
        query = query.where(Agency.code == agency_code)
    if month is not None:
        query = query.where(FeeSum.month == month)
    sums: Counter[tuple[tuple[str, str, str], str, str]] = Counter()
    fields: Counter[tuple[tuple[str, str, str], str, str]] = Counter()
    for row, slug, code, agency_kind in session.execute(query):
        key = ((slug, code, agency_kind), row.month, row.kind)
        sums[key] += row.answers
        fields[key] += row.fields
    lines = tuple(_line(*key, sums[key], fields[key]) for key in sorted(sums))
    return Report(
        lines=lines,
        answers=sum(line.answers for line in lines),
        fields=sum(line.fields for line in lines),
        spent=sum(line.spent for line in lines),
        saved=sum(line.saved for line in lines),
        up_to=session.scalar(select(FeeHead.size)) or 0,
    )


def _line(agency: tuple[str, str, str], month: str, kind: str, answers: int, fields: int) -> Line:
    slug, code, agency_kind = agency
    is_free = agency_kind in FREE_KINDS
    spent = 0 if is_free else fields * tariff(month)
    by_hand = answers * BY_HAND[agency_kind]
    return Line(
        agency=slug,
        agency_code=code,
        month=month,
        kind=kind,
        answers=answers,
        fields=fields,
        tariff=tariff(month),
        free=is_free,
        spent=spent,
        by_hand=by_hand,
        saved=by_hand - spent,
    )


def _slice(session: Session) -> bool:
    """Add up some leaves inside a job of the writer; say whether there may be more."""
    size = session.scalar(select(FeeHead.size).where(FeeHead.id == _ONE_ROW))
    if size is None:
        session.add(FeeHead(id=_ONE_ROW, size=0))
        session.flush()
    rows = session.execute(
        select(Leaf.seq, Leaf.body).where(Leaf.seq >= (size or 0)).order_by(Leaf.seq).limit(_SLICE)
    ).all()
    if not rows:
        return False
    taken, end = _taken([(row.seq, row.body) for row in rows])
    sums = _added(taken, session)
    if sums:
        written = [(*key, *found) for key, found in sorted(sums.items())]
        connection = session.connection()
        scripts.play(connection, _SUMS.write(engines.dialect(connection), written))
    session.execute(update(FeeHead).where(FeeHead.id == _ONE_ROW).values(size=end))
    return True


def _taken(rows: list[tuple[int, str | None]]) -> tuple[list[tuple[int, leaves.Leaf]], int]:
    """Return the first leaves, of not too many people together, and the number of the next."""
    taken: list[tuple[int, leaves.Leaf]] = []
    people = 0
    end = rows[0][0]
    for seq, text in rows:
        leaf = None if text is None else leaves.parse(text)  # its retention may have ended
        people += 1 if leaf is None or _is_a_job(leaf) else max(1, leaf.entries or 0)
        if taken and people > _MOST_PEOPLE:
            break
        if leaf is not None:
            taken.append((seq, leaf))
        end = seq + 1
    return taken, end


def _added(found: list[tuple[int, leaves.Leaf]], session: Session) -> dict[_Key, _Sum]:
    """Return what these leaves add to the sums; the people of a batch are in its entries."""
    charged = [
        (seq, leaf) for seq, leaf in found if leaf.kind in CHARGED and _counts(leaf.outcome)
    ]
    batches = [seq for seq, leaf in charged if leaf.entries is not None and not _is_a_job(leaf)]
    entries: dict[int, list[leaves.Entry]] = {seq: [] for seq in batches}
    held = select(LeafEntry.seq, LeafEntry.body).where(LeafEntry.seq.in_(batches))
    for row in session.execute(held):
        if row.body is not None:
            entries[row.seq].append(leaves.parse_entry(row.body))
    answers: Counter[_Key] = Counter()
    fields: Counter[_Key] = Counter()
    for seq, leaf in charged:
        key = _Key(leaf.system, leaf.domain_time[:7], leaf.kind)
        if _is_a_job(leaf):
            answers[key] += leaf.entries or 0
            fields[key] += (leaf.entries or 0) * len(leaf.fields)
            continue
        for told in _told(leaf, entries.get(seq)):
            answers[key] += 1
            fields[key] += told
    return {key: _Sum(answers[key], fields[key]) for key in answers}


def _told(leaf: leaves.Leaf, entries: Iterable[leaves.Entry] | None) -> Iterator[int]:
    """Yield of each person how many fields were told or compared."""
    if entries is None:
        yield len(leaf.fields)
        return
    for entry in entries:
        if _counts(entry.outcome):
            yield len(entry.fields)


def _is_a_job(leaf: leaves.Leaf) -> bool:
    """Whether all its entries are alike, so that a million of them need not be read."""
    return leaf.outcome in (RECONCILED, EXTRACTED)


def _counts(outcome: str) -> bool:
    return not outcome.startswith(_REFUSED) and outcome != REPLAYED
