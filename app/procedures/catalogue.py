"""The catalogue of public services: `services.csv`, one line for each.

They are the 25 essential services of Project 06 (Decision 06/QĐ-TTg of 2022): 11 of the Ministry
of Public Security and 14 of others. Names, working days and fees are from memory of public lists;
which fields each form has is our estimate. Those of the registry are reused: nobody writes them.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from app.exchange import disclosing
from app.platform import errors

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Stands for the People's Committee of the province in which the citizen resides.
PROVINCE: Final = "province"

SERVICE_UNKNOWN = errors.declare(
    code="service-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có dịch vụ công với tên này",
    title_en="There is no public service of this name",
    next_vi="Xem danh mục tại GET /v1/public-services.",
    next_en="GET /v1/public-services lists them.",
)


class ReusedField(msgspec.Struct, frozen=True, kw_only=True):
    """A field of the registry that a service reuses, and the disclosure it comes through."""

    disclosure: str
    field: str


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """One public service.

    `of` is `mps` or `others`; `agency` the competent one, or `PROVINCE`. `level` says whether all
    of it is done online, `working_days` how long the agency has. `reuses` are the fields that come
    from the registry, `asked` those that the citizen gives. `fee` is in đồng; one that a
    provincial council sets (`local_fee`) may be waived online.
    """

    name: str
    of: str
    title_vi: str
    title_en: str
    agency: str
    level: Literal["full", "partial"]
    purpose: str
    reuses: tuple[ReusedField, ...]
    asked: tuple[str, ...]
    working_days: int
    fee: int
    local_fee: bool
    law: str

    @property
    def required(self) -> tuple[str, ...]:
        """Every member of its form."""
        return (*(each.field for each in self.reuses), *self.asked)

    @property
    def by_disclosure(self) -> Mapping[str, tuple[str, ...]]:
        """The fields that are reused, by the disclosure through which they are asked for."""
        found: dict[str, list[str]] = defaultdict(list)
        for each in self.reuses:
            found[each.disclosure].append(each.field)
        return {name: tuple(fields) for name, fields in found.items()}


@cache
def services() -> Mapping[str, Service]:
    """Return every service by name. Raises ValueError where the table speaks of unknown fields."""
    text = (files("app.procedures") / "services.csv").read_text(encoding="utf-8")
    return {row["name"]: _service(row) for row in csv.DictReader(text.splitlines())}


def find(name: str) -> Service:
    """Return one service; raise `service-unknown`."""
    found = services().get(name)
    if found is None:
        raise SERVICE_UNKNOWN.error()
    return found


def _service(row: Mapping[str, str]) -> Service:
    said = {
        **row,
        "reuses": tuple(map(_reused, row["reuses"].split())),
        "asked": tuple(row["asked"].split()),
        "working_days": int(row["working_days"]),
        "fee": int(row["fee"]),
        "local_fee": row["local_fee"] == "yes",
    }
    return msgspec.convert(said, Service)


def _reused(text: str) -> ReusedField:
    disclosure, _, field = text.partition(".")
    known = disclosing.all_of_them().get(disclosure)
    if known is None or field not in known.fields:
        raise ValueError(f"no disclosure gives {text}")
    return ReusedField(disclosure=disclosure, field=field)
