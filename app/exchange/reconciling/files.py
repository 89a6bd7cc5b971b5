"""Files: what an agency sent, and whether it can be read."""

from __future__ import annotations

import codecs
import csv
from itertools import chain, islice
from typing import TYPE_CHECKING, Final, Literal

import polars as pl

from app.exchange.reconciling.asking import mapping as mapping_of
from app.matching.linkage.claims import COLUMNS
from app.platform import errors
from app.platform.errors import InvalidParam

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from app.exchange.jobs.work import Work

Format = Literal["csv", "parquet"]

#: The most rows of one file.
MOST_ROWS: Final = 10_000_000
#: Rows that are looked at together.
_BATCH: Final = 100_000
#: Lines of a file that are named as wrong, and columns that it has.
_MOST_NAMED: Final = 20

UNREADABLE = errors.declare(
    code="reconciliation-file-unreadable",
    kind="invalid",
    fault_of="caller",
    title_vi="Không đọc được tệp này",
    title_en="The file cannot be read",
    next_vi="Gửi CSV (UTF-8, dấu phẩy, dòng đầu là tên cột) hoặc Parquet có các cột đã nêu trong"
    " `columns`; xem invalid_params.",
    next_en="Send CSV (UTF-8, commas, a first line with the names of columns) or Parquet with the"
    " columns that `columns` names; see invalid_params.",
)


def read(file: Path, kind: Format, mapping: Mapping[str, str]) -> Iterator[pl.DataFrame]:
    """Yield the file's rows in their order, `claims.COLUMNS` of each, by the hundred thousand.

    Raises `reconciliation-file-unreadable`.
    """
    wrong = _wrong_start(file) if kind == "csv" else ()
    if wrong:
        raise UNREADABLE.error(params=wrong)
    try:
        scan = pl.scan_csv(file, infer_schema=False) if kind == "csv" else pl.scan_parquet(file)
        known = scan.collect_schema().names()
        wrong = _unclear_columns(_heading(file, kind) or known, mapping)
        if wrong:
            raise UNREADABLE.error(params=wrong)
        chosen = scan.select(**{name: pl.col(mapping[name]) for name in COLUMNS})
        yield from chosen.collect_batches(chunk_size=_BATCH, maintain_order=True)
    except (pl.exceptions.PolarsError, OSError) as error:
        # What polars says may quote the file, which holds people's data.
        raise UNREADABLE.error(params=_wrong_lines(file, kind)) from error


def upload(work: Work) -> tuple[Path, Format, dict[str, str]]:
    """Return a job's file, its form and what its columns are called."""
    kind: Format = "csv" if work.format == "csv" else "parquet"
    return work.folder / "upload", kind, mapping_of(work.asked)


def counted(file: Path, kind: Format, mapping: Mapping[str, str]) -> int:
    """Read the whole file and return how many rows it has, at least one.

    Raises `reconciliation-file-unreadable`.
    """
    rows = sum(len(batch) for batch in read(file, kind, mapping))
    if not 1 <= rows <= MOST_ROWS:
        raise UNREADABLE.error(
            f"it has {rows} rows; from 1 to {MOST_ROWS} are read",
            detail_vi=f"tệp có {rows} dòng; nhận từ 1 đến {MOST_ROWS}",
        )
    return rows


def _heading(file: Path, kind: Format) -> list[str]:
    """Return the names in the first line of a CSV file as they stand there: polars renames twins.

    Nothing for Parquet, whose columns have different names.
    """
    if kind == "parquet":
        return []
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as opened:
        return next(csv.reader(opened), [])


def _unclear_columns(known: list[str], mapping: Mapping[str, str]) -> tuple[InvalidParam, ...]:
    """Name the mapped columns that the file has not, or has twice; none of its own are quoted."""
    said = {
        0: (
            f"the file has no such column; its first line names {len(known)}, divided by commas",
            f"tệp không có cột này; dòng đầu có {len(known)} cột, ngăn bằng dấu phẩy",
        ),
        2: ("the file has several columns of this name", "tệp có nhiều cột trùng tên này"),
    }
    times = {name: min(known.count(mapping[name]), 2) for name in COLUMNS}
    return tuple(
        InvalidParam(f"columns.{name}", *said[found])
        for name, found in times.items()
        if found != 1
    )


def _wrong_start(file: Path) -> tuple[InvalidParam, ...]:
    """Say what is wrong with a CSV file as a whole."""
    with file.open("rb") as opened:
        start = opened.read(len(codecs.BOM_UTF16_LE))
    if not start:
        return (InvalidParam("file", "is empty", "tệp trống"),)
    if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return (InvalidParam("file", "is UTF-16, and UTF-8 is read", "tệp là UTF-16, cần UTF-8"),)
    return ()


def _wrong_lines(file: Path, kind: Format) -> tuple[InvalidParam, ...]:
    """Name the first lines of a CSV file that cannot be read, at most twenty."""
    if kind == "parquet":
        return ()
    return tuple(islice(chain(_of_another_width(file), _not_utf_8(file)), _MOST_NAMED))


def _of_another_width(file: Path) -> Iterator[InvalidParam]:
    """Name the lines that have not as many fields as the heading."""
    with file.open(encoding="utf-8", errors="replace", newline="") as opened:
        reader = csv.reader(opened)
        width = len(next(reader, []))
        for line in reader:
            if line and len(line) != width:
                said = (f"has {len(line)} fields, the heading {width}", f"có {len(line)} trường")
                yield InvalidParam(f"line {reader.line_num}", *said)


def _not_utf_8(file: Path) -> Iterator[InvalidParam]:
    with file.open("rb") as opened:
        for number, line in enumerate(opened, start=1):
            try:
                line.decode()
            except UnicodeDecodeError:
                yield InvalidParam(f"line {number}", "is not UTF-8", "không phải UTF-8")
