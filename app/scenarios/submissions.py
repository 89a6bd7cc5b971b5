"""Reading what a tester sends: CSV or Parquet, checked row by row before anything is scored."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import polars as pl

from app.platform import errors

if TYPE_CHECKING:
    from app.scenarios.scenario import Column, Scenario

CSV, PARQUET = "text/csv", "application/vnd.apache.parquet"
#: Rows that an answer of errors names; the rest is counted.
MOST_TOLD = 50
#: What Parquet may come to in memory: a file of a kilobyte can claim to be a terabyte.
MOST_EXPANDED = 512 * 1024 * 1024

UNREADABLE = errors.declare(
    code="submission-unreadable",
    kind="invalid",
    fault_of="caller",
    title_vi="Không đọc được bài nộp",
    title_en="The submission cannot be read",
    next_vi="Gửi CSV (UTF-8, dòng đầu là tên cột) với text/csv, hoặc Parquet với"
    " application/vnd.apache.parquet.",
    next_en="Send CSV (UTF-8, names of columns first) as text/csv, or Parquet as"
    " application/vnd.apache.parquet.",
)
INVALID = errors.declare(
    code="submission-invalid",
    kind="invalid",
    fault_of="caller",
    title_vi="Bài nộp có dòng sai",
    title_en="The submission has rows that are wrong",
    next_vi="Sửa các dòng được nêu: mỗi record_id của tệp đúng một dòng, mỗi cột đúng giá trị.",
    next_en="Mend the rows that are named: each record_id of the file once, each column as"
    " documented.",
)


def read(scenario: Scenario, body: bytes, media_type: str, record_ids: pl.Series) -> pl.DataFrame:
    """Return the answers: `record_id` and each answer as text, empty where nothing is said.

    Raises `submission-unreadable`, and `submission-invalid` that names up to `MOST_TOLD` rows by
    their number in the file, the first after the names of columns being 1.
    """
    table = _table(body, media_type, 2 * len(record_ids) + MOST_TOLD)
    wanted = ["record_id", *(each.name for each in scenario.answers)]
    wrong = [
        errors.InvalidParam(f"columns.{name}", "this column is missing", "thiếu cột này")
        for name in wanted
        if name not in table.columns
    ] + [
        errors.InvalidParam("columns", "there are columns that are no answer", "có cột lạ")
        for name in table.columns
        if name not in wanted
    ][:1]
    if wrong:
        raise INVALID.error(params=tuple(wrong))
    table = table.select(pl.col(wanted).cast(pl.String).fill_null("").str.strip_chars())
    _check(scenario, table, record_ids)
    return table


def _table(body: bytes, media_type: str, most: int) -> pl.DataFrame:
    if not body:
        raise UNREADABLE.error("it is empty", detail_vi="tệp trống")
    try:
        return _parquet(body, most) if media_type == PARQUET else _csv(body, most)
    except (pl.exceptions.PolarsError, OSError, ValueError):
        raise UNREADABLE.error() from None


def _csv(body: bytes, most: int) -> pl.DataFrame:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise UNREADABLE.error(
            f"line {line} is not UTF-8", detail_vi=f"dòng {line} không phải UTF-8"
        ) from None
    return pl.read_csv(io.BytesIO(body), infer_schema=False, n_rows=most)


def _parquet(body: bytes, most: int) -> pl.DataFrame:
    import pyarrow as pa  # noqa: PLC0415 - only for who sends Parquet
    import pyarrow.parquet as pq  # noqa: PLC0415 - as above

    try:
        told = pq.ParquetFile(io.BytesIO(body)).metadata
    except pa.ArrowException:
        raise UNREADABLE.error() from None
    expanded = sum(told.row_group(at).total_byte_size for at in range(told.num_row_groups))
    if told.num_rows > most or expanded > MOST_EXPANDED:
        raise UNREADABLE.error("it has more rows or bytes than an answer can have")
    return pl.read_parquet(io.BytesIO(body))


def _check(scenario: Scenario, table: pl.DataFrame, record_ids: pl.Series) -> None:
    """Find every row that is wrong, and say what is wrong with it."""
    ids = pl.col("record_id")
    known = pl.Series(record_ids)
    found: list[tuple[int, errors.InvalidParam]] = []
    count = 0
    checks = [
        ("record_id", ~ids.is_in(known.implode()), "no such record", "không có bản ghi này"),
        ("record_id", ids.is_duplicated(), "it stands there twice", "bị lặp"),
        *(_column_check(column) for column in scenario.answers),
    ]
    for name, is_wrong, reason, reason_vi in checks:
        rows = table.select(is_wrong.arg_true()).to_series()
        count += len(rows)
        found += [
            (row, errors.InvalidParam(f"rows.{row + 1}.{name}", reason, reason_vi))
            for row in rows.head(MOST_TOLD)
        ]
    missing = known.filter(~known.is_in(table["record_id"].implode()))
    count += len(missing)
    found += [
        (table.height, errors.InvalidParam("record_id", f"{record} has no row", f"thiếu {record}"))
        for record in missing.head(MOST_TOLD)
    ]
    if found:
        found.sort(key=lambda each: each[0])
        raise INVALID.error(
            f"{count} rows are wrong or missing",
            detail_vi=f"{count} dòng sai hoặc thiếu",
            params=tuple(param for _, param in found[:MOST_TOLD]),
        )


def _column_check(column: Column) -> tuple[str, pl.Expr, str, str]:
    value = pl.col(column.name)
    if column.kind == "class":
        names = ", ".join(column.values)
        is_wrong = ~value.is_in(list(column.values))
        return column.name, is_wrong, f"must be one of: {names}", f"phải là một trong: {names}"
    if column.kind == "score":
        number = value.cast(pl.Float64, strict=False)
        is_wrong = ~number.is_between(0, 1).fill_null(value=False)
        return column.name, is_wrong, "must be a number from 0 to 1", "phải là số từ 0 đến 1"
    is_wrong = ~value.str.contains("^([0-9]{12})?$")
    reason = "must be a personal number of 12 digits, or empty"
    return column.name, is_wrong, reason, "phải là số định danh 12 chữ số, hoặc để trống"
