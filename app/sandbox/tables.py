"""Which tables make a world what it is, and how their columns read the same on both databases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import JSON, Boolean, Date, Double, Float, Integer, String, func, select
from sqlalchemy.types import BigInteger

# These bring their rooms' tables: what nobody imported would be missing from a world.
from app.exchange import access as _exchange  # noqa: F401 - see above
from app.identity import cards as _identity  # noqa: F401 - see above
from app.platform import models as _platform  # noqa: F401 - see above
from app.platform.database import Base, Moment
from app.procedures import dossiers as _procedures  # noqa: F401 - see above
from app.registry import citizens as _registry  # noqa: F401 - see above
from app.sandbox import models as _sandbox  # noqa: F401 - see above
from app.sectors import subscribers as _sectors  # noqa: F401 - see above
from app.signin import sign_ins as _signin  # noqa: F401 - see above

if TYPE_CHECKING:
    from sqlalchemy import Column, Table
    from sqlalchemy.orm import Session

    from app.platform.stores.store import Dialect

Kind = Literal["integer", "boolean", "float", "text", "date", "moment", "json"]

#: The world's own row, what callers did, and the log: not part of what the same five give again.
NOT_LOGICAL = frozenset(
    {
        "access_version",
        "approval",
        "checkpoint",
        "chip_challenge",
        "chip_session",
        "coming_event",
        "credential",
        "credential_offer",
        "credit_assessment",
        "data_request",
        "dossier",
        "dossier_event",
        "ended_access",
        "failed_guess",
        "failed_proof",
        "fault",
        "fee_head",
        "fee_sum",
        "field_inventory",
        "idempotency_key",
        "job",
        "leaf",
        "leaf_entry",
        "learner",
        "learner_lesson",
        "life_month",
        "log_head",
        "message",
        "presentation_request",
        "procedure_step",
        "request_log",
        "residence_confirmation",
        "revoked_token",
        "scenario_run",
        "scenario_submission",
        "share_code",
        "sign_in",
        "sign_in_code",
        "sign_in_leg",
        "sign_in_page",
        "sign_in_refresh",
        "sign_in_session",
        "spent_assertion",
        "spent_nonce",
        "spent_proof",
        "training_class",
        "tree_node",
        "usage",
        "webhook",
        "webhook_attempt",
        "webhook_message",
        "withholding",
        "world",
    }
)


@dataclass(frozen=True)
class LogicalColumn:
    """A column as it is read: by an expression that is never NULL, and a flag where it may be."""

    name: str
    kind: Kind
    nullable: bool


@dataclass(frozen=True)
class LogicalTable:
    """A table whose rows count, and the statement that reads them in the order of their keys."""

    name: str
    columns: tuple[LogicalColumn, ...]
    keys: tuple[str, ...]

    def select(self, dialect: Dialect) -> str:
        """Return the statement: each column's value, then 1 or 0 for NULL where that can be."""
        read = []
        for column in self.columns:
            read.append(f"{_expression(column, dialect)} AS {column.name}")
            if column.nullable:
                read.append(f'CAST("{column.name}" IS NULL AS INTEGER) AS {column.name}__null')
        order = ", ".join(f'"{self.name}"."{key}"' for key in self.keys)
        # Names come from our own metadata, never from outside.
        return f'SELECT {", ".join(read)} FROM "{self.name}" ORDER BY {order}'  # noqa: S608 - our own names


def names() -> list[str]:
    """Return the names of every table there is."""
    return sorted(Base.metadata.tables)


def logical() -> tuple[LogicalTable, ...]:
    """Return the tables that make a world what it is, in order of name."""
    tables = Base.metadata.tables
    return tuple(_table(tables[name]) for name in sorted(tables) if name not in NOT_LOGICAL)


def count(session: Session) -> int:
    """Return how many rows the logical tables have together."""
    counted = [
        select(func.count()).select_from(Base.metadata.tables[table.name]).scalar_subquery()
        for table in logical()
    ]
    return sum(session.execute(select(*counted)).one())


def _table(table: Table) -> LogicalTable:
    columns = tuple(
        LogicalColumn(column.name, _kind(column), bool(column.nullable))
        for column in table.columns
    )
    return LogicalTable(table.name, columns, tuple(key.name for key in table.primary_key))


def _kind(column: Column[object]) -> Kind:
    kinds: tuple[tuple[type | tuple[type, ...], Kind], ...] = (
        (Boolean, "boolean"),
        ((Integer, BigInteger), "integer"),
        ((Float, Double), "float"),
        (Moment, "moment"),
        (Date, "date"),
        (JSON, "json"),
        (String, "text"),
    )
    for types, kind in kinds:
        if isinstance(column.type, types):
            return kind
    raise TypeError(f"{column} is of a type that no world has been exported with yet")


def _expression(column: LogicalColumn, dialect: Dialect) -> str:
    name = f'"{column.name}"'
    match column.kind:
        case "integer" | "float":
            value, default = name, "0"
        case "boolean":
            value, default = f"CAST({name} AS INTEGER)", "0"
        case "moment" if dialect == "postgresql":
            value = f"to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
            default = "''"
        case _:
            value, default = f"CAST({name} AS TEXT)", "''"
    return f"COALESCE({value}, {default})" if column.nullable else value
