r"""The forms shared by several resources: what a number, a name, a date look like coming in.

Patterns are written without `\d` and `\w`, which mean other things in other languages, and every
model refuses unknown members.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Final, Literal, TypeVar, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
)
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import WithDefaultSchema

from app.api.problems import LeafRef
from app.matching import dates
from app.registry import countries

NUMBER: Final = "^([0-9]{12}|[0-9]{9})$"
PIN: Final = "^[0-9]{12}$"
PARTIAL_DATE: Final = "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"
TWO_DIGITS: Final = "^[0-9]{2}$"
#: Of a person: ISO 3166-1 alpha-2, or XX.
COUNTRY: Final = countries.NATIONALITY_PATTERN
SLUG: Final = "^[a-z][a-z0-9_-]{0,63}$"
#: One line of text: no control characters.
LINE: Final = r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$"
#: A line in which something stands: a blank one names nothing.
REFERENCE: Final = (
    r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*"
    r"[^\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]"
    r"[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$"
)
LONGEST_NAME: Final = 100
LONGEST_REFERENCE: Final = 64
LONGEST_SENTENCE: Final = 300
MOST_FIELDS: Final = 64
_REF: Final = "#/components/schemas/{model}"
_DAY: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
#: The largest number that every reader of JSON takes exactly (RFC 8259 §6).
LARGEST: Final = 2**53 - 1


T = TypeVar("T")


def _real_date(text: str) -> str:
    dates.parse(text)
    return text


def distinct(items: list[str]) -> list[str]:
    """Return the items, none of which stands twice."""
    if len(set(items)) < len(items):
        raise PydanticCustomError("repeated", "the same item stands twice")
    return items


def _day(value: object) -> object:
    """Let a day as it is written alone be a date: Pydantic takes seconds since 1970 as well."""
    if not (isinstance(value, str) and _DAY.fullmatch(value)):
        raise PydanticCustomError("date_type", "write the date as YYYY-MM-DD")
    return value


class _NeverNull:
    """Has a member that may be left out validated as what it is when it is there.

    Pydantic puts a default's constraints (`Field(None, ge=0)`) around what is nullable or within
    it, before this or after: so the schema is built as usual, and null alone taken out of it.
    """

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return _never_null(handler(source))


def _never_null(schema: CoreSchema) -> CoreSchema:
    if schema["type"] == "nullable":
        return cast("CoreSchema", schema["schema"])
    inner = schema.get("schema")
    if inner is None:
        raise TypeError(f"a {schema['type']} schema holds nothing nullable")
    return cast("CoreSchema", {**schema, "schema": _never_null(inner)})


#: A member that may be left out. Null is not a way to leave it out: it would be a second one.
Maybe = Annotated[T | None, _NeverNull()]
Day = Annotated[dt.date, BeforeValidator(_day), Field(strict=False, examples=["2026-01-01"])]


class _Described(GenerateJsonSchema):
    """Tells no default of a member that is None while it is unsaid and cannot be sent as null.

    A client made from the reference would send that null, which is refused.
    """

    def default_schema(self, schema: WithDefaultSchema) -> JsonSchemaValue:
        told = super().default_schema(schema)
        if told.get("default", "") is None and not _takes_null(schema["schema"]):
            del told["default"]
        return told


def _takes_null(schema: CoreSchema) -> bool:
    inner = schema.get("schema")
    return schema["type"] == "nullable" or (inner is not None and _takes_null(inner))


#: Models of bodies that a route reads by itself, to be named in the reference all the same.
_documented: list[type[BaseModel]] = []


def documented(model: type[BaseModel]) -> type[BaseModel]:
    """Have the reference describe a model; return it."""
    _documented.append(model)
    return model


def components() -> dict[str, Any]:
    """Return the JSON schemas of those models, by name."""
    _, found = models_json_schema(
        [(model, "validation") for model in _documented],
        ref_template=_REF,
        schema_generator=_Described,
    )
    return dict(found["$defs"])


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
Reference = Annotated[str, Field(min_length=1, max_length=LONGEST_REFERENCE, pattern=REFERENCE)]
Sentence = Annotated[str, Field(min_length=1, max_length=LONGEST_SENTENCE, pattern=LINE)]
TwoDigits = Annotated[str, Field(pattern=TWO_DIGITS)]
FieldName = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,63}$")]
FieldNames = Annotated[
    list[FieldName],
    Field(min_length=1, max_length=MOST_FIELDS, json_schema_extra={"uniqueItems": True}),
    AfterValidator(distinct),
]


class Strict(BaseModel):
    """A body that comes in: unknown members are refused by name, numbers are not made of text."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


#: A member of every question: see `docs/sealed-answers.md`.
SEALED: Final = Field(
    default=False,
    description="Answer as a JWE over the JWS, to the system's own key: `PUT /v1/me/sealing`.",
)


class Query(BaseModel):
    """Parameters of a query: text that is read as what it should be; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Told(BaseModel):
    """An answer, as the reference documents it."""

    model_config = ConfigDict(extra="forbid")


class Exchange(Told):
    """What every answer about a person carries."""

    simulated: Literal[True]
    request_id: str
    receipt: str = Field(description="Compact JWS (ES256): the leaf, signed by the log.")
    leaf: LeafRef
