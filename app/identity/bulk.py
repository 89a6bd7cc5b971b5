"""The identity room's door for mass loading: cards and eID accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.identity import models
from app.platform import bulk
from app.registry import bulk as _  # noqa: F401 - a reference has its column's type from there

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

    from app.platform.bulk import Loader

_MODELS = (models.Card, models.Account, models.AccountContact)

#: Arrow schemas of the tables that are loaded in bulk.
SCHEMAS = {
    model.__tablename__: bulk.arrow_schema(model.metadata.tables[model.__tablename__])
    for model in _MODELS
}


def load(loader: Loader, table: str, batches: Iterable[pa.RecordBatch]) -> int:
    """Append the batches, which have `SCHEMAS[table]`, and return how many rows they had."""
    return loader.append(table, batches, SCHEMAS[table])
