"""What a disclosure is: a named choice of fields that a grant can give, and how they are read.

Fields come from the catalogues of the registry, of the registers of others and of the identity
room, by name, so that a field is described and read in one place only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from app.exchange import disclosures
from app.identity import fields as identity_fields
from app.platform import discovery
from app.registry import fields as registry_fields
from app.sectors import fields as register_fields

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """A service that gives out data about one person, field by field.

    `law` says why there is such a service; the grant says why this caller may use it.
    """

    name: str
    title_vi: str
    title_en: str
    law: str
    fields: tuple[str, ...]

    def __post_init__(self) -> None:
        unknown = [name for name in self.fields if name not in CATALOGUE]
        if unknown or not self.fields or len(set(self.fields)) != len(self.fields):
            raise ValueError(
                f"the disclosure {self.name} offers unknown or double fields: {unknown}"
            )


#: Every field that a disclosure may offer, with its words and its type.
CATALOGUE: Mapping[str, registry_fields.Field | identity_fields.Field | register_fields.Field] = {
    **registry_fields.FIELDS,
    **identity_fields.FIELDS,
    **register_fields.FIELDS,
}


@cache
def all_of_them() -> Mapping[str, Disclosure]:
    """Return every disclosure by name."""
    return discovery.declarations(disclosures, "DISCLOSURE", Disclosure)


def read(
    session: Session, citizen_ids: Sequence[int], names: Sequence[str], today: dt.date
) -> list[dict[str, Any]]:
    """Return the named fields of each person as of `today`, in the order asked."""
    read: list[dict[str, Any]] = [{} for _ in citizen_ids]
    for catalogue in (registry_fields, identity_fields, register_fields):
        wanted = [name for name in names if name in catalogue.FIELDS]
        if wanted:
            values = catalogue.read(session, citizen_ids, wanted, today)
            read = [known | more for known, more in zip(read, values, strict=True)]
    return [{name: values[name] for name in names} for values in read]
