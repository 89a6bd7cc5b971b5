"""Numpy columns as Arrow columns: dates with "never", codes as words, whole numbers.

Texts of which many rows have the same one stay dictionary-encoded until `conform`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from seed.people import NEVER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: Texts and lists are given their type: where Arrow has to find it out, it looks each time, in
#: every folder of the path, for a library of dates that need not be there.
_NOTHING = pa.scalar("", pa.string())
#: The columns of one table; `Tables` maps table names to them.
Columns = Mapping[str, "pa.Array[Any]"]
Tables = Mapping[str, pa.RecordBatch]


def batch(columns: Columns) -> pa.RecordBatch:
    """Join columns of equal length into a batch."""
    return pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))


def conform(rows: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Return the rows with the schema's columns in its order; one left out is all null.

    Raises ValueError for a column that the schema does not have, or nulls where it has none.
    """
    unknown = set(rows.schema.names) - set(schema.names)
    if unknown:
        raise ValueError(f"no such column: {', '.join(sorted(unknown))}")
    columns = []
    for field in schema:
        there = field.name in rows.schema.names
        column = rows.column(field.name) if there else pa.nulls(len(rows), field.type)
        if column.null_count and not field.nullable:
            raise ValueError(f"{field.name} may not be null")
        columns.append(column.cast(field.type))
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def whole(values: NDArray[Any], where: NDArray[np.bool_] | None = None) -> pa.Array[Any]:
    """Return whole numbers; null where `where` is false."""
    return _numbers(values, np.int64, where)


def days(values: NDArray[Any]) -> pa.Array[Any]:
    """Return dates from day numbers; NEVER is null."""
    known = values != NEVER
    return _numbers(values, np.int32, None if known.all() else known).view(pa.date32())


def words(codes: NDArray[Any], vocabulary: Sequence[str | None]) -> pa.Array[Any]:
    """Return the word for each code, dictionary-encoded; at most one word is None, for null."""
    none = vocabulary.index(None) if None in vocabulary else -1
    nowhere = codes == none if none >= 0 else None
    known = pa.array(["" if word is None else word for word in vocabulary], pa.string())
    return entries(codes, known, nowhere)


def entries(
    codes: NDArray[Any], texts: pa.Array[Any], nowhere: NDArray[np.bool_] | None = None
) -> pa.Array[Any]:
    """Return a text for each code, dictionary-encoded; null where `nowhere` is true.

    It is written out when it is loaded.
    """
    index = cast("Any", _numbers(codes, np.int32, None if nowhere is None else ~nowhere))
    return pa.DictionaryArray.from_arrays(index, cast("Any", texts))


def take(texts: pa.Array[Any], places: NDArray[Any]) -> pa.Array[Any]:
    """Return the texts at these places, written out."""
    return texts.take(cast("Any", pa.array(places)))


def joined(*texts: pa.Array[Any] | pa.Scalar[Any]) -> pa.Array[Any]:
    """Join texts without nulls, row by row."""
    return cast("pa.Array[Any]", pc.binary_join_element_wise(*cast("list[Any]", texts), _NOTHING))


def _numbers(
    values: NDArray[Any], kind: type[np.int32 | np.int64], where: NDArray[np.bool_] | None
) -> pa.Array[Any]:
    """Return numbers of a kind; null where `where` is false.

    The bits of what is there are packed by numpy: Arrow takes thirty times as long with a mask.
    """
    numbers = np.ascontiguousarray(values, kind)
    there = None if where is None else np.packbits(where, bitorder="little")
    buffers: list[Any] = [
        None if part is None else pa.py_buffer(cast("Any", part)) for part in (there, numbers)
    ]
    return pa.Array.from_buffers(pa.from_numpy_dtype(numbers.dtype), len(numbers), buffers)


def constant(value: str, count: int) -> pa.Array[Any]:
    """Return the same text so many times."""
    return pa.repeat(pa.scalar(value, pa.string()), count)
