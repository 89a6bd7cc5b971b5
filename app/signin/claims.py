"""Claims: by which names a person's data are told at sign-in, and from which fields they are made.

The names are those of OpenID Connect Core 1.0 §5.1 where it has one; every other field goes by its
own name in the catalogue of fields. What a system may be told is for its grant and the person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from app.exchange import disclosing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_GENDERS = {"M": "male", "F": "female"}
_YEAR_AND_MONTH = 7


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim: the field it is made from, and how; a value that is None is left out."""

    name: str
    field: str
    make: Callable[[Any], Any] = msgspec.to_builtins


def _birthdate(value: str | None) -> str | None:
    """§5.1 knows a whole date and a year alone: of a month without a day the year is told."""
    return value[:4] if value is not None and len(value) == _YEAR_AND_MONTH else value


def _gender(value: str | None) -> str | None:
    return None if value is None else _GENDERS.get(value, "unknown")


def _address(stay: Any) -> dict[str, str] | None:
    """§5.1.1: `region` is the province, `locality` the commune."""
    if stay is None:
        return None
    place = stay.place
    told = {"formatted": place.text, "country": place.country}
    if place.province is not None:
        told["region"] = place.province.name
    if place.commune is not None:
        told["locality"] = place.commune.name
    return told


def _international(number: str | None) -> str | None:
    """§5.1 recommends E.164: of a Vietnamese number the country code in place of the 0."""
    return None if number is None else f"+84{number.removeprefix('0')}"


def _is_known(value: object) -> bool | None:
    """A number or address that the registry holds was checked when it was entered."""
    return None if value is None else True


_STANDARD = (
    Claim("name", "full_name"),
    Claim("family_name", "family_name"),
    Claim("middle_name", "middle_name"),
    Claim("given_name", "given_name"),
    Claim("birthdate", "birth_date", _birthdate),
    Claim("gender", "sex", _gender),
    Claim("phone_number", "phone", _international),
    Claim("phone_number_verified", "phone", _is_known),
    Claim("email", "email"),
    Claim("email_verified", "email", _is_known),
    Claim("address", "permanent_residence", _address),
)

#: Every claim by name, the standard's first.
CLAIMS: Mapping[str, Claim] = {
    **{claim.name: claim for claim in _STANDARD},
    **{name: Claim(name, name) for name in disclosing.CATALOGUE if name != "email"},
}

#: What each scope asks for (§5.4); `identity` is ours: the number that identifies a citizen. So is
#: `public-services`, which asks for no claim: with it a system acts for the person there.
SCOPES: Mapping[str, tuple[str, ...]] = {
    "profile": ("name", "family_name", "middle_name", "given_name", "birthdate", "gender"),
    "email": ("email", "email_verified"),
    "phone": ("phone_number", "phone_number_verified"),
    "address": ("address",),
    "identity": ("pin", "nationality"),
    "public-services": (),
}
OPENID = "openid"
OFFLINE = "offline_access"
#: With it a system may submit dossiers for whoever signed in; it tells nothing of them.
PUBLIC_SERVICES = "public-services"
#: To read what concerns oneself at `/v1/my/…`, and to change something there (`portal`).
MY_READ, MY_WRITE = "my.read", "my.write"
#: What the person is asked for each time, whatever was agreed to before.
ASKED_ANEW = frozenset({OFFLINE, MY_READ, MY_WRITE})
#: Every scope that means something here, in the order of the metadata.
KNOWN_SCOPES = (OPENID, *SCOPES, OFFLINE, MY_READ, MY_WRITE)


def of_scopes(scopes: Iterable[str]) -> tuple[str, ...]:
    """Return the claims that these scopes ask to be told at the userinfo endpoint."""
    return tuple(name for scope in scopes for name in SCOPES.get(scope, ()))


def fields(names: Iterable[str]) -> tuple[str, ...]:
    """Return the fields that these claims are made from, each once, in their order."""
    return tuple(dict.fromkeys(CLAIMS[name].field for name in names))


def tell(names: Iterable[str], data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the claims of which `data` has the fields; what is not on record is left out."""
    told = {
        name: CLAIMS[name].make(data[CLAIMS[name].field])
        for name in names
        if CLAIMS[name].field in data
    }
    return {name: value for name, value in told.items() if value is not None}
