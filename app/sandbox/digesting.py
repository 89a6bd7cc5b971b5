"""The digest of a world: what its logical rows hash to, whatever database they lie in.

Values are hashed column by column, in the order of the primary key. Nothing else goes in: neither
the database's own form of them, nor the size of the blocks in which they were read or generated.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from app.platform.progress import silent
from app.sandbox import reading, tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.platform.progress import Progress
    from app.platform.worlds import Worlds
    from app.sandbox.tables import LogicalTable

    #: Sees each table's batches on their way to the digest, and hands them on.
    Passing: TypeAlias = Callable[
        [LogicalTable, Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]
    ]


#: An Arrow array; what `compute` gives back has no narrower type.
Values: TypeAlias = Any


@dataclass(frozen=True)
class TableDigest:
    """How many rows a table has, and what they hash to (SHA-256, hex)."""

    rows: int
    digest: str


@dataclass(frozen=True)
class WorldDigest:
    """What a world's logical rows hash to, whole and table by table (SHA-256, hex)."""

    digest: str
    tables: dict[str, TableDigest]


def digest(
    worlds: Worlds,
    name: str,
    passing: Passing = lambda _table, batches: batches,
    *,
    progress: Progress = silent,
) -> WorldDigest:
    """Return a world's digest at one moment; every batch goes through `passing` first."""
    found = {}
    with worlds.open(name).session() as session:
        expected = max(tables.count(session), 1)
    done = 0
    progress("a copy of this moment", 0.0)
    with reading.of(worlds, name) as read:
        for table in tables.logical():
            hasher = _TableHasher(table)
            for batch in passing(table, read(table)):
                hasher.update(batch)
                done += batch.num_rows
                progress(table.name, min(done / expected, 1.0))
            found[table.name] = hasher.result()
    progress("all tables", 1.0)
    whole = sha256()
    for table_name, of_table in found.items():
        whole.update(f"{table_name}\n{of_table.rows}\n{of_table.digest}\n".encode())
    return WorldDigest(whole.hexdigest(), found)


class _TableHasher:
    """Hashes columns as streams of values, so that the borders of batches leave no trace."""

    def __init__(self, table: LogicalTable) -> None:
        self._columns = table.columns
        self._hashers = [(sha256(), sha256(), sha256()) for _ in table.columns]
        self._rows = 0

    def update(self, batch: pa.RecordBatch) -> None:
        """Take the next rows."""
        self._rows += batch.num_rows
        for column, hashers in zip(batch.columns, self._hashers, strict=True):
            for hasher, data in zip(hashers, _streams(column), strict=True):
                hasher.update(data)

    def result(self) -> TableDigest:
        """Return what all rows hash to."""
        whole = sha256()
        for column, hashers in zip(self._columns, self._hashers, strict=True):
            whole.update(f"{column.name}\n{column.kind}\n".encode())
            for hasher in hashers:
                whole.update(hasher.digest())
        return TableDigest(self._rows, whole.hexdigest())


def _streams(column: Values) -> tuple[bytes, bytes, bytes]:
    """Return which rows are NULL, how long each text is, and the values, all little-endian."""
    nulls = _numbers(pc.cast(pc.is_null(column), pa.uint8()))
    if pa.types.is_string(column.type):
        texts = pc.fill_null(column, "")
        lengths = _numbers(pc.binary_length(texts))
        return nulls, lengths, _text_bytes(texts)
    if pa.types.is_date32(column.type):
        column = pc.cast(column, pa.int32())
    elif pa.types.is_timestamp(column.type):
        column = pc.cast(column, pa.int64())
    elif pa.types.is_boolean(column.type):
        column = pc.cast(column, pa.uint8())
    return nulls, b"", _numbers(pc.fill_null(column, 0))


def _numbers(column: Values) -> bytes:
    values = column.to_numpy(zero_copy_only=False)
    return np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<")).tobytes()


def _text_bytes(texts: Values) -> bytes:
    _, offsets, data = texts.buffers()
    if data is None or len(texts) == 0:
        return b""
    edges = np.frombuffer(offsets, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return memoryview(data)[int(edges[0]) : int(edges[-1])].tobytes()
