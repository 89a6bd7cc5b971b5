"""The registry's door for mass loading: which tables, in which order, with which columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.platform import bulk
from app.registry import models

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

    from app.platform.bulk import Loader

_MODELS = (
    models.Unit,
    models.UnitSuccession,
    models.Ethnicity,
    models.Religion,
    models.Relationship,
    models.Citizen,
    models.SupersededNumber,
    models.OldNumber,
    models.Household,
    models.HouseholdMember,
    models.Residence,
    models.Kinship,
)

#: Arrow schemas of the tables that are loaded in bulk, referred-to tables first.
SCHEMAS = {
    model.__tablename__: bulk.arrow_schema(model.metadata.tables[model.__tablename__])
    for model in _MODELS
}


def load(loader: Loader, table: str, batches: Iterable[pa.RecordBatch]) -> int:
    """Append the batches, which have `SCHEMAS[table]`, and return how many rows they had."""
    return loader.append(table, batches, SCHEMAS[table])
