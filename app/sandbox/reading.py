"""Reading a world's tables as Arrow batches of the same types, from either database."""

from __future__ import annotations

import io
import json
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.platform.worlds import World, Worlds
    from app.sandbox.tables import Kind, LogicalColumn, LogicalTable

    Read: TypeAlias = Callable[[LogicalTable], Iterator[pa.RecordBatch]]

#: An Arrow array; what `compute` gives back has no narrower type.
Values: TypeAlias = Any

BATCH_ROWS = 65_536
_TYPES: dict[Kind, pa.DataType] = {
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "float": pa.float64(),
    "text": pa.string(),
    "date": pa.date32(),
    "moment": pa.timestamp("us", tz="UTC"),
    "json": pa.string(),
}
#: How a value is read before it is turned into the type above.
_RAW: dict[Kind, pa.DataType] = {
    "integer": pa.int64(),
    "boolean": pa.int64(),
    "float": pa.float64(),
    "text": pa.string(),
    "date": pa.string(),
    "moment": pa.string(),
    "json": pa.string(),
}


@contextmanager
def of(worlds: Worlds, name: str) -> Iterator[Read]:
    """Give a function that reads tables in the order of their keys, all as of one moment."""
    with _reading(worlds, name) as read:
        yield lambda table: (_typed(table, raw) for raw in read(table))


@contextmanager
def _reading(worlds: Worlds, name: str) -> Iterator[Read]:
    if worlds.store.dialect == "postgresql":
        with _postgres(worlds.open(name)) as read:
            yield read
        return
    # ADBC brings an SQLite of its own. Two of them in one process undo each other's locks on a
    # file (sqlite.org/howtocorrupt.html, 2.2.1): so it reads a copy that nobody else has open.
    with worlds.store.copying(name) as copy, _sqlite(str(copy.url.database)) as read:
        yield read


def schema(table: LogicalTable) -> pa.Schema:
    """Return the types in which a table is read."""
    return pa.schema(
        [pa.field(each.name, _TYPES[each.kind], nullable=each.nullable) for each in table.columns]
    )


def _typed(table: LogicalTable, raw: pa.RecordBatch) -> pa.RecordBatch:
    columns = [_typed_column(column, raw) for column in table.columns]
    return pa.RecordBatch.from_arrays(columns, schema=schema(table))


def _typed_column(column: LogicalColumn, raw: pa.RecordBatch) -> Values:
    values = raw.column(column.name)
    if values.type != _RAW[column.kind]:  # SQLite keeps a whole number in a column of floats
        values = pc.cast(values, _RAW[column.kind])
    if column.nullable:
        is_null = pc.cast(raw.column(f"{column.name}__null"), pa.bool_())
        values = pc.if_else(is_null, pa.scalar(None, values.type), values)
    match column.kind:
        case "json":
            return _canonical_json(values)
        case "moment":
            return pc.cast(pc.cast(values, pa.timestamp("us")), _TYPES["moment"])
        case _:
            return pc.cast(values, _TYPES[column.kind])


def _canonical_json(values: Values) -> Values:
    """Write each different document in one way: members sorted, no spaces."""
    encoded = values.dictionary_encode()
    documents = [
        json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        for text in encoded.dictionary.to_pylist()
    ]
    return pa.array(documents, pa.string()).take(encoded.indices)


@contextmanager
def _sqlite(file: str) -> Iterator[Read]:
    from adbc_driver_sqlite import dbapi  # noqa: PLC0415 - only where the world is a file

    with closing(dbapi.connect(file, autocommit=False)) as connection:

        def read(table: LogicalTable) -> Iterator[pa.RecordBatch]:
            with closing(connection.cursor()) as cursor:
                cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": BATCH_ROWS})
                cursor.execute(table.select("sqlite"))
                yield from cursor.fetch_record_batch()

        yield read


@contextmanager
def _postgres(
    world: World,
) -> Iterator[Read]:
    with world.reader.connect() as connection:
        driver: Any = connection.connection.driver_connection

        def read(table: LogicalTable) -> Iterator[pa.RecordBatch]:
            statement = f"COPY ({table.select('postgresql')}) TO STDOUT (FORMAT csv)"
            with driver.cursor() as cursor, cursor.copy(statement) as blocks:
                file = io.BufferedReader(_Blocks(iter(blocks)))
                if not file.peek(1):  # which is no CSV at all to Arrow
                    return
                yield from pa_csv.open_csv(
                    file,
                    read_options=pa_csv.ReadOptions(column_names=_raw_names(table)),
                    parse_options=pa_csv.ParseOptions(newlines_in_values=True),
                    convert_options=pa_csv.ConvertOptions(
                        column_types=_raw_types(table), strings_can_be_null=False
                    ),
                )

        yield read


class _Blocks(io.RawIOBase):
    """The blocks of a COPY as a file to read."""

    def __init__(self, blocks: Iterator[memoryview]) -> None:
        self._blocks = blocks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with what is left of a block, or with the start of the next."""
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = memoryview(block)
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def _raw_names(table: LogicalTable) -> list[str]:
    names = []
    for column in table.columns:
        names.append(column.name)
        if column.nullable:
            names.append(f"{column.name}__null")
    return names


def _raw_types(table: LogicalTable) -> dict[str, pa.DataType]:
    types = {column.name: _RAW[column.kind] for column in table.columns}
    flags = {f"{column.name}__null": pa.int64() for column in table.columns if column.nullable}
    return types | flags
