"""Writing: the steps of an extract.

1. Who is in the slice: a list, which stays as it is.
2. Part by part, the granted fields of `_A_PART` of them, as single disclosures read them. A part
   is one state of the registry; parts may be of later ones, as pages of a copy are.
3. The file: CSV, NDJSON or Parquet. What has a structure is JSON text in CSV and Parquet.

Where a run is gone on with after the grant has changed, it begins anew: nothing that was read
under another decision is given out.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import msgspec
import polars as pl

from app.exchange import disclosing, proof
from app.exchange.extracting import asking
from app.exchange.gate import Reason
from app.exchange.jobs.work import RESULTS, Trade, delete, results, sha256
from app.exchange.refusals import PROBLEMS
from app.exchange.sharing import DISCLOSED
from app.platform.sheets import harmless
from app.registry import slices

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.exchange.jobs.work import Work

#: People of one part, and of one reading.
_A_PART: Final = 20_000
_A_READING: Final = 500
#: What may be read of a person as it is; all else is JSON text.
_FLAT: Final = {str: pl.String, dt.date: pl.Date, bool: pl.Boolean, int: pl.Int64}
_PERSON, _LINE, _SIMULATED = "person", "line", "simulated"
_PEOPLE: Final = "people"
_encode: Final = msgspec.json.Encoder().encode


def _steps(work: Work) -> None:
    _begin_anew_where_the_grant_changed(work)
    # 1.
    work.tell("people", 0.0)
    work.once(_PEOPLE, partial(_list, work))
    people = _people(work)
    work.change(rows=len(people))
    parts = range(0, max(1, len(people)), _A_PART)  # of nobody, too, there is a file
    # 2.
    for number, first in enumerate(parts):
        work.tell("reading", 0.05 + 0.7 * number / len(parts))
        work.once(f"part-{number}", partial(_read, work, people[first : first + _A_PART]))
    # 3.
    work.tell("file", 0.75)
    work.once(RESULTS, partial(_write, work))


def _begin_anew_where_the_grant_changed(work: Work) -> None:
    decided = work.folder / "decided.json"
    provinces = asking.provinces(work.verdict, work.asked)
    now = _encode([work.verdict.fields, None if provinces is None else sorted(provinces)])
    if not decided.exists() or decided.read_bytes() != now:
        delete(work.folder)
        work.folder.mkdir(parents=True)
        decided.write_bytes(now)


# 1


def _list(work: Work, into: Path) -> None:
    provinces = asking.provinces(work.verdict, work.asked)
    with work.world.session() as session:
        ids = slices.people(session, provinces, work.errand.today)
    pl.DataFrame({_PERSON: ids}, schema={_PERSON: pl.Int64}).write_ipc(into / "people.arrow")


def _people(work: Work) -> list[int]:
    return pl.read_ipc(work.folder / _PEOPLE / "people.arrow")[_PERSON].to_list()


# 2


def _read(work: Work, people: list[int], into: Path) -> None:
    rows: list[dict[str, Any]] = []
    for first in range(0, len(people), _A_READING):
        some = people[first : first + _A_READING]
        with work.world.session() as session:
            rows += disclosing.read(session, some, work.verdict.fields, work.errand.today)
    frame = _lines(rows) if work.format == "ndjson" else _table(rows, work.verdict.fields)
    frame.write_ipc(into / "rows.arrow")


def _lines(rows: list[dict[str, Any]]) -> pl.DataFrame:
    lines = [_encode({**row, _SIMULATED: True}).decode() for row in rows]
    return pl.DataFrame({_LINE: lines}, schema={_LINE: pl.String})


def _table(rows: list[dict[str, Any]], fields: tuple[str, ...]) -> pl.DataFrame:
    columns = []
    for name in fields:
        kind = _FLAT.get(disclosing.CATALOGUE[name].type)
        values = [row[name] for row in rows]
        if kind is None:
            values = [None if value is None else _encode(value).decode() for value in values]
        columns.append(pl.Series(name, values, dtype=kind or pl.String))
    return pl.DataFrame(columns).with_columns(pl.lit(value=True).alias(_SIMULATED))


# 3


def _write(work: Work, into: Path) -> None:
    parts = sorted(work.folder.glob("part-*/rows.arrow"), key=_number)
    target = into / results(work.format)
    if work.format == "parquet":
        pl.scan_ipc(parts).sink_parquet(target, maintain_order=True)
        return
    with target.open("wb") as opened:
        for part in parts:
            frame = pl.read_ipc(part)
            if work.format == "csv":
                harmless(frame).write_csv(opened, include_header=part == parts[0])
            else:
                opened.writelines(f"{line}\n".encode() for line in frame[_LINE])


def _number(part: Path) -> int:
    return int(part.parent.name.removeprefix("part-"))


# Entries and summary


def _entries(work: Work) -> Iterator[tuple[str, str | None]]:
    for person in _people(work):
        yield DISCLOSED, proof.citizen_subject(work.access, person)


def _summary(work: Work) -> dict[str, Any]:
    provinces = asking.provinces(work.verdict, work.asked)
    withheld = dict.fromkeys(work.verdict.withheld, PROBLEMS[Reason.FIELD_NOT_ALLOWED].code)
    withheld |= dict.fromkeys(work.verdict.unshared, PROBLEMS[Reason.SUPPLIER_REFUSES].code)
    return {
        "rows": len(_people(work)),
        "fields": list(work.verdict.fields),
        "withheld": withheld,
        "provinces": None if provinces is None else sorted(provinces),
        "format": work.format,
        "file_sha256": sha256(work.folder / RESULTS / results(work.format)),
    }


TRADE: Final = Trade(asking=asking.ASKING, steps=_steps, entries=_entries, summary=_summary)
