"""Sealing: a job's entries, its one leaf, and the signed summary of what was answered.

The leaf holds the Merkle root over one salted entry for each answer, so that every person gets a
proof of theirs and none shows another's. Entries stand in a file before the leaf is logged, and in
the database before the results can be fetched; a run that was cut goes on with those missing.
"""

from __future__ import annotations

import json
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import msgspec
import polars as pl

from app.exchange import proof
from app.exchange.jobs import keeping
from app.exchange.jobs.work import EndedError
from app.exchange.log import merkle, store
from app.exchange.log.leaves import ApartEntries, Entry
from app.platform import clock

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from app.exchange.jobs.work import Trade, Work

#: Entries of one file, and of one slice of the writer, which must stay under 50 ms.
_A_FILE: Final = 50_000
_A_SLICE: Final = 500
_SCHEMA: Final = {"subject": pl.String, "body": pl.String, "hash": pl.Binary}
_encode: Final = msgspec.json.Encoder().encode


def write_entries(work: Work, trade: Trade, into: Path) -> None:
    """Write an entry for each answer, and the root over all of them."""
    frontier = merkle.Frontier()
    count, number = 0, 0
    told = trade.entries(work)
    while some := list(islice(told, _A_FILE)):
        rows = [_entry(work, count + at, *each) for at, each in enumerate(some)]
        count += len(rows)
        for _, _, hashed in rows:
            frontier.append(hashed)
        pl.DataFrame(rows, schema=_SCHEMA, orient="row").write_ipc(into / f"{number}.arrow")
        number += 1
        work.tell("log", 0.85)
    root = {"count": count, "root": frontier.root().hex()}
    (into / "root.json").write_text(json.dumps(root))


def _entry(
    work: Work, position: int, outcome: str, subject: str | None
) -> tuple[str | None, str, bytes]:
    entry = Entry(
        fields=work.verdict.fields,
        outcome=outcome,
        position=position,
        request_id=work.errand.request_id,
        salt=proof.salt(),
        subject=subject,
    )
    body = _encode(entry)
    return entry.subject, body.decode(), merkle.leaf_hash(body)


def seal(work: Work, trade: Trade) -> None:
    """Log the job's leaf, with the receipt and the summary in the same transaction."""
    root = json.loads((work.folder / "entries" / "root.json").read_text())
    leaf = proof.draft(
        work.caller,
        work.errand,
        work.verdict,
        kind=trade.asking.leaf,
        outcome=trade.asking.outcome,
        fields=work.verdict.fields,
        about=None,
        entries=ApartEntries(root["count"], bytes.fromhex(root["root"])),
    )
    told = {
        "id": work.job_id,
        "rows": work.rows,
        "purpose": work.errand.purpose,
        "legal_basis": work.verdict.grant.legal_basis,
        "today": work.errand.today.isoformat(),
        "simulated": True,
        **trade.summary(work),
    }

    def job(session: Session) -> None:
        if not keeping.renew(session, work.job_id, work.runner, clock.now()):
            raise EndedError
        [appended] = store.append(session, work.world, [leaf], now=clock.now())
        proved = proof.prove(work.world, appended)
        summary = {
            **told,
            "receipt": proved.receipt,
            "leaf": {"seq": proved.leaf.seq, "log": proved.leaf.log},
        }
        summary["signed"] = proof.signed(work.world, _encode(summary)).decode()
        keeping.hold(session, work.job_id, work.runner, leaf=appended.seq, summary=summary)

    work.world.writer.submit(job)
    work.access.begun(work.caller)


def store_entries(work: Work) -> None:
    """Write the entries that are not in the database yet, slice by slice."""
    with work.world.session() as session:
        job = keeping.find(session, work.job_id)
    seq, written = job.leaf or 0, job.entries
    numbers = sorted(int(file.stem) for file in (work.folder / "entries").glob("*.arrow"))
    for number in numbers:
        rows = pl.read_ipc(work.folder / "entries" / f"{number}.arrow").rows()
        placed = [(seq, number * _A_FILE + at, *row) for at, row in enumerate(rows)]
        missing = [row for row in placed if row[1] >= written]
        slices = (missing[at : at + _A_SLICE] for at in range(0, len(missing), _A_SLICE))
        work.world.writer.bulk(partial(_store, work=work, rows=some) for some in slices)
        work.tell("log", 0.9 + 0.1 * number / len(numbers))


def _store(session: Session, work: Work, rows: list[tuple[Any, ...]]) -> None:
    if not keeping.hold(session, work.job_id, work.runner, entries=rows[-1][1] + 1):
        raise EndedError
    store.add_entries(session, work.world, rows)
