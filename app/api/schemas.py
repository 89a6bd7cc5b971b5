"""The forms shared by several resources: what a number, a name, a date look like when they come in.

Patterns are written without `\\d` and `\\w`, which mean other things in other languages, and every
model refuses unknown members.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.matching import dates

NUMBER: Final = "^([0-9]{12}|[0-9]{9})$"
PIN: Final = "^[0-9]{12}$"
PARTIAL_DATE: Final = "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"
SLUG: Final = "^[a-z][a-z0-9_-]{0,63}$"
#: One line of text: no control characters.
LINE: Final = r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$"
LONGEST_NAME: Final = 100
LONGEST_REFERENCE: Final = 64
MOST_FIELDS: Final = 64


def _real_date(text: str) -> str:
    dates.parse(text)
    return text


Number = Annotated[
    str,
    Field(
        pattern=NUMBER,
        description="Personal number (12 digits) or old identity-card number (9 digits).",
        examples=["901090000001"],
    ),
]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=LINE)]
PartialDate = Annotated[
    str,
    Field(
        pattern=PARTIAL_DATE,
        description="`YYYY-MM-DD`; where a part is unknown, `YYYY-MM` or `YYYY`.",
        examples=["1990-05-12", "1950"],
    ),
    AfterValidator(_real_date),
]
Slug = Annotated[str, Field(pattern=SLUG)]
Reference = Annotated[str, Field(min_length=1, max_length=LONGEST_REFERENCE, pattern=LINE)]
TwoDigits = Annotated[str, Field(pattern="^[0-9]{2}$")]
Country = Annotated[str, Field(pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2.")]
FieldNames = Annotated[
    list[Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,63}$")]],
    Field(min_length=1, max_length=MOST_FIELDS),
]


class Strict(BaseModel):
    """A body that comes in: unknown members are refused by name, numbers are not made of text."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Told(BaseModel):
    """An answer, as the reference documents it."""

    model_config = ConfigDict(extra="forbid")


class LeafPlace(Told):
    """Where the exchange stands in the log."""

    seq: int = Field(ge=0, description="Index of the leaf in the log's tree.")
    log: str = Field(description="Origin of the log's checkpoints.")


class Exchange(Told):
    """What every answer about a person carries."""

    simulated: Literal[True]
    request_id: str
    receipt: str = Field(description="Compact JWS (ES256): the leaf, signed by the log.")
    leaf: LeafPlace
