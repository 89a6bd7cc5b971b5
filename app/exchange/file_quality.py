"""The quality of an agency's own file: right, complete, clean, live ("đúng, đủ, sạch, sống").

Each entry is a verification, under the agency's grants, quota and limit of guesses, and what is
counted is what each verification would have told this caller: so the sums tell nothing about
anybody that a verification does not. Who is told outcomes in detail is counted more exactly.

| | counts | of |
|---|---|---|
| right | entries of which everything that is filled in fits the registry | entries |
| complete | cells of number and attributes that are filled in | entries × those columns |
| clean | entries in form, whose number stands once and was not several people's | entries |
| live | entries in force that fit somebody living under a number in use | entries in force |

How it runs: entries are asked a batch at a time (`verification_batch`), each with its leaf, so
that the writer is never held up; the answer is made when all of them are durable.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import msgspec

from app.exchange import verification_batch
from app.exchange.claim_files import ClaimFile, Fault, Row
from app.exchange.data_quality import Share, share
from app.exchange.gate import Refused
from app.exchange.outcomes import Outcome
from app.exchange.proof import LeafPlace
from app.exchange.verification_batch import MOST_CLAIMS, Batch, Item, Result
from app.matching.findings import Verdict
from app.platform import clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.exchange.access import Access
    from app.exchange.answered import Answered
    from app.exchange.callers import Caller, Room
    from app.exchange.errands import Errand

#: The outcome that the request log has of a file.
MEASURED: Final = "measured"
MOST_FAULTS: Final = 20
#: Outcomes of somebody who lives, bears that number and whom the claim fits.
_LIVE: Final = frozenset({Outcome.MATCH, Outcome.BIRTH_DATE_PARTIAL})


class FileQuality(msgspec.Struct, frozen=True, kw_only=True):
    """The answer. `asked` of the `rows` could be verified; `outcomes` sums what was told of them.

    A refusal of single entries (too many guesses, no consent) is an outcome `refused:CODE`.
    `faults` are the first entries that could not be asked. `score` is the mean of the four
    shares, null where one is of none. There is a receipt for each thousand entries.
    """

    rows: int
    asked: int
    right: Share
    complete: Share
    clean: Share
    live: Share
    score: float | None
    outcomes: dict[str, int]
    faults: tuple[Fault, ...]
    simulated: bool
    request_id: str
    receipts: tuple[str, ...]
    leaves: tuple[LeafPlace, ...]


class _Tally:
    """What is counted of a file, entry by entry."""

    def __init__(self, claims: ClaimFile) -> None:
        self._claims = claims
        self._times = Counter(row.number for row in claims.rows)
        self.right = self.clean = self.live = 0
        self.outcomes: Counter[str] = Counter()

    def add(self, row: Row, told: Result) -> None:
        """Count an entry that was asked about."""
        self.outcomes[told.outcome or f"refused:{told.refused}"] += 1
        self.right += _is_right(told)
        self.live += row.in_force and told.outcome in _LIVE
        self.clean += self._times[row.number] == 1 and told.outcome != Outcome.AMBIGUOUS

    def shares(self) -> tuple[Share, Share, Share, Share]:
        """Return right, complete, clean and live."""
        rows, columns = self._claims.rows, self._claims.columns
        return (
            share(self.right, len(rows)),
            share(sum(row.filled for row in rows), len(rows) * len(columns)),
            share(self.clean, len(rows)),
            share(self.live, sum(row.in_force for row in rows)),
        )


def measure(access: Access, caller: Caller, claims: ClaimFile, errand: Errand) -> Answered:
    """Verify every entry that can be, and return the quality as an answer to be told.

    The last leaf stands for the answer; a refusal by the gate, of all or of what is left, is
    returned as one. Commits by itself, batch by batch: not for a job of the writer.
    """
    asked = [row for row in claims.rows if row.fault is None]
    room = access.take(caller, len(asked))
    tally = _Tally(claims)
    answers: list[Answered] = []
    for start in range(0, len(asked), MOST_CLAIMS):
        rows = asked[start : start + MOST_CLAIMS]
        results, answered = _ask(access, caller, rows, errand, room)
        if isinstance(answered.verdict, Refused):
            return answered
        for row, told in zip(rows, results, strict=True):
            tally.add(row, told)
        answers.append(answered)
    body = msgspec.json.encode(_answer(claims, tally, answers, errand.request_id))
    return msgspec.structs.replace(answers[-1], outcome=MEASURED, body=body)


def _ask(
    access: Access, caller: Caller, rows: Sequence[Row], errand: Errand, room: Room
) -> tuple[tuple[Result, ...], Answered]:
    """Put one batch of questions, by what the caller may today, and have its leaf durable."""
    world = access.world
    items = tuple(Item(number=row.number, claim=row.claim, consent=row.consent) for row in rows)
    batch = Batch(errand=errand, items=items)
    current = access.snapshot().callers.get(caller.client_id, caller)
    with world.session() as session:
        prepared = verification_batch.judge(session, access, current, batch, room)
    answered = world.writer.submit(
        lambda session: verification_batch.record(session, access, prepared, now=clock.now())
    )
    return prepared.results, answered


def _answer(
    claims: ClaimFile, tally: _Tally, answers: Sequence[Answered], request_id: str
) -> FileQuality:
    right, complete, clean, live = shares = tally.shares()
    known = [one.share for one in shares if one.share is not None]
    faults = [row.fault for row in claims.rows if row.fault is not None]
    return FileQuality(
        rows=len(claims.rows),
        asked=len(claims.rows) - len(faults),
        right=right,
        complete=complete,
        clean=clean,
        live=live,
        score=sum(known) / len(known) if len(known) == len(shares) else None,
        outcomes=dict(tally.outcomes.most_common()),
        faults=tuple(faults[:MOST_FAULTS]),
        simulated=True,
        request_id=request_id,
        receipts=tuple(each.proof.receipt for each in answers),
        leaves=tuple(each.proof.leaf for each in answers),
    )


def _is_right(told: Result) -> bool:
    """Whether everything fits: by each attribute where they are told, else by yes or no."""
    if told.attributes is None:
        return told.outcome == Outcome.MATCH
    return all(verdict == Verdict.MATCH for verdict in told.attributes.values())
