"""Holdings: under which number and name each entry of a register stands, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import select

from app.sectors import register

if TYPE_CHECKING:
    from collections.abc import Mapping

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
#: States of entries that nobody relies on any more.
_OVER: Final = frozenset(
    {"ended", "revoked", "recovered", "settled", "closed", "merged", "left", "cleared"}
)


class Holding(NamedTuple):
    """One entry: the number and name it has of its holder, and whether it is in force.

    `name` is None where the register writes it as the population database does.
    """

    id: int
    number: str
    name: str | None
    in_force: bool


def page(session: Session, name: str, after: int, limit: int) -> list[Holding]:
    """Return entries of a register in order, after the one with that id; KeyError for no such."""
    table: Any = register.all_of_them()[name].tables[0]
    rows = session.execute(
        select(table.id, table.holder_number, table.holder_name, table.state)
        .where(table.id > after)
        .order_by(table.id)
        .limit(limit)
    )
    return [Holding(row[0], row[1], row[2], row[3] not in _OVER) for row in rows]
