"""The registers' door for mass loading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.platform import bulk
from app.sectors import register

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

    from app.platform.bulk import Loader

#: Arrow schemas of all tables of all registers.
SCHEMAS = {
    model.__tablename__: bulk.arrow_schema(model.metadata.tables[model.__tablename__])
    for each in register.all_of_them().values()
    for model in each.tables
}


def load(loader: Loader, table: str, batches: Iterable[pa.RecordBatch]) -> int:
    """Append the batches, which have `SCHEMAS[table]`, and return how many rows they had."""
    return loader.append(table, batches, SCHEMAS[table])
