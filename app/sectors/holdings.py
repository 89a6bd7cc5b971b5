"""Holdings: under which number and name each entry of a register stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import select

from app.sectors import register

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy.orm import Session

#: The registers that name a holder by number, and the agencies (slugs) that keep them.
KEEPERS: Final[Mapping[str, tuple[str, ...]]] = {
    "bank-accounts": ("vietcombank", "vietinbank", "bidv", "vib", "pvcombank"),
    "credit": ("nhnn",),
    "driver-licences": ("bgtvt",),
    "electricity": ("evn",),
    "health-book": ("byt",),
    "health-insurance": ("bhxh",),
    "land": ("btnmt",),
    "judicial-records": ("btp",),
    "schools": ("bgddt",),
    "social-insurance": ("bhxh",),
    "subscribers": ("viettel", "vinaphone", "mobifone"),
    "tax": ("btc",),
    "vehicles": ("bca",),
    "welfare": ("bldtbxh",),
}
#: Entries that are read at a time.
_SLICE: Final = 50_000
#: States of entries that nobody relies on any more.
_OVER: Final = frozenset(
    {"ended", "revoked", "recovered", "settled", "closed", "merged", "left", "cleared"}
)


class Holding(NamedTuple):
    """One entry: the number and name it has of its holder, and whether it is in force.

    `name` is None where the register writes it as the population database does.
    """

    number: str
    name: str | None
    in_force: bool


def slices(session: Session, name: str) -> Iterator[Sequence[Sequence[Any]]]:
    """Yield all entries of a register in order, as rows of `Holding`; KeyError for no such."""
    table: Any = register.all_of_them()[name].tables[0]
    in_force = table.state.not_in(_OVER)
    query = select(table.holder_number, table.holder_name, in_force).order_by(table.id)
    # Past the mapper: these are plain rows, and many.
    rows = session.connection().execute(query.execution_options(yield_per=_SLICE))
    yield from rows.partitions()
