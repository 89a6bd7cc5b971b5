"""What reports of life events are made of: names, dates, places, other people, as they are sent.

These models say what form a report has; whether it can be true is for `checks`.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
)

from app.matching import dates
from app.matching.tidying import tidy
from app.registry import countries, houses
from app.registry.units import Era

#: Begins the name of one form of a member that has several; it is no part of the member's name.
FORM = "~"
_NAME_LENGTH = 100  # the longest HoVaTen of the ministry's interface
_LINE_LENGTH = 200
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")

Sex = Literal["M", "F", "U"]
State = Literal["alive", "dead", "missing", "emigrated", "under_review"]
Blood = Literal["O", "A", "B", "AB"]
MaritalStatus = Literal["unknown", "never_married", "married", "separated", "divorced", "widowed"]


def _tidied_name(text: str) -> str:
    return tidy(text, longest=_NAME_LENGTH)


def _tidied_line(text: str) -> str:
    return tidy(text, longest=_LINE_LENGTH)


def _birth_date(text: str) -> str:
    dates.parse(text)
    return text


def _written_day(value: object) -> object:
    if isinstance(value, str) and _DAY.fullmatch(value):
        return value
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    raise ValueError("Write the day as YYYY-MM-DD.")  # and not as seconds since 1970


Day = Annotated[dt.date, BeforeValidator(_written_day)]
NameText = Annotated[str, AfterValidator(_tidied_name)]
Line = Annotated[str, AfterValidator(_tidied_line)]
Pin = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
OldNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{9}$")]
FileNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{9,12}$")]
HouseId = Annotated[str, StringConstraints(pattern=houses.PATTERN)]
Country = countries.Country
Nationality = countries.Nationality
Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,2}$")]
UnitCode = Annotated[str, StringConstraints(pattern=r"^([0-9]{2}|[0-9]{3}|[0-9]{5})$")]
PartialDateText = Annotated[
    str,
    AfterValidator(_birth_date),
    Field(description="YYYY-MM-DD, or YYYY-MM or YYYY where no more is known."),
]


class Part(BaseModel):
    """The base of all parts of a report: read once, strictly, and not changed."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_max_length=1_000)


class Dated(Part):
    """The base of reports of what happened on a day of its own, as several rows of a file may."""

    date: Day | None = Field(
        default=None, description="When it happened. Unset: the report's `occurred_on`, or today."
    )

    @property
    def own_day(self) -> dt.date | None:
        """The day that this row itself says."""
        return self.date


class Name(Part):
    """A name in its parts; one that a person does not have is empty."""

    family: NameText = ""
    middle: NameText = ""
    given: NameText
    order: Literal["family_first", "family_last", "given_only"] = "family_first"


def _form_of_name(said: object) -> str:
    return f"{FORM}text" if isinstance(said, str) else f"{FORM}parts"


#: A name in one text is divided as Vietnamese names are.
AnyName = Annotated[
    Annotated[NameText, Tag(f"{FORM}text")] | Annotated[Name, Tag(f"{FORM}parts")],
    Discriminator(_form_of_name),
]


class Place(Part):
    """A unit by its code and era (the one in force if none is said), or a country abroad."""

    country: Country = "VN"
    unit: UnitCode | None = None
    era: Era | None = None
    detail: Line = Field(default="", description="The line below the unit; abroad, all of it.")


class Relative(Part):
    """Another person: by personal number, or by name where they are not in this world."""

    pin: Pin | None = None
    full_name: NameText | None = None
    nationality: Nationality | None = None


class Residence(Part):
    """An address and the day since when; the day of the report if none is said."""

    place: Place
    from_date: Day | None = None
    to_date: Day | None = None
    reason: Line | None = None


class JoinedHousehold(Part):
    """A household that exists: by its residence file, or by the number of somebody in it."""

    file_number: FileNumber | None = None
    member: Pin | None = None
    relationship: Code


class NewHousehold(Part):
    """A household that begins with this person as its head."""

    place: Place
    house_id: HouseId | None = Field(
        default=None, description="A house on record there; unset, the dwelling is a new one."
    )


class Mover(Part):
    """Somebody who comes along, and what they are to the head of the household there."""

    pin: Pin
    relationship: Code


def _form_of_household(said: object) -> str:
    has_place = "place" in said if isinstance(said, dict) else isinstance(said, NewHousehold)
    return f"{FORM}new" if has_place else f"{FORM}joined"


AnyHousehold = Annotated[
    Annotated[JoinedHousehold, Tag(f"{FORM}joined")] | Annotated[NewHousehold, Tag(f"{FORM}new")],
    Discriminator(_form_of_household),
]
